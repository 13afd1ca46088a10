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


@pytest.mark.parametrize(("name", "value"), [("LINDEN_MODE", "production"), ("PORT", "eighty")])
def test_a_setting_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(ConfigInvalid, match=name):
        load_config({name: value}, ROOT)
