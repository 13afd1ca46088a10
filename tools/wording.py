"""Writes every word a person can read into one page to review: docs/wording.md, the sign-off list, and a local preview."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from webhook.sms.gsm7 import segments
from webhook.words import FOLDER, Variant, Words

PAGE, SIGNOFF, PREVIEW = Path("docs/wording.md"), Path("docs/wording-signoff.yml"), Path("var/wording.html")

SIGNOFF_HEAD = """\
# Who has reviewed which reply. `make wording` keeps the hashes; a person writes `reviewer` and `date`, for the words that
# hash stands for. A reply whose words change after that is not signed off any more. No reply of this list has been
# reviewed by a specialist unless a name stands beside it: as it comes, not one has.
"""
PAGE_HEAD = """\
# Every word a person can read

Made by `make wording`; a test fails when it is behind `data/responses/`. How to review it: [reviewing-the-words.md](reviewing-the-words.md).
**Not one of these replies has been reviewed by a specialist yet** unless a name stands under it.
Words in {braces} are filled in when it is said. Buttons stand in [brackets]. A text is said with how many message parts it takes.
"""
STYLE = """\
body{font:17px/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#1b1b1b}
.pair{display:grid;grid-template-columns:3fr 2fr;gap:1rem;border-top:1px solid #bbb;padding:1rem 0}
.bubble{background:#f0f3f7;border-radius:1rem;padding:.6rem 1rem;margin:.3rem 0;white-space:pre-line}
.text{background:#e3f2e1}.choice{display:inline-block;border:1px solid #456;border-radius:1rem;padding:.1rem .7rem;margin:.15rem}
small{color:#555}h3{grid-column:1/-1;margin:0;font-size:1rem}"""


def main() -> None:
    """Write the page, the sign-off list and the preview of this checkout."""
    root = Path.cwd()
    words = Words.load(root)
    kept = signoff(root, words)
    (root / SIGNOFF).write_text(SIGNOFF_HEAD + yaml.safe_dump(kept, sort_keys=False, width=200), "utf-8")
    (root / PAGE).write_text(page(root, words, kept), "utf-8")
    (root / PREVIEW).parent.mkdir(exist_ok=True)
    (root / PREVIEW).write_text(preview(root, words), "utf-8")
    print(f"{PAGE} and {SIGNOFF}: {len(words.replies)} replies, {sum(bool(e['reviewer']) for e in kept.values())} reviewed; look at {PREVIEW}")


def signoff(root: Path, words: Words) -> dict[str, dict[str, Any]]:
    """Return the sign-off of each reply: kept where the words are still those that were signed, else empty."""
    before = yaml.safe_load((root / SIGNOFF).read_text("utf-8")) or {}
    return {name: _signed(before.get(name) or {}, words.version(name)) for name in words.replies}


def page(root: Path, words: Words, kept: dict[str, dict[str, Any]]) -> str:
    """Return the review page: reply by reply, as they stand in the files."""
    parts = [PAGE_HEAD]
    for area, names in areas(root).items():
        parts.append(f"\n## {area}\n")
        parts += [_entry(words, name, when, kept[name]) for name, when in names.items()]
    return "\n".join(parts)


def preview(root: Path, words: Words) -> str:
    """Return the preview: each reply as bubbles and buttons, with its text message beside it."""
    body = [_pair(words, name, when) for names in areas(root).values() for name, when in names.items()]
    head = f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Words</title><style>{STYLE}</style>'
    return head + "<h1>Every reply, web and text</h1>" + "\n".join(body) + "</html>\n"


def areas(root: Path) -> dict[str, dict[str, str]]:
    """Return the replies of each file, in order, with what the comment above each says of when a person sees it."""
    return {path.stem: dict(_replies(path)) for path in sorted((root / FOLDER).glob("*.yml"))}


def _replies(path: Path) -> Iterator[tuple[str, str]]:
    comment: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        if found := re.fullmatch(r"  (utter_\w+):", line):
            yield found[1], " ".join(comment)
        if line.startswith("  # ") and not line.startswith("  # ---"):
            comment.append(line.removeprefix("  # "))
        elif not line.strip():
            comment = []


def _signed(entry: dict[str, Any], version: str) -> dict[str, Any]:
    same = entry.get("hash") == version and entry.get("reviewer")
    return {"hash": version, "reviewer": entry["reviewer"] if same else None, "date": entry.get("date") if same else None}


def _entry(words: Words, name: str, when: str, signed: dict[str, Any]) -> str:
    said = [_said(variant) for variant in words.replies[name]]
    by = words.review_by(name)
    dates = f"look at again by {by}" if by else "no date"
    dates += "; never expires, alarms instead" if words.never_expires(name) else ""
    sources = "; ".join(dict.fromkeys(part for variant in words.replies[name] for part in variant.source.split("; ") if part)) or "a label"
    state = f"reviewed by {signed['reviewer']} on {signed['date']}" if signed["reviewer"] else "not yet reviewed"
    head = [f"### {name}", "", *([f"*{when}*", ""] if when else [])]
    return "\n".join([*head, *said, f"Source: {sources} · {dates} · version {signed['hash']} · {state}", ""])


def _said(variant: Variant) -> str:
    text = "\n".join(f"> {line}".rstrip() for line in variant.text.splitlines())
    label = f"Text ({_parts(variant.text)})" if variant.channel == "sms" else "Web"
    buttons = "" if variant.channel == "sms" else " ".join(f"[{title}]" for title, _ in variant.buttons)
    return f"**{label}**\n{text}\n" + (f">\n> {buttons}\n" if buttons else "")


def _parts(text: str) -> str:
    count = segments(text)
    return f"{len(text)} letters, {count} part{'s' if count > 1 else ''}"


def _pair(words: Words, name: str, when: str) -> str:
    web = "".join(_bubbles(variant) for variant in words.replies[name] if variant.channel != "sms")
    text = "".join(
        f'<div class="bubble text">{html.escape(v.text)}<br><small>{_parts(v.text)}</small></div>' for v in words.replies[name] if v.channel == "sms"
    )
    return f'<div class="pair"><h3>{name} <small>{html.escape(when)}</small></h3><div>{web}</div><div>{text}</div></div>'


def _bubbles(variant: Variant) -> str:
    parts = "".join(f'<div class="bubble">{html.escape(part)}</div>' for part in variant.text.split("\n\n"))
    return parts + "".join(f'<span class="choice">{html.escape(title)}</span>' for title, _ in variant.buttons)


if __name__ == "__main__":
    main()
