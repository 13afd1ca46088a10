"""The measuring itself: the same client for both systems, a projection that says so, and a page that keeps what people wrote."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.conftest import Clock, Scripted, make_app
from tests.engines import free_port
from tools.bench_client import FrontDoorChat, Measured, drive, times_by_turn
from tools.bench_page import BY_HAND, compare, holds, page
from tools.bench_stock import Training, an_epoch
from tools.bench_systems import LOADS, Beside, Size, System
from tools.profile_turn import shares

SHOWN = """Epochs:   0%|          | 0/3 [00:00<?, ?it/s]
Epochs:  33%|███       | 1/3 [01:31<03:02, 91.07s/it, t_loss=4.4]
Epochs:  66%|██████    | 2/3 [02:31<01:11, 75.07s/it, t_loss=3.9]
Epochs: 100%|██████████| 3/3 [03:33<00:00, 71.20s/it, t_loss=3.4]
Processed story blocks: 100%|██████████| 85/85 [00:00<00:00, 3000.1it/s, # trackers=1]
Epochs:   0%|          | 0/3 [00:00<?, ?it/s]
Epochs:  33%|███       | 1/3 [00:09<00:18, 9.20s/it, loss=0.4]
Epochs: 100%|██████████| 3/3 [00:11<00:00, 3.70s/it, loss=0.4]
"""


@pytest.fixture
def base(tmp_path: Path, scripted: Scripted, clock: Clock) -> Iterator[str]:
    server = make_server("127.0.0.1", free_port(), make_app(tmp_path, scripted, clock, PROXIES="1"), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()


def system(slower: float, seconds: Training) -> System:
    loads = [Measured(clients, 100 / slower, tuple(slower * number for number in range(1, 41)), 0) for clients in LOADS]
    return System(seconds, 10 * slower, 100 * slower, loads, {"1–10": slower})


def test_every_turn_is_driven_once_and_those_rasa_did_not_answer_are_counted(base: str, scripted: Scripted) -> None:
    measured = drive(lambda: FrontDoorChat(base), ["hello", "what is a dvpo"], clients=3, turns=30)
    assert (len(measured.times), measured.failed, len(scripted.sent)) == (30, 0, 30)
    scripted.error = True
    assert drive(lambda: FrontDoorChat(base), ["hello"], clients=1, turns=5).failed == 5


def test_a_chat_of_sixty_turns_is_timed_by_tens(base: str) -> None:
    assert list(times_by_turn(lambda: FrontDoorChat(base, 60), ["hello"], 60, 1)) == ["1–10", "11–20", "21–30", "31–40", "41–50", "51–60"]


def test_an_epochs_time_is_read_from_what_rasa_shows_without_the_first_and_projected() -> None:
    assert an_epoch(SHOWN) == (213 - 91) / 2 + (11 - 9) / 2
    assert an_epoch("Epochs: 100%|██| 1/1 [01:00<00:00]") == 0
    assert Training(300.0, an_epoch(SHOWN), 3).whole == 300 + 62 * 97
    assert Training(3_530.0, 35.0, 100).whole == 3_530


@pytest.mark.parametrize("epochs", [2, 100])
def test_the_page_holds_every_ratio_says_what_is_projected_and_keeps_what_people_wrote(tmp_path: Path, epochs: int) -> None:
    ours, stock = system(1, Training(60)), system(5, Training(600, 50, epochs))
    before = tmp_path / "performance.md"
    before.write_text(f"# Old\n{BY_HAND}\n\nA table by hand.\n")
    made = page(ours, stock, Beside(6.0, 9.0, {10: 1.0}, {0: 1.0, 50_000: 1.5}), Size(40, epochs), before)
    assert made.endswith("## What was changed\n\nA table by hand.\n")
    assert "# Old" not in made
    assert ("projected" in made) == (epochs == 2)
    assert all(f"| {what} |" in made for what in compare(ours, stock))
    assert compare(ours, stock)["turns a second"] == pytest.approx(5)
    assert holds("turns a second", 5) and not holds("turns a second", 3.9)  # noqa: PT018
    assert holds("median turn", 1 / 3) and not holds("median turn", 0.34)  # noqa: PT018


def test_a_profile_counts_what_runs_inside_a_turn_once_for_each_sample() -> None:
    stacks = "main (a.py:1);run_turn (c.py:5);parse (p.py:7);parse (p.py:9) 30\nmain (a.py:1);run_turn (c.py:6);act (x.py:2) 10\nmain (a.py:1);idle (i.py:3) 60"
    assert shares(stacks, "run_turn") == [("run_turn (c.py)", 1.0), ("parse (p.py)", 0.75), ("act (x.py)", 0.25)]
