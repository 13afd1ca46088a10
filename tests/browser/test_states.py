"""What a person meets in the page and the widget, state by state: pictures, accessibility rules, and what may not happen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import OPEN, Visit
from tests.browser.engines import wait_until
from tests.browser.steps import DANGER, clean, fits, form, open_page, press, say
from tests.browser.talker import Talker
from webhook.front_door import LONGEST

pytestmark = pytest.mark.parametrize("engine", ["chromium"], indirect=True)


@pytest.fixture
def talker(visit: Visit) -> Talker:
    talker = visit.parts.rasa
    assert isinstance(talker, Talker)
    talker.sent.clear()
    return talker


STATES = {
    "limits": lambda visit: None,
    "conversation": lambda visit: say(visit, "what is clares law"),
    "topics": lambda visit: say(visit, "what can I ask"),
    "danger": lambda visit: say(visit, DANGER),
    "contacts": lambda visit: say(visit, "I live in Dudley, who can help"),
    "callback-form": form,
}
LOOKS: dict[str, tuple[dict[str, str], ...]] = {"light": (), "dark": ({"name": "prefers-color-scheme", "value": "dark"},)}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_a_state_is_usable_by_everyone(visit: Visit, pictures: Path, state: str, look: str) -> None:
    open_page(visit, LOOKS[look])
    STATES[state](visit)
    clean(visit)
    fits(visit)
    visit.engine.shot(pictures / f"{state}{'' if look == 'light' else '-dark'}.png")


@pytest.mark.parametrize(("name", "width"), [("phone-320", 320), ("desktop", 1280)])
def test_it_fits_from_a_small_phone_to_a_desk(visit: Visit, pictures: Path, name: str, width: int) -> None:
    open_page(visit, width=width, height=640 if width == 320 else 800)
    fits(visit)
    form(visit)
    fits(visit)
    say(visit, DANGER, "document.getElementById('danger').children.length")
    visit.engine.wait("!document.querySelector('.typing')")
    fits(visit)
    clean(visit)
    visit.engine.shot(pictures / f"{name}.png")


def test_999_stands_at_the_top_whatever_follows(visit: Visit, pictures: Path) -> None:
    open_page(visit)
    say(visit, DANGER)
    visit.engine.ask("document.getElementById('log').style.minHeight = '3000px'")
    form(visit)
    top = visit.engine.place("#danger .call")
    assert visit.engine.ask("document.querySelector('#danger .call').getAttribute('href')") == "tel:999"
    assert top["y"] < 250
    assert visit.engine.ask("document.getElementById('danger').getAttribute('role')") == "alert"
    visit.engine.shot(pictures / "danger-form.png")


def test_it_reads_from_right_to_left_when_told_to(visit: Visit) -> None:
    open_page(visit, width=320)
    visit.engine.ask("document.documentElement.dir = 'rtl'")
    say(visit, "I live in Dudley, who can help")
    fits(visit)
    assert visit.engine.place("#leave")["x"] < 160


@pytest.mark.parametrize("feature", [{"name": "forced-colors", "value": "active"}, {"name": "prefers-contrast", "value": "more"}])
def test_it_holds_in_high_contrast(visit: Visit, pictures: Path, feature: dict[str, str]) -> None:
    open_page(visit, (feature,))
    say(visit, DANGER)
    clean(visit)
    visit.engine.shot(pictures / f"{feature['name']}.png")


def test_the_widget_on_a_council_page(visit: Visit, pictures: Path) -> None:
    visit.begin(width=1100, height=800)
    visit.engine.goto(f"{visit.linden.origin}/demo")
    clean(visit)
    visit.engine.shot(pictures / "demo-closed.png")
    press(visit, OPEN)
    visit.engine.wait("document.activeElement && document.activeElement.id === 'text'", frame=True)
    visit.engine.type("who can help")
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('.card')", frame=True)
    clean(visit)
    clean(visit, frame=True)
    visit.engine.shot(pictures / "demo-open.png")


def test_the_borough_of_the_council_page_is_known(visit: Visit) -> None:
    visit.open_widget()
    visit.say("hello", 1)
    assert [each.area for each in visit.parts.conversations.held.values()] == ["Dudley"]


def test_a_council_sets_colours_words_and_side(visit: Visit) -> None:
    page = visit.council.pages["/housing"]
    loader = f'<style>linden-chat {{--linden-act: rgb(9, 80, 40)}}</style><script src="{visit.linden.origin}/widget.js" data-side="left" data-label="Ask us" data-heading="Ask about home"></script>'
    visit.council.pages["/themed"] = page[: page.index("<script src=")] + loader
    visit.begin()
    visit.goto("/themed")
    button = visit.engine.place(OPEN)
    assert visit.engine.ask("document.querySelector('linden-chat').shadowRoot.querySelector('button:not(.leave)').textContent") == "Ask us"
    assert button["x"] < 300
    visit.engine.click(button)
    visit.engine.wait("document.querySelector('h1').textContent === 'Ask about home'", frame=True)
    assert visit.engine.ask("getComputedStyle(document.querySelector('#say button')).backgroundColor", frame=True) == "rgb(9, 80, 40)"


def test_a_hidden_window_is_covered(visit: Visit, pictures: Path) -> None:
    open_page(visit)
    say(visit, "what is clares law")
    visit.engine.hide()
    visit.engine.wait("getComputedStyle(document.body).visibility === 'hidden'")
    visit.engine.shot(pictures / "covered.png")


def test_a_lost_connection_keeps_the_words_and_the_same_turn_is_tried_again(visit: Visit, talker: Talker, pictures: Path) -> None:
    open_page(visit)
    visit.linden.lost.add("/chat/message")
    say(visit, "what is clares law", "!document.getElementById('retry').hidden")
    visit.linden.lost.clear()
    assert visit.engine.ask("document.getElementById('text').value") == "what is clares law"
    clean(visit)
    visit.engine.shot(pictures / "offline.png")
    press(visit, "#retry")
    visit.engine.wait("document.querySelector('.answer')")
    assert visit.engine.ask("document.querySelectorAll('.mine').length") == 1
    assert visit.engine.ask("document.getElementById('text').value") == ""
    assert talker.sent == ["what is clares law"]


def test_other_words_after_a_lost_answer_are_a_new_turn(visit: Visit, talker: Talker) -> None:
    open_page(visit)
    visit.linden.lost.add("/chat/message")
    say(visit, "hello", "!document.getElementById('retry').hidden")
    visit.linden.lost.clear()
    say(visit, " again", "document.querySelector('.answer')")
    assert talker.sent == ["hello", "hello again"]


def test_a_wait_is_shown_and_said(visit: Visit, talker: Talker) -> None:
    open_page(visit)
    talker.patience.clear()
    say(visit, "hello", "document.querySelector('.typing')")
    assert visit.engine.ask("document.getElementById('status').textContent") == "Looking that up"
    assert visit.engine.ask("document.getElementById('status').getAttribute('role')") == "status"
    talker.patience.set()
    visit.engine.wait("!document.querySelector('.typing') && document.getElementById('status').textContent === ''")


def test_answers_are_announced_once_and_by_who_says_them(visit: Visit) -> None:
    open_page(visit)
    say(visit, "hello")
    log = "document.getElementById('log')"
    assert visit.engine.ask(f"[{log}.getAttribute('role'), {log}.getAttribute('aria-live')]") == ["log", "polite"]
    assert visit.engine.ask("[...document.querySelectorAll('#log .unseen')].map((each) => each.textContent)") == ["You: ", "Answer: "]


def test_what_is_too_long_stays_in_the_box_and_is_read_for_danger(visit: Visit) -> None:
    open_page(visit)
    press(visit, "#text")
    visit.engine.ask(f"document.getElementById('text').value = {'long words ' * (LONGEST // 10)!r}")
    visit.engine.type(DANGER)
    assert "over 1,000" in visit.engine.ask("document.getElementById('status').textContent")
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelector('.utter_too_long')")
    assert DANGER in visit.engine.ask("document.getElementById('text').value")
    assert visit.engine.ask("document.getElementById('danger').children.length > 0")


def test_a_choice_is_pressed_by_keyboard_and_the_focus_goes_to_its_answer(visit: Visit, talker: Talker) -> None:
    open_page(visit)
    say(visit, "what can I ask")
    visit.engine.ask("document.querySelector('.choices button').focus()")
    visit.engine.press("Enter")
    visit.engine.wait("document.querySelectorAll('.answer').length === 2")
    assert visit.engine.ask("document.activeElement.className.startsWith('answer')")
    assert len(talker.sent) == 2


def test_start_again_and_clear_leave_nothing(visit: Visit) -> None:
    open_page(visit)
    say(visit, DANGER)
    press(visit, "#ending button:first-of-type")
    visit.forgotten()
    assert visit.engine.ask("document.getElementById('log').children.length + document.getElementById('danger').children.length") == 0
    say(visit, "hello")
    press(visit, "#ending button:last-of-type")
    visit.forgotten()
    assert visit.engine.ask("document.getElementById('main').innerText") == "Cleared. You can close this page."


def test_paper_shows_nothing(visit: Visit) -> None:
    open_page(visit)
    say(visit, "hello")
    visit.engine.media(type="print")
    assert visit.engine.ask("document.documentElement.getBoundingClientRect().height") == 0


def test_what_can_be_pressed_is_large_enough(visit: Visit) -> None:
    open_page(visit)
    form(visit)
    small = "[...document.querySelectorAll('button, .call, summary, input:not([type=hidden])')].map((each) => each.getBoundingClientRect()).filter((box) => box.height && (box.height < 22 || box.width < 22)).length"
    assert visit.engine.ask(small) == 0


def test_a_whole_visit_speaks_to_our_origin_alone_and_stores_nothing(visit: Visit) -> None:
    open_page(visit)
    form(visit)
    say(visit, DANGER)
    asked = [each for each in visit.engine.seen() if "url" in each and not each["url"].startswith(visit.council.origin)]
    assert {each["url"].split("/")[2] for each in asked} == {visit.linden.origin.split("/")[2]}
    assert [each for each in asked if each["headers"].get("referer") or each["headers"].get("cookie")] == []
    assert [each for each in visit.engine.seen() if "error" in each] == []
    assert {(hit.cookie, hit.referrer) for hit in visit.linden.hits} == {("", "")}
    assert visit.engine.ask("localStorage.length + sessionStorage.length + document.cookie.length + history.length") <= 3
    assert visit.engine.ask("indexedDB.databases().then((found) => found.length)") == 0
    assert visit.engine.ask("location.href") == f"{visit.linden.origin}/"
    assert visit.engine.cookies() == 0


def test_a_visit_to_the_widget_speaks_to_the_council_and_to_us_and_stores_nothing(visit: Visit) -> None:
    visit.open_widget()
    visit.say("hello", 1)
    visit.say(DANGER, 2)
    visit.engine.wait("document.querySelector('#danger .call')", frame=True)
    ours, theirs = (site.origin.split("/")[2] for site in (visit.linden, visit.council))
    asked = [each for each in visit.engine.seen() if "url" in each]
    assert {each["url"].split("/")[2] for each in asked} == {ours, theirs}
    assert [each for each in visit.engine.seen() if "error" in each] == []
    loader, chat = ([hit for hit in visit.linden.hits if (hit.what == "GET /widget.js") is first] for first in (True, False))
    assert {hit.referrer for hit in loader} <= {"", f"{visit.council.origin}/"}, "the council's page asks for the loader itself"
    assert {hit.referrer for hit in chat} == {""}
    assert {hit.cookie for hit in (*visit.linden.hits, *visit.council.hits)} == {""}
    for frame in (False, True):
        assert visit.engine.ask("localStorage.length + sessionStorage.length + document.cookie.length", frame=frame) == 0
        assert visit.engine.ask("indexedDB.databases().then((found) => found.length)", frame=frame) == 0
    assert visit.engine.ask("location.pathname", frame=True) == "/widget"
    assert visit.engine.cookies() == 0


def test_a_request_for_a_call_is_sent_in_the_same_document(visit: Visit, pictures: Path) -> None:
    open_page(visit)
    form(visit)
    press(visit, "#number")
    visit.engine.type("07700 900123")
    press(visit, ".slot")
    press(visit, "form.callback > button")
    visit.engine.wait("document.querySelector('.receipt')")
    clean(visit)
    visit.engine.shot(pictures / "receipt.png")
    assert visit.engine.ask("location.href") == f"{visit.linden.origin}/"


def test_without_javascript_it_is_the_same_page(visit: Visit, pictures: Path) -> None:
    open_page(visit, script=False)
    press(visit, "#text")
    visit.engine.type(DANGER)
    press(visit, "#say button")
    wait_until(lambda: "Call 999 now" in visit.engine.text(), "the answer")
    assert "Shift" not in visit.engine.text().split("Call 999")[0], "the keys do not work here"
    visit.engine.shot(pictures / "no-javascript.png")
