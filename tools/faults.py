"""Runs every fault of docs/faults.md and writes its table: samples with `make faults`, full counts with `make soak`.

With `--failed` only what failed in the run before is run again (all of it when nothing did), and the other results of that
run are kept.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import psutil

PAGE = Path("docs/faults.md")
REPORT, REPORT_BEFORE = Path("var/faults.xml"), Path("var/faults-before.xml")
SOAKED = Path("var/soak.txt")  # the last line of tools/soak.py
TESTS = ("tests/test_faults.py", "tests/test_stack.py", "tests/test_operations.py", "tests/test_backup.py")

FAULTS = {
    1: ("kill -9 while a request is written", "every acknowledged one is there once and opens; none half written"),
    2: ("kill -9 between commit and reply, the same key again", "one request, the same receipt"),
    3: ("disk full", "numbers to ring and “not saved”; 503, not 500; recovers without a restart"),
    4: ("database down, or locked for long", "chat still helps; callback says not saved; `/readyz` red; p99 < 3 s"),
    5: ("Rasa or actions down, hung, slow, talking nonsense", "an answer within the budget; recovers by itself"),
    6: ("Redis down, restarted, hung", "no error; limits go local; nothing twice"),
    7: ("the same webhook 50 times at once", "one effect, 50 identical bodies"),
    8: ("replay after a day and after eight, shuffled", "no second effect"),
    9: ("forged and changed signatures, spoofed headers", "403, one shape, counted and not logged"),
    10: ("two workers claim at once", "one winner each; a lapsed claim comes back; none lost"),
    11: ("no keys, no recovery key, corrupt key, key replaced meanwhile", "fails closed and says so; nothing in the clear"),
    12: ("canaries through web, text and errors, at debug level", "none in any database, dump, log or file"),
    13: ("a restored backup after its day's key is gone", "cannot be read by anybody"),
    14: ("hostile input on every endpoint", "4xx or an ordinary answer within a second; no 5xx"),
    15: ("many people and one abuser", "the others' p95 < 2 s, errors < 0.1 %, memory growth < 5 %"),
    16: ("the network denied; SIGTERM; restore; clocks a day apart", "no way out tried; drained; restored; nothing twice"),
}


@dataclass(frozen=True)
class Result:
    """One test of a fault: pytest's name for it, what it ran, how it went, and how long it took in seconds."""

    test: str
    fault: int
    size: str
    outcome: str
    seconds: float


def main() -> int:
    """Run the tests, write the page, and return their exit code."""
    full, failed = "--soak" in sys.argv[1:], "--failed" in sys.argv[1:]
    before = read_results(REPORT.replace(REPORT_BEFORE)) if failed else []
    env = os.environ | {"LINDEN_SOAK": "1" if full else "0"}
    REPORT.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-m", "fault", f"--junitxml={REPORT}", *(failures(before) or TESTS)]
    code = subprocess.run(command, env=env, check=False).returncode
    results = merged(before, read_results(REPORT))
    if full or "--write" in sys.argv[1:]:
        words = SOAKED.read_text("utf-8") if full and SOAKED.exists() else ""
        PAGE.write_text(page(results, words, full=full, again=len(failures(before))), "utf-8")
    for result in results:
        print(f"{result.fault:>2}  {result.outcome:<7} {result.seconds:6.1f} s  {result.size}")
    return code


def read_results(report: Path) -> list[Result]:
    """Return the results of the faults in pytest's report."""
    results = []
    for case in ElementTree.parse(report).iter("testcase"):
        given = {item.get("name", ""): item.get("value", "") for item in case.iter("property")}
        bad = next((kind for kind in ("failure", "error", "skipped") if case.find(kind) is not None), None)
        if "fault" in given:
            size = given.get("size") or str(case.get("name")).removeprefix("test_").replace("_", " ")
            test = f"{str(case.get('classname')).replace('.', '/')}.py::{case.get('name')}"
            results.append(Result(test, int(given["fault"]), size, bad or "passed", float(case.get("time") or 0)))
    return results


def failures(results: list[Result]) -> list[str]:
    """Return the names of the tests that did not pass."""
    return [result.test for result in results if result.outcome != "passed"]


def merged(before: list[Result], now: list[Result]) -> list[Result]:
    """Return the results of both runs by fault, the later one of a test that ran twice."""
    latest = {result.test: result for result in (*before, *now)}
    return sorted(latest.values(), key=lambda result: result.fault)


def page(results: list[Result], words: str = "", *, full: bool, again: int = 0) -> str:
    """Return the page: what was run, how many of it again after a failure, where, how each went, and what the fuzzing of the words found."""
    by_fault: dict[int, list[Result]] = defaultdict(list)
    for result in results:
        by_fault[result.fault].append(result)
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total // 1024**3} GB, Python {platform.python_version()}"
    lines = [
        "# What breaks, and what then happens",
        "",
        f"Written by `make {'soak' if full else 'faults'}` on {datetime.now(UTC):%d %B %Y} ({machine}). "
        f"{'Full counts.' if full else 'Samples; `make soak` runs the full counts.'} Each line is one automated test."
        + (f" {again} failed in the first run and ran again." if again else ""),
        "",
        "| # | fault | must | what was run | result | s |",
        "|---|---|---|---|---|---|",
    ]
    for number, (fault, must) in FAULTS.items():
        for result in by_fault.get(number) or [Result("", number, "no test ran", "missing", 0.0)]:
            lines.append(f"| {number} | {fault} | {must} | {result.size} | {result.outcome} | {result.seconds:.1f} |")
    if words:
        lines += ["", f"The whole front door fuzzed for words that nobody approved, and for answers without any: {words}."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
