import pytest
from sqlalchemy import event, select, text

from incentive.core.db import db, jurisdiction, session
from incentive.core.keystore.errors import KeyDestroyed, KeysUnusable
from incentive.core.keystore.store import keystore
from incentive.people import index, personal, queries, service
from incentive.people.errors import IdNumberTaken, PhoneTaken, UnknownPerson
from incentive.people.models import Person
from incentive.people.personal import FIELDS, Personal
from tests import factories
from tests.factories import NOW
from tests.people.conftest import PHONE

E164 = "+8613812345678"
NUMBER = "530102199003078931"
TOLD = {
    "name": "张三丰",
    "phone": E164,
    "id_number": f"resident_id:{NUMBER}",
    "birth_month": "1990-03",
    "address": "翠湖北路1号",
}


@pytest.fixture
def person(tx):
    return factories.person("张三丰", told=TOLD)


def enter(home, phone=PHONE, **more):
    given = {"name": "张三", "home_region_id": home.id, "by": None, "at": NOW, "password": None}
    return service.create_person(phone=phone, **given, more=more)


def put(person, **columns):
    for name, value in columns.items():
        setattr(person, name, value)
    session().flush()


def test_what_was_told_is_read_again(person):
    assert personal.one(person.id, *FIELDS) == Personal(**TOLD)
    assert personal.one(person.id, "name") == Personal(name="张三丰")


def test_nothing_told_stands_in_the_row_in_clear(person):
    row = session().execute(select(Person.__table__).filter_by(id=person.id)).one()
    kept = b" ".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    for value in ("张三丰", "13812345678", NUMBER, "1990-03", "翠湖北路"):
        assert value.encode() not in kept


def test_a_page_of_persons_is_opened_by_two_queries(tx):
    ids = [factories.person(f"张{n}").id for n in range(30)]
    asked = []
    engines = [db.engines[None], keystore()._engine]

    def count(_connection, _cursor, statement, *_more):
        asked.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", count)
    try:
        known = personal.of(ids, "name", "phone")
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", count)
    assert [known[one].name for one in ids] == [f"张{n}" for n in range(30)]
    assert len(asked) == 2


def test_one_persons_name_in_anothers_row_opens_nothing(person):
    other = factories.person("李四", told={"phone": "+8613912345678"})
    put(other, name_sealed=person.name_sealed)
    assert personal.one(other.id, "name", "phone") == Personal(
        phone="+8613912345678", unreadable=frozenset({"name"})
    )


def test_a_persons_phone_in_the_place_of_the_name_opens_nothing(person):
    put(person, name_sealed=person.phone_sealed)
    assert personal.one(person.id, "name").unreadable == {"name"}


def test_a_changed_value_spoils_neither_the_others_nor_the_other_persons(person):
    other = factories.person("李四")
    changed = bytearray(person.address_sealed)
    changed[-1] ^= 1
    put(person, address_sealed=bytes(changed))
    known = personal.of([person.id, other.id], *FIELDS)
    assert known[person.id].unreadable == {"address"}
    assert known[person.id].name == "张三丰"
    assert known[other.id] == Personal(name="李四")


def test_who_has_lost_the_key_is_unreadable_and_not_taken_for_erased(person):
    keystore().drop(jurisdiction(), [person.id], NOW.replace(year=2999))
    known = personal.one(person.id, "name")
    assert (known.name, known.erased, known.unreadable) == (None, False, {"name"})


def test_who_is_erased_is_unreadable_in_every_copy_and_cannot_be_written_again(person):
    copied = {f"{field}_sealed": getattr(person, f"{field}_sealed") for field in FIELDS}
    personal.destroy(person.id)
    session().refresh(person)
    assert all(getattr(person, name) is None for name in copied)
    assert person.phone_blind is person.id_number_blind is person.name_blind is None
    # A backup of the books brings everything back but the key.
    put(person, **copied)
    assert personal.one(person.id, *FIELDS) == Personal(erased=True)
    with pytest.raises(KeyDestroyed):
        personal.sealed(person.id, {"name": "张三丰"})


def test_a_person_is_found_by_the_phone_and_no_longer_once_erased(home, tx):
    entered = enter(home)
    assert service.person_by_phone(E164).id == entered.id
    personal.destroy(entered.id)
    with pytest.raises(UnknownPerson):
        service.person_by_phone(E164)


def test_an_id_number_belongs_to_one_person_of_a_jurisdiction(home, tx):
    enter(home, id_number=NUMBER)
    with pytest.raises(IdNumberTaken):
        enter(home, "13912345678", id_number=f" {NUMBER}")


def test_the_database_keeps_two_at_once_apart_by_phone_and_by_id_number(person):
    columns = {"id": person.id, "volunteer_number": "X", "created_at": NOW, "card_serial": 1}
    same = personal.sealed(person.id, TOLD) | columns | {"status": "active"}
    for blind in ("phone_blind", "id_number_blind"):
        fresh = {**same, "id": factories.new_id(), "volunteer_number": blind}
        other = {"phone_blind": "id_number_blind", "id_number_blind": "phone_blind"}[blind]
        assert not queries.insert_person(fresh | {other: None})


def test_the_blind_of_a_phone_says_nothing_and_differs_between_jurisdictions(person):
    here = index.reading().blind("phone", E164)
    assert len(here) == 32
    assert here != index.reading().blind("id_number", E164)
    theirs = keystore().make_blind_key("second", 1)
    assert index.Index(1, (theirs,)).blind("phone", E164) != here


def test_books_with_another_key_store_are_refused_instead_of_looking_empty(person):
    session().execute(text("UPDATE blind_indexes SET key_check = 'of another'"))
    with pytest.raises(KeysUnusable):
        service.person_by_phone(E164)
    with pytest.raises(KeysUnusable), session().begin_nested():
        factories.person("李四")


def test_a_phone_taken_is_told_before_an_entry_is_made(home, tx):
    enter(home)
    with pytest.raises(PhoneTaken):
        enter(home)
