"""Family, gifts, disputes and warnings over HTTP."""

from datetime import timedelta

import pytest

from incentive.core import clock
from incentive.core.db import transaction
from incentive.points.notices import service as notices
from tests import factories as make
from tests.points.conftest import earn, people_of
from tests.points.test_giving import give


@pytest.fixture
def place(books):
    with transaction():
        return people_of(make.region())


@pytest.fixture
def ask(client, place):
    def do(name, method, path, body=None):
        with transaction():
            headers = make.creating(getattr(place, name))
        return getattr(client, method)(f"/api/v1{path}", json=body, headers=headers)

    return do


def test_two_agree_to_be_family_and_one_gives(ask, place):
    number = place.cousin.volunteer_number
    off = ask("volunteer", "post", "/me/family", {"volunteer_number": number})
    assert (off.status_code, off.json["code"]) == (403, "points.transfers_off")
    ask("chief", "patch", "/points-policy", {"transfers_allowed": True})
    link = ask("volunteer", "post", "/me/family", {"volunteer_number": number}).json
    assert link["state"] == "asked"
    assert ask("cousin", "get", "/me/family").json["items"][0]["state"] == "asking"
    assert ask("cousin", "post", f"/me/family/{link['id']}/accept").status_code == 204
    with transaction():
        give(place.volunteer, 30)
    gift = ask("volunteer", "post", "/me/transfers", {"family_link_id": link["id"], "points": 20})
    assert (gift.status_code, gift.json["recipient"]) == (201, place.cousin.volunteer_number)
    assert ask("cousin", "get", "/me/balances").json["available"] == 20
    (got,) = ask("cousin", "get", "/me/gifts").json["items"]
    assert (got["giver"], got["points"]) == (place.volunteer.volunteer_number, 20)
    assert str(place.volunteer.id) not in str(got)
    assert ask("cousin", "delete", f"/me/family/{link['id']}").status_code == 204
    assert ask("volunteer", "get", "/me/family").json == {"items": []}
    line = ask("cousin", "get", "/me/statement").json["items"][0]
    assert (line["kind"], line["available"]) == ("transfer", 20)


def test_points_are_donated_to_ones_community(ask, place):
    ask("chief", "patch", "/points-policy", {"donations_allowed": True})
    with transaction():
        give(place.volunteer, 30)
    gift = ask("volunteer", "post", "/me/donations", {"points": 20})
    assert (gift.status_code, gift.json["recipient"]) == (201, f"region:{place.community.id}")
    too_many = ask("volunteer", "post", "/me/donations", {"points": 11})
    assert (too_many.status_code, too_many.json["code"]) == (409, "ledger.insufficient_points")


def test_an_award_is_contested_decided_and_appealed(ask, place):
    with transaction():
        award, _ = earn(place.volunteer, place.community)
    body = {"transaction_id": award, "reason": "不在场"}
    made = ask("worker", "post", "/disputes", body).json
    assert (made["status"], made["held"]) == ("open", 10)
    (listed,) = ask("auditor", "get", "/disputes?status=open").json["items"]
    assert listed["volunteer_number"] == place.volunteer.volunteer_number
    decision = {"outcome": "against_person", "reason": "查实"}
    decided = ask("chief", "post", f"/disputes/{made['id']}/decide", decision).json
    assert decided["status"] == "against_person"
    appeal = {"transaction_id": decided["closing_id"], "reason": "我有证人"}
    opened = ask("volunteer", "post", "/me/disputes", appeal)
    assert (opened.status_code, opened.json["side"]) == (201, "taken")
    assert len(ask("volunteer", "get", "/me/disputes").json["items"]) == 2
    assert ask("volunteer", "get", "/disputes").status_code == 403
    foreign = ask("cousin", "post", "/me/disputes", appeal)
    assert (foreign.status_code, foreign.json["code"]) == (404, "ledger.unknown_transaction")


def test_a_person_is_told_what_expires_soon(ask, place):
    now = clock.now()
    day = clock.local_day(now, "Asia/Shanghai") + timedelta(days=20)
    with transaction():
        give(place.volunteer, 120, day)
        notices.warn(now)
    (notice,) = ask("volunteer", "get", "/me/notices").json["items"]
    assert (notice["points"], notice["expires_on"], notice["stage"]) == (120, str(day), 30)
    assert ask("cousin", "get", "/me/notices").json == {"items": []}
