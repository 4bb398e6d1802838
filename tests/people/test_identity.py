from datetime import date

import pytest

from incentive.people import identity
from incentive.people.errors import BirthMonthUnusable, IdNumberUnusable
from tests.factories import NOW

NUMBER = "530102199003078931"


@pytest.mark.parametrize(
    "written",
    [NUMBER, f" {NUMBER} ", "530102 19900307 8931", "５３０１０２１９９００３０７８９３１"],
)
def test_an_id_number_is_kept_in_one_form_however_it_is_written(books, written):
    assert identity.id_number("resident_id", written) == f"resident_id:{NUMBER}"


@pytest.mark.parametrize(
    "wrong",
    [
        NUMBER[:-1] + "2",  # the check digit
        "530102199002308934",  # there was no 30 February
        "000000199003078931",  # no such place
        NUMBER[:-1],
        "",
        "x" * 18,
    ],
)
def test_what_cannot_be_a_residents_number_is_refused(books, wrong):
    with pytest.raises(IdNumberUnusable):
        identity.id_number("resident_id", wrong)


def test_other_documents_are_taken_as_they_look(books):
    assert identity.id_number("passport", "e12345678") == "passport:E12345678"
    for kind, text in [
        ("passport", "E 1"),
        ("passport", "护照1234567"),
        ("library_card", "123456"),
    ]:
        with pytest.raises(IdNumberUnusable):
            identity.id_number(kind, text)


def test_a_residents_number_tells_the_month_of_birth_and_is_not_contradicted(books):
    assert identity.checked({"id_number": NUMBER}, NOW) == {
        "id_number": f"resident_id:{NUMBER}",
        "birth_month": "1990-03",
    }
    with pytest.raises(BirthMonthUnusable):
        identity.checked({"id_number": NUMBER, "birth_month": "1990-04"}, NOW)
    told = {"id_type": "passport", "id_number": "E12345678", "birth_month": "1990-04"}
    assert identity.checked(told, NOW)["birth_month"] == "1990-04"


@pytest.mark.parametrize("text", ["1990-13", "1990", "90-01", "2026-12", "1895-01", "1990-1"])
def test_nobody_was_born_in_a_month_that_is_none_or_not_come_yet(text):
    with pytest.raises(BirthMonthUnusable):
        identity.birth_month(text, date(2026, 11, 22))


def test_a_child_of_this_month_was_born():
    assert identity.birth_month("2026-11", date(2026, 11, 22)) == "2026-11"


def test_who_tells_nothing_more_has_nothing_kept(books):
    assert identity.checked({}, NOW) == {}
    assert identity.checked({"id_number": "", "birth_month": None, "address": ""}, NOW) == {}
