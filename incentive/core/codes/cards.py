"""Member cards: who someone is, signed, so that a scanner without network can tell.

Layout of the bytes after the letter C, all big-endian: version (1), jurisdiction
tag (4), volunteer number without its check digit (5), serial (2), Ed25519 signature
over a fixed prefix and the 12 bytes before it (64).
"""

import hmac
from dataclasses import dataclass
from typing import ClassVar, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from incentive.core.codes.alphabet import bytes_width, decode_bytes, encode_bytes
from incentive.core.codes.keys import TAG_BYTES, CodeKeys, jurisdiction_tag
from incentive.core.codes.numbers import is_volunteer_number, with_check_digit
from incentive.core.codes.validity import CodeError, Validity

VERSION = 1
NUMBER_BYTES = 5
SERIAL_BYTES = 2
SERIAL_MAX = 2 ** (8 * SERIAL_BYTES) - 1
BODY_BYTES = 1 + TAG_BYTES + NUMBER_BYTES + SERIAL_BYTES
SIGNATURE_BYTES = 64
_NUMBER_AT = 1 + TAG_BYTES
_SERIAL_AT = _NUMBER_AT + NUMBER_BYTES
_BODY_MAX_NUMBER = 10**12

# The key signs nothing else today; the prefix keeps it so should it ever.
_SIGNED_AS = b"incentive/card\0"


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A card as read; nothing in it may be believed before `verify_card` says valid.

    `serial` counts a person's cards from 1: once reissued, the caller refuses
    earlier ones. Without network an earlier one still passes.
    """

    kind: ClassVar[str] = "C"
    width: ClassVar[int] = 1 + bytes_width(BODY_BYTES + SIGNATURE_BYTES)

    text: str
    volunteer_number: str
    serial: int
    body: bytes
    signature: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read cleaned `text`.

        Raises:
            CodeError: `garbled`.
        """
        try:
            data = decode_bytes(text[1:], BODY_BYTES + SIGNATURE_BYTES)
        except ValueError:
            raise CodeError(Validity.GARBLED) from None
        number = int.from_bytes(data[_NUMBER_AT:_SERIAL_AT])
        if data[0] != VERSION or number >= _BODY_MAX_NUMBER:
            raise CodeError(Validity.GARBLED)
        return cls(
            text=text,
            volunteer_number=with_check_digit(f"{number:012d}"),
            serial=int.from_bytes(data[_SERIAL_AT:BODY_BYTES]),
            body=data[:BODY_BYTES],
            signature=data[BODY_BYTES:],
        )


def issue_card(keys: CodeKeys, volunteer_number: str, serial: int) -> MemberCard:
    """Return the signed card of `volunteer_number`; equal input gives an equal card.

    Raises:
        ValueError: not a volunteer number, or `serial` is not within 1 and SERIAL_MAX.
    """
    if not is_volunteer_number(volunteer_number):
        raise ValueError("a card needs a volunteer number with its check digit")
    if not 1 <= serial <= SERIAL_MAX:
        raise ValueError(f"a card's serial is 1 to {SERIAL_MAX}")
    body = (
        bytes([VERSION])
        + jurisdiction_tag(keys.jurisdiction)
        + int(volunteer_number[:-1]).to_bytes(NUMBER_BYTES)
        + serial.to_bytes(SERIAL_BYTES)
    )
    signature = keys.card_key.sign(_SIGNED_AS + body)
    text = MemberCard.kind + encode_bytes(body + signature)
    return MemberCard(text, volunteer_number, serial, body, signature)


def verify_card(card: MemberCard, public_key: Ed25519PublicKey, jurisdiction: str) -> Validity:
    """Return `valid`, `foreign` or `forged`; needs no secret and no network."""
    if not hmac.compare_digest(card.body[1:_NUMBER_AT], jurisdiction_tag(jurisdiction)):
        return Validity.FOREIGN
    try:
        public_key.verify(card.signature, _SIGNED_AS + card.body)
    except InvalidSignature:
        return Validity.FORGED
    return Validity.VALID
