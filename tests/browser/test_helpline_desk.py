"""The desk in Chromium, each person with a passkey in a virtual authenticator: the server opens nothing and sees no passphrase."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk_site import HERE, Chromium, DeskSite
from tests.clock import NOON, Clock
from tests.conftest import PASSPHRASE
from webhook.handoff.canary import unproved
from webhook.handoff.desk import Wanted, naive
from webhook.handoff.windows import Window
from webhook.store.alerts import Kind
from webhook.store.engine import transaction
from webhook.store.models import LeadAlert

RECOVERY = "recovery.json"
PHRASE = "sentinel passphrase of the desk"
REQUEST = {
    "number": "+447700900123",
    "channel": "web",
    "area": "Dudley",
    "name": "Karen",
    "her_word": "bluebell",
    "our_word": "gas meter",
    "stop_word": "catalogue",
    "if_answered": "wrong_number",
    "rings_back": "them",
    "voicemail": False,
    "may_text": False,
    "picks_up": True,
    "children": True,
    "under_18": False,
    "danger_today": True,
}


WATCH_NOTICES = """window.told = [];
Object.defineProperty(document, 'hidden', { get: () => true });
window.Notification = class extends Notification { constructor(...said) { super(...said); window.told.push(said); } };"""


class Desk:
    """The site, the browser, and what somebody does there."""

    def __init__(self, site: DeskSite, browser: Chromium) -> None:
        self.site, self.browser = site, browser

    def __call__(self, who: str, command: str, **given: Any) -> Any:
        return self.browser.do(command, who=who, **given)

    def enrol(self, who: str, role: str = "worker") -> str:
        """Join from a printed link; return the fingerprint that is to be read out."""
        link = self.site.command("invite", who, "--service", "demo-dudley", "--role", role).split()[-1]
        self(who, "person")
        self(who, "goto", url=link)
        self(who, "wait", expression="!document.querySelector('#make').hidden")
        for field in ("#passphrase", "#again"):
            self(who, "type", selector=field, text=PHRASE)
        self(who, "click", selector="#make button.act")
        return str(self(who, "text", selector="#fingerprint"))

    def come_in(self, who: str) -> None:
        """Open the desk and unlock the key."""
        self(who, "goto", url=f"{self.site.origin}/helpline/")
        self(who, "type", selector="#passphrase", text=PHRASE)
        self(who, "press", key="Enter")
        self(who, "wait", expression="document.querySelector('#key').hidden && document.querySelector('#live').classList.contains('good')")

    def hold(self, who: str) -> None:
        """Open the recovery key on its holder's own page, where nobody signs in."""
        self(who, "person")
        self(who, "goto", url=f"{self.site.origin}/helpline/recovery")
        self(who, "file", selector="#keyfile", path=str(self.site.folder / RECOVERY))
        self(who, "type", selector="#passphrase", text=PASSPHRASE)
        self(who, "click", selector="#prove button")
        self(who, "wait", expression="!document.querySelector('#proved').hidden")

    def asked(self, flags: dict[str, bool] | None = None, **changes: Any) -> str:
        """Somebody asks for a call; return the receipt."""
        window = Window(self.site.clock() - timedelta(minutes=5), self.site.clock() + timedelta(hours=3))
        wanted = replace(Wanted("demo-dudley", (window,), REQUEST | changes, True, False, None), **(flags or {}))
        return self.site.linden.desk.submit(wanted, secrets.token_hex(8))

    def open(self, who: str) -> str:
        """Claim and open what waits; return the card's words."""
        self(who, "click", selector="#rows [data-state=waiting] button")
        self(who, "click", selector='#card [data-does="open"]:not(:disabled)')
        self(who, "wait", expression="document.querySelector('#card [data-does=call]')")
        return str(self(who, "text", selector="#card"))

    def settle(self, who: str) -> str:
        """Open the one that waits and close it; return the card's words."""
        card = self.open(who)
        self(who, "press", key="1")
        self(who, "click", selector='[name=decision][value="no referral needed"]')
        self(who, "press", key="s")
        self(who, "wait", expression="document.querySelector('#said').textContent.includes('closed')")
        return card

    def sign_in(self, who: str) -> None:
        """Sign in again, and unlock the key."""
        self(who, "goto", url=f"{self.site.origin}/helpline/sign-in")
        self(who, "click", selector="#sign-in")
        self(who, "wait", expression="document.querySelector('#unlock')")
        self.come_in(who)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with one worker, approved by the recovery holder in a browser of her own, as the first one is."""
    folder = tmp_path_factory.mktemp("desk")
    site, browser = DeskSite(folder, Clock(NOON)), Chromium(folder)
    site.command("recovery-key", "--service", "demo-dudley", "--out", str(folder / RECOVERY), passphrase=PASSPHRASE)
    made = Desk(site, browser)
    read_out = made.enrol("asha")
    made.hold("rosa")
    made("rosa", "type", selector="#waiting-keys input", text=read_out)
    made("rosa", "click", selector="#waiting-keys button")
    made("rosa", "wait", expression="document.querySelector('#said').textContent.includes('Approved')")
    made.come_in("asha")
    yield made
    browser.close()
    site.close()


def test_a_request_is_opened_here_read_out_and_settled_with_a_decision(desk: Desk) -> None:
    desk.asked()
    card = desk.open("asha")
    for said in (
        "bluebell",
        "gas meter",
        "catalogue",
        'Say "Sorry, wrong number" and hang up',
        "Hang up before the tone",
        "Ask for Karen",
        "There are children",
    ):
        assert said in card
    assert desk("asha", "ask", expression="document.querySelector('[data-does=call]').href") == "tel:14107700900123"
    desk("asha", "press", key="1")
    assert not desk("asha", "ask", expression="[...document.querySelectorAll('[name=decision]')].some((each) => each.value === 'no child')")
    desk("asha", "click", selector='[name=decision][value="child referral"]')
    desk("asha", "press", key="s")
    desk("asha", "wait", expression="document.querySelector('#said').textContent.includes('closed')")
    assert "bluebell" not in desk("asha", "text", selector="body")
    assert desk.site.linden.desk.waiting() == []


def test_cancelling_takes_the_number_off_the_screen(desk: Desk) -> None:
    receipt = desk.asked()
    desk.open("asha")
    desk.site.linden.desk.cancel(receipt)
    desk("asha", "wait", expression="document.querySelector('#card').classList.contains('stopped')")
    shown = desk("asha", "text", selector="body")
    assert "Do not ring" in shown
    assert "900123" not in shown


def test_a_number_that_is_no_ordinary_one_cannot_be_rung(desk: Desk) -> None:
    desk.asked(number="+449098790000")
    desk("asha", "click", selector="#rows [data-state=waiting] button")
    desk("asha", "click", selector='#card [data-does="open"]:not(:disabled)')
    desk("asha", "wait", expression="document.querySelector('.calling')")
    assert "Do not ring it" in desk("asha", "text", selector=".calling")
    assert not desk("asha", "ask", expression="document.querySelector('a[href^=\"tel:\"]')")
    desk("asha", "press", key="6")
    desk("asha", "click", selector='[name=decision][value="no referral needed"]')
    desk("asha", "press", key="s")
    desk("asha", "wait", expression="document.querySelector('#said').textContent.includes('closed')")


def test_an_unlocked_key_has_proved_that_it_works(desk: Desk) -> None:
    assert unproved(desk.site.linden.desk, "demo-dudley") == []


def test_a_colleague_approved_by_voice_can_ring_what_already_waited_and_reads_the_note(desk: Desk) -> None:
    desk.asked(her_word="heron")
    read_out = desk.enrol("ben")
    desk("asha", "click", selector='[data-opens="people"]')
    desk("asha", "type", selector="#waiting-keys input", text="0000 0000 0000 0000")
    desk("asha", "click", selector="#waiting-keys button")
    desk("asha", "wait", expression="!document.querySelector('#people .wrong').hidden")
    desk("asha", "ask", expression="document.querySelector('#waiting-keys input').value = ''")
    desk("asha", "type", selector="#waiting-keys input", text=read_out.upper())
    desk("asha", "click", selector="#waiting-keys button")
    desk("asha", "wait", expression="document.querySelector('#people-said').textContent.includes('1 waiting')")
    desk("asha", "click", selector="#people form[method=dialog] button")
    desk.open("asha")
    desk("asha", "type", selector="#note", text="Speak slowly")
    desk("asha", "click", selector="form.note button")
    desk("asha", "wait", expression="document.querySelector('[data-field=note_saved]').textContent")
    desk("asha", "press", key="Tab")
    desk("asha", "press", key="5")
    desk("asha", "press", key="s")
    desk("asha", "wait", expression="document.querySelector('#said').textContent.includes('Next safe time')")
    desk.site.clock.forward(minutes=31)
    desk.sign_in("ben")
    card = desk.settle("ben")
    assert "heron" in card
    assert "Speak slowly" in card


def test_a_next_key_made_here_and_approved_opens_what_is_sealed_from_then_on_and_the_old_one_what_was(desk: Desk) -> None:
    desk.asked(her_word="lapwing")
    desk("ben", "click", selector='[data-opens="people"]')
    desk("ben", "type", selector="#rotate-passphrase", text="not her passphrase at all")
    desk("ben", "click", selector="#rotate button")
    desk("ben", "wait", expression="document.querySelector('#people .wrong').textContent.includes('does not open')")
    desk("ben", "type", selector="#rotate-passphrase", text=PHRASE)
    desk("ben", "click", selector="#rotate button")
    read_out = desk("ben", "text", selector="#rotated .spoken")
    desk("ben", "click", selector="#people form[method=dialog] button")
    assert "lapwing" in desk.settle("ben")
    desk.sign_in("asha")
    desk("asha", "click", selector='[data-opens="people"]')
    desk("asha", "type", selector="#waiting-keys input", text=read_out)
    desk("asha", "click", selector="#waiting-keys button")
    desk("asha", "wait", expression="document.querySelector('#people-said').textContent.includes('Approved')")
    desk("asha", "click", selector="#people form[method=dialog] button")
    desk.asked(her_word="plover")
    assert "plover" in desk.settle("ben")


def test_a_recovery_is_rehearsed_in_the_holders_browser_and_done(desk: Desk) -> None:
    desk.asked(her_word="dunlin")
    desk.hold("rosa again")
    assert "No key is waiting" in desk("rosa again", "text", selector="#proved")
    late = desk.enrol("cleo")
    desk.site.command("approve", "cleo", "--service", "demo-dudley", "--recovery-key", str(desk.site.folder / RECOVERY), passphrase=PASSPHRASE)
    waiting = [each.record for each in desk.site.linden.desk.waiting()]
    desk("rosa again", "click", selector="#recover button")
    desk("rosa again", "wait", expression="/Rehearsed. [1-9]/.test(document.querySelector('#said').textContent)")
    assert [each.record for each in desk.site.linden.desk.waiting()] == waiting
    desk("rosa again", "click", selector="#rehearse")
    desk("rosa again", "click", selector="#recover button")
    desk("rosa again", "wait", expression="/Done. [1-9]/.test(document.querySelector('#said').textContent)")
    assert late
    desk.come_in("cleo")
    assert "dunlin" in desk.settle("cleo")


def test_no_passphrase_private_key_or_opened_word_ever_left_a_browser(desk: Desk) -> None:
    for who, posted in (("asha", "enrol/finish"), ("ben", "people/key"), ("rosa", "recovery/approve"), ("rosa again", "recovery/replace")):
        sent = " ".join(f"{each['url']} {each['body']}" for each in desk(who, "seen"))
        assert f"/helpline/{posted}" in sent
        for secret in (PHRASE, PASSPHRASE, "bluebell", "heron", "Speak slowly", "lapwing", "dunlin", "900123"):
            assert secret not in sent
    stored = b"".join(path.read_bytes() for path in desk.site.folder.rglob("*") if path.is_file() and "queue.db" in path.name)
    for secret in (PHRASE, "bluebell", "heron", "Speak slowly", "7700900123"):
        assert secret.encode() not in stored


def test_the_cookie_is_out_of_reach_and_nothing_else_is_kept(desk: Desk) -> None:
    cookies = desk("asha", "cookies")
    assert [(each["name"], each["path"], each["httpOnly"], each["sameSite"]) for each in cookies] == [("helpline", "/helpline", True, "Strict")]
    assert desk("asha", "ask", expression="document.cookie + sessionStorage.length + Object.keys(localStorage).join()") == "0"


def test_the_page_keeps_its_own_policy(desk: Desk) -> None:
    assert [error for error in desk("asha", "errors") if "Content Security Policy" in error or "Trusted" in error] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_screen(desk: Desk, scheme: str) -> None:
    """Every screen, as a lead sees it: there is an alert, one of a flood, somebody under 18, a key that waits."""
    source, found = (HERE / "node_modules" / "axe-core" / "axe.min.js").read_text(), {}
    who, guest, linden = f"lena {scheme}", f"guest {scheme}", desk.site.linden

    def look(name: str, person: str = who) -> None:
        desk(person, "features", features=[{"name": "prefers-color-scheme", "value": scheme}])
        found[name] = desk(person, "axe", source=source)

    desk(guest, "person")
    desk(guest, "goto", url=desk.site.command("invite", guest, "--service", "demo-dudley").split()[-1])
    desk(guest, "click", selector="#suggest")
    look("enrolment", guest)
    desk(guest, "goto", url=f"{desk.site.origin}/helpline/recovery")
    look("recovery", guest)
    desk.enrol(who, "on-call-lead")
    look("enrolled")
    desk(who, "goto", url=f"{desk.site.origin}/helpline/")
    desk(who, "wait", expression="!document.querySelector('#unapproved').hidden")
    look("not approved")
    desk.hold(f"rosa {scheme}")
    look("recovery key open", f"rosa {scheme}")
    desk.site.command("approve", who, "--service", "demo-dudley", "--recovery-key", str(desk.site.folder / RECOVERY), passphrase=PASSPHRASE)
    desk(who, "goto", url=f"{desk.site.origin}/helpline/")
    desk(who, "wait", expression="!document.querySelector('#unlock').hidden")
    look("locked")
    receipt = desk.asked(flags={"flood": True, "under_18": True})
    with transaction(linden.queue) as session:
        session.add(LeadAlert(request=f"r {scheme}", kind=Kind.MISSED.value, service="demo-dudley", hour=naive(linden.now())))
    desk.come_in(who)
    desk(who, "wait", expression="!document.querySelector('#alerts').hidden")
    look("queue")
    for dialog, ready in (("people", "#people-list li"), ("records", "#audit tr"), ("help", "#help")):
        desk(who, "click", selector=f'[data-opens="{dialog}"]')
        desk(who, "wait", expression=f"document.querySelector('{ready}')")
        look(dialog)
        desk(who, "click", selector=f"#{dialog} form[method=dialog] button")
    desk(who, "click", selector="#cover")
    look("covered")
    desk(who, "click", selector="#uncover")
    desk(who, "click", selector="#alerts button")
    desk(who, "wait", expression="document.querySelector('#alerts').hidden")
    assert "May be a flood" in desk(who, "text", selector="#rows")
    assert "Ring as always" in desk.open(who)
    desk(who, "press", key="1")
    look("card")
    linden.desk.cancel(receipt)
    desk(who, "wait", expression="document.querySelector('#card').classList.contains('stopped')")
    look("stopped")
    desk(who, "click", selector="#sign-out")
    desk(who, "wait", expression="document.querySelector('button#sign-in')")
    look("signing in")
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert len(found) == 14


def test_single_keys_work_and_can_be_switched_off(desk: Desk) -> None:
    receipts = [desk.asked() for _ in range(2)]
    desk("asha", "wait", expression="document.querySelectorAll('#rows [data-state=waiting]').length === 2")
    focused = "[...document.querySelectorAll('#rows button')].indexOf(document.activeElement)"
    for key, place in (("j", 0), ("j", 1), ("k", 0)):
        desk("asha", "press", key=key)
        assert desk("asha", "ask", expression=focused) == place
    desk("asha", "press", key="h")
    assert desk("asha", "ask", expression="document.querySelector('header').inert && !document.querySelector('#curtain').hidden")
    desk("asha", "click", selector="#uncover")
    desk("asha", "press", key="?")
    desk("asha", "click", selector="#keys-on")
    desk("asha", "click", selector="#help form[method=dialog] button")
    desk("asha", "press", key="h")
    assert desk("asha", "ask", expression="document.querySelector('#curtain').hidden")
    desk("asha", "click", selector='[data-opens="help"]')
    desk("asha", "click", selector="#keys-on")
    desk("asha", "click", selector="#help form[method=dialog] button")
    for receipt in receipts:
        desk.site.linden.desk.cancel(receipt)


def test_the_desktop_is_told_that_there_is_something_new_and_nothing_of_what(desk: Desk) -> None:
    desk("asha", "permit", origin=desk.site.origin, permissions=["notifications"])
    desk("asha", "ask", expression=WATCH_NOTICES)
    receipts = [desk.asked()]
    desk("asha", "wait", expression="document.querySelectorAll('#rows .row').length === 1")
    receipts.append(desk.asked(her_word="kestrel"))
    desk("asha", "wait", expression="window.told.length === 1")
    assert desk("asha", "ask", expression="window.told") == [["Something is new at the desk.", {"tag": "desk", "silent": True}]]
    for receipt in receipts:
        desk.site.linden.desk.cancel(receipt)


def test_it_fits_a_phone(desk: Desk) -> None:
    desk("ben", "size", width=320, height=700)
    assert desk("ben", "ask", expression="document.documentElement.scrollWidth <= 320")


def test_an_authenticator_that_saw_no_person_does_not_sign_in(desk: Desk) -> None:
    desk("ben", "goto", url=f"{desk.site.origin}/helpline/sign-in")
    desk("ben", "unverified")
    desk("ben", "click", selector="#sign-in")
    desk("ben", "wait", expression="!document.querySelector('#wrong').hidden")
    assert "not accepted" in desk("ben", "text", selector="#wrong")


def test_a_downloaded_key_is_the_commands_own_format(desk: Desk, tmp_path: Path) -> None:
    desk("asha", "goto", url=f"{desk.site.origin}/helpline/sign-in")
    desk("asha", "click", selector="#sign-in")
    desk("asha", "wait", expression="document.querySelector('#unlock')")
    keyfile = tmp_path / "asha.json"
    keyfile.write_text(
        desk("asha", "ask", expression="fetch('/helpline/me').then((answer) => answer.json()).then((me) => JSON.stringify(me.keys[0].keyfile))")
    )
    desk.asked(her_word="kestrel")
    request_id = next(each.id for each in desk.site.linden.desk.waiting() if each.state == "waiting")
    assert "kestrel" in desk.site.command("open", request_id, "--keyfile", str(keyfile), passphrase=PHRASE)
