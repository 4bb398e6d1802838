"""Find out which code a text is."""

from incentive.core.codes.alphabet import LETTERS
from incentive.core.codes.cards import MemberCard
from incentive.core.codes.printed import PrintedCode
from incentive.core.codes.redemptions import RedemptionCode
from incentive.core.codes.rotating import RotatingCode
from incentive.core.codes.texts import clean
from incentive.core.codes.validity import CodeError, Validity

Code = MemberCard | RotatingCode | PrintedCode | RedemptionCode

_KINDS: dict[str, type[Code]] = {
    kind.kind: kind for kind in (MemberCard, RotatingCode, PrintedCode, RedemptionCode)
}
_ALPHABET = frozenset(LETTERS)


def parse(text: str) -> Code:
    """Return the code that `text` holds, however it was typed or scanned.

    Only its shape is checked here; `verify_card`, `verify_rotating` and
    `verify_printed` say whether it is genuine, and the books whether a redemption is.

    Raises:
        CodeError: `garbled`, when `text` has not the shape of any code.
    """
    letters = clean(text)
    kind = _KINDS.get(letters[0])
    if kind is None or len(letters) != kind.width or not _ALPHABET.issuperset(letters):
        raise CodeError(Validity.GARBLED)
    return kind.read(letters)
