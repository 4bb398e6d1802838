"""Four weeks of activities: which shifts a day has, who signs up, and who came.

All of it depends on the day alone, so that loading again adds only days that are new.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from incentive.checkin import times
from incentive.demo.ids import chances, demo_id
from incentive.demo.people import Human
from incentive.demo.places import COMMUNITIES, HOME, HOME_GRID, SINCE, STATIONS

DAYS_BACK: Final = 14
DAYS_AHEAD: Final = 14
# Told so long before, that even the last day of the calendar has been told by today.
TOLD_BEFORE: Final = timedelta(days=DAYS_AHEAD + 2)
# So long after its end everybody has left a shift.
LEFT_BY: Final = timedelta(minutes=30)
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Series:
    """An activity that a community's team repeats."""

    title: str
    kind: str
    description: str
    weekdays: tuple[int, ...]
    hour: int
    hours: int
    quota: int


SERIES: Final = (
    Series("清洁家园", "environment", "清扫楼道和绿化带，工具在社区领取。", (5,), 9, 2, 10),
    Series("助老探访", "care", "结对探访独居老人，帮忙买菜、量血压、聊天。", (1, 3), 14, 2, 6),
    Series("文明交通劝导", "traffic", "早高峰路口劝导，发放反光背心。", (0, 2, 4), 7, 1, 6),
    Series("四点半课堂", "education", "放学后陪孩子们写作业、读书。", (0, 1, 2, 3, 4), 16, 2, 5),
    Series("义务理发", "care", "师傅带班，志愿者登记和打扫。", (6,), 10, 3, 8),
    Series("反诈宣传", "safety", "入户讲解常见骗局，帮老人装好国家反诈中心。", (2, 5), 18, 2, 6),
)
SERIES_PER_COMMUNITY: Final = 2
# One shift runs at any hour, so that whoever tries the demo can scan at once.
DUTY: Final = Series(
    "翠湖便民值守", "duty", "全天有人值守：问路、借伞、代收快递，来了就能帮忙。", (), 0, 12, 30
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift of one day."""

    series: Series
    community: str
    starts_at: datetime
    ends_at: datetime

    @property
    def id(self) -> UUID:
        """The same in every run."""
        told = self.starts_at - TOLD_BEFORE
        return demo_id(told, "shift", self.community, self.series.title, self.starts_at)

    @property
    def quota(self) -> int:
        """How many places it has."""
        return self.series.quota

    def overlaps(self, other: "Planned") -> bool:
        """Say whether nobody can be at both."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def activities() -> Iterator[tuple[Series, str, str]]:
    """Yield every activity: what it is, whose community's team runs it, in which region."""
    for number, community in enumerate(COMMUNITIES):
        for step in range(SERIES_PER_COMMUNITY):
            yield SERIES[(number + 3 * step) % len(SERIES)], community, community
    yield DUTY, HOME, HOME_GRID


def team_id(community: str) -> UUID:
    """Return the id of the community's team."""
    return demo_id(SINCE, "team", community)


def activity_id(series: Series, community: str) -> UUID:
    """Return the id of an activity."""
    return demo_id(SINCE, "activity", community, series.title)


def shifts(today: date, timezone: str) -> list[Planned]:
    """Return the shifts of the weeks around `today`, by day."""
    zone = ZoneInfo(timezone)
    planned = []
    for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
        day = today + timedelta(days=offset)
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
        for series, community, _ in activities():
            hours = (0, 12) if series is DUTY else (series.hour,)
            if series is DUTY or day.weekday() in series.weekdays:
                planned += [
                    Planned(
                        series,
                        community,
                        midnight + timedelta(hours=hour),
                        midnight + timedelta(hours=hour + series.hours),
                    )
                    for hour in hours
                ]
    return planned


def shift_row(shift: Planned, confirmed: int) -> dict[str, Any]:
    """Return a shift's columns; the duty has a place, for codes on paper."""
    duty, station = shift.series is DUTY, STATIONS[0]
    return {
        "id": shift.id,
        "activity_id": activity_id(shift.series, shift.community),
        "title": shift.series.title,
        "place": station.address if duty else "社区居委会门口",
        "starts_at": shift.starts_at,
        "ends_at": shift.ends_at,
        "quota": shift.quota,
        "confirmed": confirmed,
        "walk_ins": duty,
        "latitude": station.latitude if duty else None,
        "longitude": station.longitude if duty else None,
        "radius_m": 300 if duty else None,
        "created_at": shift.starts_at - TOLD_BEFORE,
    }


def sign_ups(shift: Planned, members: Sequence[Human]) -> list[dict[str, Any]]:
    """Return the columns of the sign-ups for a shift, in the order of its queue."""
    chance, duty = chances("sign-ups", shift.id), shift.series is DUTY
    # Who can be signed in as serves often, and stays free to walk in at the duty.
    always = [human for human in members if human.look_at and not duty]
    others = [human for human in members if not human.look_at]
    wanted = chance.randint(2, 5) if duty else chance.randint(3, shift.quota + 2)
    signed = always + chance.sample(others, min(wanted, len(others)))
    rows = []
    for place, human in enumerate(signed):
        queued_at = shift.starts_at - TOLD_BEFORE + _MINUTE * (7 * place + 3)
        rows.append(
            {
                "id": demo_id(queued_at, "sign-up", shift.id, human.phone),
                "shift_id": shift.id,
                "person_id": human.id,
                "status": "confirmed" if place < shift.quota else "waiting",
                "queued_at": queued_at,
                "changed_at": queued_at,
            }
        )
    return rows


def attendance(
    shift: Planned, sign_up: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Return the columns of an attendance and its service record; None: did not come.

    Of a hundred, 88 come; of those a few forget to check out, and one record is refused.
    """
    chance = chances("attendance", shift.id, sign_up["person_id"])
    if chance.random() > 0.88:  # noqa: PLR2004
        return None
    forgot, refused = chance.random() < 0.06, chance.random() < 0.01  # noqa: PLR2004
    arrives, leaves = shift.starts_at, shift.ends_at
    if shift.series is DUTY:
        arrives += timedelta(hours=chance.randint(0, 8))
        leaves = arrives + timedelta(hours=chance.randint(2, 3))
    check_in_at = arrives + _MINUTE * chance.randint(-9, 6)
    check_out_at = leaves if forgot else leaves + _MINUTE * chance.randint(-8, 9)
    status = "pending" if forgot else "rejected" if refused else "verified"
    person_id = sign_up["person_id"]
    attended = {
        "id": demo_id(check_in_at, "attendance", shift.id, person_id),
        "shift_id": shift.id,
        "person_id": person_id,
        "check_in_at": check_in_at,
        "check_out_at": check_out_at,
        "closed_by": "system" if forgot else "scan",
        "walk_in": False,
        "check_in_proved": True,
        "check_out_proved": not forgot,
    }
    recorded = {
        "id": demo_id(check_out_at, "record", shift.id, person_id),
        "attendance_id": attended["id"],
        "person_id": person_id,
        "shift_id": shift.id,
        "day": shift.starts_at.date(),
        "minutes": times.minutes(check_in_at, check_out_at, shift.starts_at, shift.ends_at),
        "status": status,
        "decided_at": None if forgot else check_out_at,
        "reason": "签到后提前离开，经本人确认。" if status == "rejected" else "",
        "created_at": check_out_at,
    }
    return attended, recorded
