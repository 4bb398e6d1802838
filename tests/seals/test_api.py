"""Checkpoints, keys and proofs over HTTP, checked by a reader that shares nothing with their writer."""

import base64
from datetime import timedelta

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.ledger import sealing
from incentive.ledger import service as ledger
from incentive.ledger.verifier import proofs
from tests import factories as make
from tests.ledger.test_postings import award

API = "/api/v1/ledger"


@pytest.fixture
def sealed(live):
    """Books with two checkpoints, of 3 and 5 leaves, and who they are about."""
    with live.app_context():
        with transaction():
            community = make.region()
            volunteer, other = make.person(), make.person()
            auditor = make.person()
            make.grant(auditor, "auditor", at=community)
            headers = {
                name: make.bearer(person)
                for name, person in {
                    "volunteer": volunteer,
                    "other": other,
                    "auditor": auditor,
                }.items()
            }
        for keys in ("abc", "de"):
            with transaction():
                ledger.post([award(f"person:{volunteer.id}", 5, key) for key in keys])
            with transaction():
                sealing.seal_batch()
                sealing.checkpoint(clock.now())
        with transaction():
            ids = dict(
                map(tuple, session().execute(text("SELECT key, id FROM transactions ORDER BY id")))
            )
            leaves = dict(
                map(
                    tuple,
                    session().execute(
                        text(
                            "SELECT l.ref, b.leaf FROM leaves l JOIN ledger_leaves(0, 99) b"
                            " ON b.seq = l.seq WHERE l.kind = 'T'"
                        )
                    ),
                )
            )
    return live.test_client(), headers, ids, leaves


def opened(client, checkpoint):
    keys = client.get(f"{API}/keys").json["items"]
    return proofs.open_checkpoint(
        checkpoint["note"], proofs.read_keys("\n".join(key["verifier_key"] for key in keys))
    )


def raw(hashes):
    return [base64.b64decode(each) for each in hashes]


def test_anybody_reads_the_checkpoints_the_latest_first(sealed):
    client, *_ = sealed
    page = client.get(f"{API}/checkpoints?limit=1").json
    (latest,) = page["items"]
    assert latest == client.get(f"{API}/checkpoints/latest").json
    (first,) = client.get(f"{API}/checkpoints?cursor={page['next_cursor']}").json["items"]
    assert first["tree_size"] < latest["tree_size"]
    for row in (first, latest):
        said = opened(client, row)
        assert (said.size, base64.b64encode(said.root).decode()) == (row["tree_size"], row["root"])
        assert said.at.isoformat() == row["at"]


def test_a_volunteer_proves_with_the_latest_checkpoint_that_their_entry_is_sealed(sealed):
    client, headers, ids, leaves = sealed
    for key in "abcde":
        found = client.get(
            f"{API}/proofs/inclusion?transaction={ids[key]}", headers=headers["volunteer"]
        ).json
        said = opened(client, found["checkpoint"])
        root = proofs.inclusion_root(
            proofs.leaf_hash(leaves[ids[key]]), found["seq"], said.size, raw(found["hashes"])
        )
        assert root == said.root


def test_anybody_proves_that_the_books_only_grew(sealed):
    client, *_ = sealed
    first, latest = (
        opened(client, row) for row in client.get(f"{API}/checkpoints").json["items"][::-1]
    )
    found = client.get(f"{API}/proofs/consistency?first={first.size}&second={latest.size}").json
    proofs.check_consistency(first.size, first.root, latest.size, latest.root, raw(found["hashes"]))


def test_an_auditor_gets_a_proof_of_anybodys_entry_at_any_size(sealed):
    client, headers, ids, _ = sealed
    answer = client.get(
        f"{API}/proofs/inclusion?transaction={ids['a']}&tree_size=2", headers=headers["auditor"]
    )
    assert answer.status_code == 200, answer.json
    assert answer.json["checkpoint"] is None
    assert len(answer.json["hashes"]) == 1


def test_anothers_entry_is_not_there_for_those_who_are_no_auditors(sealed):
    client, headers, ids, _ = sealed
    for transaction_id in (ids["a"], 999_999):
        answer = client.get(
            f"{API}/proofs/inclusion?transaction={transaction_id}", headers=headers["other"]
        )
        assert (answer.status_code, answer.json["code"]) == (404, "ledger.unknown_transaction")
    missing = client.get(f"{API}/proofs/inclusion?transaction=999999", headers=headers["auditor"])
    assert missing.status_code == 404
    unsigned = client.get(f"{API}/proofs/inclusion?transaction={ids['a']}")
    assert unsigned.status_code == 401


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("consistency?first=9&second=99", "ledger.no_such_tree"),
        ("consistency?first=2&second=1", "ledger.no_such_tree"),
    ],
)
def test_a_tree_that_never_was_has_no_proof(sealed, query, code):
    client, *_ = sealed
    answer = client.get(f"{API}/proofs/{query}")
    assert (answer.status_code, answer.json["code"]) == (404, code)


def test_numbers_that_no_tree_can_have_are_refused(sealed):
    client, *_ = sealed
    for query in ("first=0&second=1", "first=1&second=99999999999999999999", "first=1"):
        assert client.get(f"{API}/proofs/consistency?{query}").status_code == 422


def test_books_without_a_checkpoint_say_so(client):
    answer = client.get(f"{API}/checkpoints/latest")
    assert (answer.status_code, answer.json["code"]) == (404, "ledger.no_such_checkpoint")
    assert client.get(f"{API}/checkpoints").json == {"items": [], "next_cursor": None}
    assert client.get(f"{API}/keys").json == {"items": []}


def test_an_auditor_sees_how_far_the_books_are_sealed_and_what_holds_them_back(sealed, monkeypatch):
    client, headers, *_ = sealed
    wanted = client.get(f"{API}/sealing", headers=headers["auditor"]).json
    assert wanted["held_back"] is None
    assert wanted["tree_size"] == wanted["checkpoint"]["tree_size"]
    since = clock.now() - timedelta(minutes=5)
    held = sealing.HeldBack(since, 1234, "idle in transaction", "psql", since)
    monkeypatch.setattr(sealing, "held_back", lambda _at: held)
    found = client.get(f"{API}/sealing", headers=headers["auditor"]).json["held_back"]
    assert found["held_back_by"] == 1234
    assert found["since"] == since.isoformat()
    assert client.get(f"{API}/sealing", headers=headers["volunteer"]).status_code == 403
