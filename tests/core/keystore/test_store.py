from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from incentive.core.keystore.errors import KeyDestroyed, KeysUnusable
from incentive.core.keystore.masters import LocalMaster
from incentive.core.keystore.store import KEYS_MAX, KeyStore
from tests.core.keystore.conftest import FIRST, SECOND
from tests.factories import HOUR, NOW

ANNA, BRUNO = UUID(int=1), UUID(int=2)
AGES_AGO, AGES_HENCE = NOW.replace(year=2000), NOW.replace(year=2999)


def test_a_key_is_made_once_and_kept(store):
    made = store.make("default", [ANNA, BRUNO])
    assert made[ANNA] != made[BRUNO]
    assert store.make("default", [ANNA]) == {ANNA: made[ANNA]}
    assert store.keys("default", [ANNA, BRUNO, UUID(int=3)]) == made


def test_a_person_of_another_jurisdiction_has_another_key(store):
    assert store.make("default", [ANNA])[ANNA] != store.make("second", [ANNA])[ANNA]


def test_more_than_a_page_of_keys_comes_by_pages(store):
    many = [uuid4() for _ in range(KEYS_MAX + 1)]
    assert store.keys("default", many) == {}
    assert set(store.make("default", many)) == set(many)


def test_two_who_make_the_same_key_at_once_get_the_same_one(settings):
    barrier = Barrier(8)

    def make(_n):
        own = KeyStore(settings.keys_database_url, [LocalMaster(FIRST)])
        barrier.wait()
        try:
            return own.make("default", [ANNA, BRUNO])
        finally:
            own.dispose()

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(make, range(8)))
    assert all(one == made[0] for one in made)


def test_a_destroyed_key_is_gone_for_every_process_and_never_made_anew(settings, store):
    elsewhere = KeyStore(settings.keys_database_url, [LocalMaster(FIRST)])
    elsewhere.make("default", [ANNA, BRUNO])
    store.destroy("default", ANNA)
    store.destroy("default", ANNA)
    assert elsewhere.keys("default", [ANNA]) == {ANNA: None}
    with pytest.raises(KeyDestroyed):
        elsewhere.make("default", [ANNA, BRUNO])
    elsewhere.dispose()


def test_who_is_erased_without_ever_having_had_a_key_gets_none_later(store):
    store.destroy("default", ANNA)
    with pytest.raises(KeyDestroyed):
        store.make("default", [ANNA])


def test_nothing_of_a_destroyed_key_is_left_in_its_row(store, admin):
    store.make("default", [ANNA])
    store.destroy("default", ANNA)
    row = admin.execute(text("SELECT wrapped, master_id, destroyed_at FROM person_keys")).one()
    assert (row.wrapped, row.master_id) == (None, None)
    assert row.destroyed_at is not None


def test_the_store_holds_no_key_in_clear(store, admin):
    key = store.make("default", [ANNA])[ANNA]
    kept = admin.scalar(text("SELECT wrapped FROM person_keys"))
    assert key not in bytes(kept)


def test_a_key_moved_to_another_persons_row_opens_nothing(store, admin):
    store.make("default", [ANNA, BRUNO])
    admin.execute(
        text(
            "UPDATE person_keys SET wrapped = (SELECT wrapped FROM person_keys WHERE person_id = :a)"
            " WHERE person_id = :b"
        ),
        {"a": ANNA, "b": BRUNO},
    )
    assert ANNA in store.keys("default", [ANNA])
    with pytest.raises(KeysUnusable):
        store.keys("default", [BRUNO])


def test_keys_that_are_nobodys_are_found_by_pages_and_dropped_when_they_are_old(store):
    store.make("default", [ANNA, BRUNO])
    assert store.holders("default", None, AGES_HENCE) == [ANNA, BRUNO]
    assert store.holders("default", ANNA, AGES_HENCE) == [BRUNO]
    assert store.holders("default", None, AGES_AGO) == []
    assert store.drop("default", [ANNA], AGES_AGO) == 0
    assert store.drop("default", [ANNA], AGES_HENCE) == 1
    assert store.holders("default", None, AGES_HENCE) == [BRUNO]


def test_dropping_what_is_nobodys_leaves_what_was_destroyed(store):
    store.destroy("default", ANNA)
    assert store.drop("default", [ANNA], AGES_HENCE) == 0
    assert store.keys("default", [ANNA]) == {ANNA: None}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM person_keys",
        "SELECT wrapped FROM blind_keys",
        "INSERT INTO person_keys (jurisdiction, person_id, destroyed_at) VALUES ('x', NULL, now())",
        "UPDATE person_keys SET wrapped = NULL",
        "DELETE FROM person_keys",
        "TRUNCATE person_keys",
        "UPDATE master_keys SET check_value = ''",
        "CREATE TABLE own (x int)",
    ],
)
def test_the_application_cannot_carry_the_keys_away_or_touch_the_tables(settings, statement):
    with (
        psycopg.connect(settings.keys_database_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_no_more_than_a_page_of_keys_is_given_out_by_one_call(settings):
    many = [uuid4() for _ in range(KEYS_MAX + 1)]
    with (
        psycopg.connect(settings.keys_database_url) as connection,
        pytest.raises(psycopg.errors.ProgramLimitExceeded),
    ):
        connection.execute("SELECT * FROM person_keys_of('default', %s)", [many])


def test_a_key_wrapped_by_a_master_that_is_not_at_hand_is_said_to_be_unusable(settings, store):
    store.make("default", [ANNA])
    other = KeyStore(settings.keys_database_url, [LocalMaster(SECOND)])
    with pytest.raises(KeysUnusable):
        other.keys("default", [ANNA])
    with pytest.raises(KeysUnusable):
        other.make("default", [BRUNO])
    other.dispose()


def test_an_error_of_the_database_tells_no_parameters(store, admin):
    admin.execute(text("DROP FUNCTION key_holders"))
    with pytest.raises(ProgrammingError) as refused:
        store.holders("a-code-to-look-for", None, NOW - HOUR)
    assert isinstance(refused.value, DBAPIError)
    assert "a-code-to-look-for" not in str(refused.value)
