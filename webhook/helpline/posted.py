"""Reads what the desk's pages post: JSON objects in the agreed form, or Unreadable."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar

from flask import request

from webhook.helpline import Unreadable

E = TypeVar("E", bound=StrEnum)


def body() -> dict[str, Any]:
    """Return the object that was posted; nothing is an empty one."""
    posted = request.get_json(silent=True) if request.data else {}
    if not isinstance(posted, dict):
        raise Unreadable
    return posted


def text(name: str) -> str:
    """Return a posted string."""
    value = body().get(name)
    if not isinstance(value, str):
        raise Unreadable
    return value


def thing(name: str) -> dict[str, Any]:
    """Return a posted object."""
    value = body().get(name)
    if not isinstance(value, dict):
        raise Unreadable
    return value


def one_of(kind: type[E], value: Any) -> E:
    """Return the member of an enumeration that was posted."""
    try:
        return kind(value)
    except ValueError as error:
        raise Unreadable from error
