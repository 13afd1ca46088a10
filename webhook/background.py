"""Work that is done again and again beside the requests, in a thread that ends with the process."""

from __future__ import annotations

import threading
from collections.abc import Callable


def every(
    seconds: float, name: str, work: Callable[[], object], errors: tuple[type[Exception], ...], failed: Callable[[str], None]
) -> threading.Event:
    """Do `work` every so many seconds until the returned event is set; `failed` is told the class of any of `errors`, and it goes on."""
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(seconds):
            try:
                work()
            except errors as error:
                failed(type(error).__name__)

    threading.Thread(target=run, name=name, daemon=True).start()
    return stop
