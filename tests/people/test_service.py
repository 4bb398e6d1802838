from uuid import uuid4

import pytest
from sqlalchemy import select

from incentive.core.codes import is_volunteer_number
from incentive.core.db import session
from incentive.people import personal, service
from incentive.people.errors import HomeTooWide, PasswordWeak, PhoneTaken, UnknownPerson
from incentive.people.me import me
from incentive.people.models import Person
from incentive.regions.errors import UnknownRegion
from tests import factories
from tests.factories import NOW
from tests.people.conftest import PASSWORD, PHONE


def enter(home, phone=PHONE, password=PASSWORD, **more):
    given = {"name": "张三", "home_region_id": home.id, "by": None, "at": NOW} | more
    return service.create_person(phone=phone, password=password, **given)


def test_a_person_gets_a_volunteer_number_of_the_home_province(home, tx):
    first, second = enter(home), enter(home, "13912345678")
    assert is_volunteer_number(first.volunteer_number)
    assert first.volunteer_number.startswith("53")
    assert first.volunteer_number != second.volunteer_number


def test_the_phone_is_kept_sealed_and_blinded_and_nowhere_in_clear(home, tx):
    kept = enter(home)
    assert personal.one(kept.id, "phone").phone == "+8613812345678"
    row = session().execute(select(Person.__table__)).one()
    assert not any(b"12345678" in bytes(str(value), "utf-8") for value in row)
    assert b"12345678" not in row.phone_sealed + row.phone_blind


def test_a_phone_belongs_to_one_person_however_it_is_written(home, tx):
    enter(home)
    with pytest.raises(PhoneTaken):
        enter(home, "+86 138-1234-5678")


def test_a_refused_person_is_not_entered(home, tx):
    with pytest.raises(PasswordWeak):
        enter(home, password="12345678")
    with pytest.raises(UnknownRegion):
        enter(home, home_region_id=uuid4())
    assert session().scalars(select(Person)).all() == []


def test_nobody_registers_themselves_for_a_whole_city(places, tx):
    given = {"name": "张三", "phone": PHONE, "password": PASSWORD, "role": "volunteer", "at": NOW}
    given |= {"agreed": [factories.notices()["privacy"]]}
    with pytest.raises(HomeTooWide):
        service.sign_up(**given, home_region_id=places["5301"].id)


def test_a_person_sees_the_phone_masked_and_the_roles_with_their_places(home, tx):
    seen = me(enter(home).id, NOW)
    assert (seen.name, seen.phone, seen.home.name) == ("张三", "138****5678", "翠湖社区")
    assert [(role.role, role.region.code) for role in seen.roles] == [("volunteer", home.code)]


def test_persons_are_found_by_number_and_numbers_by_person(home, tx):
    one, two = enter(home), enter(home, "13912345678")
    assert service.person_by_number(one.volunteer_number).id == one.id
    assert service.person_by_phone("+8613912345678").id == two.id
    assert service.numbers_of([one.id, two.id, two.id, uuid4()]) == {
        one.id: one.volunteer_number,
        two.id: two.volunteer_number,
    }
    assert service.numbers_of([]) == {}


def test_who_is_not_there_is_not_found(tx):
    for look in (
        lambda: service.person(uuid4()),
        lambda: service.person_by_number("5300000000010"),
        lambda: service.person_by_phone("+8613912345678"),
        lambda: me(uuid4(), NOW),
    ):
        with pytest.raises(UnknownPerson):
            look()
