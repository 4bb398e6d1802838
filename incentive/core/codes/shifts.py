"""What rotating and printed shift codes share: letter, shift number, and a MAC.

Layout: kind (1), jurisdiction's letter (1), shift number (6), MAC. The MAC is cut
short because people also type these codes: 6 letters are 30 bits, good against
guessing at a server that limits attempts, and worthless after a minute.
"""

import hmac
from collections.abc import Iterable

from incentive.core.codes.alphabet import BITS, LETTERS, encode_number
from incentive.core.codes.keys import CodeKeys, jurisdiction_letter

NUMBER_WIDTH = 6
NUMBER_MAX = 2 ** (BITS * NUMBER_WIDTH) - 1
HEAD_WIDTH = 2 + NUMBER_WIDTH


def head(kind: str, keys: CodeKeys, shift_number: int) -> str:
    """Return the part of the code before the MAC.

    Raises:
        ValueError: `shift_number` is not within 0 and NUMBER_MAX (1,073,741,823).
    """
    return kind + jurisdiction_letter(keys.jurisdiction) + encode_number(shift_number, NUMBER_WIDTH)


def mac(keys: CodeKeys, kind: str, shift_number: int, counter: int, width: int) -> str:
    """Return `width` letters that only a holder of the key can make.

    `counter` is the time step or the print's serial. The jurisdiction is in the key.
    """
    message = kind.encode() + shift_number.to_bytes(8) + counter.to_bytes(8)
    digest = hmac.digest(keys.shift_key, message, "sha256")
    # 256 is a multiple of 32, so no letter is likelier than another.
    return "".join(LETTERS[byte & 31] for byte in digest[:width])


def matches(
    keys: CodeKeys, kind: str, shift_number: int, given: str, counters: Iterable[int]
) -> bool:
    """Say whether `given` is the MAC for one of `counters`; negative ones never match."""
    return any(
        hmac.compare_digest(mac(keys, kind, shift_number, counter, len(given)), given)
        for counter in counters
        if counter >= 0
    )
