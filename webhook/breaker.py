"""Leaves a part alone for a moment once it has failed several times in a row, so that not everybody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Breaker:
    """Counts failures in a row; after the last one allowed, one caller in each pause tries whether the part is back."""

    most: int = 3
    pause: float = 1.0  # seconds
    clock: Callable[[], float] = time.monotonic
    failures: int = field(default=0, init=False)
    next_try: float = field(default=0.0, init=False)
    lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def allows(self) -> bool:
        """True when the part may be asked now; asking after a pause uses that pause's one try up."""
        with self.lock:
            if self.failures < self.most:
                return True
            if self.clock() < self.next_try:
                return False
            self.next_try = self.clock() + self.pause
            return True

    def worked(self) -> None:
        """Note that the part answered."""
        with self.lock:
            self.failures = 0

    def failed(self) -> None:
        """Note that it did not."""
        with self.lock:
            self.failures += 1
            self.next_try = self.clock() + self.pause
