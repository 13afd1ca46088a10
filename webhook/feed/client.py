"""Reads a feed of Open Referral UK from a file or an address: one record, a list, a page, or a whole API with its pages."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from webhook.errors import FeedUnreadable

SECONDS = 20  # to connect, and between two pieces of an answer
LARGEST = 64 * 1024 * 1024  # bytes of one answer
MOST_PAGES = 10_000


def read_feed(source: str) -> Iterator[Any]:
    """Yield each record of a file or an https address; raises FeedUnreadable with what went wrong.

    From an API each service is asked for by its id, because its lists hold only the one-to-one fields."""
    if not source.startswith(("http://", "https://")):
        yield from records_in(_parsed(_read_file(Path(source)), source))
        return
    with requests.Session() as session:
        first = _get(session, source)
        if isinstance(first, dict) and {"openapi_url", "profile"} & set(first):
            source = f"{source.rstrip('/')}/services"
            first = _get(session, source)
        if not _is_page(first):
            yield from records_in(first)
            return
        for number in range(1, MOST_PAGES):
            page = first if number == 1 else _get(session, source, page=number)
            for row in page.get("contents") or ():
                key = row.get("id") if isinstance(row, dict) else None
                yield _get(session, f"{source.split('?')[0].rstrip('/')}/{quote(str(key), safe='')}") if key else row
            if page.get("last_page", True) or page.get("empty"):
                return


def records_in(body: Any) -> list[Any]:
    """Return the records of a parsed file: a page's contents, a list, or the one record it is."""
    if _is_page(body):
        return list(body["contents"])
    return body if isinstance(body, list) else [body]


def _is_page(body: Any) -> bool:
    return isinstance(body, dict) and isinstance(body.get("contents"), list)


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FeedUnreadable(f"{path} cannot be read: {error.strerror}") from error


def _get(session: requests.Session, address: str, **query: int) -> Any:
    """Fetch one answer; only https, or a loopback address, and no redirect to elsewhere."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not _is_loopback(parts.hostname):
        raise FeedUnreadable(f"{address} is not https")
    try:
        headers = {"Accept": "application/json"}
        with session.get(address, params=query, headers=headers, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            if answer.status_code != 200:
                raise FeedUnreadable(f"{address} answered {answer.status_code}")
            body = answer.raw.read(LARGEST + 1, decode_content=True)
    except requests.RequestException as error:
        raise FeedUnreadable(f"{address} did not answer: {type(error).__name__}") from error
    if len(body) > LARGEST:
        raise FeedUnreadable(f"{address} answered with more than {LARGEST // 1024**2} MB")
    return _parsed(body, address)


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _parsed(body: bytes, source: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise FeedUnreadable(f"{source} is not JSON") from error
