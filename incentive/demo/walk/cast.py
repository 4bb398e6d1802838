"""Who walks: the demo's staff, and volunteers who register for it."""

import secrets
from dataclasses import dataclass
from typing import Final

from incentive.demo.people import PASSWORD, listed
from incentive.demo.walk.errors import Away, Broken
from incentive.demo.walk.server import Server, Visitor, problem_of
from incentive.people import permissions as role

PREFIX: Final = "199"
PHONE_TRIES: Final = 5
VOLUNTEER_PASSWORD: Final = "walk-the-chain-2026"  # noqa: S105 - made-up people's


@dataclass(frozen=True, slots=True)
class Staff:
    """The demo's own people who take part, signed in."""

    community_worker: Visitor
    grid_worker: Visitor
    station_manager: Visitor
    auditor: Visitor


def sign_in_staff(server: Server) -> Staff:
    """Sign the demo's staff in.

    Raises:
        Broken: the server has no demo in its books, or is not there.
    """
    phones = {human.role: human.phone for human in listed()}

    def staff(held: str) -> Visitor:
        visitor = Visitor(held.replace("_", " "), phones[held])
        sign_in(server, visitor, PASSWORD)
        return visitor

    try:
        return Staff(
            staff(role.COMMUNITY_WORKER),
            staff(role.GRID_WORKER),
            staff(role.STATION_MANAGER),
            staff(role.AUDITOR),
        )
    except Away:
        raise
    except Broken as broken:
        hint = "Is the demo there? `incentive up --demo` starts a server that has it."
        raise Broken(str(broken), hint) from None


def sign_in(server: Server, visitor: Visitor, password: str) -> None:
    """Open a session for `visitor`."""
    session = server.post(visitor, "/sessions", {"phone": visitor.phone, "password": password})
    visitor.token = session["token"]
    visitor.number = session["person"]["volunteer_number"]
    visitor.person_id = session["person"]["id"]


def register(server: Server, label: str, home_id: str) -> Visitor:
    """Register a new volunteer under a phone that nobody has, and sign them in.

    Raises:
        Broken: it is refused.
    """
    notice = None
    for _ in range(PHONE_TRIES):
        visitor = Visitor(label, f"{PREFIX}{secrets.randbelow(10**8):08d}")
        if notice is None:
            notices = server.get(visitor, "/privacy-notices")["items"]
            (notice,) = [each["id"] for each in notices if each["kind"] == "privacy"]
        wanted = {
            "name": "演示志愿者",
            "phone": visitor.phone,
            "password": VOLUNTEER_PASSWORD,
            "home_region_id": home_id,
            "notice": notice,
        }
        answer = server.send(visitor, "POST", "/me", json=wanted)
        if problem_of(answer).get("code") != "people.phone_taken":
            server.wanted(visitor, "POST", "/me", answer)
            sign_in(server, visitor, VOLUNTEER_PASSWORD)
            return visitor
    raise Broken(label, "found no phone number that is free")
