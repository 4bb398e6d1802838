"""Money is whole fen; yuan exist only on paper and screens. No float ever touches an amount."""

import re
from decimal import Decimal
from typing import Final

FEN_PER_YUAN: Final = 100
# Ten billion yuan: more than any station gives out, and far inside a bigint.
FEN_MAX: Final = 10**12
_YUAN: Final = re.compile(
    r"(?P<sign>[-+]?)¥?(?P<minus>-?)(?P<yuan>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,11})"
    r"(?:\.(?P<part>[0-9]{1,2}))?元?"
)
_PLAIN: Final = str.maketrans("０１２３４５６７８９．，－−＋￥", "0123456789.,--+¥")


def yuan(fen: int) -> str:
    """Return an amount as people write it: 123456 is `1,234.56`, -5 is `-0.05`."""
    whole, part = divmod(abs(fen), FEN_PER_YUAN)
    return f"{'-' if fen < 0 else ''}{whole:,}.{part:02d}"


def decimal_yuan(fen: int) -> Decimal:
    """Return an amount as a number of yuan with two places, exactly."""
    return Decimal(fen).scaleb(-2)


def parse_yuan(text: str) -> int:
    """Return the fen in a text such as `1,234.56`, `¥12`, `-0.5` or `１２．５０元`.

    Raises:
        ValueError: it is no amount, has parts of a fen, or is beyond `FEN_MAX`.
    """
    found = _YUAN.fullmatch(text.translate(_PLAIN).strip().replace(" ", ""))
    if found is None or (found["sign"] and found["minus"]):
        raise ValueError(f"{text!r} is no amount in yuan with at most two decimals.")
    amount = Decimal(f"{found['yuan'].replace(',', '')}.{found['part'] or 0}")
    fen = int(amount.scaleb(2))
    if fen > FEN_MAX:
        raise ValueError(f"{text!r} is more than can be booked.")
    return -fen if "-" in (found["sign"], found["minus"]) else fen
