"""The codes that people scan or type: member cards, shift codes, redemption codes.

A code's text is a URL `<base>/s/<code>`, so that any camera opens it. The first
letter of the code is its kind (C, R, P or X); all letters are Crockford's base 32,
which leaves out the ones that people confuse.
"""

from incentive.core.codes.cards import MemberCard, issue_card, verify_card
from incentive.core.codes.drawing import dense_svg, png, svg
from incentive.core.codes.keys import CodeKeys
from incentive.core.codes.numbers import is_volunteer_number, volunteer_number
from incentive.core.codes.parsing import Code, parse
from incentive.core.codes.printed import PrintedCode, printed_code, verify_printed
from incentive.core.codes.redemptions import RedemptionCode, new_redemption_code
from incentive.core.codes.rotating import (
    RotatingCode,
    next_rotation,
    rotating_code,
    verify_rotating,
)
from incentive.core.codes.texts import grouped, url
from incentive.core.codes.validity import CodeError, Validity

__all__ = [
    "Code",
    "CodeError",
    "CodeKeys",
    "MemberCard",
    "PrintedCode",
    "RedemptionCode",
    "RotatingCode",
    "Validity",
    "dense_svg",
    "grouped",
    "is_volunteer_number",
    "issue_card",
    "new_redemption_code",
    "next_rotation",
    "parse",
    "png",
    "printed_code",
    "rotating_code",
    "svg",
    "url",
    "verify_card",
    "verify_printed",
    "verify_rotating",
    "volunteer_number",
]
