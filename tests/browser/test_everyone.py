"""Every page and state by the accessibility rules, enlarged two and four times, by keyboard alone, and as it is announced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from limits import parse

from tests.browser.conftest import OPEN, Visit
from tests.browser.steps import DANGER, DUDLEY, clean, fits, form, open_page, press, say
from tests.browser.talker import Talker
from webhook.front_door import LONGEST

pytestmark = pytest.mark.parametrize("engine", ["chromium"], indirect=True)

NUMBER = "07700 900321"
ZOOMS = {"200 %": {"width": 1280, "height": 1024, "zoom": 2}, "400 %": {"width": 1280, "height": 1024, "zoom": 4}}
FOCUS_IN_SIGHT = """(() => {
  const on = document.activeElement, box = on.getBoundingClientRect();
  const hit = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height, innerHeight) / 2);
  return on === document.body || Boolean(hit && (on.contains(hit) || hit.contains(on)));
})()"""


# ---- with JavaScript ------------------------------------------------------------------------------------------------


def too_long(visit: Visit) -> None:
    press(visit, "#text")
    visit.engine.ask(f"document.getElementById('text').value = {'long words ' * (LONGEST // 10)!r}")
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('.utter_too_long')")


def ended(visit: Visit) -> None:
    say(visit, "hello")
    visit.parts.conversations.held.clear()
    say(visit, "still there", "document.querySelector('.utter_session_ended')")


def too_fast(visit: Visit) -> None:
    rules = visit.parts.limits.rules
    roomy, rules["message"] = rules["message"], parse("1 per day")
    try:
        say(visit, "hello")
        say(visit, "and again", "document.querySelector('.utter_too_fast')")
    finally:
        rules["message"] = roomy


def waiting(visit: Visit) -> None:
    talker = visit.parts.rasa
    assert isinstance(talker, Talker)
    talker.patience.clear()
    say(visit, "hello", "document.querySelector('.typing')")


def unchosen(visit: Visit) -> None:
    """The call form sent without a time, which is refused at its field."""
    form(visit)
    press(visit, "#number")
    visit.engine.type(NUMBER)
    visit.engine.press("Enter")
    visit.engine.wait("!document.querySelector('form.callback').elements.window[0].validity.valid")


def all_open(visit: Visit) -> None:
    form(visit)
    visit.engine.ask("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def notice(visit: Visit) -> None:
    visit.engine.ask("document.getElementById('privacy').focus()")
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('#notice h2')")


def cleared(visit: Visit) -> None:
    say(visit, "hello")
    press(visit, "#ending button:last-of-type")


STATES = {
    "danger": lambda visit: say(visit, DANGER),
    "contacts": lambda visit: say(visit, "I live in Dudley, who can help"),
    "too long": too_long,
    "ended": ended,
    "too fast": too_fast,
    "waiting": waiting,
    "form": all_open,
    "form refused": unchosen,
    "privacy": notice,
    "cleared": cleared,
}


@pytest.fixture(autouse=True)
def patient(visit: Visit) -> Iterator[None]:
    yield
    visit.parts.rasa.patience.set()  # type: ignore[attr-defined]


@pytest.mark.parametrize("state", STATES)
def test_a_state_with_javascript_breaks_no_rule(visit: Visit, state: str) -> None:
    open_page(visit)
    STATES[state](visit)
    clean(visit)
    fits(visit)


@pytest.mark.parametrize("zoom", ZOOMS)
@pytest.mark.parametrize("state", ["danger", "contacts", "form", "privacy", "too long"])
def test_enlarged_it_reflows_and_nothing_is_cut_off(visit: Visit, state: str, zoom: str) -> None:
    open_page(visit, **ZOOMS[zoom])
    STATES[state](visit)
    fits(visit)


@pytest.mark.parametrize("state", ["danger", "form"])
def test_text_alone_twice_as_large_fits(visit: Visit, state: str) -> None:
    open_page(visit, width=640)
    visit.engine.ask("document.documentElement.style.fontSize = '200%'")
    STATES[state](visit)
    fits(visit)


def test_enlarged_four_times_what_stays_in_sight_leaves_room_to_read(visit: Visit) -> None:
    open_page(visit, **ZOOMS["400 %"])
    say(visit, DANGER)
    assert visit.engine.ask("document.querySelector('header').getBoundingClientRect().height < innerHeight / 3")
    for vital in ("#leave", "#danger .call"):
        assert visit.engine.place(vital)["y"] < 128


# ---- without JavaScript ---------------------------------------------------------------------------------------------


def plain_say(visit: Visit, text: str) -> None:
    press(visit, "#text")
    visit.engine.type(text)
    arrive(visit, "#say button", ".answer")


def arrive(visit: Visit, button: str, shown: str) -> None:
    """Press a button of a plain form, and wait for the page it leads to."""
    place = visit.engine.do("place", selector=button, reveal=True)
    visit.engine.do("follow", x=place["x"], y=place["y"])
    assert visit.engine.ask(f"document.querySelector({shown!r}) !== null")


def plain_form(visit: Visit) -> None:
    plain_say(visit, DUDLEY)
    arrive(visit, ".utter_request_callback button", "form.callback")


def plain_wrong(visit: Visit) -> None:
    plain_form(visit)
    press(visit, "#number")
    visit.engine.type(NUMBER)
    arrive(visit, "form.callback > button", ".wrong")


def plain_sent(visit: Visit) -> None:
    plain_form(visit)
    press(visit, "#number")
    visit.engine.type(NUMBER)
    press(visit, ".slot")
    arrive(visit, "form.callback > button", ".receipt")


def plain_cancelled(visit: Visit) -> None:
    plain_form(visit)
    press(visit, ".cancel summary")
    press(visit, "#receipt")
    visit.engine.type("two words")
    arrive(visit, ".cancel button", ".onward")


def plain_areas(visit: Visit) -> None:
    plain_say(visit, "can someone ring me")
    arrive(visit, ".utter_request_callback button", ".choices button[name=area]")


def plain_ended(visit: Visit) -> None:
    plain_say(visit, "hello")
    visit.parts.conversations.held.clear()
    press(visit, "#text")
    visit.engine.type("still there")
    arrive(visit, "#say button", ".onward")


def plain_closed(visit: Visit) -> None:
    plain_say(visit, "hello")
    arrive(visit, "#ending button:last-of-type", ".onward")


PLAIN = {
    "first": lambda visit: None,
    "answer": lambda visit: plain_say(visit, "what is clares law"),
    "danger": lambda visit: plain_say(visit, DANGER),
    "contacts": lambda visit: plain_say(visit, "who can help"),
    "form": plain_form,
    "form refused": plain_wrong,
    "areas": plain_areas,
    "sent": plain_sent,
    "cancelled": plain_cancelled,
    "ended": plain_ended,
    "closed": plain_closed,
    "privacy": lambda visit: visit.goto("/privacy"),
    "not found": lambda visit: visit.goto("/nothing-here"),
}


@pytest.mark.parametrize("state", PLAIN)
def test_a_page_without_javascript_breaks_no_rule(visit: Visit, state: str) -> None:
    open_page(visit, width=320, script=False)
    PLAIN[state](visit)
    visit.engine.script(on=True)  # for the rules alone: what stands on the page was made without
    clean(visit)
    fits(visit)


# ---- the demonstration pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{"width": 320}, {"width": 1280}, ZOOMS["200 %"], ZOOMS["400 %"]], ids=["320 px", "1280 px", *ZOOMS])
@pytest.mark.parametrize("path", ["/demo", "/demo/sms", "/privacy"])
def test_the_pages_around_the_chat_break_no_rule_and_fit(visit: Visit, path: str, how: dict[str, Any]) -> None:
    open_page(visit, **how)
    visit.goto(path)
    clean(visit)
    fits(visit)


@pytest.mark.parametrize("width", [320, 1280])
def test_the_open_widget_breaks_no_rule_beside_the_council_page(visit: Visit, width: int) -> None:
    open_page(visit, width=width)
    visit.goto("/demo")
    press(visit, OPEN)
    visit.engine.wait("document.activeElement && document.activeElement.id === 'text'", frame=True)
    visit.engine.type(DANGER)
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('#danger .call')", frame=True)
    clean(visit)
    clean(visit, frame=True)


# ---- by keyboard, and by ear ----------------------------------------------------------------------------------------


def tab_to(visit: Visit, selector: str, most: int = 40) -> None:
    """Press Tab until what is wanted has the focus; whatever has it on the way can be seen."""
    for _ in range(most):
        visit.engine.press("Tab")
        assert visit.engine.ask(FOCUS_IN_SIGHT), visit.engine.ask("document.activeElement.outerHTML")
        if visit.engine.ask(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"{most} times Tab never led to {selector}")


@pytest.mark.parametrize("how", [{}, {"width": 320, "height": 640}, ZOOMS["400 %"]], ids=["phone", "320 px", "400 %"])
def test_a_call_is_asked_for_by_keyboard_alone_and_the_focus_is_always_in_sight(visit: Visit, how: dict[str, Any]) -> None:
    open_page(visit, **how)
    tab_to(visit, "#text")
    visit.engine.type(DUDLEY)
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('.utter_request_callback button')")
    visit.engine.chord("Shift", "Tab")
    assert visit.engine.ask("document.activeElement.closest('.utter_request_callback') !== null")
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('form.callback') && document.activeElement.classList.contains('sheet')")
    tab_to(visit, "#number")
    visit.engine.type(NUMBER)
    tab_to(visit, ".slot input")
    visit.engine.press("Space")
    tab_to(visit, "form.callback > button")
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('.receipt') && document.activeElement.classList.contains('sheet')")


def heard(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The roles and names a screen reader is given, in their order."""
    yield node.get("role", ""), node.get("name", "")
    for child in node.get("children", []):
        yield from heard(child)


def test_while_covered_nothing_is_seen_or_heard(visit: Visit) -> None:
    open_page(visit)
    say(visit, "hello")
    visit.engine.hide()
    visit.engine.wait("document.documentElement.classList.contains('covered')")
    assert [name for role, name in heard(visit.engine.heard()) if role in ("StaticText", "button", "link", "textbox")] == []


def test_what_a_screen_reader_is_given(visit: Visit) -> None:
    open_page(visit)
    before = list(heard(visit.engine.heard()))
    assert [name for role, name in before if role == "textbox"] == ["Your message"]
    assert {"log", "status"} <= {role for role, _ in before}, "what is announced politely must stand there before it is filled"
    say(visit, DANGER)
    after = list(heard(visit.engine.heard()))
    assert ("link", "Call 999") in after
    roles = [role for role, _ in after]
    words = [name.strip() for role, name in after if role == "StaticText"]
    assert roles.index("alert") < roles.index("log")
    assert words.index(f"{DANGER}") < next(at for at, name in enumerate(words) if name.startswith("Call 999 now"))
    assert [name for name in words if name in ("You:", "Answer:")][:2] == ["You:", "Answer:"]
