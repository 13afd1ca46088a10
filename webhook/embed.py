"""Checks a council page that carries the widget: nothing beside it may watch the visitor. `flask --app webhook embed check`."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import click
from flask import Flask
from flask.cli import AppGroup

LARGEST_PAGE = 5 * 1024**2  # bytes; a council page is far smaller
LOADER = "/widget.js"

# Who watches visitors, by a part of the address or of the inline script; the makers' own documented snippets.
WATCHERS = {
    "tag manager": r"googletagmanager\.com|tags\.tiqcdn\.com|assets\.adobedtm\.com|\bdataLayer\b|piwik\.pro|matomo.*container_",
    "session replay": r"hotjar\.com|clarity\.ms|fullstory\.com|mouseflow\.com|smartlook\.com|logrocket|inspectlet|luckyorange|sessioncam|quantummetric"
    r"|contentsquare|decibelinsight|\bhj\(|\bclarity\(|crazyegg\.com|posthog",
    "analytics": r"google-analytics\.com|\bgtag\(|\bga\(['\"]|\b_paq\b|matomo\.(js|php)|piwik\.(js|php)|siteimproveanalytics|plausible\.io|mixpanel|segment\.(com|io)"
    r"|amplitude\.com|heap-\d|monsido|silktide|newrelic|nr-data\.net|browser\.sentry-cdn|applicationinsights|omtrdc\.net|2o7\.net",
    "advertising or social pixel": r"connect\.facebook\.net|facebook\.com/tr|\bfbq\(|doubleclick\.net|googlesyndication|snap\.licdn\.com|px\.ads\.linkedin"
    r"|analytics\.tiktok|\bttq\.|static\.ads-twitter|platform\.twitter|bat\.bing\.com|addthis|sharethis",
    "other chat or translation that reads the page": r"intercom|drift\.com|zopim|zendesk|tawk\.to|livechatinc|translate\.google|browsealoud|recite\.?me",
}

embed = AppGroup("embed", help="Pages of councils that carry the widget.")


@dataclass(frozen=True, order=True)
class Finding:
    """One thing on the page that should not be there: its line, what kind it is, and the address or words that show it."""

    line: int
    kind: str
    shown: str


def register(app: Flask) -> None:
    """Add the commands to the app."""
    app.cli.add_command(embed)


@embed.command("check")
@click.argument("page")
def check(page: str) -> None:
    """Check PAGE, an address or a file, as it is delivered: its scripts are read, never run. Ends with 1 when something is found."""
    try:
        html = read_page(page)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{page} could not be read: {error}") from error
    findings = inspect_page(html, page)
    for finding in findings:
        click.echo(f"line {finding.line}: {finding.kind}: {finding.shown}")
    click.echo(
        "A tag manager can add more than this page shows: look at the page in a browser too."
        if findings
        else "Nothing that watches the visitor was found."
    )
    if findings:
        raise SystemExit(1)


def read_page(page: str) -> str:
    """Return the text of the page at an http(s) address or in a file; raises OSError or ValueError."""
    if urlsplit(page).scheme not in ("http", "https"):
        return Path(page).read_text("utf-8", errors="replace")
    with urllib.request.urlopen(page, timeout=20) as response:  # noqa: S310 - the scheme was checked
        return str(response.read(LARGEST_PAGE).decode(response.headers.get_content_charset() or "utf-8", errors="replace"))


def inspect_page(html: str, page: str) -> list[Finding]:
    """Return what watches the visitor on a page, or keeps the widget from being safe there, in the order of its lines."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = {*_loaders(reader, page)}
    loader = next((urlsplit(urljoin(page, address)).netloc for _, _, address in reader.loaded if _is_loader(address)), "")
    for line, tag, address in reader.loaded:
        found |= set(_judged(line, tag, address, page, loader))
    for line, script in reader.inline:
        found |= {Finding(line, kind, match[0]) for kind, pattern in WATCHERS.items() if (match := re.search(pattern, script, re.I))}
    return sorted(found)


def _judged(line: int, tag: str, address: str, page: str, loader: str) -> Iterator[Finding]:
    """What is wrong with one thing the page loads: a known watcher, or anything active from another site but our own."""
    kinds = [kind for kind, pattern in WATCHERS.items() if re.search(pattern, address, re.I)]
    yield from (Finding(line, kind, address) for kind in kinds)
    other = urlsplit(urljoin(page, address)).netloc not in ("", urlsplit(page).netloc, loader)
    if other and not kinds and tag in ("script", "iframe", "pixel"):
        yield Finding(line, {"script": "script of another site", "iframe": "frame of another site", "pixel": "picture nobody can see"}[tag], address)


def _loaders(reader: _Reader, page: str) -> Iterator[Finding]:
    loaders = [(line, urljoin(page, address)) for line, tag, address in reader.loaded if tag == "script" and _is_loader(address)]
    if not loaders:
        yield Finding(0, "the widget is not on this page", LOADER)
    for line, address in loaders:
        if urlsplit(address).scheme == "http" and urlsplit(address).hostname not in ("127.0.0.1", "localhost"):
            yield Finding(line, "the loader is fetched without encryption", address)


def _is_loader(address: str) -> bool:
    return urlsplit(address).path.endswith(LOADER)


class _Reader(HTMLParser):
    """Collects what a page loads, as (line, tag, address), and its inline scripts, as (line, text)."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[tuple[int, str, str]] = []
        self.inline: list[tuple[int, str]] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag loads; a picture of at most one pixel is told apart."""
        given = {name: value or "" for name, value in attrs}
        self._in_script = tag == "script" and "src" not in given
        address = given.get("src") or (given.get("href", "") if tag == "link" else "")
        unseen = tag == "img" and {given.get("width"), given.get("height")} & {"0", "1"}
        if address:
            self.loaded.append((self.getpos()[0], "pixel" if unseen else tag, address))

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        self._in_script = self._in_script and tag != "script"

    def handle_data(self, data: str) -> None:
        """Keep the text of inline scripts."""
        if self._in_script and data.strip():
            self.inline.append((self.getpos()[0], data))
