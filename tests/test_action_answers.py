"""An action server's answer is checked as Rasa checks it, against a schema that is read once."""

import pytest
from jsonschema import ValidationError, validate
from rasa.core.actions.action import RemoteAction

from bot.lean import check_of

SCHEMA = RemoteAction.action_response_format_spec()
GOOD = {"events": [{"event": "slot", "name": "area", "value": "Dudley"}], "responses": [{"response": "utter_greet"}]}


def test_an_answer_in_order_passes() -> None:
    assert check_of(SCHEMA)(None, GOOD)


@pytest.mark.parametrize("answer", [GOOD | {"events": "none"}, GOOD | {"responses": [1]}, "nothing"])
def test_what_rasa_refuses_is_refused(answer: object) -> None:
    with pytest.raises(ValidationError):
        validate(answer, SCHEMA)
    with pytest.raises(ValidationError):
        check_of(SCHEMA)(None, answer)


def test_the_check_takes_the_place_of_rasas_own() -> None:
    assert callable(RemoteAction._validate_action_result), "Rasa calls it otherwise now: bot/serve.py replaces nothing"
