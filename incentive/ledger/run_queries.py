"""The SQL of comparisons: asking for one, how far it is, and what it saw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, insert, select, text, update
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from sqlalchemy.types import BigInteger, Text, TypeEngine, Uuid

from incentive.core.db import session
from incentive.ledger.checks import Figure
from incentive.ledger.run_models import CheckFinding, CheckRequest, CheckResult, CheckRun

POSITION_MAX: Final = 32_767
_OPEN = CheckRequest.finished_at.is_(None)
_KEYS: dict[str, type[TypeEngine[Any]]] = {"uuid": Uuid, "bigint": BigInteger, "text": Text}


def put_request(request: dict[str, Any]) -> None:
    """Ask, unless something is asked for already."""
    session().execute(
        upsert(CheckRequest)
        .values(request)
        .on_conflict_do_nothing(
            index_elements=[text("(finished_at IS NULL)")], index_where=text("finished_at IS NULL")
        )
    )


def open_request() -> CheckRequest | None:
    """Return what is asked for and not done yet."""
    return session().scalars(select(CheckRequest).where(_OPEN)).one_or_none()


def take_turn() -> bool:
    """Say whether this transaction alone compares now; nobody else does until it ends."""
    return bool(
        session().scalar(
            text(
                "SELECT pg_try_advisory_xact_lock("
                "hashtextextended('reconciliation ' || current_schema(), 0))"
            )
        )
    )


def limit_statements(seconds: int) -> None:
    """Have every statement from here to the end of the transaction broken off after so long."""
    session().execute(
        text("SELECT set_config('statement_timeout', :ms, true)"), {"ms": str(seconds * 1000)}
    )


def snapshot_name() -> str:
    """Return which transactions the open one sees, as PostgreSQL writes it."""
    return str(session().scalar(text("SELECT pg_current_snapshot()::text")))


def count_attempt(beside: Session, request_id: UUID, total: int) -> int:
    """Return the number of this attempt at an open request, 0 if it is not open any more."""
    attempts = beside.scalar(
        update(CheckRequest)
        .where(CheckRequest.id == request_id, _OPEN)
        .values(attempts=CheckRequest.attempts + 1, checks_done=0, checks_total=total)
        .returning(CheckRequest.attempts)
    )
    return int(attempts or 0)


def note_done(beside: Session, request_id: UUID, done: int) -> None:
    """Note how many checks are made."""
    beside.execute(
        update(CheckRequest).where(CheckRequest.id == request_id).values(checks_done=done)
    )


def close_request(in_session: Session, request_id: UUID, at: datetime, error: str = "") -> bool:
    """Close an open request; False if somebody else has."""
    closed = in_session.scalar(
        update(CheckRequest)
        .where(CheckRequest.id == request_id, _OPEN)
        .values(finished_at=at, error=error)
        .returning(CheckRequest.id)
    )
    return closed is not None


def put_run(
    run: dict[str, Any], results: list[dict[str, Any]], findings: list[dict[str, Any]]
) -> None:
    """Keep what a comparison saw."""
    session().execute(insert(CheckRun), run)
    session().execute(insert(CheckResult), results)
    if findings:
        session().execute(insert(CheckFinding), findings)


def last_run() -> CheckRun | None:
    """Return the latest comparison that was made."""
    return session().scalars(select(CheckRun).order_by(CheckRun.id.desc()).limit(1)).one_or_none()


def request(request_id: UUID) -> CheckRequest | None:
    """Return what was asked for."""
    # Its progress is written beside this session, which may know it from before.
    return session().get(CheckRequest, request_id, populate_existing=True)


def run(run_id: UUID) -> CheckRun | None:
    """Return a comparison that was made."""
    return session().get(CheckRun, run_id)


def runs() -> Select[*tuple[Any, ...]]:
    """Return all comparisons that were made."""
    return select(CheckRun)


def results(run_id: UUID) -> Sequence[CheckResult]:
    """Return what each check of a run saw, in order."""
    found = select(CheckResult).filter_by(run_id=run_id).order_by(CheckResult.position)
    return session().scalars(found).all()


def result(run_id: UUID, position: int) -> CheckResult | None:
    """Return what one check of a run saw."""
    if position > POSITION_MAX:
        return None
    return session().get(CheckResult, (run_id, position))


def findings(run_id: UUID, position: int) -> list[dict[str, Any]]:
    """Return the rows that a check found wrong, as they stood then."""
    found = select(CheckFinding.content).filter_by(run_id=run_id, position=position)
    return list(session().scalars(found.order_by(CheckFinding.row)))


def figure_rows(figure: Figure) -> tuple[Select[*tuple[Any, ...]], Any]:
    """Return the rows that make a figure up, each as JSON, and the column that orders them."""
    key = named("key", _KEYS[figure.key_type]())
    # Constants of the packages; what a reader sends is only compared with the key.
    rows = text(f"SELECT * FROM ({figure.rows}) counted").columns(key).subquery("shown")  # noqa: S608
    return select(text("to_json(shown)")).select_from(rows), rows.c.key
