"""Runs what is asked for, keeps it in docs/compare, and writes docs/comparison.md from everything kept so far.

`make compare` runs all of it, which takes hours because of the stock pipeline; `ONLY=banking10,alarms` runs some parts,
`SYSTEMS=published,stock` some systems, `ONLY=page` none but writes the page.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable
from pathlib import Path

from safety.danger import DangerDetector
from tools.compare.alarms import measure_alarms
from tools.compare.open_data import PARTS, read_part
from tools.compare.page import counted, counted_finely, page
from tools.compare.results import keep_alarms, keep_trial, read_alarms, read_trials
from tools.compare.trial import SYSTEMS, run_trial

PAGE = Path("docs/comparison.md")
WHOLE = (*PARTS, "alarms")


def main() -> None:
    """Do what the command line says."""
    options = argparse.ArgumentParser(prog="make compare")
    options.add_argument("folder", type=Path, help="where BANKING77 and CLINC150 are")
    options.add_argument("--only", default="", help=f"some of {', '.join(WHOLE)}, or `page` to write the page alone")
    options.add_argument("--systems", default="", help=f"some of {', '.join(SYSTEMS)}")
    chosen = options.parse_args()
    logging.disable(logging.WARNING)
    root = Path.cwd()
    run(root, chosen.folder, chosen.only.split(",") if chosen.only else WHOLE, chosen.systems.split(",") if chosen.systems else SYSTEMS)
    (root / PAGE).write_text(page(read_trials(root), read_alarms(root)), "utf-8")
    print(f"wrote {PAGE}")


def run(root: Path, folder: Path, parts: Iterable[str], systems: Iterable[str]) -> None:
    """Measure the parts named on the systems named, and keep each as soon as it is measured."""
    for name in parts:
        if name == "alarms":
            for alarms in measure_alarms(DangerDetector.load(root), folder):
                keep_alarms(root, alarms)
                print(f"alarms on {alarms.name}: {counted_finely([len(alarms.raised), alarms.n])}", flush=True)
        elif name in PARTS:
            for system in systems:
                trial = run_trial(root, read_part(folder, name), system)
                keep_trial(root, trial)
                print(f"{name}, {system}: {counted(trial.in_scope)}, {trial.seconds} s to train", flush=True)


if __name__ == "__main__":
    main()
