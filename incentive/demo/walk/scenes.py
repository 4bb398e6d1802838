"""The scenes of the walk, from signing up to the audit.

An afternoon cannot pass in a walk, so the minutes come from two honest ways. At the long
shift, which began hours ago, the grid worker's scanner was without network: it uploads the
members' cards in and out with its own times, nothing counts by itself, and the grid worker
verifies each record by hand. At the short one the grid worker scans them in by their cards,
which the scanner sends a few minutes late, and they scan themselves out with the screen's
code, which counts only while it is shown: another person saw both, so both count by themselves.
"""

import secrets
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from incentive.core import clock
from incentive.demo.walk.cast import Staff
from incentive.demo.walk.errors import Broken
from incentive.demo.walk.server import Server, Visitor

ARRIVED: Final = timedelta(minutes=170)
LEFT: Final = timedelta(minutes=40)
# A steward's scan that is up to five minutes old still counts as made on line.
LATE: Final = timedelta(seconds=280)
PRICE: Final = 20
CARDS_PER_UPLOAD: Final = 50
CODE_SECONDS_MAX: Final = 15.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What was set up for this walk alone."""

    long_shift: str
    short_shift: str
    station_id: str
    item_id: str
    item_name: str


def publish(server: Server, staff: Staff, people: int, tidying: ExitStack) -> Scene:
    """Have the community publish an activity with two shifts, and the station put goods out.

    `tidying` takes them out of sight again, so that the demo's lists keep their shape.
    """
    run = secrets.token_hex(3)
    worker, now = staff.community_worker, clock.now()
    grid_id = _scope(server, staff.grid_worker)["region"]["id"]
    team = server.post(worker, "/teams", {"region_id": grid_id, "name": f"全链路演示队 {run}"})
    activity = server.post(
        worker,
        "/activities",
        {
            "team_id": team["id"],
            "region_id": grid_id,
            "title": f"全链路演示 {run}",
            "kind": "environment",
        },
    )
    published = f"/activities/{activity['id']}"
    tidying.callback(server.post, worker, f"{published}/cancel")
    shifts = f"{published}/shifts"
    hour = timedelta(hours=1)
    long_shift = {"title": "上半场", "quota": people} | _hours(now - 3 * hour, now + hour)
    short_shift = {"title": "下半场", "quota": people, "walk_ins": True} | _hours(
        now - hour, now + 2 * hour
    )
    station_id = _scope(server, staff.station_manager)["station_id"]
    name = f"演示毛巾 {run}"
    goods = {"name": name, "points_price": PRICE, "stock": people}
    item = server.post(staff.station_manager, f"/stations/{station_id}/items", goods)
    withdrawn = {"status": "withdrawn"}
    tidying.callback(server.patch, staff.station_manager, f"/items/{item['id']}", withdrawn)
    return Scene(
        server.post(worker, shifts, long_shift)["id"],
        server.post(worker, shifts, short_shift)["id"],
        station_id,
        item["id"],
        name,
    )


def sign_up(server: Server, scene: Scene, who: Visitor, status: str) -> None:
    """Sign up for the long shift, which must give `status`."""
    answer = server.post(who, f"/shifts/{scene.long_shift}/sign-ups")
    expect(who, "the sign-up", answer["status"], status)


def card_scans(server: Server, scene: Scene, who: Visitor) -> list[dict[str, Any]]:
    """Return the two scans of the volunteer's card that the offline scanner kept."""
    card = server.get(who, "/me/card")["text"]
    return [new_scan(card, ago) | {"shift_id": scene.long_shift} for ago in (ARRIVED, LEFT)]


def new_scan(code: str, ago: timedelta = timedelta()) -> dict[str, Any]:
    """Return a scan of `code` made `ago` by the device's clock, with a nonce of its own."""
    scanned_at = (clock.now() - ago).isoformat()
    return {"nonce": str(uuid.uuid4()), "scanned_at": scanned_at, "code": code}


def upload(server: Server, grid_worker: Visitor, scans: Sequence[Any]) -> list[dict[str, Any]]:
    """Upload kept scans; return the service records that the check-outs made."""
    results = server.post(grid_worker, "/scans/batch", {"scans": scans})["results"]
    expect(grid_worker, "the upload's length", len(results), len(scans))
    for result, verdict in zip(results, ["check_in", "check_out"] * len(scans), strict=False):
        told = result.get("code") or result["verdict"]
        expect(grid_worker, "an offline scan", told, verdict)
    records: list[dict[str, Any]] = [result["service_record"] for result in results[1::2]]
    for record in records:
        expect(grid_worker, "an offline record", record["status"], "pending")
    return records


