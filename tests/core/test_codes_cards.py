import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from incentive.core import codes
from incentive.core.codes.alphabet import LETTERS
from incentive.core.codes.cards import SERIAL_MAX

SECRET = b"a secret that only tests may know"
KEYS = codes.CodeKeys.derive(SECRET, "kunming")
OTHERS = codes.CodeKeys.derive(SECRET, "dali")
NUMBER = codes.volunteer_number(42, "53")
numbers = st.builds(
    codes.volunteer_number, st.integers(0, 10**10 - 1), st.integers(0, 99).map("{:02d}".format)
)


def verify(text: str) -> str:
    try:
        card = codes.parse(text)
    except codes.CodeError as error:
        return error.reason
    assert isinstance(card, codes.MemberCard)
    return codes.verify_card(card, KEYS.card_public_key, "kunming")


@given(numbers, st.integers(1, SERIAL_MAX))
def test_a_card_reads_back_as_it_was_issued(number, serial):
    issued = codes.issue_card(KEYS, number, serial)
    assert codes.parse(codes.url("https://v.example.cn", issued.text)) == issued
    assert verify(issued.text) == "valid"


def test_a_card_verifies_with_the_public_key_alone():
    raw = KEYS.card_public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    card = codes.issue_card(KEYS, NUMBER, 1)
    public = Ed25519PublicKey.from_public_bytes(raw)
    assert codes.verify_card(card, public, "kunming") == "valid"


def test_every_change_of_one_letter_is_refused():
    text = codes.issue_card(KEYS, NUMBER, 1).text
    for place, was in enumerate(text):
        # The last letter carries padding: all its values are tried, elsewhere a few.
        tried = LETTERS if place in {0, len(text) - 1} else LETTERS[:: 1 + place % 7]
        for letter in tried:
            if letter != was:
                assert verify(text[:place] + letter + text[place + 1 :]) != "valid"


def test_a_card_of_another_jurisdiction_is_foreign():
    assert verify(codes.issue_card(OTHERS, NUMBER, 1).text) == "foreign"


def test_a_card_signed_with_another_key_is_forged():
    other_secret = codes.CodeKeys.derive(b"another secret of thirty-two bytes", "kunming")
    assert verify(codes.issue_card(other_secret, NUMBER, 1).text) == "forged"


def test_a_reissued_card_is_another_card():
    first, second = (codes.issue_card(KEYS, NUMBER, serial) for serial in (1, 2))
    assert first.text != second.text
    assert (first.serial, second.serial) == (1, 2)


@pytest.mark.parametrize("serial", [-1, 0, SERIAL_MAX + 1])
def test_a_serial_out_of_range_is_refused(serial):
    with pytest.raises(ValueError):
        codes.issue_card(KEYS, NUMBER, serial)


def test_a_card_is_not_issued_for_a_number_that_is_none():
    with pytest.raises(ValueError):
        codes.issue_card(KEYS, "5300000000424", 1)


def test_keys_differ_by_secret_jurisdiction_and_purpose_and_are_not_shown():
    raw = KEYS.card_key.private_bytes_raw()
    assert raw != OTHERS.card_key.private_bytes_raw()
    assert KEYS.shift_key not in {raw, OTHERS.shift_key}
    assert repr(KEYS) == "CodeKeys(jurisdiction='kunming')"
