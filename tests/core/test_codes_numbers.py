import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentive.core.codes import is_volunteer_number, volunteer_number

sequences = st.integers(0, 10**10 - 1)


@given(sequences)
def test_a_volunteer_number_has_13_digits_and_holds(sequence):
    number = volunteer_number(sequence, "53")
    assert len(number) == 13
    assert number.startswith("53")
    assert is_volunteer_number(number)


@given(sequences)
def test_every_single_wrong_digit_is_found(sequence):
    number = volunteer_number(sequence, "53")
    for place, was in enumerate(number):
        for digit in set("0123456789") - {was}:
            assert not is_volunteer_number(number[:place] + digit + number[place + 1 :])


def test_nearly_every_swapped_pair_is_found():
    swapped = missed = 0
    for sequence in range(0, 10**10, 7_654_321):
        number = volunteer_number(sequence, "53")
        for place in range(12):
            pair = number[place : place + 2]
            if pair[0] != pair[1]:
                swapped += 1
                other = number[:place] + pair[::-1] + number[place + 2 :]
                missed += is_volunteer_number(other)
    assert missed / swapped < 0.03


@pytest.mark.parametrize(
    "text",
    ["", "53", "530000000042X", " 5300000000423", "５３００００００００４２３", "53000000004230"],
)
def test_anything_else_is_no_volunteer_number(text):
    assert not is_volunteer_number(text)


@pytest.mark.parametrize(
    ("sequence", "region"),
    [(-1, "53"), (10**10, "53"), (1, "5"), (1, "530"), (1, "5a"), (1, "５３")],
)
def test_a_number_that_cannot_be_is_refused(sequence, region):
    with pytest.raises(ValueError):
        volunteer_number(sequence, region)
