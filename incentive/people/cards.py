"""Member cards: the signed code that says who somebody is."""

from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from incentive.core import codes
from incentive.core.keys import code_keys
from incentive.people import service


@dataclass(frozen=True, slots=True)
class Card:
    """A card: the code's text, and the address that is drawn as a QR code."""

    volunteer_number: str
    serial: int
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class CardKey:
    """What a scanner without network verifies cards with."""

    jurisdiction: str
    algorithm: str
    public_key: str


def card(person_id: UUID, base: str) -> Card:
    """Return the person's card; `base` is this service's address.

    Raises:
        UnknownPerson: nobody here has this id.
    """
    holder = service.person(person_id)
    issued = codes.issue_card(code_keys(), holder.volunteer_number, holder.card_serial)
    return Card(
        holder.volunteer_number, holder.card_serial, issued.text, codes.url(base, issued.text)
    )


def card_keys() -> list[CardKey]:
    """Return the keys that verify this jurisdiction's cards, in hexadecimal; more after a change."""
    keys = code_keys()
    public = keys.card_public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return [CardKey(keys.jurisdiction, "Ed25519", public.hex())]
