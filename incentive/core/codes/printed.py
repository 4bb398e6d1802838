"""The shift code on paper: it doesn't change, so it proves no presence by itself."""

from dataclasses import dataclass
from typing import ClassVar, Self

from incentive.core.codes.alphabet import decode_number
from incentive.core.codes.keys import CodeKeys, jurisdiction_letter
from incentive.core.codes.shifts import HEAD_WIDTH, head, mac, matches
from incentive.core.codes.validity import Validity

# Longer than a rotating code's: this one can be guessed at for weeks.
MAC_WIDTH = 8
# How many earlier prints are told from forgeries.
EXPIRED_PRINTS = 20


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A printed code as read; believe it only when `verify_printed` says valid."""

    kind: ClassVar[str] = "P"
    width: ClassVar[int] = HEAD_WIDTH + MAC_WIDTH

    text: str
    shift_number: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Read cleaned `text` of the right width and alphabet."""
        return cls(text, decode_number(text[2:HEAD_WIDTH]))


def printed_code(keys: CodeKeys, shift_number: int, serial: int) -> PrintedCode:
    """Return the code to print for the shift; a new `serial` (0 up) voids earlier prints.

    Raises:
        ValueError: the shift's number is too large for a code.
        OverflowError: `serial` is negative.
    """
    start = head(PrintedCode.kind, keys, shift_number)
    text = start + mac(keys, PrintedCode.kind, shift_number, serial, MAC_WIDTH)
    return PrintedCode(text, shift_number)


def verify_printed(keys: CodeKeys, code: PrintedCode, serial: int) -> Validity:
    """Return `valid`, `expired` (an earlier print), `foreign` or `forged`.

    `serial` is the one of the shift's latest print.
    """
    if code.text[1] != jurisdiction_letter(keys.jurisdiction):
        return Validity.FOREIGN
    given = code.text[HEAD_WIDTH:]
    if matches(keys, code.kind, code.shift_number, given, [serial]):
        return Validity.VALID
    earlier = range(serial - EXPIRED_PRINTS, serial)
    if matches(keys, code.kind, code.shift_number, given, earlier):
        return Validity.EXPIRED
    return Validity.FORGED
