"""Settings, read once from the environment; a contradiction stops the start with a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from directory.database import database_url, directory_url
from webhook.errors import ConfigInvalid

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Budgets:
    """Seconds from arrival to answer, lock wait included (architecture.md): after them the front door answers alone."""

    web: float = 2.5
    sms: float = 1.5
    danger_now: float = 0.5


@dataclass(frozen=True)
class Config:
    """Everything the front door is told from outside; see `load_config` for the variables."""

    root: Path
    var: Path
    mode: str
    host: str
    port: int
    rasa_url: str
    public_base_url: str | None
    twilio_auth_token: str | None
    twilio_account_sid: str | None
    exit_url: str
    embed_origins: tuple[str, ...]
    safeguarding_lead: str | None
    data_controller: str | None
    database_url: str | None = None
    helpline_origin: str | None = None
    redis_url: str | None = None
    proxies: int = 0
    budgets: Budgets = Budgets()

    @property
    def demo(self) -> bool:
        """True in demonstration mode, when every page and first text must say so."""
        return self.mode == "demo"

    @property
    def queue_url(self) -> str:
        """The queue's database."""
        return self.database_url or f"sqlite:///{self.var / 'queue.db'}"

    @property
    def directory_url(self) -> str:
        """The directory's database, read-only here."""
        return directory_url({"DATABASE_URL": self.database_url or ""}, self.var)

    @property
    def own_url(self) -> str:
        """The address Twilio is told to post to, without a trailing slash."""
        return self.public_base_url or f"http://127.0.0.1:{self.port}"


def load_config(env: Mapping[str, str], root: Path) -> Config:
    """Read LINDEN_MODE, HOST, PORT, LINDEN_VAR, RASA_URL, PUBLIC_BASE_URL, TWILIO_AUTH_TOKEN, TWILIO_ACCOUNT_SID, EXIT_URL,
    EMBED_ORIGINS, SAFEGUARDING_LEAD, DATA_CONTROLLER, HELPLINE_ORIGIN, DATABASE_URL (SQLite without it), REDIS_URL and
    PROXIES (how many of our own stand in front); raises ConfigInvalid."""
    mode = env.get("LINDEN_MODE", "demo")
    if mode not in ("demo", "live"):
        raise ConfigInvalid(f"LINDEN_MODE is {mode!r}; it must be demo or live")
    return Config(
        root=root,
        var=Path(env.get("LINDEN_VAR", root / "var")),
        mode=mode,
        host=env.get("HOST", "127.0.0.1"),
        port=_number(env, "PORT", "8080"),
        rasa_url=env.get("RASA_URL", "http://127.0.0.1:5005"),
        public_base_url=env.get("PUBLIC_BASE_URL", "").rstrip("/") or None,
        twilio_auth_token=env.get("TWILIO_AUTH_TOKEN") or None,
        twilio_account_sid=env.get("TWILIO_ACCOUNT_SID") or None,
        exit_url=env.get("EXIT_URL", "https://www.bbc.co.uk/weather"),
        embed_origins=_origins(env.get("EMBED_ORIGINS", "")),
        safeguarding_lead=env.get("SAFEGUARDING_LEAD") or None,
        data_controller=env.get("DATA_CONTROLLER") or None,
        database_url=database_url(env),
        helpline_origin=env.get("HELPLINE_ORIGIN", "").rstrip("/") or None,
        redis_url=env.get("REDIS_URL") or None,
        proxies=_number(env, "PROXIES", "0"),
    )


def _origins(listed: str) -> tuple[str, ...]:
    """The exact origins whose pages may frame the widget, separated by spaces; a pattern or a path is refused."""
    for origin in listed.split():
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or "*" in origin or origin != f"{parts.scheme}://{parts.netloc}":
            raise ConfigInvalid(f"EMBED_ORIGINS has {origin!r}; it must be exact origins such as https://www.example.gov.uk")
    return tuple(listed.split())


def _number(env: Mapping[str, str], name: str, otherwise: str) -> int:
    try:
        return int(env.get(name, otherwise))
    except ValueError as error:
        raise ConfigInvalid(f"{name} is {env[name]!r}; it must be a number") from error
