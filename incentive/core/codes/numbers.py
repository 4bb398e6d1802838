"""Volunteer numbers: the only number of a person that others ever see.

13 digits: 2 of the province's code, 10 of a sequence, and an ISO 7064 MOD 11,10
check digit, which finds every single wrong digit and nearly every swapped pair.
"""

from stdnum.iso7064 import mod_11_10

SEQUENCE_MAX = 10**10 - 1
WIDTH = 13
REGION_WIDTH = 2


def volunteer_number(sequence: int, region2: str) -> str:
    """Return the volunteer number for `sequence` (0 to SEQUENCE_MAX) in province `region2`.

    Raises:
        ValueError: `region2` isn't two digits, or `sequence` is out of range.
    """
    if len(region2) != REGION_WIDTH or not _is_digits(region2):
        raise ValueError("a volunteer number starts with a province's two digits")
    if not 0 <= sequence <= SEQUENCE_MAX:
        raise ValueError(f"a volunteer number's sequence is 0 to {SEQUENCE_MAX}")
    return with_check_digit(f"{region2}{sequence:010d}")


def is_volunteer_number(text: str) -> bool:
    """Say whether `text` is 13 ASCII digits of which the last one fits."""
    return len(text) == WIDTH and _is_digits(text) and bool(mod_11_10.is_valid(text))


def with_check_digit(digits: str) -> str:
    """Return `digits` with their check digit behind them."""
    return digits + str(mod_11_10.calc_check_digit(digits))


def _is_digits(text: str) -> bool:
    # isdecimal alone also takes the digits of other scripts.
    return text.isascii() and text.isdecimal()
