import pytest
from sqlalchemy import select, text

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.core.keystore.errors import KeysUnusable
from incentive.people import reblinding, service
from incentive.people.errors import PhoneTaken
from incentive.people.models import Person
from tests import factories
from tests.factories import NOW

PHONES = [f"+861381234567{n}" for n in range(6)]


@pytest.fixture
def people(live, store):
    """Ids of six persons with a phone, of books that have a key store of their own."""
    shared = live.extensions["keystore"]
    live.extensions["keystore"] = store
    with live.app_context():
        with transaction():
            made = [factories.person(told={"phone": phone}).id for phone in PHONES]
        yield made
    live.extensions["keystore"] = shared


def quiet(_done):
    """Says nothing."""


def found():
    with transaction():
        return [service.person_by_phone(phone).id for phone in PHONES]


def blinds():
    with transaction():
        return set(session().scalars(select(Person.phone_blind)).all())


def test_everybody_is_found_by_the_new_key_and_the_old_one_is_destroyed(people, store):
    before = blinds()
    done = reblinding.reblind(NOW, quiet)
    assert (done.version, done.persons, done.unreadable) == (2, len(PHONES), 0)
    assert found() == people
    assert not before & blinds()
    assert store.blind_key("default", 1) is None
    with pytest.raises(KeysUnusable):
        store.make_blind_key("default", 1)
    with transaction():
        entry = session().scalars(select(AuditEntry).filter_by(action="keys.reblind")).one()
        assert (entry.before, entry.after) == ({"version": 1}, {"version": 2})


def test_broken_off_everybody_is_still_found_and_it_goes_on(people, monkeypatch):
    monkeypatch.setattr(reblinding, "BATCH", 2)

    def die(done):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reblinding.reblind(NOW, die)
    assert found() == people
    # Nor is a phone given away that is still kept under the former key.
    with transaction(), pytest.raises(PhoneTaken):
        service.personal.refuse_taken({"phone": PHONES[-1]})
    done = reblinding.reblind(NOW, quiet)
    assert (done.version, done.persons) == (2, 2)
    assert found() == people


def test_who_cannot_be_read_keeps_the_former_key_in_use_until_mended(people, store):
    with transaction():
        broken = session().get(Person, people[0])
        kept, broken.name_sealed = broken.name_sealed, b"broken"
    done = reblinding.reblind(NOW, quiet)
    assert (done.persons, done.unreadable) == (len(PHONES) - 1, 1)
    assert found() == people
    assert store.blind_key("default", 1) is not None
    with transaction():
        session().execute(
            text("UPDATE persons SET name_sealed = :k WHERE id = :i"), {"k": kept, "i": people[0]}
        )
    assert reblinding.reblind(NOW, quiet).unreadable == 0
    assert store.blind_key("default", 1) is None
