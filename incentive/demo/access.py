"""What an administrator looks after: roles coming, ended and handed on, a counter, somebody blocked."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from incentive.core.ids import new_id
from incentive.demo import queries
from incentive.demo.ids import demo_id
from incentive.demo.people import Human
from incentive.demo.places import CITY, COMMUNITIES, HOME, HOME_GRID, SINCE, STATIONS
from incentive.people import delegation, finding, role_ends, role_queries, roles, standing
from incentive.people import permissions as role
from incentive.people.caller import Caller, Grant
from incentive.people.devices.service import SERVING
from incentive.people.models import SignIn
from incentive.regions.domain import path_of_code

DAY: Final = timedelta(days=1)
_TABLETS: Final = ("红色平板", "收银台手机")


def happen(crowd: Sequence[Human], at: datetime) -> None:
    """Let all this happen once: in a demo in which nobody has ended a role yet."""
    if queries.has_ended_roles():
        return
    of = _Cast(crowd)
    _roles(of, at)
    _devices(of, at)
    worker = of.caller(of.worker, Grant(role.COMMUNITY_WORKER, path_of_code(HOME), None))
    finding.reveal(of.volunteers[0].id, ["phone"], "回电确认班次", worker, at)
    blocked = of.elsewhere[-1]
    standing.block(blocked.id, "多次冒用他人会员卡，待查", by=of.chief, at=at)
    standing.block(of.elsewhere[-2].id, "手机遗失，本人要求", by=of.chief, at=at)
    standing.unblock(of.elsewhere[-2].id, "本人已到场更换手机", by=of.chief, at=at)


class _Cast:
    """Whom it happens to."""

    def __init__(self, crowd: Sequence[Human]) -> None:
        self._numbers = queries.known_persons([human.id for human in crowd])
        self.worker = next(_of(crowd, role.COMMUNITY_WORKER, HOME))
        self.grid_worker = next(_of(crowd, role.GRID_WORKER, HOME_GRID))
        self.manager = next(h for h in crowd if h.station_id == STATIONS[0].id)
        # Not those to sign in as: they have enough to do.
        self.volunteers = [h for h in _of(crowd, role.VOLUNTEER, HOME) if not h.look_at]
        self.elsewhere = list(_of(crowd, role.VOLUNTEER, COMMUNITIES[-1]))
        admin = next(_of(crowd, role.ADMINISTRATOR, CITY))
        self.chief = self.caller(admin, Grant(role.ADMINISTRATOR, path_of_code(CITY), None))

    def caller(self, human: Human, grant: Grant) -> Caller:
        return Caller(human.id, self.number(human), new_id(), (grant,))

    def number(self, human: Human) -> str:
        return self._numbers[human.id]


def _of(crowd: Sequence[Human], held: str, scope: str) -> Iterator[Human]:
    return (human for human in crowd if human.role == held and human.scope == scope)


def _roles(of: _Cast, at: datetime) -> None:
    home = queries.region_ids([HOME])[HOME]
    lead, steward, helper = of.volunteers[:3]
    first, last = at + 3 * DAY, at + 5 * DAY
    roles.grant_role(
        steward.id, role.STEWARD, region_id=home, since=first, until=last, by=of.chief, at=at
    )
    ended = roles.grant_role(lead.id, role.LEAD, region_id=home, by=of.chief, at=at)
    role_ends.revoke_role(ended, by=of.chief, at=at, reason="活动结束，不再带队")
    ((held, _region), *_others) = role_queries.roles_of(of.worker.id, at)
    delegation.delegate(
        of.caller(of.worker, Grant(role.COMMUNITY_WORKER, path_of_code(HOME), None)),
        held.id,
        volunteer_number=of.number(helper),
        until=at + 10 * DAY,
        permissions=["shift.run", "shift.scan", "record.verify"],
        at=at,
    )


def _devices(of: _Cast, at: datetime) -> None:
    queries.put(
        SignIn,
        [
            {
                "id": demo_id(SINCE, "device", name),
                "person_id": of.manager.id,
                # No token has this hash: nobody can be this device.
                "token_hash": _nobodys(name),
                "kind": "device",
                "name": name,
                "owns": False,
                "strong": True,
                "permissions": [SERVING],
                "station_id": STATIONS[0].id,
                "browser": "WeChat · Android",
                "network": "192.0.2.*",
                "created_at": at - 2 * DAY,
                "used_at": at,
                "expires_at": at + 28 * DAY,
            }
            for name in _TABLETS
        ],
    )


def _nobodys(name: str) -> bytes:
    made: UUID = demo_id(SINCE, "no token", name)
    return made.bytes
