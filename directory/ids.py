"""The UUIDs that Open Referral UK asks for, made from our own short ids: the same each time, on every machine."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5

OURS = uuid5(NAMESPACE_URL, "linden:directory")


def uuid_of(kind: str, key: str) -> str:
    """Return the UUID of the row `key` of a kind (`service`, `phone`, …); a key that is a UUID stays itself."""
    return key.lower() if is_uuid(key) else str(uuid5(OURS, f"{kind}/{key}"))


def is_uuid(text: object) -> bool:
    """True when `text` is a UUID in its usual 36 characters."""
    try:
        return isinstance(text, str) and str(UUID(text)) == text.lower()
    except ValueError:
        return False
