"""Findings in attendance are seen, cleared or upheld by who looks after the place, and nobody else."""

import pytest
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.points.disputes import flagging
from incentive.points.disputes import service as disputes
from incentive.settlement import service as settlement
from incentive.settlement.findings.domain import KINDS, said
from incentive.settlement.findings.models import AttendanceFinding
from incentive.settlement.models import Award
from tests import factories as make
from tests.points.conftest import caller_of
from tests.stations.conftest import points_of

API = "/api/v1/findings"


class Place:
    """A community with a worker, and what was found about the service of one of its volunteers."""

    def __init__(self, code):
        self.community = make.region(code)
        self.worker, self.volunteer = make.person("王社区"), make.person("钱多多")
        make.grant(self.worker, "community_worker", at=self.community)
        activity = make.activity(self.community, by=make.person())
        shift = make.shift(activity, starts_at=clock.now() - 30 * make.HOUR, hours=1)
        self.record = make.service_record(shift, self.volunteer, 60)
        session().flush()

    def find(self, about=None):
        facts = {"records": 6}
        made = {"record_id": self.record.id, "kind": "one_pair", "facts": facts}
        make.add(AttendanceFinding(**made, found_at=clock.now(), about_id=about and about.id))
        booked = session().get(Award, self.record.id, populate_existing=True).transaction_id
        about_id = about and about.id
        self.case = flagging.flag(
            booked, self.volunteer.id, [about_id] if about_id else [], "看起来不对", clock.now()
        )
        self.held = self.case.held
        session().flush()
        return self


def settled():
    """Pay what was served."""
    with transaction():
        settlement.settle(clock.now())


@pytest.fixture
def here(books):
    with transaction():
        place, beside = Place("530102001001"), Place("530102001002")
    settled()
    with transaction():
        beside.find()
        return place.find()


def points(person, purpose="available"):
    return points_of(person.id, purpose)


@pytest.fixture
def client(books):
    return books.test_client()


def get(client, who, address=API, **query):
    with transaction():
        headers = make.bearer(who)
    return client.get(address, headers=headers, query_string=query)


def seen(client, who, **query):
    return get(client, who, **query).json["items"]


def decide(client, who, case, outcome="cleared"):
    body = {"outcome": outcome, "note": "问过双方"}
    with transaction():
        headers = make.creating(who)
    return client.post(f"{API}/{case.id}/decide", json=body, headers=headers)


def test_a_community_worker_sees_what_was_found_at_home_and_not_next_door(here, client):
    (row,) = seen(client, here.worker)
    assert row["record_id"] == str(here.record.id)
    assert row["volunteer_number"] == here.volunteer.volunteer_number
    assert (row["held"], row["status"]) == (here.held, "open")
    assert seen(client, here.worker, state="cleared") == []
    assert seen(client, here.worker, kind="shared_card") == []
    assert len(seen(client, here.worker, kind="one_pair", state="all")) == 1


def test_whose_service_it_is_sees_no_findings(here, client):
    assert get(client, here.volunteer).status_code == 403


def test_the_award_opens_for_the_worker_who_has_to_judge_it(here, client):
    assert get(client, here.worker, f"/api/v1/awards/{here.record.id}").status_code == 200


def test_clearing_gives_the_points_with_the_note_and_is_recorded(here, client):
    assert points(here.volunteer) == 0
    assert decide(client, here.worker, here.case).status_code == 201
    assert points(here.volunteer) == here.held
    assert seen(client, here.worker) == []
    (row,) = seen(client, here.worker, state="cleared")
    assert row["decision_reason"] == "问过双方"
    acts = text("SELECT reason FROM audit_entries WHERE action = 'dispute.decide'")
    with transaction():
        assert session().scalars(acts).all() == ["问过双方"]


def test_upholding_takes_the_points_back(here, client):
    assert decide(client, here.worker, here.case, "upheld").status_code == 201
    assert points(here.volunteer) == points(here.volunteer, "held") == 0
    assert [row["status"] for row in seen(client, here.worker, state="upheld")] == [
        "against_person"
    ]


def test_nobody_decides_twice_or_next_door(here, client):
    with transaction():
        stranger = make.person("隔壁")
        make.grant(stranger, "community_worker", at=make.region("530102001003"))
    assert decide(client, stranger, here.case).status_code == 403
    assert decide(client, here.worker, here.case).status_code == 201
    assert decide(client, here.worker, here.case).json["code"] == "points.dispute_decided"


def test_who_is_concerned_does_not_decide(books, client):
    with transaction():
        place = Place("530102001001")
    settled()
    with transaction():
        place.find(about=place.worker)
    refused = decide(client, place.worker, place.case)
    assert refused.json["code"] == "points.not_yours_to_decide"


def test_what_somebody_contested_is_no_finding_and_not_for_a_worker_to_decide(here, client):
    with transaction():
        other, volunteer = make.person(), make.person()
        make.grant(other, "community_worker", at=here.community)
        activity = make.activity(here.community, by=make.person())
        shift = make.shift(activity, starts_at=clock.now() - 40 * make.HOUR, hours=1)
        record_id = make.service_record(shift, volunteer, 60).id
    settled()
    with transaction():
        booked = session().get(Award, record_id).transaction_id
        case = disputes.challenge(caller_of(other), booked, "不在场", clock.now())
    assert decide(client, here.worker, case).status_code == 404


def test_every_kind_says_in_words_what_was_seen():
    facts = {
        "impossible_travel": {"distance": "2-10 km", "minutes": 3},
        "one_device": {"people": 31},
        "one_pair": {"records": 7},
        "shared_card": {},
    }
    assert set(facts) == set(KINDS)
    for kind, known in facts.items():
        words = str(said(kind, known))
        assert all(str(value) in words for value in known.values())
