"""Leaves and peaks: enough to recompute the root, and no more than the auditor may see."""

import base64

import pytest

from incentive.core.db import transaction
from incentive.ledger import merkle, proving
from tests import factories as make
from tests.ledger.sealed import administrator, post_many, seal


@pytest.fixture
def books(live):
    """Thirty sealed transactions, an auditor of the whole and one of a community."""
    with live.app_context(), transaction():
        place = make.region()
        make.region("530102001002")
        live.chief, live.auditor, live.nobody = (make.person() for _ in range(3))
        make.grant(live.chief, "auditor", at=make.province())
        make.grant(live.auditor, "auditor", at=place)
        live.headers = {
            who: make.bearer(getattr(live, who)) for who in ("chief", "auditor", "nobody")
        }
    post_many(live, 30)
    seal(live)
    return live


def get(app, who, path, **query):
    answer = app.test_client().get(
        f"/api/v1/desk/{path}", query_string=query, headers=app.headers[who]
    )
    return answer.status_code, answer.json


def raw(items, name):
    return [base64.b64decode(item[name]) for item in items]


def test_the_leaves_hash_to_the_root_that_was_signed(books):
    _, answer = get(books, "chief", "leaves", **{"from": 0, "to": 30})
    hashes = [merkle.leaf_hash(leaf) for leaf in raw(answer["items"], "leaf")]
    assert hashes == raw(answer["items"], "hash")
    with books.app_context(), transaction():
        assert merkle.root(hashes) == proving.checkpoint_last().root


@pytest.mark.parametrize("start", [0, 1, 7, 16, 29, 30])
def test_the_peaks_and_the_leaves_after_them_hash_to_the_root(books, start):
    _, before = get(books, "auditor", "peaks", size=start)
    after = (
        get(books, "auditor", "leaves", **{"from": start, "to": 30})[1]["items"]
        if start < 30
        else []
    )
    tree = merkle.CompactRange()
    tree.size = start
    tree._full = [base64.b64decode(each) for each in before["hashes"]]
    for each in raw(after, "hash"):
        tree.append(each)
    with books.app_context(), transaction():
        assert tree.root() == proving.checkpoint_last().root


def test_who_audits_a_part_gets_hashes_and_no_rows(books):
    _, answer = get(books, "auditor", "leaves", **{"from": 0, "to": 5})
    assert {item["leaf"] for item in answer["items"]} == {None}


def test_who_audits_nothing_gets_nothing(books):
    assert get(books, "nobody", "leaves", **{"from": 0, "to": 5})[0] == 403
    assert get(books, "nobody", "peaks", size=5)[0] == 403


@pytest.mark.parametrize(("start", "stop"), [(0, 31), (5, 5), (6, 5), (0, 1001)])
def test_leaves_that_there_are_not_are_refused_with_how_many_there_are(books, start, stop):
    status, problem = get(books, "chief", "leaves", **{"from": start, "to": stop})
    assert (status, problem["code"]) == (422, "desk.leaves_out_of_range")
    assert problem["figures"]["size"] == 30
    assert get(books, "chief", "peaks", size=31)[0] == 422


def test_a_row_that_was_changed_shows_in_its_bytes_and_one_that_is_gone_has_none(books):
    connection = administrator(books)
    connection.exec_driver_sql("UPDATE transactions SET effective_on = '2020-01-01' WHERE id = 4")
    connection.exec_driver_sql("DELETE FROM entries WHERE transaction_id = 9")
    connection.exec_driver_sql("DELETE FROM transactions WHERE id = 9")
    connection.commit()
    connection.close()
    items = get(books, "chief", "leaves", **{"from": 0, "to": 30})[1]["items"]
    wrong = [
        item["ref"]
        for item in items
        if item["leaf"] is None
        or merkle.leaf_hash(base64.b64decode(item["leaf"])) != base64.b64decode(item["hash"])
    ]
    assert wrong == [4, 9]
