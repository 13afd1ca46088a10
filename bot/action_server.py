"""How Rasa calls the action server: over a connection that is kept, where Rasa's own makes a new one for every call."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

import aiohttp
from rasa.utils.endpoints import EndpointConfig


class KeptConnection(EndpointConfig):  # type: ignore[misc]
    """The action server at `url`; a connection that was idle for 15 s, aiohttp's own limit, is made anew.

    The server waits longer (actions/serve.py), so a call never meets a connection that is just being closed."""

    def __init__(self, url: str, **kwargs: Any) -> None:
        """Connect to nothing yet: a client belongs to the event loop it is made in."""
        super().__init__(url, **kwargs)
        self.client: aiohttp.ClientSession | None = None

    def session(self) -> AbstractAsyncContextManager[aiohttp.ClientSession]:
        """Return the client, which stays open when the caller is done with it."""
        if self.client is None or self.client.closed:
            self.client = super().session()
        return nullcontext(self.client)
