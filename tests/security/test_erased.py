"""An erased person is unreadable from a full dump taken before and the key store of after."""

import os
import re
import signal
from contextlib import suppress
from uuid import UUID

import pytest
from click.testing import CliRunner

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.keystore import sealing
from incentive.core.keystore.store import keystore
from incentive.ledger import checks
from incentive.ledger import jobs as ledger_jobs
from incentive.ledger import service as ledger
from incentive.ledger.commands import commands as ledger_commands
from incentive.people import index, index_queries, personal, reblinding
from incentive.people import jobs as people_jobs
from incentive.people.erasing import doing, service
from incentive.people.erasing.domain import Status
from incentive.people.erasing.models import Erasure
from incentive.people.models import Person
from incentive.people.personal import FIELDS
from tests import factories as make
from tests.core.keystore import conftest as own_keys
from tests.ledger.test_postings import LATER, award
from tests.ledger.test_seal_kill import _fork, child
from tests.security.test_planted import dump

WEEK = service.due(clock.now()) - clock.now()
TOLD = {
    "name": "植入的名字",
    "phone": "+8613812340917",
    "id_number": "resident_id:530102199003077998",
    "birth_month": "1990-03",
    "address": "翠湖南路九百九十九号附七",
}
# A key store of the test's own: keys of blind indexes are destroyed here.
settings, store = own_keys.settings, own_keys.store
OTHERS = {"name": "没有注销的人", "phone": "+8615987206431", "address": "圆通街一号"}


def entered(told):
    """Somebody whom the blind indexes find, with points."""
    fresh = make.person(told["name"], told=told)
    for field in index.FIELDS:
        if field in told:
            setattr(fresh, f"{field}_blind", index.writing().blind(field, told[field]))
    ledger.post([award(f"person:{fresh.id}", 40, f"award:{fresh.id}", LATER)])
    return fresh


@pytest.fixture
def two(live, store):
    """One who will be erased, and one who will not."""
    shared = live.extensions["keystore"]
    live.extensions["keystore"] = store
    with live.app_context(), transaction():
        made = entered(TOLD).id, entered(OTHERS).id
    yield made
    live.extensions["keystore"] = shared


def asked(person_id):
    with transaction():
        return service.ask(person_id, clock.now() - WEEK, gives_up_points=True).id


def row_of(books, person_id):
    """The binary values of a person's row in a dump, in their order."""
    lines = [
        line
        for line in books.decode().splitlines()
        if ".persons VALUES" in line and str(person_id) in line
    ]
    assert len(lines) == 1
    return [bytes.fromhex(found) for found in re.findall(r"'\\x([0-9a-f]*)'", lines[0])]


def all_keys(keys_dump):
    """Everything that the key store can still open, with the master keys at hand."""
    ids = {
        UUID(found)
        for found in re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", keys_dump)
    }
    found = [key for key in keystore().keys("default", ids).values() if key is not None]
    blind = [keystore().blind_key("default", version) for version in range(1, 9)]
    return found, [key for key in blind if key is not None]


def opened(values, person_id, keys):
    """Whatever of a row opens by any key, as any field of the person's."""
    found = set()
    for value in values:
        for key in keys:
            for field in FIELDS:
                with suppress(sealing.Unreadable):
                    found.add(sealing.unseal(key, f"default/{person_id}/{field}", value))
    return found


def guessed(values, told, blind_keys):
    """Which known values a row is found by, for who holds the keys of the blind indexes."""
    return {
        value
        for key in blind_keys
        for field, value in told.items()
        if field in index.FIELDS and index.Index(1, (key,)).blind(field, value) in values
    }


@pytest.mark.timeout(300)
def test_an_old_dump_and_the_later_key_store_say_nothing_of_the_erased(
    live, two, settings, tmp_path
):
    books = live.config["SETTINGS"].admin_database_url
    erased, other = two
    with live.app_context():
        before = dump(books)
        keys, blinds = all_keys(dump(settings.keys_admin_database_url).decode())
        # What is done below opens what there is to be opened.
        assert opened(row_of(before, erased), erased, keys) == set(TOLD.values())
        assert guessed(row_of(before, erased), TOLD, blinds)
        asked(erased)
        assert doing.erase_due(clock.now()) == 1
        people_jobs.reblind()
        after = dump(settings.keys_admin_database_url)
        keys, blinds = all_keys(after.decode())
        assert opened(row_of(before, erased), erased, keys) == set()
        assert guessed(row_of(before, erased), TOLD, blinds) == set()
        assert opened(row_of(before, other), other, keys) == set(OTHERS.values())
        for text in TOLD.values():
            plain = text.rpartition(":")[2].encode()
            for dumped in (before, after, dump(books)):
                assert plain not in dumped
        _books_still_prove(tmp_path)


def _books_still_prove(tmp_path):
    def run(*words):
        done = CliRunner().invoke(ledger_commands, [str(word) for word in words])
        assert done.exit_code == 0, done.output
        return done.output

    ledger_jobs.seal_all(lambda _: None)
    (tmp_path / "keys.pub").write_text(run("keys", "--plain"), encoding="utf-8")
    run("export", tmp_path / "books")
    run("export", "--personal", tmp_path / "named")
    for name in ("books", "named"):
        assert "NOT PROVED" not in run("verify", "--key", tmp_path / "keys.pub", tmp_path / name)
    assert "clean" in run("check")


def test_reblinding_is_done_once_after_an_erasure_and_not_without(live, two):
    erased, _other = two

    def version():
        with transaction():
            return index_queries.versions()[0].version

    with live.app_context():
        people_jobs.reblind()
        assert version() == 1
        asked(erased)
        doing.erase_due(clock.now())
        people_jobs.reblind()
        assert version() == 2
        people_jobs.reblind()
        assert version() == 2
        assert reblinding.BATCH


def kill_in(place, name):
    """Erase whoever is due, and die by SIGKILL when `name` of `place` is called."""

    def run(told):
        def die(*_args, **_more):
            told.send_bytes(b"there")
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(place, name, die)
        doing.erase_due(clock.now())

    return run


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("place", "name"),
    [
        (doing.personal, "destroy"),
        (doing.personal.queries, "clear_personal"),
        (doing.acts, "record"),
    ],
)
def test_killed_half_way_the_next_run_finishes_it(live, two, place, name):
    erased, other = two
    with live.app_context():
        erasure = asked(erased)
    heard, telling = _fork.Pipe(duplex=False)
    killed = child(live, kill_in(place, name), telling)
    telling.close()
    assert heard.poll(60)
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    with live.app_context():
        with transaction() as session:
            assert session.get(Erasure, erasure).status == Status.BEGUN
            assert session.get(Person, erased).status == "erased"
        assert doing.erase_due(clock.now()) == 1
        with transaction() as session:
            assert session.get(Erasure, erasure).status == Status.DONE
            assert personal.one(erased, *FIELDS).erased
            assert personal.one(other, "name").name == OTHERS["name"]
            assert list(checks.run()) == []
