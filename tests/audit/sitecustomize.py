"""Loaded by every Python process of the test that runs the real programs: notes each attempt to leave this machine."""

import os
import sys
from pathlib import Path

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")


def note(event: str, args: tuple) -> None:
    """Write down who was to be reached, unless it is this machine or a socket that is a file."""
    if event == "socket.getaddrinfo":
        host = str(args[0] or "localhost")
    elif event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple):
        host = str(args[1][0])
    else:
        return
    if not host.startswith(LOOPBACK) and os.environ.get("LINDEN_AUDIT"):
        with Path(os.environ["LINDEN_AUDIT"]).open("a", encoding="utf-8") as file:
            file.write(f"{event} {host} in {sys.argv[:3]}\n")


sys.addaudithook(note)
