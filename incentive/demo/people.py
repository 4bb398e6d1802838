"""Some two hundred made-up people: a few to sign in as, and a crowd around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from faker import Faker

from incentive.demo.ids import chances, demo_id
from incentive.demo.places import (
    CITY,
    COMMUNITIES,
    GRIDS,
    HOME,
    HOME_GRID,
    SINCE,
    STATIONS,
    grid_code,
)
from incentive.people import permissions as role

PASSWORD: Final = "demo-2026-kunming"  # noqa: S105 - printed for whoever tries the demo
SEED: Final = 20250106
VOLUNTEERS_PER_COMMUNITY: Final = 12
FIRST_PHONE: Final = 13800000000
CROWD_PHONE: Final = 13800001000


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody of the demo: `scope` is a region's code, or a station if `station_id` is set."""

    phone: str
    role: str
    scope: str
    home: str
    name: str
    birth_month: str
    station_id: UUID | None = None
    look_at: str = ""

    @property
    def id(self) -> UUID:
        """The same in every run."""
        return demo_id(SINCE, "person", self.phone)


_STATION: Final = STATIONS[0]
# (role, scope, what there is to see); their phones count up from 13800000001.
_LISTED: Final = (
    (
        role.ADMINISTRATOR,
        CITY,
        "everything in Kunming: persons, roles and devices, points and budgets, rules",
    ),
    (role.AUDITOR, CITY, "any station's ledger, read only"),
    (
        role.COMMUNITY_WORKER,
        HOME,
        "records of 翠湖 to verify, adjustments, merchants' statements; activities (API)",
    ),
    (role.GRID_WORKER, HOME_GRID, "show a shift's code, verify pending records of the grid"),
    (
        role.STATION_MANAGER,
        _STATION.name,
        f"counter, ledger, stock, stocktakes, day close and findings of {_STATION.name}",
    ),
    (role.VOLUNTEER, HOME, "hours, points, card, and a shift to scan in at any hour"),
    (role.VOLUNTEER, HOME, "a newcomer: nothing yet, everything to sign up for"),
    (role.GIG_WORKER, HOME, "stations nearby, points; speaks for a merchant: its statements"),
)
NEWCOMER: Final = str(FIRST_PHONE + 7)
# Entered after the crowd, which came before: else everybody's made-up name would change.
_SECOND: Final = (
    role.ADMINISTRATOR,
    CITY,
    "the second person: approves, decides and raises what the other may not alone",
)


# A child of 15 when the demo was written, and whose guardian is the volunteer to sign in as. Not
# one of `everybody`, who sign up for whatever there is.
CHILD: Final = Human(
    str(FIRST_PHONE + 10),
    role.VOLUNTEER,
    HOME,
    HOME,
    "李小明",
    "2011-06",
    look_at="a minor with a guardian: what may be signed up for, and what not",
)
GUARDIAN_PHONE: Final = str(FIRST_PHONE + 6)


def everybody() -> list[Human]:
    """Return all people, the ones to sign in as first; always the same ones."""
    fake = Faker("zh_CN")
    fake.seed_instance(SEED)
    chance = chances("people", SEED)
    people: list[Human] = []

    def add(
        phone: int,
        held: str,
        scope: str,
        home: str,
        station_id: UUID | None = None,
        look_at: str = "",
    ) -> None:
        born = f"{chance.randint(1956, 2006)}-{chance.randint(1, 12):02d}"
        people.append(Human(str(phone), held, scope, home, fake.name(), born, station_id, look_at))

    for number, (held, scope, look_at) in enumerate(_LISTED, 1):
        at_station = _STATION.id if held == role.STATION_MANAGER else None
        add(FIRST_PHONE + number, held, scope, HOME, at_station, look_at)
    for number, (held, scope, home, station_id) in enumerate(_crowd(), 1):
        add(CROWD_PHONE + number, held, scope, home, station_id)
    held, scope, look_at = _SECOND
    add(FIRST_PHONE + len(_LISTED) + 1, held, scope, HOME, None, look_at)
    return people


def listed() -> list[Human]:
    """Return the people to sign in as."""
    return [human for human in everybody() if human.look_at] + [CHILD]


def _crowd() -> Iterator[tuple[str, str, str, UUID | None]]:
    for community in COMMUNITIES:
        if community != HOME:
            yield role.COMMUNITY_WORKER, community, community, None
        yield role.GIG_WORKER, community, community, None
        grids = range(2 if community == HOME else 1, len(GRIDS))
        for number in grids:
            yield role.GRID_WORKER, grid_code(community, number), community, None
        for _ in range(VOLUNTEERS_PER_COMMUNITY):
            yield role.VOLUNTEER, community, community, None
    for station in STATIONS[1:]:
        yield role.STATION_MANAGER, station.name, station.community, station.id
