"""Trains the Rasa model of this checkout into the file named; called by tools/train.py, which shows the progress."""

from __future__ import annotations

import sys
from pathlib import Path

DATA = ("data/nlu", "data/rules", "data/stories", "data/responses")


def main() -> None:
    """Train into the path given as the first argument."""
    from rasa.model_training import train

    target = Path(sys.argv[1])
    unfinished = target.parent / "unfinished" / target.name  # a training that is ended part-way leaves no model behind
    result = train(
        domain="domain.yml",
        config="config.yml",
        training_files=[name for name in DATA if Path(name).exists()],
        output=str(unfinished.parent),
        fixed_model_name=target.name.removesuffix(".tar.gz"),
    )
    if result.code or not unfinished.exists():
        raise SystemExit(f"Rasa did not write {target.name} (code {result.code})")
    unfinished.replace(target)


if __name__ == "__main__":
    main()
