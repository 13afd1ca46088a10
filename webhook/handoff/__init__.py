"""The sealed handoff: from "please ring me" to a call only the right worker can make, only when it is safe.

HandoffError
├── NobodyToSealTo     no approved worker key, or no recovery key: nothing is sealed and the person is told
├── EnvelopeError
│   ├── UnknownFormat  a version or suite this code does not know
│   ├── Misdirected    id, service, recipients or epoch are not the ones it was sealed for
│   ├── Unopenable     the wrong key, or a changed byte
│   └── TooLarge       more than the largest padded size
├── KeyfileInvalid     a key file cannot be read, or the passphrase is wrong
├── EpochKeyGone       the day's key was destroyed: its records can never be read again
├── NotYours           somebody else has claimed the record, or the key is not among its recipients
├── NotNow             it is not a safe time to ring
├── NoSuchRecord       no record has that id
├── NotDecided         it cannot be closed without a safeguarding decision that fits it
├── TooLate            what was to be undone can no longer be
└── Invalid            what was filled in cannot be used; it names the reply that says why
"""


class HandoffError(Exception):
    """The handoff cannot go on; the message says what to do about it."""


class NobodyToSealTo(HandoffError):
    """No approved worker key, or no recovery key, for the service."""


class EnvelopeError(HandoffError):
    """An envelope cannot be read."""


class UnknownFormat(EnvelopeError):
    """The envelope's version, suite or shape is not one this code knows."""


class Misdirected(EnvelopeError):
    """The envelope was sealed for another id, service, list of recipients or epoch."""


class Unopenable(EnvelopeError):
    """The key is wrong, or a byte was changed."""


class TooLarge(EnvelopeError):
    """The request is larger than the largest padded size."""


class KeyfileInvalid(HandoffError):
    """A key file cannot be read, or the passphrase is wrong."""


class EpochKeyGone(HandoffError):
    """The key of the record's day was destroyed."""


class NotYours(HandoffError):
    """The record is claimed by somebody else, or was not sealed to this key."""


class NotNow(HandoffError):
    """It is not a safe time to ring."""


class NoSuchRecord(HandoffError):
    """No record has that id."""


class NotDecided(HandoffError):
    """The request cannot be closed without a safeguarding decision that fits it."""


class TooLate(HandoffError):
    """What was to be undone can no longer be."""


class Invalid(HandoffError):
    """What was filled in cannot be used; `name` is the reply that says why, `final` that filling in again is no help."""

    def __init__(self, name: str, *, final: bool = False) -> None:
        """Keep the name of the reply."""
        super().__init__(name)
        self.name, self.final = name, final
