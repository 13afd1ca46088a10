"""Every way out, in every engine, with raw input: out of the page, nothing on Back, and the server has forgotten."""

from __future__ import annotations

import time

import pytest
from PIL import Image

from tests.browser.conftest import HOST_LEAVE, Visit
from tests.browser.engines import wait_until
from tests.browser.sites import SESSION
from tests.conftest import ROOT
from webhook.words import Words

SECRET = "my dog is called Biscuit"
GREETING = Words.load(ROOT).say("utter_greet").splitlines()[0]


def in_page(visit: Visit, selector: str) -> dict[str, float]:
    return visit.place("/", selector)


def test_a_the_button_leaves_a_page_of_its_own(visit: Visit) -> None:
    button = in_page(visit, "#leave")
    visit.begin()
    visit.goto("/")
    visit.left("A", visit.press(button))


def test_b_shift_three_times_leaves_while_typing(visit: Visit) -> None:
    box = in_page(visit, "#text")
    visit.begin()
    visit.goto("/")
    visit.press(box)
    visit.say(SECRET, 1)
    visit.engine.type("and then")
    visit.left("B", visit.shifts())
    visit.forgotten()


def test_c_shift_three_times_leaves_before_anything_was_touched(visit: Visit) -> None:
    visit.begin()
    visit.goto("/")
    visit.left("C", visit.shifts())


def test_d_the_button_in_the_frame_moves_the_whole_window(visit: Visit) -> None:
    button = visit.place("/housing", "#leave", frame=True)
    visit.open_widget()
    visit.say(SECRET, 1)
    visit.left("D", visit.press(button))
    visit.forgotten()


def open_by_keyboard(visit: Visit) -> None:
    visit.begin()
    visit.goto("/housing")
    for _ in range(4):  # the link, the search box, the bar's two buttons
        visit.engine.press("Tab")
    visit.engine.press("Enter")
    visit.council.wait_for("/said/focused")


def test_e_a_person_with_a_keyboard_alone_opens_talks_and_leaves(visit: Visit) -> None:
    open_by_keyboard(visit)
    visit.say(SECRET, 1)
    visit.left("E", visit.shifts())
    visit.forgotten()


def test_e8_the_keys_still_work_when_the_last_typing_was_eight_seconds_ago(visit: Visit) -> None:
    open_by_keyboard(visit)
    visit.engine.type(SECRET)
    time.sleep(8)  # what a click allows has passed in every engine by then
    visit.left("E8", visit.shifts())


def test_f_the_keys_work_with_the_focus_on_the_council_page(visit: Visit) -> None:
    search = visit.place("/housing", "#search")
    visit.open_widget()
    visit.say(SECRET, 1)
    visit.press(search)
    visit.left("F", visit.shifts())
    visit.forgotten()


def shows_nothing(visit: Visit) -> None:
    shown = visit.engine.text()
    assert "Biscuit" not in shown
    assert GREETING not in shown


def test_g_after_five_turns_back_three_times_shows_no_word(visit: Visit) -> None:
    button = visit.place("/housing", "#leave", frame=True)
    visit.open_widget()
    for turn in range(1, 6):
        visit.say(SECRET, turn)
    visit.left("G", visit.press(button))
    visit.forgotten()
    for _ in range(3):
        visit.engine.back()
        shows_nothing(visit)
        assert "/housing" not in visit.engine.url()


def test_h_a_kept_page_is_wiped_before_it_is_kept(visit: Visit) -> None:
    box = in_page(visit, "#text")
    visit.begin()
    visit.goto("/")
    visit.press(box)
    visit.say(SECRET, 1)
    visit.engine.type("half a sentence")
    visit.engine.goto(visit.address("/privacy"))
    visit.forgotten()
    visit.engine.back()
    shows_nothing(visit)
    assert visit.engine.ask("document.getElementById('text').value") == ""
    visit.matrix.add("H", visit.engine.name, said="nothing shown")


def test_i_a_sandboxed_frame_that_may_move_the_window_does(visit: Visit) -> None:
    button = visit.place("/sandboxed-top", "#leave", frame=True)
    visit.begin()
    visit.goto("/sandboxed-top")
    visit.left("I", visit.press(button))


def test_j_a_sandboxed_frame_that_may_not_goes_blank_and_is_forgotten(visit: Visit) -> None:
    button, box = (visit.place("/sandboxed", selector, frame=True) for selector in ("#leave", "#text"))
    visit.begin()
    visit.goto("/sandboxed")
    visit.press(box)
    visit.say(SECRET, 1)
    visit.press(button)
    visit.forgotten()
    shown = visit.engine.text()
    assert "Biscuit" not in shown
    assert "Leave now" not in shown
    assert visit.engine.url().endswith("/sandboxed")
    visit.matrix.add("J", visit.engine.name, said="blank, forgotten")


def test_k_without_the_loader_the_frame_moves_the_window_on_a_click(visit: Visit) -> None:
    button, box = (visit.place("/frame", selector, frame=True) for selector in ("#leave", "#text"))
    visit.begin()
    visit.goto("/frame")
    visit.press(box)
    visit.say(SECRET, 1)
    visit.left("K", visit.press(button))
    visit.forgotten()


def test_k_keys_without_the_loader_the_frame_moves_the_window_while_typing(visit: Visit) -> None:
    box = visit.place("/frame", "#text", frame=True)
    visit.begin()
    visit.goto("/frame")
    visit.press(box)
    visit.say(SECRET, 1)
    visit.left("K-keys", visit.shifts())
    visit.forgotten()


