"""`make bench`: this system and a stock Rasa project on the same data, one after the other in one run; prints the ratios.

Absolute times depend on the machine; what is held is the ratio within a run. Writes docs/performance.md and its picture.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

from tools.bench_page import WANTED, compare, draw, holds, page
from tools.bench_programs import environment, free_port, program
from tools.bench_systems import PYTHON, Size, measure_ours, measure_stock
from tools.corpus import read_examples

TURNS = 400  # for each load
EPOCHS = 3  # of the stock's 100; how fast it answers does not depend on how long it learned
TEXTS = 60
BEYOND = 12.0  # milliseconds a turn may take beyond the encoder's own forward pass
DANGER = 8.0  # seconds until danger is answered
PAGE, PICTURE = Path("docs/performance.md"), Path("docs/pictures/performance.svg")


def main() -> int:
    """Measure both, write the page, print the ratios; return 1 when one misses its mark."""
    given = arguments()
    size, root = Size(given.turns, given.stock_epochs), Path.cwd()
    examples = [text for text, _ in read_examples(root)]
    texts = examples[:: max(1, len(examples) // TEXTS)][:TEXTS]
    with tempfile.TemporaryDirectory(prefix="linden-bench-") as name:
        folder, actions = Path(name), free_port()
        env = {"LINDEN_VAR": str(folder / "var"), "ACTIONS_PORT": str(actions)}
        subprocess.run([*PYTHON, "tools.prepare"], cwd=root, env=os.environ | env, check=True, capture_output=True)
        with program([*PYTHON, "actions.serve", str(actions)], root, environment() | env):
            ours, beside = measure_ours(root, folder, env, texts, size)
            stock = measure_stock(root, folder, actions, texts, size)
    ratios = compare(ours, stock)
    if given.write:
        PAGE.write_text(page(ours, stock, beside, size, PAGE), "utf-8")
        draw(ours, stock, PICTURE)
    for what, ratio in ratios.items():
        print(f"{what}: {ratio:.2f} of stock's ({WANTED[what][1]} {WANTED[what][0]:.2f}) {'' if holds(what, ratio) else 'MISSED'}")
    beyond = ours.at(1).median - beside.forward
    print(f"a turn takes {beyond:.1f} ms beyond the encoder's own {beside.forward:.1f} ms (at most {BEYOND:.0f})")
    print(f"danger was answered {beside.danger:.1f} s after the start (at most {DANGER:.0f})")
    return 0 if all(holds(*item) for item in ratios.items()) and beyond <= BEYOND and beside.danger <= DANGER else 1


def arguments() -> argparse.Namespace:
    """Read how much is measured from the command line."""
    parser = argparse.ArgumentParser(description="Measure this system against a stock Rasa project.")
    parser.add_argument("--turns", type=int, default=TURNS, help="turns of each load")
    parser.add_argument("--stock-epochs", type=int, default=EPOCHS, help="epochs the stock is trained, 2 at least; 100 measures its training whole")
    parser.add_argument("--write", action=argparse.BooleanOptionalAction, default=True, help="write docs/performance.md")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
