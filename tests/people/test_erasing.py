from datetime import timedelta

import pytest
from sqlalchemy import func, select

from incentive.core import clock, idempotency
from incentive.core.db import session, transaction
from incentive.core.keystore.errors import KeyDestroyed
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.people import held_queries, personal, queries, sign_in
from incentive.people.caller import identify
from incentive.people.erasing import doing, service
from incentive.people.erasing.domain import COOLING_OFF, Status
from incentive.people.erasing.errors import (
    ErasureAsked,
    ErasureBegun,
    LastAdministrator,
    PersonErased,
    PointsLeft,
    UnknownErasure,
)
from incentive.people.erasing.models import Erasure
from incentive.people.errors import WrongCredentials
from incentive.people.models import Password, Person, RoleGrant, SignIn
from incentive.people.service import create_person
from tests import factories as make
from tests.ledger.test_postings import LATER, award
from tests.people.conftest import PASSWORD, PHONE, skip_made_up_numbers

NUMBER = "530102199003077998"
DAY = timedelta(days=1)


@pytest.fixture
def volunteer(home):
    """Somebody with a password, an ID number, points and a session."""
    with transaction():
        at = clock.now()
        skip_made_up_numbers()
        return create_person(
            name="张三丰",
            phone=PHONE,
            password=PASSWORD,
            home_region_id=home.id,
            more={"id_type": "resident_id", "id_number": NUMBER, "address": "翠湖北路1号"},
            by=None,
            at=at,
        )


def asked(person, *, gives_up=True, days_ago=8):
    at = clock.now() - days_ago * DAY
    with transaction():
        return service.ask(person.id, at, gives_up_points=gives_up).id


def fresh(model, key):
    return session().get(model, key, populate_existing=True)


def test_a_wish_is_fulfilled_after_a_week_and_not_before(volunteer):
    erasure = asked(volunteer, days_ago=0)
    assert doing.erase_due(clock.now()) == 0
    assert doing.erase_due(clock.now() + COOLING_OFF) == 1
    with transaction():
        assert fresh(Erasure, erasure).status == Status.DONE
        assert fresh(Person, volunteer.id).status == "erased"
        assert personal.one(volunteer.id, "name", "phone").erased
        with pytest.raises(KeyDestroyed):
            personal.sealed(volunteer.id, {"name": "张三丰"})


def test_a_wish_that_was_called_off_is_not_fulfilled(volunteer):
    with transaction():
        token = make.token(volunteer)
    asked(volunteer)
    with transaction():
        service.call_off(identify(token), clock.now())
    assert doing.erase_due(clock.now() + COOLING_OFF) == 0
    with transaction():
        assert personal.one(volunteer.id, "name").name == "张三丰"
        with pytest.raises(UnknownErasure):
            service.call_off(identify(token), clock.now())


def test_it_is_asked_for_once(volunteer):
    asked(volunteer)
    with pytest.raises(ErasureAsked):
        asked(volunteer)


def test_points_have_to_be_spent_or_given_up_and_then_lapse_in_an_ordinary_booking(volunteer):
    with transaction():
        ledger.post([award(f"person:{volunteer.id}", 40, "a", LATER)])
    with pytest.raises(PointsLeft) as refused:
        asked(volunteer, gives_up=False)
    assert refused.value.figures == {"points": 40}
    erasure = asked(volunteer)
    assert doing.erase_due(clock.now()) == 1
    with transaction():
        assert fresh(Erasure, erasure).points == 40
        assert service.points_left(volunteer.id, clock.now()) == 0
        assert ledger.total("system", "breakage") == 40
        assert list(checks.run()) == []


def test_points_that_came_after_the_wish_keep_it_waiting_unless_they_are_given_up(volunteer):
    erasure = asked(volunteer, gives_up=False)
    with transaction():
        ledger.post([award(f"person:{volunteer.id}", 4, "a", LATER)])
    assert doing.erase_due(clock.now()) == 0
    with transaction():
        assert fresh(Erasure, erasure).waits_for == PointsLeft.code
        assert personal.one(volunteer.id, "name").name == "张三丰"


