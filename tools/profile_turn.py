"""`make profile`: what the front door and Rasa spend their time on while one person talks; py-spy looks on from outside.

Prints, for each program, the functions on most of its samples that answer a message, and writes the stacks to var/profile-*.txt, which
any flame graph viewer reads.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

import requests

from tools.bench_client import FrontDoorChat
from tools.bench_programs import environment, free_port, program, wait
from tools.bench_systems import PYTHON, SECRET
from tools.corpus import read_examples
from tools.train import model_path

SECONDS, RATE = 20, 200  # how long, and how many samples a second
SHOWN = 30
LINE = re.compile(r":\d+\)$")
PY_SPY = ["uv", "run", "-q", "--no-project", "--isolated", "--with-requirements", "requirements/checks.txt", "--", "py-spy"]
INSIDE = {"rasa": "run_turn", "web": "message"}  # the function under which a turn is answered


def main() -> None:
    """Start Linden, talk to it, look on, and print what was seen."""
    root, ports = Path.cwd(), {name: free_port() for name in ("web", "rasa", "actions")}
    with tempfile.TemporaryDirectory(prefix="linden-profile-") as folder, ExitStack() as running:
        env = {"LINDEN_VAR": folder, "PORT": str(ports["web"]), "RASA_URL": f"http://127.0.0.1:{ports['rasa']}", "LINDEN_RASA_SECRET": SECRET}
        env |= {"ACTIONS_PORT": str(ports["actions"]), "PROXIES": "1"}
        subprocess.run([*PYTHON, "tools.prepare"], cwd=root, env=os.environ | env, check=True, capture_output=True)
        running.enter_context(program([*PYTHON, "actions.serve", str(ports["actions"])], root, env))
        rasa = running.enter_context(program([*PYTHON, "bot.serve", str(model_path(root)), str(ports["rasa"])], root, env))
        web = running.enter_context(program([*PYTHON, "gunicorn"], root, env))
        base = f"http://127.0.0.1:{ports['web']}"
        wait(lambda: requests.get(f"{base}/readyz", timeout=5).status_code == 200)
        talking = threading.Event()
        threading.Thread(target=talk, args=(base, root, talking), daemon=True).start()
        stacks = {name: look_on(pid, root / "var" / f"profile-{name}.txt") for name, pid in (("rasa", rasa), ("web", web))}
        talking.set()
    for name, path in stacks.items():
        print(f"\n{name}: share of a turn's samples, by function")
        print("\n".join(f"{share:6.1%}  {function}" for function, share in shares(path.read_text("utf-8"), INSIDE[name])[:SHOWN]))


def talk(base: str, root: Path, stop: threading.Event) -> None:
    """Say one training line after another until told to stop."""
    chat, texts = FrontDoorChat(base), [text for text, _ in read_examples(root)]
    for place in range(0, len(texts) * 997, 997):
        if stop.is_set():
            return
        chat.say(texts[place % len(texts)])


def look_on(pid: int, target: Path) -> Path:
    """Let py-spy sample a process and what it started, and return where the stacks are."""
    command = [*PY_SPY, "record", "--subprocesses", "-f", "raw", "-r", str(RATE), "-d", str(SECONDS), "-o", str(target), "-p", str(pid)]
    subprocess.run(command, check=True, capture_output=True, env=environment())
    return target


def shares(stacks: str, inside: str) -> list[tuple[str, float]]:
    """Return each function on the stacks that go through `inside`, from there on, with its share of their samples; most first."""
    seen: Counter[str] = Counter()
    whole = 0
    for line in stacks.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [LINE.sub(")", frame) for frame in stack.split(";")]
        starts = [place for place, frame in enumerate(frames) if frame.startswith(f"{inside} (")]
        if starts:
            whole += int(count)
            seen.update(dict.fromkeys(frames[starts[0] :], int(count)))
    return [(function, count / whole) for function, count in seen.most_common()]


if __name__ == "__main__":
    main()
