"""Phone numbers: read as people write them, kept in one form, shown masked."""

import re
import unicodedata
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from incentive.people.errors import PhoneUnusable

REGION: Final = "CN"
_CHINA: Final = "+86"
_WRITTEN: Final = re.compile(r"\+?[0-9()\-. ]{5,30}")
_MOBILE: Final = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def parse(text: str) -> str:
    """Return the mobile number in `text` as E.164: `+8613812345678`; China's without a prefix.

    Raises:
        PhoneUnusable: it is no mobile number that could exist.
    """
    # Without this, letters would be read as the keys of a telephone: 1-800-FLOWERS.
    plain = unicodedata.normalize("NFKC", text).strip()
    if not _WRITTEN.fullmatch(plain):
        raise PhoneUnusable
    try:
        number = phonenumbers.parse(plain, REGION)
    except phonenumbers.NumberParseException:
        raise PhoneUnusable from None
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in _MOBILE:
        raise PhoneUnusable
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def masked(e164: str) -> str:
    """Return what may be shown of a number: `138****5678`, abroad `+852****4321`."""
    if e164.startswith(_CHINA):
        national = e164.removeprefix(_CHINA)
        return f"{national[:3]}****{national[-4:]}"
    return f"{e164[:4]}****{e164[-4:]}"


def national(e164: str) -> str:
    """Return a Chinese number without its prefix, any other as it is without the plus."""
    return e164.removeprefix(_CHINA).removeprefix("+")
