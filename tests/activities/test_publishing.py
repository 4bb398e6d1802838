"""Teams, activities and shifts over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest

from incentive.core import clock
from incentive.core.db import transaction
from tests import factories as make

HOUR = timedelta(hours=1)


class Place:
    """A community with a worker, the neighbouring one, and the street above both."""

    def __init__(self, client):
        self.client = client
        with transaction():
            self.street = make.region("530102001", "street")
            self.community = make.region("530102001001", parent=self.street)
            self.next_door = make.region("530102001002", parent=self.street)
            self.worker = make.person()
            make.grant(self.worker, "community_worker", at=self.community)
            self.volunteer = make.person()
            self.team = make.team(self.community)
            self.headers = make.bearer(self.worker)
            self.as_volunteer = make.bearer(self.volunteer)

    def create(self, path, body=None, headers=None, key=None):
        who = self.headers if headers is None else headers
        sent = who | {"Idempotency-Key": key or str(uuid4())}
        return self.client.post(f"/api/v1{path}", json=body, headers=sent)

    def activity(self, headers=None, **more):
        body = {
            "team_id": str(self.team.id),
            "region_id": str(self.community.id),
            "title": "清洁家园",
            "kind": "environment",
        }
        return self.create("/activities", body | more, headers)

    def shift(self, activity_id=None, starts=HOUR, hours=2, headers=None, **more):
        starts_at = clock.now() + starts
        body = {
            "title": "上午班",
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + hours * HOUR).isoformat(),
            "quota": 5,
        }
        activity_id = activity_id or self.activity().json["id"]
        return self.create(f"/activities/{activity_id}/shifts", body | more, headers)

    def listed(self, query=""):
        return self.client.get(f"/api/v1/activities{query}").json["items"]


@pytest.fixture
def place(client):
    return Place(client)


def test_a_worker_founds_a_team_publishes_an_activity_and_adds_a_shift(place):
    team = place.create("/teams", {"region_id": str(place.community.id), "name": "红马甲"})
    assert team.status_code == 201
    activity = place.activity(team_id=team.json["id"])
    assert activity.status_code == 201
    assert activity.json["team_name"] == "红马甲"
    shift = place.shift(activity.json["id"])
    assert shift.status_code == 201
    assert (shift.json["confirmed"], shift.json["waiting"], shift.json["status"]) == (0, 0, "open")
    assert place.client.get(f"/api/v1/shifts/{shift.json['id']}").json == shift.json


def test_a_region_has_each_teams_name_once(place):
    body = {"region_id": str(place.community.id), "name": "红马甲"}
    assert place.create("/teams", body).status_code == 201
    again = place.create("/teams", body)
    assert (again.status_code, again.json["code"]) == (409, "activities.team_name_taken")


@pytest.mark.parametrize("what", ["team", "activity", "shift", "cancel_shift", "cancel_activity"])
def test_only_workers_of_the_region_publish_and_cancel(place, what):
    shift = place.shift()
    with transaction():
        stranger = make.person()
        make.grant(stranger, "community_worker", at=place.next_door)
        grid_worker = make.person()
        make.grant(grid_worker, "grid_worker", at=place.community)
        others = [make.bearer(stranger), make.bearer(grid_worker), place.as_volunteer]
    shift_id, activity_id = shift.json["id"], shift.json["activity_id"]
    for headers in others:
        answer = {
            "team": lambda h=headers: place.create(
                "/teams", {"region_id": str(place.community.id), "name": "x"}, h
            ),
            "activity": lambda h=headers: place.activity(h),
            "shift": lambda h=headers: place.shift(activity_id, headers=h),
            "cancel_shift": lambda h=headers: place.create(f"/shifts/{shift_id}/cancel", None, h),
            "cancel_activity": lambda h=headers: place.create(
                f"/activities/{activity_id}/cancel", None, h
            ),
        }[what]()
        assert (answer.status_code, answer.json["code"]) == (403, "people.out_of_scope")
    assert place.create("/teams", {"region_id": str(uuid4()), "name": "x"}, {}).status_code == 401


def test_a_team_serves_on_its_own_branch_of_the_territory(place):
    with transaction():
        above, beside = make.team(place.street), make.team(place.next_door)
    assert place.activity(team_id=str(above.id)).status_code == 201
    answer = place.activity(team_id=str(beside.id))
    assert (answer.status_code, answer.json["code"]) == (422, "activities.team_from_elsewhere")
    answer = place.activity(team_id=str(uuid4()))
    assert (answer.status_code, answer.json["code"]) == (404, "activities.unknown_team")
    answer = place.activity(region_id=str(uuid4()))
    assert (answer.status_code, answer.json["code"]) == (404, "regions.unknown_region")


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 101},
        {"kind": "Big Words"},
        {"description": "x" * 4001},
        {"description": "\u0000"},
        {"team_id": 7},
        {"surprise": 1},
    ],
)
def test_an_activity_that_cannot_be_is_refused(place, change):
    assert place.activity(**change).status_code == 422


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"quota": 0}, "http"),
        ({"quota": -1}, "http"),
        ({"quota": 10**18}, "http"),
        ({"quota": 1.5}, "http"),
        ({"starts_at": "2026-11-22T10:00:00"}, "http"),
        ({"ends_at": "9999-12-31T23:59:59Z"}, "http"),
        ({"latitude": 25.0}, "activities.shift_place"),
        ({"latitude": 25.0, "longitude": 102.7, "radius_m": 5}, "http"),
        ({"latitude": 91, "longitude": 102.7, "radius_m": 50}, "http"),
        ({"hours": 25}, "activities.shift_times"),
        ({"hours": 0}, "activities.shift_times"),
        ({"hours": -1}, "activities.shift_times"),
        ({"starts": -3 * HOUR}, "activities.shift_times"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(place, change, code):
    answer = place.shift(**change)
    assert answer.status_code == 422
    assert answer.json["code"].startswith(code)


def test_an_activity_retried_with_its_key_is_published_once(place):
    body = {
        "team_id": str(place.team.id),
        "region_id": str(place.community.id),
        "title": "x",
        "kind": "care",
    }
    first = place.create("/activities", body, key="one-and-the-same")
    again = place.create("/activities", body, key="one-and-the-same")
    assert first.json == again.json


def test_the_list_shows_what_comes_next_first_and_nothing_that_is_over(place):
    ids = {}
    for name, starts in (("later", 5 * HOUR), ("sooner", HOUR), ("running", -HOUR)):
        ids[name] = place.shift(starts=starts).json["activity_id"]
    place.activity()  # without a shift
    with transaction():
        over = make.activity(place.community, by=place.worker)
        make.shift(over, starts_at=clock.now() - 9 * HOUR)
    shown = [item["id"] for item in place.listed()]
    assert shown == [ids["running"], ids["sooner"], ids["later"]]


def test_the_list_goes_on_where_its_page_ended(place):
    for hour in range(1, 6):
        place.shift(starts=hour * HOUR)
    whole = [item["id"] for item in place.listed()]
    first = place.client.get("/api/v1/activities?limit=2").json
    rest = place.client.get(f"/api/v1/activities?limit=9&cursor={first['next_cursor']}").json
    assert [item["id"] for item in first["items"] + rest["items"]] == whole


def test_the_list_is_narrowed_by_region_kind_words_and_time(place):
    wanted = place.shift(place.activity(title="红嘴鸥保护 100%", kind="nature").json["id"])
    place.shift(place.activity(title="x").json["id"], starts=50 * HOUR)
    later = (clock.now() + 24 * HOUR).isoformat().replace("+", "%2B")
    for query, count in [
        (f"?region={place.street.id}", 2),
        (f"?region={place.next_door.id}", 0),
        ("?kind=nature", 1),
        ("?q=红嘴鸥", 1),
        ("?q=100%25", 1),
        ("?q=%25%25", 0),
        (f"?to={later}", 1),
        (f"?from={later}", 1),
    ]:
        assert len(place.listed(query)) == count, query
    assert place.listed("?kind=nature")[0]["places_left"] == wanted.json["quota"]
    assert place.client.get(f"/api/v1/activities?region={uuid4()}").status_code == 404
    assert place.client.get("/api/v1/activities?from=now").status_code == 422


def test_a_cancelled_activity_takes_its_coming_shifts_and_sign_ups_with_it(place):
    shift = place.shift()
    with transaction():
        past = make.shift(
            make.Activity(id=shift.json["activity_id"]), starts_at=clock.now() - 9 * HOUR
        )
    sign_up = place.create(f"/shifts/{shift.json['id']}/sign-ups", headers=place.as_volunteer)
    assert sign_up.json["status"] == "confirmed"
    path = f"/activities/{shift.json['activity_id']}/cancel"
    first, again = place.create(path), place.create(path)
    assert first.json == again.json
    assert first.json["status"] == "cancelled"
    gone = place.client.get(f"/api/v1/shifts/{shift.json['id']}").json
    assert (gone["status"], gone["confirmed"]) == ("cancelled", 0)
    assert place.client.get(f"/api/v1/shifts/{past.id}").json["status"] == "open"
    mine = place.client.get("/api/v1/me/sign-ups", headers=place.as_volunteer).json["items"]
    assert [row["status"] for row in mine] == ["cancelled"]
    assert place.listed() == []
    answer = place.shift(shift.json["activity_id"])
    assert (answer.status_code, answer.json["code"]) == (409, "activities.activity_cancelled")


def test_a_shift_that_took_place_is_not_cancelled(place):
    with transaction():
        over = make.shift(
            make.activity(place.community, by=place.worker), starts_at=clock.now() - 9 * HOUR
        )
    answer = place.create(f"/shifts/{over.id}/cancel")
    assert (answer.status_code, answer.json["code"]) == (409, "activities.shift_over")


def test_what_is_not_there_is_not_found(place):
    for path, code in [
        (f"/activities/{uuid4()}", "activities.unknown_activity"),
        (f"/activities/{uuid4()}/shifts", "activities.unknown_activity"),
        (f"/shifts/{uuid4()}", "activities.unknown_shift"),
    ]:
        answer = place.client.get(f"/api/v1{path}")
        assert (answer.status_code, answer.json["code"]) == (404, code)
    for path in (f"/activities/{uuid4()}/cancel", f"/shifts/{uuid4()}/cancel"):
        assert place.create(path).status_code == 404
