"""Live mode refuses to start until people have signed, confirmed and taken responsibility, and says what is missing."""

from pathlib import Path

import pytest

from tests.conftest import ROOT, Clock, Scripted, make_app
from webhook.config import load_config
from webhook.errors import ConfigInvalid


def test_live_mode_lists_everything_that_is_missing(tmp_path: Path, clock: Clock) -> None:
    with pytest.raises(ConfigInvalid) as refused:
        make_app(tmp_path, Scripted(), clock, LINDEN_MODE="live")
    missing = str(refused.value)
    for part in ("safeguarding lead", "data controller", "utter_danger_now is not signed off", "confirmed the number of ndah"):
        assert part in missing
    for part in ("utter_request_callback is not signed off", "utter_dvpo_what is not signed off", "utter_step_clare_how is not signed off"):
        assert part in missing
    assert "was to be looked at again" not in missing


def test_live_mode_does_not_start_on_words_past_their_day(tmp_path: Path, clock: Clock) -> None:
    clock.forward(days=400)
    with pytest.raises(ConfigInvalid, match="utter_dvpo_what was to be looked at again by 2027-05-20"):
        make_app(tmp_path, Scripted(), clock, LINDEN_MODE="live")


@pytest.mark.parametrize(("name", "value"), [("LINDEN_MODE", "production"), ("PORT", "eighty")])
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigInvalid, match=name):
        load_config({name: value}, ROOT)