def test_nobody_signs_in_as_the_erased_and_open_sessions_end(volunteer):
    with transaction():
        token = make.token(volunteer)
        make.grant(volunteer, "steward", at=make.province())
        idempotency.claim(str(volunteer.id), "some-key-of-theirs", b"x", clock.now())
    asked(volunteer)
    doing.erase_due(clock.now())
    with transaction():
        assert identify(token) is None
        assert session().get(Password, volunteer.id) is None
        row = session().scalars(select(SignIn).filter_by(person_id=volunteer.id)).one()
        assert (row.browser, row.revoked_at is None) == ("", False)
        open_roles = select(func.count()).where(
            RoleGrant.person_id == volunteer.id, RoleGrant.valid_until.is_(None)
        )
        assert session().scalar(open_roles) == 0
        answers = select(func.count()).select_from(idempotency.IdempotencyKey)
        assert session().scalar(answers) == 0
    with pytest.raises(WrongCredentials):
        sign_in.sign_in(PHONE, PASSWORD, clock.now())


def test_the_phone_and_the_id_number_are_free_again(volunteer, home):
    asked(volunteer)
    doing.erase_due(clock.now())
    with transaction():
        again = create_person(
            name="张三丰",
            phone=PHONE,
            password=None,
            home_region_id=home.id,
            more={"id_type": "resident_id", "id_number": NUMBER},
            by=None,
            at=clock.now(),
        )
        assert again.volunteer_number != volunteer.volunteer_number


def test_nothing_new_is_written_about_the_erased(volunteer, home):
    asked(volunteer)
    doing.erase_due(clock.now())
    for write in (
        lambda: make.token(volunteer),
        lambda: make.grant(volunteer, "steward", at=make.province()),
    ):
        with pytest.raises(PersonErased), transaction():
            write()


def test_nobody_lets_the_erased_in_again(volunteer, home):
    asked(volunteer)
    doing.erase_due(clock.now())
    with pytest.raises(PersonErased), transaction():
        queries.set_status(volunteer.id, "active")


def test_the_last_administrator_stays_until_there_is_another(volunteer, home):
    with transaction():
        make.grant(volunteer, "administrator", at=make.province())
    with pytest.raises(LastAdministrator):
        asked(volunteer)
    with transaction():
        make.grant(make.person(), "administrator", at=make.province())
    asked(volunteer)


def test_an_administrator_of_a_part_is_none_for_the_whole(volunteer, home):
    with transaction():
        make.grant(volunteer, "administrator", at=make.province())
        make.grant(make.person(), "administrator", at=home)
    with pytest.raises(LastAdministrator):
        asked(volunteer)


def test_once_begun_it_cannot_be_called_off(volunteer, monkeypatch):
    with transaction():
        token = make.token(volunteer)
        caller = identify(token)
    asked(volunteer)
    monkeypatch.setattr(doing.personal, "destroy", lambda _id: 1 / 0)
    assert doing.erase_due(clock.now()) == 0
    with pytest.raises(ErasureBegun), transaction():
        service.call_off(caller, clock.now())


@pytest.mark.parametrize("step", ["before the key", "after the key", "in the middle", "at the end"])
def test_what_was_broken_off_is_taken_up(volunteer, monkeypatch, step):
    erasure = asked(volunteer)

    def fail(*_args, **_more):
        raise RuntimeError(step)

    place = {
        "before the key": (doing.personal, "destroy"),
        "after the key": (doing.personal.queries, "clear_personal"),
        "in the middle": (held_queries, "erase"),
        "at the end": (doing.acts, "record"),
    }[step]
    with monkeypatch.context() as broken:
        broken.setattr(*place, fail)
        assert doing.erase_due(clock.now()) == 0
    with transaction():
        assert fresh(Erasure, erasure).status == Status.BEGUN
        assert fresh(Person, volunteer.id).status == "erased"
        assert personal.one(volunteer.id, "name").erased is (step != "before the key")
    assert doing.erase_due(clock.now()) == 1
    assert doing.erase_due(clock.now()) == 0
    with transaction():
        assert fresh(Erasure, erasure).status == Status.DONE
        assert list(checks.run()) == []


def test_one_that_fails_keeps_nobody_waiting(volunteer, home, monkeypatch):
    asked(volunteer)
    with transaction():
        other = make.person("李四")
    asked(other)
    destroy = doing.personal.destroy

    def fail(person_id):
        if person_id == volunteer.id:
            raise RuntimeError
        destroy(person_id)

    monkeypatch.setattr(doing.personal, "destroy", fail)
    assert doing.erase_due(clock.now()) == 1
    with transaction():
        assert personal.one(other.id, "name").erased
