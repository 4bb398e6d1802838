import pytest

from incentive.core.keystore.sealing import Unreadable, new_key, seal, unseal

KEY, PLACE, TEXT = new_key(), "default/p/phone", "+8613812345678"


def test_what_is_sealed_opens_again_and_never_looks_the_same():
    first, second = seal(KEY, PLACE, TEXT), seal(KEY, PLACE, TEXT)
    assert first != second
    assert unseal(KEY, PLACE, first) == unseal(KEY, PLACE, second) == TEXT
    assert TEXT.encode() not in first


@pytest.mark.parametrize("place", ["default/q/phone", "default/p/name", "second/p/phone"])
def test_it_opens_at_no_other_place(place):
    with pytest.raises(Unreadable):
        unseal(KEY, place, seal(KEY, PLACE, TEXT))


@pytest.mark.parametrize("at", [0, 1, 12, 13, -1])
def test_a_changed_byte_is_noticed(at):
    sealed = bytearray(seal(KEY, PLACE, TEXT))
    sealed[at] ^= 1
    with pytest.raises(Unreadable):
        unseal(KEY, PLACE, bytes(sealed))


@pytest.mark.parametrize("torn", [b"", b"\x01", b"\x01short"])
def test_what_was_cut_short_is_noticed(torn):
    with pytest.raises(Unreadable):
        unseal(KEY, PLACE, torn)


def test_another_key_opens_nothing():
    with pytest.raises(Unreadable):
        unseal(new_key(), PLACE, seal(KEY, PLACE, TEXT))
