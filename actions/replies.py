"""The replies as they are written in data/responses, for actions that choose by what exists."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "data/responses"


@cache
def written_replies() -> dict[str, list[dict[str, Any]]]:
    """Return every reply by name, its wordings in file order; read once.

    Rasa could send them with each call, all of them each time: endpoints.yml tells it not to."""
    return {
        name: variants for path in sorted(FOLDER.glob("*.yml")) for name, variants in yaml.safe_load(path.read_text("utf-8"))["responses"].items()
    }
