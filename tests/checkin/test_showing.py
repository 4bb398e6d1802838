"""The shift's code, shown on a screen or printed."""

import io
from uuid import uuid4

import pytest
from PIL import Image

from incentive.checkin import showing
from incentive.core import clock
from incentive.core.db import transaction
from tests.checkin.conftest import MINUTE


def get(door, what, headers=None):
    path = f"/api/v1/shifts/{door.shift.id}/{what}"
    return door.client.get(path, headers=door.as_steward if headers is None else headers)


def test_the_code_on_the_screen_is_one_that_checks_in(door):
    shown = get(door, "code").json
    assert shown["url"] == f"http://localhost/s/{shown['code']}"
    assert shown["text"].replace("-", "") == shown["code"]
    assert shown["now"] < shown["expires_at"]
    for text in (shown["code"], shown["text"].lower(), shown["url"]):
        assert door.scan(door.volunteer(), text).json["verdict"] == "check_in"


def test_showing_the_code_is_what_proves_the_scans(door):
    door.run("DELETE FROM code_runs")
    volunteer = door.checked_in()
    get(door, "code")
    assert door.scan(volunteer).json["service_record"]["status"] == "verified"


@pytest.mark.parametrize(
    "path", ["/shifts/{}/code", "/api/v1/shifts/{}/code", "/api/v1/shifts/{}/code.svg"]
)
def test_a_link_that_a_steward_follows_shows_no_code(door, path):
    """A browser sends the cookie with it, but no page of ours asked."""
    door.run("DELETE FROM code_runs")
    cookie = {"Cookie": "session=" + door.as_steward["Authorization"].split()[1]}
    client = door.app.test_client(use_cookies=False)
    path = path.format(door.shift.id)
    assert client.get(path, headers=cookie).status_code == 200
    assert door.count("code_runs") == 0
    asked = cookie | {"X-Requested-With": "incentive"}
    assert client.get(path, headers=asked).status_code == 200
    assert door.count("code_runs") == path.startswith("/api")


def test_a_run_is_renewed_only_every_20_seconds(door):
    at = clock.now() + MINUTE
    seen = []
    for seconds in (0, 19, 21):
        moment = at + seconds * MINUTE / 60
        with transaction():
            showing.note(door.shift.id, door.worker.id, moment)
        row = door.run("SELECT seen_at FROM code_runs WHERE person_id = :p", p=door.worker.id)
        seen.append((row.scalar() - at).total_seconds())
    assert seen == [0, 0, 21]


def test_the_printed_code_does_not_rotate_and_shows_nobody_running(door):
    door.run("DELETE FROM code_runs")
    first, again = get(door, "printed-code").json, get(door, "printed-code").json
    assert first["code"] == again["code"]
    assert first["expires_at"] is None
    assert door.count("code_runs") == 0


@pytest.mark.parametrize("what", ["code", "printed-code"])
def test_codes_are_drawn(door, what):
    svg, png = get(door, f"{what}.svg"), get(door, f"{what}.png")
    assert svg.content_type.startswith("image/svg+xml")
    assert b"<svg" in svg.data
    assert png.content_type == "image/png"
    Image.open(io.BytesIO(png.data)).verify()
    assert svg.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "what", ["code", "code.svg", "code.png", "printed-code", "printed-code.svg"]
)
def test_only_those_who_run_the_shift_get_its_codes(door, what):
    assert get(door, what, door.volunteer().headers).status_code == 403
    assert get(door, what, {}).status_code == 401


def test_a_cancelled_or_unknown_shift_shows_no_code(door):
    door.run("UPDATE shifts SET status = 'cancelled'")
    answer = get(door, "code")
    assert (answer.status_code, answer.json["code"]) == (409, "activities.shift_cancelled")
    answer = door.client.get(f"/api/v1/shifts/{uuid4()}/code", headers=door.as_steward)
    assert (answer.status_code, answer.json["code"]) == (404, "activities.unknown_shift")
