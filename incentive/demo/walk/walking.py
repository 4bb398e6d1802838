"""The walk: every scene in its order, with everyone who takes part."""

import time
from contextlib import ExitStack, suppress
from typing import Final

from incentive.demo.places import HOME
from incentive.demo.walk import scenes
from incentive.demo.walk.cast import Staff, register, sign_in_staff
from incentive.demo.walk.errors import Broken
from incentive.demo.walk.scenes import Scene
from incentive.demo.walk.server import Server, Visitor
from incentive.demo.walk.stage import Stage

NOBODY: Final = Visitor("nobody")


def walk(server: Server, stage: Stage, people: int, patience_seconds: float) -> str:
    """Play the chain with `people` volunteers; return the line that says what was done.

    Raises:
        Broken: somebody was answered otherwise than the chain needs.
    """
    staff = stage.once("staff sign in", lambda: sign_in_staff(server))
    tidying = ExitStack()
    try:
        told = _walk(server, stage, staff, people, patience_seconds, tidying)
    except BaseException:
        # Why the chain broke is told, not what came of it.
        with suppress(Broken):
            tidying.close()
        raise
    stage.once("activity and goods taken away", tidying.close)
    return told


def _walk(
    server: Server,
    stage: Stage,
    staff: Staff,
    people: int,
    patience_seconds: float,
    tidying: ExitStack,
) -> str:
    scene = stage.once(
        "activity and goods published", lambda: scenes.publish(server, staff, people, tidying)
    )
    home_id = server.get(NOBODY, "/regions", q=HOME, level="community")["items"][0]["id"]
    labels = [f"volunteer {number}" for number in range(1, people + 1)]
    volunteers = stage.each(
        "volunteers register", lambda label: register(server, label, home_id), labels
    )
    stage.each("sign up", lambda who: scenes.sign_up(server, scene, who, "confirmed"), volunteers)
    latecomer = register(server, "latecomer", home_id)
    refusals = stage.counted(
        "refused at the door", lambda: _refused_at_the_door(server, scene, staff, latecomer)
    )
    kept = stage.each(
        "cards scanned without network",
        lambda who: scenes.card_scans(server, scene, who),
        volunteers,
    )
    cards = scenes.CARDS_PER_UPLOAD
    uploads = [
        [scan for scans in kept[at : at + cards] for scan in scans]
        for at in range(0, people, cards)
    ]
    uploaded = stage.each(
        "scanner uploads", lambda scans: scenes.upload(server, staff.grid_worker, scans), uploads
    )
    screen = scenes.Screen(server, staff.grid_worker, scene.short_shift)
    proved = stage.each(
        "card in, rotating code out",
        lambda who: scenes.scan_in_and_out(server, screen, who),
        volunteers,
    )
    records = [record for some in uploaded for record in some]
    by_hand = stage.each(
        "records verified by hand",
        lambda record: scenes.verify(server, staff.grid_worker, record),
        records,
    )
    deadline = time.monotonic() + patience_seconds
    points = stage.each(
        "points settled",
        lambda who: scenes.wait_for_points(server, who, deadline),
        volunteers,
    )
    orders = stage.each("goods ordered", lambda who: scenes.redeem(server, scene, who), volunteers)
    stage.each(
        "goods collected",
        lambda order: scenes.collect(server, scene, staff.station_manager, order),
        orders,
    )
    refusals += stage.counted(
        "refused at the counter",
        lambda: _refused_at_the_counter(server, scene, staff, latecomer, orders[0]["code"]),
    )
    spent = stage.once("ledger audited", lambda: scenes.audit(server, scene, staff.auditor, people))
    return (
        f"chain whole: {people} volunteers, {sum(by_hand) + sum(proved)} minutes in"
        f" {len(by_hand) + len(proved)} records, {sum(points)} points settled, {spent} spent,"
        f" {refusals} refused as they should be"
    )


def _refused_at_the_door(server: Server, scene: Scene, staff: Staff, latecomer: Visitor) -> int:
    """Try what must not go at the long shift; return how much was tried."""
    scenes.sign_up(server, scene, latecomer, "waiting")
    shown = server.get(staff.grid_worker, f"/shifts/{scene.long_shift}/code")["code"]
    # Another last letter of the alphabet: of good shape, and nobody's code.
    forged = shown[:-1] + ("0" if shown[-1] != "0" else "1")
    waits, false, none = (scenes.new_scan(code) for code in (shown, forged, "no code at all"))
    server.refused(latecomer, "/scans", waits, "checkin.waiting_list")
    server.refused(latecomer, "/scans", false, "checkin.code_forged")
    server.refused(latecomer, "/scans", none, "checkin.code_garbled")
    server.refused(NOBODY, "/scans", scenes.new_scan(shown), "people.not_signed_in")
    return 4


def _refused_at_the_counter(
    server: Server, scene: Scene, staff: Staff, latecomer: Visitor, used_code: str
) -> int:
    """Try what must not go at the counter; return how much was tried."""
    wanted = {"item_id": scene.item_id, "quantity": 1}
    collect = f"/redemptions/{used_code}/collect"
    server.refused(staff.station_manager, collect, None, "stations.already_collected")
    server.refused(latecomer, collect, None, "people.out_of_scope")
    # The towels are gone, so this asks for what there is, and has no points for it.
    shelf = server.get(latecomer, f"/stations/{scene.station_id}/items", limit=100)["items"]
    left = next(item for item in shelf if item["stock"] > 0)
    server.refused(
        latecomer,
        "/redemptions",
        {"item_id": left["id"], "quantity": 1},
        "ledger.insufficient_points",
    )
    server.refused(latecomer, "/redemptions", wanted, "stations.out_of_stock")
    return 4
