import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from incentive.core.db import session, transaction, use_jurisdiction
from incentive.core.idempotency import IdempotencyKey, request_hash
from incentive.regions.models import Region
from tests import factories

GRID = {"name": "第一网格", "kind": "place"}


@pytest.fixture
def home(books):
    with transaction():
        return factories.region()


@pytest.fixture
def worker(home):
    with transaction():
        worker = factories.person()
        factories.grant(worker, "community_worker", at=home)
        return factories.bearer(worker)


def draw(client, home, headers, key="a-key-of-the-tests", body=GRID, **more):
    keyed = headers | ({"Idempotency-Key": key} if key is not None else {}) | more
    return client.post(
        f"/api/v1/regions/{home.id}/grids",
        data=json.dumps(body),
        headers=keyed,
        content_type="application/json",
    )


def grids():
    with transaction():
        return session().scalar(
            select(func.count()).select_from(Region).where(Region.level == "grid")
        )


def test_the_same_request_again_is_done_once_and_answered_alike(client, home, worker):
    first, again = draw(client, home, worker), draw(client, home, worker)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert grids() == 1


def test_the_key_for_another_body_is_a_conflict(client, home, worker):
    draw(client, home, worker)
    other = draw(client, home, worker, body=GRID | {"name": "第二网格"})
    assert (other.status_code, other.json["code"]) == (409, "http.idempotency_key_reused")
    assert grids() == 1


def test_the_key_for_another_address_is_a_conflict(client, home, worker):
    draw(client, home, worker)
    told = {"name": "张三", "phone": "13812345678", "notice": str(home.id)}
    answer = client.post(
        "/api/v1/persons",
        json=told | {"home_region_id": str(home.id)},
        headers=worker | {"Idempotency-Key": "a-key-of-the-tests"},
    )
    assert (answer.status_code, answer.json["code"]) == (409, "http.idempotency_key_reused")


@pytest.mark.parametrize(
    "key", [None, "", "short", "x" * 81, "tab\tinside", "blank inside", "鍵" * 9]
)
def test_a_missing_or_unusable_key_is_refused(client, home, worker, key):
    key = key.encode().decode("latin-1") if key else key
    answer = draw(client, home, worker, key)
    assert (answer.status_code, answer.json["code"]) == (400, "http.idempotency_key_missing")
    assert answer.json["field"] == "Idempotency-Key"
    assert grids() == 0


def test_a_refused_request_gives_its_key_back(client, home, worker):
    draw(client, home, worker, "another-key")
    assert draw(client, home, worker).json["code"] == "regions.grid_name_taken"
    mended = draw(client, home, worker, body=GRID | {"name": "第二网格"})
    assert mended.status_code == 201


def test_a_key_is_the_callers_own(client, home, worker):
    with transaction():
        other = factories.person()
        factories.grant(other, "community_worker", at=home)
        headers = factories.bearer(other)
    draw(client, home, worker)
    answer = draw(client, home, headers, body=GRID | {"name": "第二网格"})
    assert answer.status_code == 201
    assert grids() == 2


def test_a_key_of_one_jurisdiction_is_free_in_another(client, home, worker):
    draw(client, home, worker)
    with use_jurisdiction("second"), transaction():
        there = factories.region()
        other = factories.person()
        factories.grant(other, "community_worker", at=there)
        headers = factories.bearer(other) | {"X-Jurisdiction": "second"}
    answer = draw(client, there, headers)
    assert answer.status_code == 201
    assert "Idempotent-Replay" not in answer.headers


def test_who_is_not_signed_in_claims_no_key(client, home, worker):
    assert draw(client, home, {}).status_code == 401
    with transaction():
        assert session().scalar(select(func.count()).select_from(IdempotencyKey)) == 0


def test_an_answer_is_not_given_to_who_has_lost_the_session(client, home, worker):
    draw(client, home, worker)
    client.delete("/api/v1/sessions/current", headers=worker)
    assert draw(client, home, worker).status_code == 401


def test_no_two_lists_of_parts_hash_alike():
    assert request_hash(b"ab", b"c") != request_hash(b"a", b"bc")
    assert request_hash(b"") != request_hash()


def test_the_same_request_ten_times_at_once_is_done_once(live):
    with live.app_context(), transaction():
        home = factories.region()
        worker = factories.person()
        factories.grant(worker, "community_worker", at=home)
        headers = factories.bearer(worker)
    barrier = Barrier(10)

    def send(_n):
        client = live.test_client()
        barrier.wait()
        return draw(client, home, headers)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replay" not in answer.headers for answer in answers) == 1
    with live.app_context():
        assert grids() == 1


def test_ten_grids_at_once_get_ten_numbers(live):
    with live.app_context(), transaction():
        home = factories.region()
        worker = factories.person()
        factories.grant(worker, "community_worker", at=home)
        headers = factories.bearer(worker)
    barrier = Barrier(10)

    def send(n):
        client = live.test_client()
        barrier.wait()
        return draw(client, home, headers, f"key-number-{n}", GRID | {"name": f"第{n}网格"})

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(send, range(10)))
    codes = sorted(answer.json["code"] for answer in answers)
    assert codes == [f"{home.code}{n:03}" for n in range(1, 11)]


def test_a_kept_answer_is_read_by_who_asks_again_and_by_nobody_from_the_books(client, home, worker):
    first = draw(client, home, worker)
    with transaction():
        row = session().scalars(select(IdempotencyKey)).one()
        kept = b" ".join([row.key.encode(), row.answer, row.request_hash])
    assert b"a-key-of-the-tests" not in kept
    assert first.json["name"].encode() not in kept
    assert first.json["id"].encode() not in kept
    assert draw(client, home, worker).json == first.json
