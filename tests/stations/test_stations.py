from uuid import uuid4

import pytest

from incentive.core import clock
from incentive.core.db import transaction, use_jurisdiction
from incentive.stations import facilities, service
from tests import factories
from tests.stations.conftest import API, post
from tests.stations.test_redemptions import refused

HERE = (25.0400, 102.7100)
NEW = {
    "region": "530102001001",
    "name": "翠湖暖新驿站",
    "kind": "station",
    "address": "翠湖南路 1 号",
    "latitude": 25.05,
    "longitude": 102.70,
    "hours": {"mon": [["09:00", "18:00"]]},
    "facilities": ["water", "rest", "water"],
}


def listed(client, query=""):
    answer = client.get(f"{API}/stations{query}")
    assert answer.status_code == 200, answer.text
    return answer.json["items"]


@pytest.fixture
def street(books):
    """Three stations ever further north, one closed, one in another county."""
    with transaction():
        near, far = factories.region(), factories.region("530103001001")
        return [
            str(factories.station(place, latitude=HERE[0] + north, longitude=HERE[1], **more).id)
            for place, north, more in (
                (near, 0.02, {}),
                (near, 0.01, {"kind": "station"}),
                (far, 0.0, {}),
                (near, 0.001, {"status": "closed"}),
            )
        ]


def test_anyone_finds_the_nearest_station_first(client, street):
    found = listed(client, f"?latitude={HERE[0]}&longitude={HERE[1]}")
    assert [each["id"] for each in found] == [street[2], street[1], street[0]]
    assert [each["metres"] for each in found] == [0, 1112, 2224]


def test_stations_too_far_away_are_left_out(client, street):
    found = listed(client, f"?latitude={HERE[0]}&longitude={HERE[1]}&metres=1200")
    assert [each["id"] for each in found] == [street[2], street[1]]


def test_the_nearest_first_list_is_read_page_by_page(client, street):
    with transaction():
        place = factories.region("530103001002")
        for _ in range(4):
            factories.station(place, latitude=HERE[0] + 0.01, longitude=HERE[1])
    seen, cursor = [], ""
    while cursor is not None:
        query = f"?latitude={HERE[0]}&longitude={HERE[1]}&limit=2"
        page = client.get(f"{API}/stations{query}{cursor and '&cursor=' + cursor}").json
        seen += [(each["metres"], each["id"]) for each in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == 7
    assert seen == sorted(seen)


def test_without_a_place_stations_are_listed_by_name_and_without_distance(client, street):
    found = listed(client)
    assert {each["id"] for each in found} == set(street[:3])
    assert {each["metres"] for each in found} == {None}


def test_a_list_is_narrowed_by_region_kind_words_and_state(client, street):
    with transaction():
        named = str(factories.station(factories.region("530103001009"), name="100%_站").id)

    def ids(query):
        return {each["id"] for each in listed(client, query)}

    assert ids("?region=530102001001") == set(street[:2])
    assert ids("?kind=station") == {street[1]}
    assert ids("?q=0%25_") == {named}
    assert ids("?q=人民路&region=530103001001") == {street[2]}
    assert ids("?status=closed") == {street[3]}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("latitude=25", 422, "stations.place_incomplete"),
        ("region=999999", 422, "stations.unknown_region"),
        ("latitude=nan&longitude=1", 422, "http.unprocessable_entity"),
        ("latitude=91&longitude=1", 422, "http.unprocessable_entity"),
        ("latitude=1&longitude=1&metres=200001", 422, "http.unprocessable_entity"),
        ("kind=bank", 422, "http.unprocessable_entity"),
        ("cursor=xx", 400, "http.cursor_unknown"),
    ],
)
def test_a_question_that_cannot_be_is_refused(client, street, query, status, code):
    refused(client.get(f"{API}/stations?{query}"), status, code)


def test_the_poles_and_the_date_line_are_places_too(client, street):
    for place in ("latitude=90&longitude=0", "latitude=0&longitude=180"):
        assert listed(client, f"?{place}") == []


@pytest.fixture
def worker(books):
    with transaction():
        worker = factories.person()
        factories.grant(worker, "community_worker", at=factories.region())
        return factories.bearer(worker)


def test_a_community_worker_opens_a_station(client, worker):
    answer = post(client, "/stations", worker, NEW)
    assert answer.status_code == 201, answer.text
    made = client.get(f"{API}/stations/{answer.json['id']}").json
    assert made["name"] == "翠湖暖新驿站"
    assert [each["code"] for each in made["facilities"]] == ["rest", "water"]
    assert made["region_name"] == "测试社区"
    assert made["hours"] == NEW["hours"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "一\n二"}, "name"),
        ({"name": "长" * 61}, "name"),
        ({"latitude": 90.1}, "latitude"),
        ({"facilities": ["gold"]}, "facilities"),
        ({"hours": {"day": []}}, "hours"),
        ({"hours": {"mon": [["09:00"]]}}, "hours"),
        ({"kind": "bank"}, "kind"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_station_that_cannot_be_is_refused_by_field(client, worker, change, field):
    problem = refused(
        post(client, "/stations", worker, NEW | change), 422, "http.unprocessable_entity"
    )
    assert problem["field"] == field


def test_hours_that_overlap_have_an_error_of_their_own(client, worker):
    hours = {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}
    refused(
        post(client, "/stations", worker, NEW | {"hours": hours}), 422, "stations.hours_unusable"
    )


def test_a_station_needs_a_region_in_the_workers_scope(client, worker):
    with transaction():
        factories.region("530102001002")
    elsewhere = NEW | {"region": "530102001002"}
    refused(post(client, "/stations", worker, elsewhere), 403, "people.out_of_scope")
    refused(
        post(client, "/stations", worker, NEW | {"region": "999"}), 422, "stations.unknown_region"
    )


def test_two_stations_of_a_region_cannot_have_one_name(client, worker):
    post(client, "/stations", worker, NEW)
    refused(post(client, "/stations", worker, NEW), 409, "stations.name_taken")


def test_a_station_is_changed_in_part(client, worker):
    made = post(client, "/stations", worker, NEW).json
    path = f"{API}/stations/{made['id']}"
    answer = client.patch(path, json={"status": "closed", "hours": {}}, headers=worker)
    assert answer.json == made | {"status": "closed", "hours": {}, "open_now": False}


def test_who_only_serves_a_station_does_not_change_it(client, shop):
    path = f"{API}/stations/{shop.station_id}"
    refused(client.patch(path, json={}, headers=shop.manager), 403, "people.out_of_scope")
    refused(
        client.patch(f"{API}/stations/{uuid4()}", json={}, headers=shop.worker),
        404,
        "stations.unknown_station",
    )


def test_a_station_open_around_the_clock_is_open_now(client, worker):
    hours = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    assert post(client, "/stations", worker, NEW | {"hours": hours}).json["open_now"]


def test_what_one_jurisdiction_has_the_other_does_not_know(books, street):
    with use_jurisdiction("second"), transaction():
        assert list(service.find(at=clock.now()).items) == []


def test_a_facility_unknown_by_now_is_shown_by_its_code(client, books):
    with transaction():
        made = factories.station(factories.region(), facilities=["water", "telegraph"])
    shown = client.get(f"{API}/stations/{made.id}", headers={"Accept-Language": "en"}).json
    labels = {each["code"]: each["label"] for each in shown["facilities"]}
    assert labels == {"water": facilities.FACILITIES["water"].message, "telegraph": "telegraph"}
