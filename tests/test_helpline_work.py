"""Work at the desk: who gets what, when, and what can never happen to the person who asked."""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.clock import NOON, Clock
from tests.desk_hand import HOST, Hand
from tests.test_desk import SENTINEL, wanted
from webhook.handoff import HandoffError
from webhook.handoff.casework import Caller, Casework
from webhook.handoff.envelope import Recipient, point, seal
from webhook.handoff.outcomes import Outcome
from webhook.handoff.retention import run_retention
from webhook.handoff.windows import LAST_START, Window
from webhook.helpline.roles import Role
from webhook.parts import Parts
from webhook.store import audit
from webhook.store.engine import transaction
from webhook.store.models import AuditEntry, CallbackRequest


@pytest.fixture
def lead(asha: Hand, app: Flask, tmp_path: Path) -> Hand:
    return Hand(app, "lena", tmp_path).enrol(Role.LEAD)


def ask(linden: Parts, clock: Clock, **changes: object) -> str:
    """Somebody asks for a call; return its id."""
    before = {each.id for each in linden.desk.waiting()}
    linden.desk.submit(wanted(clock, **changes), secrets.token_hex(8))
    return next(each.id for each in linden.desk.waiting() if each.id not in before)


def opened(hand: Hand, request_id: str) -> dict:
    assert hand.post(f"requests/{request_id}/claim").status_code == 200
    answer = hand.post(f"requests/{request_id}/open")
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def settled(hand: Hand, request_id: str, outcome: str, decision: str | None = "no child"):
    return hand.post(f"requests/{request_id}/outcome", {"outcome": outcome, "decision": decision})


def row(linden: Parts, request_id: str) -> CallbackRequest:
    with Session(linden.queue) as session:
        return session.get(CallbackRequest, request_id)


