"""What the specialist reads is what is said: the review page, the sign-off list and the preview follow the words."""

from pathlib import Path

import yaml

from tests.conftest import ROOT
from tools.wording import SIGNOFF, page, preview, signoff
from webhook.words import Words

WORDS = Words.load(ROOT)
SIGNED = yaml.safe_load((ROOT / SIGNOFF).read_text("utf-8"))


def test_the_review_page_is_not_behind_the_words() -> None:
    assert (ROOT / "docs/wording.md").read_text("utf-8") == page(ROOT, WORDS, signoff(ROOT, WORDS)), "run `make wording`"


def test_the_sign_off_list_names_every_reply_by_the_hash_of_its_words() -> None:
    assert {name: entry["hash"] for name, entry in SIGNED.items()} == {name: WORDS.version(name) for name in WORDS.replies}


def test_nobody_is_said_to_have_reviewed_words_without_a_name_and_a_day() -> None:
    for name, entry in SIGNED.items():
        assert bool(entry["reviewer"]) == bool(entry["date"]), name


def test_a_changed_word_empties_its_sign_off(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    signed = {"utter_thanks": {"hash": WORDS.version("utter_thanks"), "reviewer": "A. Specialist", "date": "2026-12-01"}}
    signed["utter_greet"] = signed["utter_thanks"] | {"hash": "0000000000000000"}
    (tmp_path / SIGNOFF).write_text(yaml.safe_dump(signed))
    kept = signoff(tmp_path, WORDS)
    assert kept["utter_thanks"]["reviewer"] == "A. Specialist"
    assert kept["utter_greet"] == {"hash": WORDS.version("utter_greet"), "reviewer": None, "date": None}


def test_the_page_and_the_preview_show_every_wording() -> None:
    written, shown = page(ROOT, WORDS, signoff(ROOT, WORDS)), preview(ROOT, WORDS)
    for name, variants in WORDS.replies.items():
        assert f"### {name}\n" in written
        assert f"<h3>{name} " in shown
        assert written.count(f"### {name}\n") == 1
        for variant in variants:
            assert variant.text.splitlines()[0] in written
