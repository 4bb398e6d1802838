from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from incentive.core.keystore.checking import check_at_start
from incentive.core.keystore.errors import KeysUnusable, MasterKeyMissing, NothingToRotateTo
from incentive.core.keystore.masters import LocalMaster, masters_of
from incentive.core.keystore.rotating import BATCH, known_masters, rotate
from incentive.core.keystore.store import KeyStore
from tests.core.keystore.conftest import FIRST, SECOND

MANY = [UUID(int=n) for n in range(1, BATCH + 100)]
OLD, NEW = LocalMaster(FIRST).id, LocalMaster(SECOND).id


def quiet(*_):
    """Says nothing."""


@pytest.fixture
def both(settings):
    return replace(settings, master_keys=(FIRST, SECOND))


@pytest.fixture
def opening(settings):
    """A function that opens the key store by some master keys."""
    opened = []

    def open_by(*keys):
        own = replace(settings, master_keys=keys)
        opened.append(KeyStore(own.keys_database_url, masters_of(own)))
        return opened[-1]

    yield open_by
    for store in opened:
        store.dispose()


def test_all_keys_are_wrapped_anew_and_stay_the_same_keys(both, store, opening):
    before = dict(store.make("default", MANY)) | dict(store.make("second", MANY[:3]))
    blind = store.make_blind_key("default", 1)
    said = []
    done = rotate(both, lambda count, total: said.append((count, total)), quiet)
    assert (done.former, done.master, done.keys) == ((OLD,), NEW, len(MANY) + 4)
    assert said[0] == (BATCH, len(MANY) + 4)
    assert said[-1] == (len(MANY) + 4, len(MANY) + 4)
    alone = opening(SECOND)
    assert {one: alone.keys("default", MANY)[one] for one in MANY[3:]} == {
        one: before[one] for one in MANY[3:]
    }
    assert alone.blind_key("default", 1) == blind


def test_the_former_master_key_is_not_needed_any_more_and_opens_nothing(both, store, opening):
    store.make("default", MANY[:1])
    rotate(both, quiet, quiet)
    check_at_start(replace(both, master_keys=(SECOND,)))
    with pytest.raises(MasterKeyMissing):
        check_at_start(replace(both, master_keys=(FIRST,)))
    with pytest.raises(KeysUnusable):
        opening(FIRST).keys("default", MANY[:1])
    assert [(one.id, one.current, one.retired, one.keys) for one in known_masters(both)] == [
        (OLD, False, True, 0),
        (NEW, True, False, 1),
    ]


def test_while_both_are_at_hand_everybody_reads_and_writes_throughout(both, store, opening):
    store.make("default", MANY)
    running = opening(FIRST, SECOND)
    seen = []

    def look(_done, _total):
        seen.append(running.keys("default", [MANY[0], MANY[-1]]))
        running.make("default", [UUID(int=10_000 + len(seen))])

    rotate(both, look, quiet)
    assert len(seen) == 2
    assert all(keys == seen[0] for keys in seen)
    assert set(opening(SECOND).keys("default", [UUID(int=10_001), UUID(int=10_002)]).values()) != {
        None
    }


def test_killed_in_the_middle_it_goes_on_where_it_was(both, store, opening):
    before = dict(store.make("default", MANY))

    def die(_done, _total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(both, die, quiet)
    assert [one.keys for one in known_masters(both)] == [len(MANY) - BATCH, BATCH]
    # Nobody may start without the former one yet.
    with pytest.raises(MasterKeyMissing):
        check_at_start(replace(both, master_keys=(SECOND,)))
    assert opening(FIRST, SECOND).keys("default", MANY) == before
    recorded = []
    done = rotate(both, quiet, recorded.append)
    assert done.keys == len(MANY) - BATCH
    assert recorded == [done]
    assert opening(SECOND).keys("default", MANY) == before


def test_a_rotation_that_could_not_be_recorded_is_not_over(both, store):
    store.make("default", MANY[:1])

    def fail(_rotated):
        raise RuntimeError("the books are away")

    with pytest.raises(RuntimeError):
        rotate(both, quiet, fail)
    recorded = []
    rotate(both, quiet, recorded.append)
    assert len(recorded) == 1


def test_a_key_destroyed_meanwhile_stays_destroyed(both, store, opening):
    store.make("default", MANY)

    def erase(done, _total):
        if done == BATCH:
            opening(FIRST, SECOND).destroy("default", MANY[0])
            opening(FIRST, SECOND).destroy("default", MANY[-1])

    rotate(both, erase, quiet)
    assert opening(SECOND).keys("default", [MANY[0], MANY[-1]]) == {MANY[0]: None, MANY[-1]: None}


def test_a_process_that_still_thinks_the_former_one_current_adds_nothing_by_it(both, store, admin):
    rotate(both, quiet, quiet)
    added = admin.scalar(
        text("SELECT add_person_keys('default', :old, ARRAY[:id]::uuid[], ARRAY['x'::bytea])"),
        {"old": OLD, "id": MANY[0]},
    )
    assert added is False
    assert admin.scalar(text("SELECT count(*) FROM person_keys")) == 0


def test_without_a_new_master_key_there_is_nothing_to_rotate_to(settings, both):
    with pytest.raises(NothingToRotateTo, match="Add a line"):
        rotate(settings, quiet, quiet)
    rotate(both, quiet, quiet)
    # The former one is not taken back into use by mistake.
    with pytest.raises(NothingToRotateTo):
        rotate(both, quiet, quiet)


def test_without_the_former_one_nothing_is_changed(settings, store):
    store.make("default", MANY[:1])
    with pytest.raises(MasterKeyMissing):
        rotate(replace(settings, master_keys=(SECOND,)), quiet, quiet)
    assert [one.id for one in known_masters(settings)] == [OLD]
