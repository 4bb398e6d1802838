import pytest
from cryptography.exceptions import InvalidTag

from incentive.core.crypto import Vault
from incentive.core.db import use_jurisdiction
from incentive.core.keys import code_keys, vault

SECRET = b"a secret of the tests, of no worth anywhere"
TEXT = "530102199001011234"


def test_what_is_sealed_opens_again_and_never_looks_the_same():
    here = Vault(SECRET, "default")
    first, second = here.seal(TEXT), here.seal(TEXT)
    assert first != second
    assert here.open(first) == here.open(second) == TEXT
    assert TEXT.encode() not in first


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_a_sealed_text_that_was_changed_does_not_open(at):
    here = Vault(SECRET, "default")
    sealed = bytearray(here.seal(TEXT))
    sealed[at] ^= 1
    with pytest.raises(InvalidTag):
        here.open(bytes(sealed))


@pytest.mark.parametrize(
    "other", [Vault(SECRET, "second"), Vault(b"another secret of 32 bytes or so", "default")]
)
def test_another_jurisdiction_or_secret_opens_nothing_and_blinds_otherwise(other):
    here = Vault(SECRET, "default")
    with pytest.raises(InvalidTag):
        other.open(here.seal(TEXT))
    assert other.blind(TEXT) != here.blind(TEXT)


def test_a_blind_index_is_equal_for_equal_texts_alone():
    here = Vault(SECRET, "default")
    assert here.blind(TEXT) == Vault(SECRET, "default").blind(TEXT)
    assert here.blind(TEXT) != here.blind(TEXT + "0")
    assert len(here.blind("")) == 32


def test_an_empty_and_a_long_text_survive():
    here = Vault(SECRET, "default")
    for text in ("", "云" * 10_000, "\x00"):
        assert here.open(here.seal(text)) == text


def test_the_keys_at_hand_are_those_of_the_present_jurisdiction(books):
    first, first_codes = vault(), code_keys()
    assert vault() is first
    assert first_codes.jurisdiction == "default"
    with use_jurisdiction("second"):
        assert vault() is not first
        assert code_keys().jurisdiction == "second"
        assert code_keys().shift_key != first_codes.shift_key
    assert code_keys() is first_codes
