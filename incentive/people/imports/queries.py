"""SQL of imports: the files, their rows, and how far they are."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, delete, insert, or_, select, update

from incentive.core.db import aside, session
from incentive.people.imports.models import (
    WORKING,
    PersonImport,
    PersonImportPart,
    PersonImportProgress,
    PersonImportRow,
)
from incentive.people.reach import within
from incentive.regions.models import Region

_BATCH: Final = 1_000
_SHOWN: Final = (
    select(PersonImport, Region, PersonImportProgress.done)
    .join(Region, Region.id == PersonImport.region_id)
    .join(PersonImportProgress, PersonImportProgress.import_id == PersonImport.id)
    # Figures are written past the session.
    .execution_options(populate_existing=True)
)


def add_import(values: dict[str, Any], parts: Sequence[bytes]) -> PersonImport:
    """Keep a file that was sent, in sealed parts."""
    sent = PersonImport(**values)
    session().add(sent)
    session().flush()
    session().add(PersonImportProgress(import_id=sent.id))
    session().add_all(
        PersonImportPart(import_id=sent.id, part=number, sealed=sealed)
        for number, sealed in enumerate(parts)
    )
    session().flush()
    return sent


def lock_free(import_id: UUID) -> PersonImport | None:
    """Return the import, locked until the end, or None: there is none, or somebody works on it.

    Rows of its own may be added meanwhile.
    """
    return session().scalar(
        select(PersonImport)
        .where(PersonImport.id == import_id)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )


def with_region(import_id: UUID) -> Any:
    """Return (import, region, rows done) or None."""
    return session().execute(_SHOWN.where(PersonImport.id == import_id)).one_or_none()


def listed(paths: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Return (import, region, rows done) of the regions in the subtrees `paths`."""
    return _SHOWN.where(within(Region.path, paths))


def working() -> Sequence[UUID]:
    """Return the imports that wait for the background, the oldest first."""
    waiting = select(PersonImport.id).where(PersonImport.status.in_(WORKING))
    return session().scalars(waiting.order_by(PersonImport.sent_at)).all()


def parts(import_id: UUID) -> Sequence[bytes]:
    """Return the sealed parts of a file, in order."""
    found = select(PersonImportPart.sealed).where(PersonImportPart.import_id == import_id)
    return [bytes(part) for part in session().scalars(found.order_by(PersonImportPart.part))]


def drop_parts(import_ids: Collection[UUID]) -> None:
    """Forget files."""
    session().execute(delete(PersonImportPart).where(PersonImportPart.import_id.in_(import_ids)))


def add_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Keep answers to rows."""
    session().connection().execute(insert(PersonImportRow), rows)


def batches(
    import_id: UUID, status: str, size: int = _BATCH
) -> Iterator[Sequence[PersonImportRow]]:
    """Yield an import's rows of a status, some at a time, in the order of the file."""
    after = 0
    while True:
        found = (
            session()
            .scalars(
                select(PersonImportRow)
                .where(
                    PersonImportRow.import_id == import_id,
                    PersonImportRow.status == status,
                    PersonImportRow.line > after,
                )
                .order_by(PersonImportRow.line)
                .limit(size)
            )
            .all()
        )
        if not found:
            return
        after = found[-1].line
        yield found
        session().expunge_all()


def rows(import_id: UUID, status: str | None) -> Select[*tuple[Any, ...]]:
    """Return an import's rows, of a status or all."""
    found = select(PersonImportRow, Region.name.label("home")).outerjoin(
        Region, Region.id == PersonImportRow.home_region_id
    )
    found = found.where(PersonImportRow.import_id == import_id)
    return found if status is None else found.where(PersonImportRow.status == status)


def set_entered(import_id: UUID, lines: Collection[int]) -> None:
    """Remember whose rows became persons."""
    _set_rows(import_id, lines, {"status": "entered"})


def set_known(import_id: UUID, lines: Collection[int]) -> None:
    """Remember whose rows were somebody by the time they were to be entered."""
    _set_rows(import_id, lines, {"status": "known", "person_id": None})


def set_removed(import_id: UUID, lines: Collection[int]) -> None:
    """Remember whose rows' persons were removed again."""
    _set_rows(import_id, lines, {"status": "removed"})


def _set_rows(import_id: UUID, lines: Collection[int], values: dict[str, Any]) -> None:
    if lines:
        session().execute(
            update(PersonImportRow)
            .where(PersonImportRow.import_id == import_id, PersonImportRow.line.in_(lines))
            .values(values)
            .execution_options(synchronize_session=False)
        )


def change(import_id: UUID, **values: Any) -> None:
    """Change an import that is locked."""
    session().execute(
        update(PersonImport)
        .where(PersonImport.id == import_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def savepoint() -> AbstractContextManager[Any]:
    """Open a part of the transaction that can be taken back alone."""
    return session().begin_nested()


def note_progress(import_id: UUID, done: int) -> None:
    """Let others see how far the open transaction is."""
    with aside() as beside:
        beside.execute(
            update(PersonImportProgress)
            .where(PersonImportProgress.import_id == import_id)
            .values(done=done)
        )


def begin_try(import_id: UUID) -> int:
    """Count one more try, whatever becomes of it; return how many there were."""
    with aside() as beside:
        return int(
            beside.execute(
                update(PersonImportProgress)
                .where(PersonImportProgress.import_id == import_id)
                .values(done=0, tries=PersonImportProgress.tries + 1)
                .returning(PersonImportProgress.tries)
            ).scalar_one()
        )


def forget_tries(import_id: UUID) -> None:
    """Begin to count anew: the next step is another one."""
    session().execute(
        update(PersonImportProgress)
        .where(PersonImportProgress.import_id == import_id)
        .values(done=0, tries=0)
    )


def lock_unswept(sent_before: datetime, entered_before: datetime) -> Sequence[PersonImport]:
    """Return imports, nobody working on them, of which what they said is to be forgotten."""
    return (
        session()
        .scalars(
            select(PersonImport)
            .where(
                PersonImport.swept_at.is_(None),
                PersonImport.status.not_in(WORKING),
                PersonImport.sent_at < sent_before,
                or_(PersonImport.entered_at.is_(None), PersonImport.entered_at < entered_before),
            )
            .order_by(PersonImport.sent_at)
            .limit(100)
            .with_for_update(key_share=True, skip_locked=True)
        )
        .all()
    )


def clear(import_ids: Collection[UUID]) -> None:
    """Forget what the rows of imports said; the answers and who was entered stay."""
    drop_parts(import_ids)
    session().execute(
        update(PersonImportRow)
        .where(PersonImportRow.import_id.in_(import_ids), PersonImportRow.sealed.is_not(None))
        .values(sealed=None)
    )


def removed(import_id: UUID) -> Iterator[Sequence[UUID]]:
    """Yield the ids of those who were removed again, a thousand at a time."""
    for rows in batches(import_id, "removed"):
        yield [row.person_id for row in rows if row.person_id is not None]
