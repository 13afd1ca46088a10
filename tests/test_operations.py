"""What whoever runs Linden sees: lines that say what happened and to what, counts without people in them."""

import json
import logging

import pytest
from flask.testing import FlaskClient

from bot.quiet import WordsFilter
from tests.conftest import Scripted
from webhook import metrics
from webhook.logs import Lines, References
from webhook.metrics import Metrics
from webhook.parts import Parts


def line(name: str, message: str, *args: object, failure: BaseException | None = None) -> str:
    record = logging.LogRecord(name, logging.DEBUG, "place.py", 7, message, args, (type(failure), failure, None) if failure else None)
    assert References().filter(record)
    return json.loads(Lines().format(record))["event"]


def test_our_own_lines_keep_their_references() -> None:
    assert line("webhook.sms", "a text could not be kept: %s", "OperationalError") == "a text could not be kept: OperationalError"


@pytest.mark.parametrize(
    ("args", "event"),
    [(("he has a knife", 3), "said … at 3"), (("x", "a sentence"), "said … at …")],
)
def test_of_a_librarys_line_only_the_fixed_text_and_numbers_are_kept(args: tuple, event: str) -> None:
    assert line("urllib3.connectionpool", "said %s at %s", *args) == event


def test_a_line_a_library_put_together_itself_is_reduced_to_its_place() -> None:
    assert line("werkzeug", "he has a knife") == "place:7"


def test_a_traceback_is_reduced_to_the_name_of_the_failure_and_its_place() -> None:
    assert line("flask.app", "Exception on %s", "/chat", failure=ValueError("he has a knife")) == "ValueError in place:7"


def test_a_blanked_value_where_a_number_was_meant_breaks_no_line() -> None:
    assert line("library", "%d bytes", "he has a knife") == "place:7"


def test_rasas_filter_keeps_the_name_of_a_failure_and_nothing_that_was_said() -> None:
    record = logging.LogRecord("rasa", logging.ERROR, "p.py", 1, "not kept: %s for %s", ("OperationalError", "a knife"), None)
    import sqlalchemy.exc  # noqa: F401  # the filter knows the failures that are loaded

    WordsFilter().filter(record)
    assert record.getMessage() == "not kept: OperationalError for …"


def test_counts_are_rounded_down_and_small_ones_are_not_shown() -> None:
    counted = Metrics.make()
    for _ in range(4):
        counted.rasa.labels("late").inc()
    for _ in range(13):
        counted.rasa.labels("answered").inc()
    shown = metrics.exposition(counted.registry).decode()
    assert 'linden_rasa_total{outcome="answered"} 10.0' in shown
    assert '"late"' not in shown
    assert "_created" not in shown


def test_counts_hold_no_content_and_no_person(client: FlaskClient, linden: Parts, scripted: Scripted) -> None:
    for turn in range(6):
        session = client.post("/chat/open").get_json()["session"]
        client.post("/chat/message", json={"text": "the heron at 07700 900765", "turn": turn}, headers={"X-Chat-Session": session})
        client.get("/heron-07700900765")
    shown = metrics.exposition(linden.metrics.registry).decode()
    assert 'linden_requests_total{handler="chat.message",status="2xx"} 5.0' in shown
    assert 'handler="none",status="4xx"} 5.0' in shown
    assert "heron" not in shown
    assert "900765" not in shown
