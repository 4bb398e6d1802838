import pytest

from incentive.people import masking
from incentive.people.personal import Personal


@pytest.mark.parametrize(
    ("full", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳锋", "欧阳*"),
        ("欧阳明日", "欧阳**"),
        ("欧阳", "欧*"),  # a name of two characters has a family name of one
        ("张", "*"),
        ("古丽扎尔·买买提", "古**"),
        ("𠮷田", "𠮷*"),
        ("John Smith", "J**"),
        ("", ""),
        (None, None),
    ],
)
def test_a_name_keeps_its_family_name(full, shown):
    assert masking.name(full) == shown


@pytest.mark.parametrize(
    ("e164", "shown"),
    [("+8613812345678", "138****5678"), ("+85291234321", "+852****4321"), (None, None)],
)
def test_a_phone_keeps_both_its_ends(e164, shown):
    assert masking.phone(e164) == shown


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("resident_id:530102199001011234", "530***********1234"),
        ("passport:E12345678", "E*******8"),
        ("foreign_id:ABC123456789012", "ABC********9012"),
        (None, None),
    ],
)
def test_an_id_number_keeps_both_its_ends(kept, shown):
    assert masking.id_number(kept) == shown


def test_of_an_address_and_a_month_of_birth_nothing_is_shown():
    known = Personal(
        name="张三", phone="+8613812345678", birth_month="1990-01", address="翠湖北路1号"
    )
    shown = masking.person(known)
    assert (shown.name, shown.phone) == ("张*", "138****5678")
    assert (shown.birth_month, shown.address) == (None, None)
