"""The walk's own manners; that the chain holds is tests/system/test_walk.py's."""

import httpx
import pytest
from click.testing import CliRunner
from rich.progress import Progress

from incentive.demo.commands import commands
from incentive.demo.walk import scenes, walking
from incentive.demo.walk import server as servers
from incentive.demo.walk.cast import Staff
from incentive.demo.walk.errors import Broken
from incentive.demo.walk.server import Server, Visitor
from incentive.demo.walk.stage import Stage

SOMEBODY = Visitor("volunteer 3", token="t")


def answering(*answers):
    """A server that gives these answers in turn, and what it was asked."""
    asked, left = [], iter(answers)

    def answer(request):
        asked.append(request)
        given = next(left)
        if isinstance(given, Exception):
            raise given
        return given

    server = Server("http://server", None)
    server._client = httpx.Client(base_url="http://server", transport=httpx.MockTransport(answer))
    return server, asked


def problem(status, code):
    return httpx.Response(status, json={"code": code, "detail": "Do this."})


def test_a_retry_carries_the_same_key(monkeypatch):
    monkeypatch.setattr(servers.time, "sleep", lambda _: None)
    server, asked = answering(
        httpx.ConnectError("gone"), problem(503, "http.away"), httpx.Response(201, json={"id": 1})
    )
    assert server.post(SOMEBODY, "/redemptions", {}) == {"id": 1}
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1
    assert len(asked) == 3


def test_two_orders_carry_two_keys():
    server, asked = answering(httpx.Response(201, json={}), httpx.Response(201, json={}))
    server.post(SOMEBODY, "/redemptions", {})
    server.post(SOMEBODY, "/redemptions", {})
    assert asked[0].headers["Idempotency-Key"] != asked[1].headers["Idempotency-Key"]


def test_a_refusal_tells_who_where_and_why():
    server, _ = answering(problem(409, "stations.out_of_stock"))
    with pytest.raises(Broken) as broken:
        server.post(SOMEBODY, "/redemptions", {})
    assert str(broken.value) == (
        "volunteer 3: POST /redemptions → HTTP 409 stations.out_of_stock Do this."
    )


@pytest.mark.parametrize(
    "answer", [httpx.Response(201, json={}), problem(409, "people.phone_taken")]
)
def test_what_must_be_refused_and_is_not_for_that_reason_breaks_the_chain(answer):
    server, _ = answering(answer)
    with pytest.raises(Broken, match=r"checkin\.code_forged"):
        server.refused(SOMEBODY, "/scans", {}, "checkin.code_forged")


def test_the_first_that_goes_wrong_stops_the_step():
    stage, seen = Stage(Progress(disable=True)), []

    def act(number):
        seen.append(number)
        if number == 3:
            raise Broken("volunteer 3", "no")

    with pytest.raises(Broken, match="volunteer 3"):
        stage.each("a step", act, range(1000))
    assert len(seen) <= 3 + servers.CONNECTIONS
    assert stage.present == "a step"
    assert stage.done == []


def test_results_come_in_the_order_of_the_items():
    stage = Stage(Progress(disable=True))
    assert stage.each("a step", str, range(50)) == [str(n) for n in range(50)]
    assert [(done.name, done.count) for done in stage.done] == [("a step", 50)]


def test_a_step_that_counts_shows_its_own_figure():
    stage = Stage(Progress(disable=True))
    assert stage.counted("refused", lambda: 4) == 4
    assert [(done.name, done.count) for done in stage.done] == [("refused", 4)]


@pytest.mark.parametrize("fault", [Broken("somebody", "no"), KeyboardInterrupt(), None])
def test_the_activity_and_the_goods_are_taken_away_however_it_ends(monkeypatch, fault):
    asked = []

    class Books:
        def post(self, _who, path, _body=None):
            asked.append(f"POST {path}")
            return {"id": path.strip("/").partition("/")[0]}

        def patch(self, _who, path, body):
            asked.append(f"PATCH {path} {body['status']}")

        def get(self, who, _path):
            scope = {"role": who.label, "region": {"id": "r"}, "station_id": "s"}
            return {"roles": [scope]}

    def rest(server, stage, staff, people, patience, tidying):
        scenes.publish(server, staff, people, tidying)
        if fault:
            raise fault
        return "whole"

    staff = Staff(*map(Visitor, ("community_worker", "grid_worker", "station_manager", "auditor")))
    monkeypatch.setattr(walking, "sign_in_staff", lambda _: staff)
    monkeypatch.setattr(walking, "_walk", rest)
    stage = Stage(Progress(disable=True))
    if fault:
        with pytest.raises(type(fault)):
            walking.walk(Books(), stage, 3, 1.0)
    else:
        assert walking.walk(Books(), stage, 3, 1.0) == "whole"
    assert asked[-2:] == ["PATCH /items/stations withdrawn", "POST /activities/activities/cancel"]


def test_a_server_that_starts_is_waited_for_and_told_about_once(monkeypatch):
    monkeypatch.setattr(servers.time, "sleep", lambda _: None)
    server, asked = answering(
        httpx.ConnectError("not yet"), httpx.Response(503), httpx.Response(200)
    )
    told = []
    server.wait_until_ready(told.append)
    assert [request.url.path for request in asked] == ["/readyz"] * 3
    assert len(told) == 1
    server, asked = answering(httpx.Response(200))
    server.wait_until_ready(told.append)
    assert len(told) == 1


def test_a_walk_without_a_server_says_so_in_one_line(monkeypatch):
    monkeypatch.setattr(servers, "START_SECONDS_MAX", 0.0)
    done = CliRunner().invoke(commands, ["walk", "--server", "http://127.0.0.1:9"])
    assert done.exit_code == 1
    (line,) = done.output.splitlines()
    assert line.startswith("Error: No server answers at http://127.0.0.1:9.")
    assert "incentive up --demo" in line
