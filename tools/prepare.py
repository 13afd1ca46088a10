"""Fills the databases before the first start of a release: tables, the directory's seed, and keys for a demonstration.

Run once for each release, before its front doors: `python -m tools.prepare`. Running it again changes nothing.
"""

from __future__ import annotations

import os
from pathlib import Path

from directory.database import open_directory
from directory.load import load_seed
from tools.demo_keys import make_demo_keys
from webhook.config import load_config
from webhook.keys import Keys
from webhook.store.engine import make_engine, make_tables


def main() -> None:
    """Make what is missing, with the settings of the environment."""
    root = Path.cwd()
    config = load_config(os.environ, root)
    config.var.mkdir(mode=0o700, parents=True, exist_ok=True)
    Keys.load(config.var / "master.key")
    make_tables(make_engine(config.queue_url))
    load_seed(open_directory(config.directory_url), root)
    if config.demo:
        make_demo_keys(config)


if __name__ == "__main__":
    main()
