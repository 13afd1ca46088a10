"""Pure functions over what a person typed: normalising, encoding, judging danger, hiding personal details.

Nothing here imports a web framework, Rasa, or another package of ours; it works when everything else is down.

    SafetyError
    ├── EncoderMissing     the sentence encoder has not been built, or is not the one that was trained with
    └── RulesInvalid       data/danger/rules.yml cannot be read as rules
"""


class SafetyError(Exception):
    """Something in the safety library cannot be used; the message says what to do about it."""


class EncoderMissing(SafetyError):
    """The sentence encoder is not built, or its files are not the ones its manifest names."""


class RulesInvalid(SafetyError):
    """The danger rules hold a pattern that cannot be read; the message names it."""
