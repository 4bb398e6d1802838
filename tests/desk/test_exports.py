import io

import pytest

from incentive.core.db import transaction
from incentive.desk import exports_api
from incentive.ledger import notes, seal_keys
from incentive.ledger.verifier.exports import Verifier
from incentive.ledger.verifier.proofs import read_keys
from tests import factories as make
from tests.ledger.sealed import post, seal

PATH = "/api/v1/ledger/export"


@pytest.fixture
def asking(live):
    """Sealed books, and a function that asks for them as who holds a role at a place."""
    post(live, "a", "b")
    seal(live)
    post(live, "c")
    live.last = seal(live)[1]
    with live.app_context(), transaction():
        here, _there = (make.region(code) for code in ("530102001001", "530102001002"))
        tokens = {}
        for role in ("auditor", "administrator", "community_worker"):
            for where, place in (("whole", make.province()), ("part", here)):
                person = make.person()
                make.grant(person, role, at=place)
                tokens[role, where] = make.bearer(person)

    def ask(role="auditor", where="whole", **query):
        headers = tokens[role, where]
        # To its end, so that the file behind it is closed.
        return live.test_client().get(PATH, query_string=query, headers=headers, buffered=True)

    return ask


def keys(app):
    with app.app_context(), transaction():
        every = seal_keys.all_keys()
    return [read_keys(notes.verifier_key(key.name, key.public_key))[0] for key in every]


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_an_auditor_of_the_whole_gets_books_that_can_be_proved(live, asking, role):
    answer = asking(role)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=ledger-default-0-3.export"
    )
    found = Verifier(keys(live), live.last).read(io.BytesIO(answer.data))
    assert (found.transactions, found.memos, found.owners) == (3, 0, 1)


def test_part_of_the_rows_can_be_asked_for(live, asking):
    found = Verifier(keys(live)).read(io.BytesIO(asking(**{"from": 1, "to": 2}).data))
    assert (found.first, found.checkpoint.size) == (1, 2)


@pytest.mark.parametrize(
    "who", [("auditor", "part"), ("administrator", "part"), ("community_worker", "whole")]
)
def test_nobody_else_gets_them(asking, who):
    answer = asking(*who)
    assert (answer.status_code, answer.json["code"]) == (403, "people.out_of_scope")


def test_without_signing_in_there_is_nothing(live):
    assert live.test_client().get(PATH).status_code == 401


@pytest.mark.parametrize("query", [{"from": 3}, {"from": 2, "to": 1}, {"to": 4}])
def test_ends_that_no_rows_lie_between_are_refused(asking, query):
    answer = asking(**query)
    assert (answer.status_code, answer.json["code"]) == (422, "ledger.no_such_export")


def test_too_many_rows_for_one_request_are_refused_with_the_way_out(asking, monkeypatch):
    monkeypatch.setattr(exports_api, "ROWS_MAX", 2)
    answer = asking()
    assert (answer.status_code, answer.json["code"]) == (422, "ledger.export_too_long")
    assert asking(**{"from": 2}).status_code == 200


def test_before_anything_is_sealed_the_answer_says_so(live):
    with live.app_context(), transaction():
        make.region("530102001001")
        person = make.person()
        make.grant(person, "auditor", at=make.province())
        headers = make.bearer(person)
    answer = live.test_client().get(PATH, headers=headers)
    assert (answer.status_code, answer.json["code"]) == (409, "ledger.nothing_sealed")
