"""Which phone numbers a call or a text may go to: ordinary UK mobiles and landlines, and nothing that costs extra."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

REGIONS = {"GB"}  # not Guernsey, Jersey or Man: their mobiles cost more and their forces are others
MOBILE = {PhoneNumberType.MOBILE}
ORDINARY = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE}
FICTIONAL = re.compile(r"^\+447700900\d{3}$")  # Ofcom's numbers for drama, never in use: tests and demonstrations

# The same for a browser, which has no table of numbers: mobiles but not 070 and 076, and 01 and 02; checked again when opened.
ORDINARY_PATTERN = r"\s*(\+44|0044|0)[\s\(0\)\-]*(1|2|7[1-57-9])([\s\-\(\)]*\d){8,9}\s*"


def uk_number(text: str) -> str | None:
    """Return an ordinary UK mobile or landline number in E.164, or None when `text` is not one."""
    return _number(text, ORDINARY)


def uk_mobile(text: str) -> str | None:
    """Return a UK mobile number in E.164, or None when `text` is not one."""
    return _number(text, MOBILE)


def _number(text: str, kinds: set[int]) -> str | None:
    try:
        parsed = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if FICTIONAL.match(number):
        return number
    ordinary = phonenumbers.region_code_for_number(parsed) in REGIONS and phonenumbers.number_type(parsed) in kinds
    return number if ordinary and phonenumbers.is_valid_number(parsed) else None
