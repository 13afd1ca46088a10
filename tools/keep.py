"""Runs a program and starts it again when it dies, so that one lost part never takes the others with it.

`python -m tools.keep COMMAND …`: Rasa and the action server are kept so by the Procfile; danger is answered meanwhile.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time

PAUSE_SECONDS = 1.0  # before it is started again


def main() -> int:
    """Run the command until told to stop; return its exit code then."""
    kept = Kept(sys.argv[1:])
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, kept.stop)
    return kept.run()


class Kept:
    """A command, the process it runs in now, and whether it is to stop."""

    def __init__(self, command: list[str]) -> None:
        """Keep the command; nothing is started yet."""
        self.command, self.stopping = command, False
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> int:
        """Start it, and again whenever it has ended by itself; return its exit code once it was told to stop."""
        while True:
            self.process = subprocess.Popen(self.command)
            if self.stopping:  # told so between two starts
                self.process.terminate()
            code = self.process.wait()
            if self.stopping:
                return max(code, 0)
            print(f"{' '.join(self.command[-3:])} ended ({code}) and is started again", file=sys.stderr, flush=True)
            time.sleep(PAUSE_SECONDS)

    def stop(self, *_: object) -> None:
        """Pass the wish to stop on."""
        self.stopping = True
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()


if __name__ == "__main__":
    raise SystemExit(main())
