"""The audit log as a workbook, in words; no cell of it runs as a formula."""

from collections.abc import Iterator
from typing import IO, Final
from zoneinfo import ZoneInfo

from incentive.audit.actions import ACTIONS
from incentive.core import sheets
from incentive.core.i18n import Text, _
from incentive.core.sheets import Cell, Sheet
from incentive.core.zone import timezone
from incentive.desk import acts
from incentive.desk.act_words import changes
from incentive.desk.acts import Act, ActFilter
from incentive.desk.words import ROLES
from incentive.people.caller import Caller

HEADINGS: Final[tuple[Text, ...]] = (
    _("Number"),
    _("Time"),
    _("Done by"),
    _("Role"),
    _("Place"),
    _("Network"),
    _("What was done"),
    _("To whom or what"),
    _("Key"),
    _("Before and after"),
    _("Reason"),
)
_SHEET: Final = Sheet(
    _("Audit log"), HEADINGS, {1: 20, 2: 16, 4: 20, 6: 24, 7: 20, 8: 44, 9: 60, 10: 30}
)


def write_xlsx(caller: Caller, which: ActFilter, file: IO[bytes]) -> None:
    """Write the acts in the caller's scope that pass the filter, the latest first.

    Raises:
        As `acts.search`.
    """
    sheets.write_xlsx(_SHEET, _rows(caller, which), file)


def _rows(caller: Caller, which: ActFilter) -> Iterator[tuple[Cell, ...]]:
    zone = ZoneInfo(timezone())
    for act in acts.stream(caller, which):
        yield _cells(act, zone)


def _cells(act: Act, zone: ZoneInfo) -> tuple[Cell, ...]:
    entry = act.entry
    return (
        entry.id,
        entry.at.astimezone(zone).replace(tzinfo=None, microsecond=0),
        act.actor,
        str(ROLES.get(entry.role, entry.role)),
        act.place,
        entry.origin,
        str(ACTIONS.get(entry.action, entry.action)),
        act.subject,
        entry.subject,
        "\n".join(_line(*change) for change in changes(act.before, act.after)),
        entry.reason,
    )


def _line(field: Text | str, before: str, after: str) -> str:
    return f"{field}: {before} → {after}" if before and after else f"{field}: {before or after}"