def test_k_link_where_the_loader_is_blocked_the_plain_link_leads_to_a_page_with_a_way_out(visit: Visit) -> None:
    link, button = visit.place("/blocked", "#plain"), in_page(visit, "#leave")
    visit.begin()
    visit.goto("/blocked")
    visit.press(link)
    visit.linden.wait_for("GET /static/leaving.js")
    visit.linden.wait_for("GET /static/session.js")
    visit.loaded()
    visit.left("K-link", visit.press(button))


def test_l_she_is_out_at_once_when_the_server_is_out_of_reach(visit: Visit) -> None:
    button = visit.place("/housing", "#leave", frame=True)
    visit.open_widget()
    visit.say(SECRET, 1)
    visit.linden.pause()
    try:
        visit.left("L", visit.press(button), timed=False)
    finally:
        visit.linden.resume()


def leave_without_javascript(visit: Visit) -> None:
    visit.linden.given.clear()
    visit.begin(script=False)
    visit.goto("/")
    for _ in range(4):  # leave, the limits card, the privacy link, the box
        visit.engine.press("Tab")
    visit.engine.type(SECRET)
    visit.engine.press("Tab")
    visit.engine.press("Enter")
    visit.linden.wait_for("POST /chat")
    wait_until(lambda: GREETING in visit.engine.text(), "the answer to be on the page")
    visit.loaded()
    visit.engine.press("Tab")
    pressed = time.monotonic()
    visit.engine.press("Enter")
    visit.left("M", pressed, timed=False)
    visit.forgotten()


def test_m_without_javascript_the_form_forgets_and_leaves(visit: Visit) -> None:
    leave_without_javascript(visit)
    token = SESSION.search(visit.linden.given[0])
    assert token
    again = visit.linden.app.test_client().post("/chat", data={"session": token[1], "turn": "1", "text": SECRET})
    assert again.status_code == 410
    assert b"Biscuit" not in again.data


def test_m_back_after_leaving_without_javascript_back_shows_no_word(visit: Visit) -> None:
    leave_without_javascript(visit)
    visit.engine.back()
    if visit.engine.name == "webkit":  # it posts the page again unasked, and its driver cannot look at what comes back
        wait_until(lambda: len(visit.linden.given) > 1, "the page to be posted again")
        assert GREETING in visit.linden.given[0]
        assert GREETING not in visit.linden.given[1]
        visit.matrix.add("M-back", visit.engine.name, said="posted again, told that it has ended")
    else:
        assert visit.linden.origin not in visit.engine.url().split("?")[0]
        for _ in range(3):
            shows_nothing(visit)
            visit.engine.back()
        visit.matrix.add("M-back", visit.engine.name, said="the browser's own notice")
    assert not visit.parts.conversations.held


def test_n_the_council_pages_own_button_leaves_and_the_server_forgets(visit: Visit) -> None:
    button = visit.place("/housing", HOST_LEAVE, opened=True)
    visit.open_widget()
    visit.say(SECRET, 1)
    visit.left("N", visit.press(button))
    visit.forgotten()


@pytest.mark.parametrize(("case", "selector", "frame"), [("O", "#leave", True), ("O-host", HOST_LEAVE, False)])
def test_o_leaving_leads_where_the_council_wants_it(visit: Visit, case: str, selector: str, frame: bool) -> None:
    button = visit.place("/housing", selector, frame, opened=True)
    visit.open_widget("/way-out")
    visit.say(SECRET, 1)
    visit.left(case, visit.press(button), to="/library")
    visit.forgotten()
    assert visit.neutral.saw("/weather") is None


# WebKit's driver waits for the neutral page before it takes a picture, and types no capitals into a frame: two engines here.
TWO_ENGINES = pytest.mark.parametrize("engine", ["chromium", "firefox"], indirect=True)


@TWO_ENGINES
def test_the_window_is_blank_while_the_neutral_page_is_awaited(visit: Visit, tmp_path) -> None:
    button = visit.place("/housing", "#leave", frame=True)
    visit.open_widget()
    visit.say(SECRET, 1)
    visit.neutral.held.set()
    pressed = visit.press(button)
    visit.neutral.wait_for("/weather", pressed)
    visit.engine.shot(tmp_path / "blank.png")
    with Image.open(tmp_path / "blank.png") as picture:
        assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24)) == 1
    time.sleep(0.5)  # the frame would have tried by itself by then
    visit.neutral.held.clear()
    wait_until(lambda: visit.engine.url().endswith("/weather"), "the window to be at the neutral page")
    assert [hit.what for hit in visit.neutral.hits].count("/weather") == 1


@TWO_ENGINES
def test_a_way_out_that_is_no_address_is_not_taken(visit: Visit) -> None:
    button = visit.place("/housing", "#leave", frame=True)
    visit.open_widget("/wrong-way-out")
    pressed = visit.press(button)
    visit.neutral.wait_for("/weather", pressed)


@TWO_ENGINES
def test_three_capital_letters_are_not_a_wish_to_leave(visit: Visit) -> None:
    open_by_keyboard(visit)
    for letter in "NHS":
        visit.engine.chord("Shift", letter)
    visit.engine.press("Enter")
    visit.linden.wait_for("POST /chat/message")
    assert visit.neutral.saw("/weather") is None
