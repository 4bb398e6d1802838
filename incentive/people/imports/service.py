"""Imports of persons as those see them who send a list: sent, looked at, entered, taken back.

Who may import over an import's region may look at it and go on with it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.core.tables import check_kind
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.people.imports import queries
from incentive.people.imports.answers import answers
from incentive.people.imports.domain import UNDO_FOR
from incentive.people.imports.errors import (
    GuardiansMissing,
    ImportNotNow,
    NothingToEnter,
    UndoTooLate,
    UnknownImport,
)
from incentive.people.imports.models import WORKING, PersonImport, PersonImportRow
from incentive.people.imports.sweeping import sweep
from incentive.people.imports.vault import new_vault
from incentive.regions import service as regions

PERMISSION: Final = "person.import"


@dataclass(frozen=True, slots=True)
class Progress:
    """An import, where, how many rows the work under way has done, and what can be done now."""

    sent: PersonImport
    region_name: str
    done: int
    at: datetime

    @property
    def is_working(self) -> bool:
        """Say whether the background has to do with it."""
        return self.sent.status in WORKING

    @property
    def may_undo(self) -> bool:
        """Say whether it can still be undone."""
        return (
            self.sent.status == "entered"
            and self.sent.entered_at is not None
            and self.at < self.sent.entered_at + UNDO_FOR
        )


def send(by: Caller, *, region: str, content: bytes, at: datetime) -> PersonImport:
    """Keep a list, sealed, to be read in the background; `region` is the code of its area.

    Raises:
        OutOfScope, UnknownRegion: the caller may import nobody there.
        TableUnreadable, TableTooLarge, WorkbookProtected: it is no list.
    """
    area = regions.region_by_code(region)
    by.require(PERMISSION, region_path=area.path)
    check_kind(content)
    import_id = new_id()
    kept = queries.add_import(
        {
            "id": import_id,
            "region_id": area.id,
            "sent_by": by.person_id,
            "sent_at": at,
            "file_bytes": len(content),
        },
        new_vault(import_id).seal_file(content),
    )
    _record(by, "import.send", kept, {"file_bytes": len(content)})
    return kept


def listing(by: Caller, *, cursor: str | None, limit: int, at: datetime) -> Page:
    """Return a page of the imports in the caller's regions, the latest first."""
    by.require_somewhere(PERMISSION)
    rows = queries.listed(by.regions_for(PERMISSION))
    key = [PersonImport.sent_at, PersonImport.id]
    found = page(rows, key, cursor=cursor, limit=limit, newest_first=True, scalars=False)
    items = [Progress(sent, region.name, done, at) for sent, region, done, *_ in found.items]
    return Page(items, found.next_cursor)


def progress(by: Caller, import_id: UUID, at: datetime) -> Progress:
    """Return an import and how far it is.

    Raises:
        UnknownImport: there is none.
        OutOfScope: the caller may not import there.
    """
    found = queries.with_region(import_id)
    if found is None:
        raise UnknownImport
    sent, region, done = found
    by.require(PERMISSION, region_path=region.path)
    return Progress(sent, region.name, done, at)


def rows(
    by: Caller, import_id: UUID, *, status: str | None, cursor: str | None, limit: int, at: datetime
) -> Page:
    """Return a page of an import's answers in the order of the file, as `reading.Answer`.

    Raises:
        UnknownImport, OutOfScope: as `progress`.
    """
    progress(by, import_id, at)
    found = page(
        queries.rows(import_id, status),
        [PersonImportRow.line],
        cursor=cursor,
        limit=limit,
        scalars=False,
    )
    return Page(answers(import_id, found.items), found.next_cursor)


def enter(by: Caller, import_id: UUID, *, guardians: bool) -> PersonImport:
    """Have all right rows entered in the background; asked again, nothing more is done.

    Raises:
        UnknownImport, OutOfScope: as `progress`.
        ImportNotNow: it is not checked, or was entered or given up.
        NothingToEnter: no row is right.
        GuardiansMissing: there are children, and `guardians` does not say that it is agreed.
    """
    sent = _locked(by, import_id)
    if sent.status == "entering" and sent.asked_by == by.person_id:
        return sent
    if sent.status != "checked" or sent.swept_at is not None:
        raise ImportNotNow
    if not sent.new_rows:
        raise NothingToEnter
    if sent.child_rows and not guardians:
        raise GuardiansMissing(sent.child_rows)
    sent.status, sent.asked_by, sent.refusal = "entering", by.person_id, None
    _record(by, "import.enter", sent, {"rows": sent.new_rows, "children": sent.child_rows})
    return sent


def give_up(by: Caller, import_id: UUID, at: datetime) -> None:
    """Forget a list that nobody was entered from.

    Raises:
        UnknownImport, OutOfScope: as `progress`.
        ImportNotNow: persons were entered, or are being.
    """
    sent = _locked(by, import_id)
    if sent.status == "given_up":
        return
    if sent.status not in {"sent", "checked", "unreadable"}:
        raise ImportNotNow
    _record(by, "import.give_up", sent, {"status": "given_up"})
    sent.status = "given_up"
    sweep([sent.id], at)


def undo(by: Caller, import_id: UUID, at: datetime) -> PersonImport:
    """Have those removed again who did nothing yet.

    Raises:
        UnknownImport, OutOfScope: as `progress`.
        ImportNotNow: nobody was entered, or it was undone.
        UndoTooLate: it was entered longer ago than a day.
    """
    sent = _locked(by, import_id)
    if sent.status in {"undoing", "clearing"}:
        return sent
    if sent.status != "entered" or sent.entered_at is None:
        raise ImportNotNow
    if at >= sent.entered_at + UNDO_FOR:
        raise UndoTooLate(int(UNDO_FOR.total_seconds()) // 3600)
    sent.status, sent.undone_by, sent.refusal = "undoing", by.person_id, None
    _record(by, "import.undo", sent, {"rows": sent.entered_rows})
    return sent


def _locked(by: Caller, import_id: UUID) -> PersonImport:
    # First who may, so that nobody else waits for the lock.
    found = queries.with_region(import_id)
    if found is None:
        raise UnknownImport
    by.require(PERMISSION, region_path=found[1].path)
    sent = queries.lock_free(import_id)
    if sent is None:
        raise ImportNotNow
    return sent


def _record(by: Caller, action: str, sent: PersonImport, after: dict[str, Any]) -> None:
    acts.record(
        by, action, subject=f"import:{sent.id}", after=after | {"region_id": sent.region_id}
    )
