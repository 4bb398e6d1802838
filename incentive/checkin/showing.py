"""Showing a shift's code: on a screen, where it rotates, or on paper."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import request
from sqlalchemy.dialects.postgresql import insert

from incentive.activities import service as activities
from incentive.activities.errors import ShiftCancelled
from incentive.checkin.models import CodeRun
from incentive.core.codes import grouped, next_rotation, printed_code, rotating_code, url
from incentive.core.db import session
from incentive.core.keys import code_keys
from incentive.people.caller import Caller

# Often enough for a run to stay current, seldom enough not to write at every look.
REFRESH: Final = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code to draw and to write beneath the drawing; `expires_at` None: not by itself."""

    code: str
    text: str
    url: str
    now: datetime
    expires_at: datetime | None


def is_on_purpose() -> bool:
    """Say whether the request was made to show a code, and not by a link that somebody followed.

    No link, form or picture of another site can carry either header: a browser sends them
    only from our own screen's script, and a program knows its token.
    """
    by_token = request.headers.get("Authorization", "").lower().startswith("bearer ")
    return by_token or request.headers.get("X-Requested-With") == "incentive"


def presented(shift_id: UUID, by: Caller, base: str, at: datetime) -> ShownCode:
    """Return the shift's code of this half minute, and note that `by` is showing it.

    A scan counts by itself only while somebody other than the person shows the code.

    Raises:
        UnknownShift, OutOfScope, ShiftCancelled: as they say.
    """
    shown = on_screen(shift_id, by, base, at)
    note(shift_id, by.person_id, at)
    return shown


def on_screen(shift_id: UUID, by: Caller, base: str, at: datetime) -> ShownCode:
    """Return the shift's code of this half minute; that it was looked at proves nothing.

    Raises:
        UnknownShift, OutOfScope, ShiftCancelled: as they say.
    """
    number, _serial = _run(shift_id, by)
    code = rotating_code(code_keys(), number, at).text
    return ShownCode(code, grouped(code), url(base, code), at, next_rotation(at))


def on_paper(shift_id: UUID, by: Caller, base: str, at: datetime) -> ShownCode:
    """Return the shift's code to print; it counts in the shift's place, or once confirmed.

    Raises:
        UnknownShift, OutOfScope, ShiftCancelled: as they say.
    """
    number, serial = _run(shift_id, by)
    code = printed_code(code_keys(), number, serial).text
    return ShownCode(code, grouped(code), url(base, code), at, None)


def note(shift_id: UUID, person_id: UUID, at: datetime) -> None:
    """Note that the person is showing the shift's code at `at`."""
    fresh = insert(CodeRun).values(shift_id=shift_id, person_id=person_id, seen_at=at)
    session().execute(
        fresh.on_conflict_do_update(
            index_elements=["shift_id", "person_id"],
            set_={"seen_at": at},
            where=CodeRun.seen_at < at - REFRESH,
        )
    )


def _run(shift_id: UUID, by: Caller) -> tuple[int, int]:
    shift = activities.shift(shift_id)
    by.require("shift.run", region_path=shift.region_path)
    if shift.status == "cancelled":
        raise ShiftCancelled
    return shift.number, shift.print_serial
