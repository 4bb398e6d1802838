import pytest

from incentive.people import phones
from incentive.people.errors import PhoneUnusable


@pytest.mark.parametrize(
    "written",
    [
        "13812345678",
        " 138 1234 5678 ",
        "138-1234-5678",
        "+8613812345678",
        "+86 138 1234 5678",
        "0086 13812345678",
        "１３８１２３４５６７８",
    ],
)
def test_a_number_is_one_however_it_is_written(written):
    assert phones.parse(written) == "+8613812345678"


def test_a_number_from_abroad_needs_its_prefix():
    assert phones.parse("+852 5123 4567") == "+85251234567"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "12345678901",
        "1381234567",
        "138123456789",
        "0871-63123456",
        "110",
        "13812345678 ext 5",
        "138abcd5678",
        "138𝟙2345678x",
        "+999 13812345678",
        "'; DROP TABLE persons",
        "9" * 40,
    ],
)
def test_what_is_no_mobile_number_is_refused(text):
    with pytest.raises(PhoneUnusable):
        phones.parse(text)


def test_a_number_is_shown_masked():
    assert phones.masked("+8613812345678") == "138****5678"
    assert phones.masked("+85251234567") == "+852****4567"
