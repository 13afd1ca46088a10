"""Where the desk is: passkeys belong to one host, and the desk may have a host and port of its own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from webhook.config import LOOPBACK, Config
from webhook.errors import ConfigInvalid


@dataclass(frozen=True)
class Origin:
    """The desk's address, such as `https://desk.example.org`, and whether it shares it with the chat page."""

    url: str
    alone: bool

    @classmethod
    def of(cls, config: Config) -> Origin:
        """Return HELPLINE_ORIGIN, or this machine's own as `localhost`, which passkeys accept; raises ConfigInvalid."""
        if config.helpline_origin is None:
            return cls(f"http://localhost:{config.port}", alone=False)
        parts = urlsplit(config.helpline_origin)
        if parts.path or not parts.hostname or (parts.scheme != "https" and parts.hostname != "localhost"):
            raise ConfigInvalid("HELPLINE_ORIGIN must be https://HOST, or http://localhost:PORT on this machine")
        return cls(config.helpline_origin, alone=config.helpline_origin != config.public_base_url)

    @property
    def host(self) -> str:
        """Host and port, as a browser names them."""
        return urlsplit(self.url).netloc

    @property
    def rp_id(self) -> str:
        """The host alone: what passkeys are bound to."""
        return urlsplit(self.url).hostname or ""

    @property
    def secure(self) -> bool:
        """True when the cookie must travel encrypted only."""
        return self.url.startswith("https:")

    def serves(self, host: str) -> bool:
        """True when a request to `host` may reach the desk."""
        return host == self.host

    def moves(self, host: str) -> bool:
        """True when `host` is this machine by another name, so that a page may be sent on to the right one."""
        return not self.alone and urlsplit(f"//{host}").hostname in LOOPBACK
