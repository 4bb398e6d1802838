"""Redemption codes: shown at the counter once, found by looking them up."""

import secrets
from dataclasses import dataclass
from typing import ClassVar, Self

from stdnum.iso7064 import mod_37_36

from incentive.core.codes.alphabet import LETTERS
from incentive.core.codes.validity import CodeError, Validity

# 50 random bits: with a million open orders, one guess in a thousand million hits.
RANDOM_WIDTH = 10


@dataclass(frozen=True, slots=True)
class RedemptionCode:
    """A redemption code of good shape; whether an order has it is the caller's to know."""

    kind: ClassVar[str] = "X"
    width: ClassVar[int] = 1 + RANDOM_WIDTH + 1

    text: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read cleaned `text` of the right width and alphabet.

        Raises:
            CodeError: `garbled`, when the check letter doesn't fit.
        """
        # ISO 7064's hybrid system over the 32 letters: finds every single wrong letter.
        if not mod_37_36.is_valid(text, LETTERS):
            raise CodeError(Validity.GARBLED)
        return cls(text)


def new_redemption_code() -> RedemptionCode:
    """Return a fresh code: X, 10 random letters, a check letter."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(RANDOM_WIDTH))
    text = RedemptionCode.kind + drawn
    return RedemptionCode(text + mod_37_36.calc_check_digit(text, LETTERS))
