import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.core import codes
from incentive.core.codes.alphabet import (
    LETTERS,
    bytes_width,
    decode_bytes,
    decode_number,
    encode_bytes,
    encode_number,
)


def test_a_redemption_code_reads_back_in_groups_and_lower_case():
    code = codes.new_redemption_code()
    assert codes.parse(codes.grouped(code.text).lower()) == code


def test_redemption_codes_do_not_repeat():
    assert len({codes.new_redemption_code().text for _ in range(2000)}) == 2000


def test_every_change_of_one_letter_is_garbled():
    text = codes.new_redemption_code().text
    for place, was in enumerate(text):
        for letter in LETTERS:
            if letter != was:
                with pytest.raises(codes.CodeError):
                    codes.parse(text[:place] + letter + text[place + 1 :])


def test_most_swapped_neighbours_are_garbled():
    swapped = missed = 0
    for _ in range(500):
        text = codes.new_redemption_code().text
        for place in range(1, len(text) - 1):
            other = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
            if other != text:
                swapped += 1
                missed += _is_code(other)
    assert missed / swapped < 0.01


def _is_code(text: str) -> bool:
    try:
        codes.parse(text)
    except codes.CodeError:
        return False
    return True


@given(st.binary(max_size=80))
def test_bytes_have_one_spelling_in_letters(data):
    letters = encode_bytes(data)
    assert len(letters) == bytes_width(len(data))
    assert decode_bytes(letters, len(data)) == data


@given(st.integers(0, 2**30 - 1))
def test_numbers_read_back(number):
    assert decode_number(encode_number(number, 6)) == number


@pytest.mark.parametrize("letters", ["ZZ", "0Z", "01", "00000", "0", "0U", ""])
def test_any_other_spelling_of_a_byte_is_refused(letters):
    with pytest.raises(ValueError):
        decode_bytes(letters, 1)
