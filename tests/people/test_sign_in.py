import time
from datetime import timedelta
from statistics import median

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from incentive.core.db import session, transaction
from incentive.people import passwords, queries, service
from incentive.people.caller import identify, token_hash
from incentive.people.errors import PhoneUnusable, SignInLocked, WrongCredentials
from incentive.people.models import Password, SignIn, SignInFailure
from incentive.people.sign_in import sign_in, sign_out
from tests.factories import MINUTE, NOW
from tests.people.conftest import PASSWORD, PHONE


@pytest.fixture
def person(home):
    with transaction():
        return service.create_person(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id, by=None, at=NOW
        )


def fail(phone=PHONE, times=1, at=NOW, place=""):
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            sign_in(phone, "wrong wrong", at, place)


def test_phone_and_password_open_a_session_for_30_days(person):
    token, expires_at, who, *_more = sign_in("+86 138-1234-5678", PASSWORD, NOW)
    assert (who.id, expires_at) == (person.id, NOW + timedelta(days=30))
    with transaction():
        assert session().scalars(select(SignIn.token_hash)).all() == [token_hash(token)]


def test_a_token_is_long_and_never_the_same(person):
    first, second = (sign_in(PHONE, PASSWORD, NOW)[0] for _ in range(2))
    assert first != second
    assert len(first) == 43


def test_an_unknown_phone_is_answered_like_a_wrong_password(person):
    fail(PHONE)
    fail("13912345678")


def test_an_unknown_phone_takes_as_long_as_a_wrong_password(person):
    def seconds(phone, n):
        started = time.perf_counter()
        fail(phone, at=NOW + n * 20 * MINUTE)
        return time.perf_counter() - started

    seconds("13912345678", 0)
    known = median(seconds(PHONE, n) for n in range(1, 8))
    unknown = median(seconds("13912345678", n) for n in range(1, 8))
    assert unknown > known / 2


@pytest.mark.parametrize("phone", [PHONE, "13912345678"])
def test_five_wrong_tries_lock_the_phone_whether_or_not_it_is_anybodys(person, phone):
    fail(phone, 5)
    with pytest.raises(SignInLocked) as refused:
        sign_in(phone, PASSWORD, NOW + MINUTE)
    assert refused.value.figures == {"minutes": 14, "retry_after_seconds": 840}


def test_wrong_tries_from_one_place_leave_the_owner_s_open(person):
    fail(times=5, place="203.0.113.1")
    with pytest.raises(SignInLocked):
        sign_in(PHONE, PASSWORD, NOW, "203.0.113.1")
    assert sign_in(PHONE, PASSWORD, NOW, "198.51.100.7")


def test_fifty_wrong_tries_from_anywhere_lock_the_phone(person):
    for n in range(12):
        fail(times=4, place=f"203.0.113.{n}")
    fail(times=2, place="203.0.113.99")
    with pytest.raises(SignInLocked):
        sign_in(PHONE, PASSWORD, NOW, "198.51.100.7")


def test_a_lock_passes_after_15_minutes(person):
    fail(times=5)
    assert sign_in(PHONE, PASSWORD, NOW + 15 * MINUTE)


def test_a_right_password_clears_the_wrong_tries(person):
    fail(times=4)
    sign_in(PHONE, PASSWORD, NOW)
    fail(times=4)
    assert sign_in(PHONE, PASSWORD, NOW)


def test_a_refused_try_is_counted_for_good(person):
    fail(times=2)
    with transaction():
        assert session().scalar(select(SignInFailure.failures)) == 2


def test_what_is_no_phone_is_said_to_be_none(person):
    with pytest.raises(PhoneUnusable):
        sign_in("12345", PASSWORD, NOW)


def test_a_suspended_person_does_not_get_in(person):
    with transaction():
        service.person(person.id).status = "suspended"
    fail_with = pytest.raises(WrongCredentials)
    with fail_with:
        sign_in(PHONE, PASSWORD, NOW)


def test_a_person_without_a_password_does_not_get_in(home):
    with transaction():
        service.create_person(
            name="李四", phone=PHONE, password=None, home_region_id=home.id, by=None, at=NOW
        )
    for wish in ("", "None", "nobody has this password"):
        with pytest.raises(WrongCredentials):
            sign_in(PHONE, wish, NOW)


def test_a_hash_of_older_parameters_is_made_anew_at_the_next_sign_in(person):
    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with transaction():
        queries.set_password(person.id, old, NOW)
    sign_in(PHONE, PASSWORD, NOW)
    with transaction():
        kept = session().scalar(select(Password.hash))
    assert kept != old
    assert not passwords.needs_rehash(kept)


def test_a_session_that_was_closed_opens_nothing(person, books):
    token, *_ = sign_in(PHONE, PASSWORD, NOW)
    with books.test_request_context(), transaction():
        assert sign_out(token, NOW)
        assert identify(token) is None
        assert not sign_out(token, NOW)
        assert not sign_out("x", NOW)


def test_a_new_password_ends_all_sessions(person):
    sign_in(PHONE, PASSWORD, NOW)
    with transaction():
        service.set_password(person.id, "another password", NOW)
        open_ones = select(func.count()).select_from(SignIn).where(SignIn.revoked_at.is_(None))
        assert session().scalar(open_ones) == 0
    fail()
    assert sign_in(PHONE, "another password", NOW)
