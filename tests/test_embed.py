"""The check of a council's page names whatever would watch the visitor, and is content with a clean page."""

from pathlib import Path

import pytest
from flask import Flask

from webhook.embed import inspect_page

LOADER = '<script src="https://linden.example/widget.js"></script>'
ADDRESS = "https://www.council.example/help"


def kinds(html: str) -> list[str]:
    return [finding.kind for finding in inspect_page(html, ADDRESS)]


def test_a_page_with_the_loader_and_the_councils_own_files_is_clean() -> None:
    assert kinds(f'<link rel="stylesheet" href="/site.css"><script src="/menu.js"></script><img src="/logo.png">{LOADER}') == []


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ('<script src="https://www.googletagmanager.com/gtm.js?id=X"></script>', "tag manager"),
        ("<script>window.dataLayer = [];</script>", "tag manager"),
        ('<script src="https://static.hotjar.com/c/hotjar-1.js"></script>', "session replay"),
        ("<script>(function(c){c('clarity.ms/tag')})()</script>", "session replay"),
        ("<script>gtag('config', 'G-1')</script>", "analytics"),
        ('<script src="/matomo.js"></script>', "analytics"),
        ('<img src="https://www.facebook.com/tr?id=1" width="1" height="1">', "advertising or social pixel"),
        ('<noscript><iframe src="https://www.googletagmanager.com/ns.html"></iframe></noscript>', "tag manager"),
        ('<img src="https://pixel.example/p.gif" width="1" height="1">', "picture nobody can see"),
        ('<script src="https://elsewhere.example/x.js"></script>', "script of another site"),
        ('<iframe src="https://elsewhere.example/"></iframe>', "frame of another site"),
    ],
)
def test_what_watches_the_visitor_is_named_with_its_line(html: str, kind: str) -> None:
    found = inspect_page(f"<p>Housing</p>\n{html}\n{LOADER}", ADDRESS)
    assert [(finding.line, finding.kind) for finding in found] == [(2, kind)]


def test_a_page_without_the_widget_or_with_an_unencrypted_loader_is_told() -> None:
    assert kinds("<p>Housing</p>") == ["the widget is not on this page"]
    assert kinds(LOADER.replace("https", "http")) == ["the loader is fetched without encryption"]


def test_the_command_ends_with_one_when_something_is_found(app: Flask, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"{LOADER}<script>fbq('track')</script>")
    result = app.test_cli_runner().invoke(args=["embed", "check", str(page)])
    assert result.exit_code == 1
    assert "line 1: advertising or social pixel: fbq(" in result.output
    page.write_text(LOADER)
    assert app.test_cli_runner().invoke(args=["embed", "check", str(page)]).exit_code == 0
    assert app.test_cli_runner().invoke(args=["embed", "check", str(tmp_path / "none.html")]).exit_code == 1