@dataclass(slots=True)
class Screen:
    """The short shift's rotating code, as the grid worker's screen shows it."""

    server: Server
    grid_worker: Visitor
    shift_id: str
    _code: str = ""
    _read_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def code(self) -> str:
        """Return the code that is on the screen now."""
        with self._lock:
            if time.monotonic() - self._read_at > CODE_SECONDS_MAX:
                shown = self.server.get(self.grid_worker, f"/shifts/{self.shift_id}/code")
                self._code, self._read_at = shown["code"], time.monotonic()
            return self._code


def scan_in_and_out(server: Server, screen: Screen, who: Visitor) -> int:
    """Be scanned in, and scan the screen's code out; return the minutes, which count by themselves."""
    card = server.get(who, "/me/card")["text"]
    arrived = new_scan(card, LATE) | {"shift_id": screen.shift_id}
    first = server.post(screen.grid_worker, "/scans", arrived)
    expect(who, "the scan in", first["verdict"], "check_in")
    if int(who.number[-2]) == 0:
        # One in ten taps "try again": the same nonce is the same scan.
        again = server.post(screen.grid_worker, "/scans", arrived)
        expect(who, "the same scan again", again, first)
    last = server.post(who, "/scans", new_scan(screen.code()))
    expect(who, "the scan out", last["verdict"], "check_out")
    expect(who, "the record", last["service_record"]["status"], "verified")
    return int(last["service_record"]["minutes"])


def verify(server: Server, grid_worker: Visitor, record: dict[str, Any]) -> int:
    """Verify one record by hand; return its minutes."""
    answer = server.post(grid_worker, f"/service-records/{record['id']}/verify")
    expect(grid_worker, "the record", answer["status"], "verified")
    return int(answer["minutes"])


def wait_for_points(server: Server, who: Visitor, deadline: float) -> int:
    """Wait until the background has settled enough points; return them.

    Raises:
        Broken: `deadline` (monotonic seconds) passes first.
    """
    pause = 0.2
    while True:
        points = int(server.get(who, "/me/balances")["available"])
        if points >= PRICE:
            return points
        if time.monotonic() > deadline:
            told = f"has {points} points, needs {PRICE}: is the background worker running?"
            raise Broken(who.label, told)
        time.sleep(pause)
        pause = min(pause * 1.5, 2.0)


def redeem(server: Server, scene: Scene, who: Visitor) -> dict[str, Any]:
    """Order one towel; return the order with its code."""
    order: dict[str, Any] = server.post(
        who, "/redemptions", {"item_id": scene.item_id, "quantity": 1, "points": PRICE}
    )
    expect(who, "the order", order["status"], "held")
    return order


def collect(server: Server, scene: Scene, manager: Visitor, order: dict[str, Any]) -> None:
    """Hand the goods over against the code that the volunteer shows."""
    path = f"/redemptions/{order['code']}/collect"
    answer = server.post(manager, path, station_id=scene.station_id)
    expect(manager, "the order", answer["status"], "collected")


def audit(server: Server, scene: Scene, auditor: Visitor, orders: int) -> int:
    """Add up this walk's rows in the station's ledger, page by page and in its CSV; return the points."""
    path = f"/stations/{scene.station_id}/ledger"
    rows = [row for row in _pages(server, auditor, path) if row["item"] == scene.item_name]
    points: int = sum(row["points_in"] - row["points_out"] for row in rows)
    expect(auditor, "the ledger's orders", len(rows), orders)
    expect(auditor, "the ledger's points", points, orders * PRICE)
    lines = server.text(auditor, f"{path}.csv").count(scene.item_name)
    expect(auditor, "the CSV's orders", lines, orders)
    return points


def expect(who: Visitor, what: str, found: object, wanted: object) -> None:
    """Let pass only what is as the chain needs it.

    Raises:
        Broken: it is not.
    """
    if found != wanted:
        raise Broken(who.label, f"{what} is {found!r} and should be {wanted!r}")


def _pages(server: Server, who: Visitor, path: str) -> Iterable[dict[str, Any]]:
    cursor: dict[str, str] = {}
    while True:
        page = server.get(who, path, limit=100, **cursor)
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def _scope(server: Server, who: Visitor) -> dict[str, Any]:
    """Return the role by which a member of the staff works."""
    wanted = who.label.replace(" ", "_")
    roles = server.get(who, "/me")["roles"]
    found = next((role for role in roles if role["role"] == wanted), None)
    if found is None:
        raise Broken(who.label, f"has lost the role {wanted}")
    return dict(found)


def _hours(starts_at: datetime, ends_at: datetime) -> dict[str, str]:
    return {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
