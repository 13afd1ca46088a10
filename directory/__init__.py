"""Services, the areas they serve, and how to tell where somebody is: read-only queries over SQLAlchemy.

DirectoryError
├── SeedInvalid        a seed file contradicts itself, or holds a number that must never be used
└── DirectoryMissing   the directory's database has not been loaded
"""


class DirectoryError(Exception):
    """The directory cannot be used; the message says what to do about it."""


class SeedInvalid(DirectoryError):
    """A seed file contradicts itself, or holds a number that must never be used."""


class DirectoryMissing(DirectoryError):
    """The directory's database has not been loaded yet."""
