"""Services, the areas they serve, and how to tell where somebody is: read-only queries over SQLAlchemy.

DirectoryError
├── SeedInvalid        a seed file contradicts itself, or holds a number that must never be used
└── BadRecord          a record of a feed may not be taken in; the message says why
"""


class DirectoryError(Exception):
    """The directory cannot be used; the message says what to do about it."""


class SeedInvalid(DirectoryError):
    """A seed file contradicts itself, or holds a number that must never be used."""


class BadRecord(DirectoryError):
    """A record of a feed may not be taken in; the others of that feed are not touched by it."""
