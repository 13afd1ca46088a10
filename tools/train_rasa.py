"""Trains the Rasa model of this checkout into the file named; called by tools/train.py, which shows the progress."""

from __future__ import annotations

import sys
from pathlib import Path

DATA = ("data/nlu", "data/rules", "data/stories", "data/responses")


def main() -> None:
    """Train into the path given as the first argument."""
    from rasa.model_training import train

    target = Path(sys.argv[1])
    result = train(
        domain="domain.yml",
        config="config.yml",
        training_files=[name for name in DATA if Path(name).exists()],
        output=str(target.parent),
        fixed_model_name=target.name.removesuffix(".tar.gz"),
    )
    if result.code or not target.exists():
        raise SystemExit(f"Rasa did not write {target.name} (code {result.code})")


if __name__ == "__main__":
    main()
