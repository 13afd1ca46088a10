"""The failures the front door names; see the package docstring for the tree."""


class FrontDoorError(Exception):
    """The front door cannot do what was asked; the message says what to do about it."""


class ConfigInvalid(FrontDoorError):
    """A setting is missing or contradicts another."""


class WordsMissing(FrontDoorError):
    """A reply named in code has no words, or a placeholder in it was not filled."""


class RasaUnavailable(FrontDoorError):
    """Rasa did not answer in time, or not in the agreed form."""


class FeedUnreadable(FrontDoorError):
    """A feed that was to be imported cannot be fetched, or is not JSON."""


class SharedMemoryUnreachable(FrontDoorError):
    """Redis is down or slow; the caller goes on with this process's own memory."""