def test_claimed_then_opened_by_her_key_alone(asha: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    assert asha.post(f"requests/{request_id}/open").status_code == 409, "nothing is given out before it is claimed"
    inner = opened(asha, request_id)["inner"]
    assert SENTINEL not in json.dumps(inner)
    assert asha.read(inner)["her_word"] == SENTINEL


def test_the_queue_says_windows_flags_and_age_and_not_a_word_more(asha: Hand, linden: Parts, clock: Clock) -> None:
    ask(linden, clock, danger=True, booked="interpreter: Polish")
    clock.forward(minutes=61)
    asha.sign_in()
    seen = asha.get("queue")
    first = seen.get_json()["rows"][0]
    assert (first["danger"], first["booked"], first["hours"], first["state"], first["window"]) == (
        True,
        "interpreter: Polish",
        1,
        "waiting",
        "until 2pm",
    )
    assert seen.get_json()["counts"] == {"now": 1, "later": 0, "danger": 1, "mine": 0, "lead": 0}
    assert SENTINEL not in seen.get_data(as_text=True)
    assert "7700" not in seen.get_data(as_text=True)


def test_one_of_a_flood_is_marked_in_the_queue_and_stands_behind_its_equals(asha: Hand, linden: Parts, clock: Clock) -> None:
    flood, plain, danger = ask(linden, clock, flood=True), ask(linden, clock), ask(linden, clock, flood=True, danger=True)
    rows = asha.get("queue").get_json()["rows"]
    assert [(each["id"], each["flood"]) for each in rows] == [(danger, True), (plain, False), (flood, True)]
    assert asha.read(opened(asha, flood)["inner"])["her_word"] == SENTINEL


def test_the_queue_goes_by_window_then_danger_then_age(asha: Hand, linden: Parts, clock: Clock) -> None:
    def at(start: float, end: float) -> tuple[Window, ...]:
        return (Window(NOON + timedelta(hours=start), NOON + timedelta(hours=end)),)

    tomorrow = ask(linden, clock, windows=at(24, 26), danger=True)
    later = ask(linden, clock, windows=at(0, 4))
    danger = ask(linden, clock, windows=at(0, 4), danger=True)
    soon = ask(linden, clock, windows=at(0, 2))
    assert [each["id"] for each in asha.get("queue").get_json()["rows"]] == [soon, danger, later, tomorrow]


def test_one_of_two_gets_it_and_the_other_is_told(asha: Hand, ben: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    assert asha.post(f"requests/{request_id}/claim").status_code == 200
    refused = ben.post(f"requests/{request_id}/claim")
    assert (refused.status_code, refused.get_json()["error"]) == (409, "error_not_yours")
    assert ben.post(f"requests/{request_id}/open").status_code == 409


def test_a_lease_lapses_unless_renewed_and_what_was_opened_never_returns(asha: Hand, ben: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    asha.post(f"requests/{request_id}/claim")
    for _ in range(3):
        clock.forward(minutes=14)
        assert asha.post(f"requests/{request_id}/renew").status_code == 200
        ben.post("awake")
    assert ben.post(f"requests/{request_id}/claim").status_code == 409
    clock.forward(minutes=14)
    ben.post("awake")
    clock.forward(minutes=7)
    asha.sign_in()
    assert asha.post(f"requests/{request_id}/open").status_code == 409
    assert ben.post(f"requests/{request_id}/claim").status_code == 200
    assert ben.post(f"requests/{request_id}/open").status_code == 200
    clock.forward(days=2)
    assert row(linden, request_id).state == "opened"
    asha.sign_in()
    assert asha.post(f"requests/{request_id}/claim").status_code == 409


def test_nothing_is_released_outside_a_window_or_in_its_last_twenty_minutes(asha: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    asha.post(f"requests/{request_id}/claim")
    clock.forward(minutes=100)
    asha.sign_in()
    asha.post(f"requests/{request_id}/claim")
    assert asha.post(f"requests/{request_id}/open").status_code == 409
    assert row(linden, request_id).state != "opened"


def test_a_request_can_be_claimed_a_quarter_of_an_hour_ahead_but_not_opened(asha: Hand, linden: Parts, clock: Clock) -> None:
    window = Window(NOON + timedelta(minutes=14), NOON + timedelta(hours=2))
    request_id = ask(linden, clock, windows=(window,))
    assert asha.post(f"requests/{request_id}/claim").status_code == 200
    assert asha.post(f"requests/{request_id}/open").status_code == 409
    clock.forward(minutes=14)
    assert asha.post(f"requests/{request_id}/open").status_code == 200


def test_her_cancelling_beats_everything(asha: Hand, linden: Parts, clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    request_id = linden.desk.waiting()[0].id
    opened(asha, request_id)
    linden.desk.cancel(receipt)
    assert asha.post(f"requests/{request_id}/renew").status_code == 410
    assert asha.post(f"requests/{request_id}/open").status_code == 410
    assert settled(asha, request_id, "reached and safe").status_code == 410
    assert asha.post(f"requests/{request_id}/undo").status_code == 409
    assert asha.get("queue").get_json()["rows"] == []


def test_cancelling_after_an_outcome_cannot_be_undone_by_a_worker(asha: Hand, linden: Parts, clock: Clock) -> None:
    receipt = linden.desk.submit(wanted(clock), "key-1")
    request_id = linden.desk.waiting()[0].id
    opened(asha, request_id)
    assert settled(asha, request_id, "no answer").status_code == 200
    linden.desk.cancel(receipt)
    assert asha.post(f"requests/{request_id}/undo").status_code == 409
    assert row(linden, request_id).outcome == "cancelled by her"


def test_no_answer_waits_and_the_third_ends_it(asha: Hand, linden: Parts, clock: Clock) -> None:
    window = Window(NOON, NOON + timedelta(hours=6))
    request_id = ask(linden, clock, windows=(window,))
    for attempt in (1, 2, 3):
        opened(asha, request_id)
        after = settled(asha, request_id, "no answer").get_json()
        assert (after["attempts"], after["ended"]) == (attempt, attempt == 3)
        assert asha.post(f"requests/{request_id}/open").status_code in (409, 410)
        clock.forward(minutes=14)
        asha.post("awake")
        clock.forward(minutes=14)
        asha.post("awake")
        assert asha.post(f"requests/{request_id}/open").status_code in (409, 410)
        clock.forward(minutes=3)
    assert row(linden, request_id).outcome == "no answer"


def test_three_no_answers_on_a_danger_flag_are_for_the_lead_alone(asha: Hand, lead: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock, windows=(Window(NOON, NOON + timedelta(hours=9)),), danger=True)
    for _ in range(3):
        opened(asha, request_id)
        settled(asha, request_id, "no answer")
        clock.forward(minutes=31)
        asha.sign_in()
    assert row(linden, request_id).state == "waiting"
    assert asha.post(f"requests/{request_id}/claim").status_code == 409
    assert settled(asha, request_id, "reached and safe").status_code == 409
    lead.sign_in()
    assert lead.get("queue").get_json()["rows"][0]["state"] == "lead"
    assert settled(lead, request_id, "adult referral", "adult referral").status_code == 200


def test_nothing_closes_without_a_decision_that_fits(asha: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock, under_18=True)
    opened(asha, request_id)
    for decision in (None, "no child"):
        refused = settled(asha, request_id, "reached and safe", decision)
        assert (refused.status_code, refused.get_json()["error"]) == (422, "error_not_decided")
    assert settled(asha, request_id, "reached and safe", "child referral").status_code == 200
    with Session(linden.queue) as session:
        assert "decision: child referral" in [entry.action for entry in audit.list_entries(session)]


def test_whatever_the_outcome_under_18_never_closes_undecided(asha: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock, under_18=True, windows=(Window(NOON, NOON + timedelta(minutes=45)),))
    opened(asha, request_id)
    for outcome in set(Outcome) - {Outcome.TO_LEAD}:
        assert settled(asha, request_id, outcome.value, None).status_code == 422, outcome
        assert row(linden, request_id).state == "opened"


def test_a_slip_is_undone_for_five_minutes_by_whoever_made_it(asha: Hand, ben: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    opened(asha, request_id)
    settled(asha, request_id, "number wrong")
    assert ben.post(f"requests/{request_id}/undo").status_code == 409
    assert asha.post(f"requests/{request_id}/undo").status_code == 200
    found = row(linden, request_id)
    assert (found.state, found.claimer, found.outcome, found.ended, found.attempts) == ("opened", "asha", None, None, 0)
    settled(asha, request_id, "no answer")
    clock.forward(minutes=5, seconds=1)
    assert asha.post(f"requests/{request_id}/undo").status_code == 409


def test_i_know_this_person_hides_it_from_her_alone(asha: Hand, ben: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    asha.post(f"requests/{request_id}/claim")
    assert asha.post(f"requests/{request_id}/hand-back", {"hide": True}).status_code == 200
    assert asha.get("queue").get_json()["rows"] == []
    assert asha.post(f"requests/{request_id}/claim").status_code == 410
    assert ben.post(f"requests/{request_id}/claim").status_code == 200
    with Session(linden.queue) as session:
        assert "know" not in str([entry.action for entry in audit.list_entries(session)])


def test_another_service_sees_and_gets_nothing(asha: Hand, app: Flask, linden: Parts, clock: Clock, tmp_path: Path) -> None:
    other = Hand(app, "wanda", tmp_path, service="demo-walsall").enrol()
    request_id = ask(linden, clock)
    assert other.get("queue").get_json()["rows"] == []
    for act in ("claim", "open", "renew", "hand-back"):
        assert other.post(f"requests/{request_id}/{act}").status_code == 410


def test_a_request_sealed_before_her_approval_is_not_hers_to_claim(asha: Hand, app: Flask, linden: Parts, clock: Clock, tmp_path: Path) -> None:
    request_id = ask(linden, clock)
    late = Hand(app, "late", tmp_path).enrol()
    refused = late.post(f"requests/{request_id}/claim")
    assert (refused.status_code, refused.get_json()["error"]) == (409, "error_not_for_you")


def test_what_waits_is_sealed_to_a_new_colleague_by_the_approver(asha: Hand, app: Flask, linden: Parts, clock: Clock, tmp_path: Path) -> None:
    request_id = ask(linden, clock)
    late = Hand(app, "late", tmp_path).enrol(approved=False)
    assert asha.get(f"people/rewrap/{late.kid()}").status_code == 403, "only after an approval"
    asha.post("people/approve", {"kid": late.kid()})
    given = asha.get(f"people/rewrap/{late.kid()}").get_json()
    assert [each["id"] for each in given["requests"]] == [request_id]
    assert given["failed"] == []
    found = given["requests"][0]
    inner = resealed(asha.read(found["inner"]), found | {"recipients": given["recipients"]})
    kept = asha.post(f"people/rewrap/{late.kid()}", {"id": request_id, "inner": inner})
    assert kept.status_code == 200
    assert late.read(opened(late, request_id)["inner"])["her_word"] == SENTINEL
    with Session(linden.queue) as session:
        assert [entry.action for entry in audit.list_entries(session)][-3:] == ["rewrap", "claim", "open"]
    clock.forward(minutes=11)
    assert asha.get(f"people/rewrap/{late.kid()}").status_code == 403, "for ten minutes"


def resealed(plain: dict, request: dict, service: str = "demo-dudley") -> dict:
    """Seal to exactly the recipients given, as a browser does."""
    everyone = [Recipient(each["kid"], base64.urlsafe_b64decode(each["public_key"])) for each in request["recipients"]]
    return seal(plain, request["id"], service, everyone)


def test_a_note_is_sealed_to_whoever_rings_next_and_dies_with_its_day(asha: Hand, ben: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock, windows=(Window(NOON, NOON + timedelta(hours=6)),))
    opened(asha, request_id)
    to = asha.get(f"requests/{request_id}/note").get_json()
    inner = resealed({"note": SENTINEL}, to)
    assert asha.post(f"requests/{request_id}/note", {"token": to["token"], "inner": inner}).status_code == 201
    assert asha.post(f"requests/{request_id}/note", {"token": "0.0", "inner": inner}).status_code in (400, 409)
    settled(asha, request_id, "no answer")
    clock.forward(minutes=31)
    ben.sign_in()
    note = opened(ben, request_id)["notes"][0]
    assert note["author"] == "asha"
    assert ben.read(note["inner"])["note"] == SENTINEL


def test_a_note_sealed_to_others_than_was_said_is_refused(asha: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    opened(asha, request_id)
    to = asha.get(f"requests/{request_id}/note").get_json()
    stranger = Recipient.of(point(generate_private_key(SECP256R1()).public_key())).as_json()
    others = resealed({"note": "x"}, to | {"recipients": sorted([*to["recipients"][:7], stranger], key=itemgetter("kid"))})
    assert asha.post(f"requests/{request_id}/note", {"token": to["token"], "inner": others}).status_code in (400, 409)


def test_somebody_who_leaves_gives_back_what_they_claimed_and_the_lead_gets_what_they_opened(
    asha: Hand, lead: Hand, linden: Parts, clock: Clock
) -> None:
    claimed, seen = ask(linden, clock), ask(linden, clock)
    asha.post(f"requests/{claimed}/claim")
    opened(asha, seen)
    people = {each["name"]: each["id"] for each in lead.get("people").get_json()["people"]}
    lead.post("people/leave", {"id": people["asha"]})
    states = {each["id"]: each["state"] for each in lead.get("queue").get_json()["rows"]}
    assert states == {claimed: "waiting", seen: "lead"}


def test_a_lead_settles_what_another_left_open_and_a_worker_cannot(asha: Hand, ben: Hand, lead: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    opened(asha, request_id)
    assert settled(ben, request_id, "reached and safe").status_code == 409
    assert settled(lead, request_id, "reached and safe").status_code == 200


def test_a_missed_one_is_the_leads_and_is_counted(asha: Hand, lead: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    clock.forward(hours=2)
    asha.sign_in(), lead.sign_in()
    assert lead.get("queue").get_json()["rows"][0]["state"] == "lost"
    assert lead.get("health").get_json()["missed"] == 1
    assert settled(asha, request_id, "missed by us").status_code == 409
    assert settled(lead, request_id, "missed by us").status_code == 200
    assert lead.get("health").get_json()["outcomes"] == {"missed by us": 1}


@pytest.mark.parametrize(
    ("role", "allowed"), [(Role.SUPERVISOR, {"health", "audit", "deletion", "people"}), (Role.EDITOR, {"people"}), (Role.WORKER, {"queue", "people"})]
)
def test_a_role_reaches_what_it_may_and_no_more(
    asha: Hand, app: Flask, tmp_path: Path, linden: Parts, clock: Clock, role: Role, allowed: set[str]
) -> None:
    hand = Hand(app, "robin", tmp_path).enrol(role)
    request_id = ask(linden, clock)
    for page in ("queue", "health", "audit", "deletion", "people"):
        assert (hand.get(page).status_code == 200) == (page in allowed), page
    if role is not Role.WORKER:
        for act in ("claim", "open", "renew", "hand-back", "undo", "outcome", "note"):
            assert hand.post(f"requests/{request_id}/{act}").status_code == 403


def test_the_audit_shows_a_row_that_was_changed_or_taken_out(asha: Hand, lead: Hand, linden: Parts, clock: Clock) -> None:
    for _ in range(3):
        opened(asha, ask(linden, clock))
    assert lead.get("audit").get_json()["broken"] is None
    with transaction(linden.queue) as session:
        entry = session.query(AuditEntry).filter_by(action="open").first()
        number, entry.worker = entry.number, "lena"
    assert lead.get("audit").get_json()["broken"] == number
    with transaction(linden.queue) as session:
        session.delete(session.get(AuditEntry, number))
    assert lead.get("audit").get_json()["broken"] is not None


def test_the_lead_sees_what_was_missed_until_she_says_so_and_nobody_else_does(asha: Hand, lead: Hand, linden: Parts, clock: Clock) -> None:
    request_id = ask(linden, clock)
    clock.forward(hours=2)
    run_retention(linden.queue, linden.desk.keyring, linden.now())
    lead.sign_in(), asha.sign_in()
    assert asha.get("queue").get_json()["alerts"] == []
    assert lead.get("queue").get_json()["alerts"] == [{"id": request_id, "kind": "missed", "when": "Mon 23 Nov, 2pm"}]
    told = {"id": request_id, "kind": "missed"}
    assert asha.post("alerts/seen", told).status_code == 403
    assert lead.post("alerts/seen", told | {"kind": "unsettled"}).status_code == 410
    assert [lead.post("alerts/seen", told).status_code for _ in range(2)] == [200, 410]
    assert lead.get("queue").get_json()["alerts"] == []
    assert lead.get("audit").get_json()["rows"][0]["action"] == "alert seen"


def test_the_desk_shows_when_deletion_ran_what_it_took_and_what_goes_next(lead: Hand, linden: Parts, clock: Clock) -> None:
    assert lead.get("deletion").get_json()["ran"] is None
    linden.desk.cancel(linden.receipts.of(ask(linden, clock)))
    clock.forward(hours=24)
    linden.desk.cancel(linden.receipts.of(ask(linden, clock)))
    for minutes in (0, 10):
        clock.forward(minutes=minutes)
        run_retention(linden.queue, linden.desk.keyring, linden.now())
    lead.sign_in()
    assert lead.get("deletion").get_json() == {
        "ran": "Tue 24 Nov, 12.10pm",
        "late": False,
        "clean": True,
        "took": {"when": "Tue 24 Nov, 12 noon", "deleted": 1, "keys": 1},
        "count": 1,
        "next": "Wed 25 Nov, 12 noon",
    }
    clock.forward(minutes=6)
    assert lead.get("deletion").get_json()["late"] is True


def test_a_namesake_at_another_service_is_not_in_this_services_audit(
    asha: Hand, lead: Hand, app: Flask, linden: Parts, clock: Clock, tmp_path
) -> None:
    (tmp_path / "walsall").mkdir()
    namesake = Hand(app, "asha", tmp_path / "walsall", service="demo-walsall").enrol(Role.SUPERVISOR)
    namesake.post("people/leave", {"id": namesake.get("people").get_json()["me"]})
    opened(asha, ask(linden, clock))
    shown = lead.get("audit").get_json()
    assert [each["action"] for each in shown["rows"]] == ["open", "claim"]
    assert shown["broken"] is None


def test_a_row_moved_to_another_service_shows(asha: Hand, lead: Hand, linden: Parts, clock: Clock) -> None:
    opened(asha, ask(linden, clock))
    for service in ("demo-walsall", ""):
        with transaction(linden.queue) as session:
            session.query(AuditEntry).filter_by(action="open").one().service = service
        assert lead.get("audit").get_json()["broken"] == 2


def test_the_live_queue_tells_of_a_change_and_of_the_end(asha: Hand, linden: Parts, clock: Clock) -> None:
    ask(linden, clock)
    stream = (bytes(part).decode() for part in asha.get("queue/live").response)
    seen = next(stream) + next(stream)
    assert "event: queue" in seen
    assert '"now": 1' in seen
    asha.post("sign-out")
    assert "event: ended" in next(stream)


def test_the_policy_of_the_page_is_strict(app: Flask, asha: Hand) -> None:
    headers = asha.get("", Accept="text/html").headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert headers["Cache-Control"] == "no-store"
    page = asha.get("", Accept="text/html").get_data(as_text=True)
    assert "<script>" not in page
    assert "style=" not in page
    assert asha.app.test_client().get("/helpline/queue", headers={"Host": HOST}).status_code == 401


CLOCK_CHANGES = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC))
moments = st.tuples(st.sampled_from(CLOCK_CHANGES), st.integers(-4_000, 4_000)).map(lambda pair: pair[0] + timedelta(minutes=pair[1]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4_300), st.integers(30, 800)), min_size=1, max_size=4), moments, st.integers(-60, 5_000))
def test_nothing_is_ever_released_outside_a_window(asha: Hand, linden: Parts, clock: Clock, found, start, later) -> None:
    clock.moment = start
    windows = tuple(Window(start + timedelta(minutes=a), start + timedelta(minutes=a + b)) for a, b in found)
    request_id = ask(linden, clock, windows=windows)
    clock.moment = now = start + timedelta(minutes=later)
    work, caller = Casework(linden.desk), Caller("asha", "demo-dudley", frozenset({asha.kid()}), lead=False)
    try:
        work.claim(caller, request_id)
        work.release(caller, request_id)
        released = True
    except HandoffError:
        released = False
    with Session(linden.queue) as session:
        kept = session.get(CallbackRequest, request_id)
        now = now.replace(second=0, microsecond=0)
        assert released == (kept.state == "opened")
        if released:
            inside = [Window.read(key) for key in kept.windows.split()]
            assert any(window.start <= clock() < window.end - LAST_START for window in inside)
    linden.desk.cancel(linden.receipts.of(request_id))
