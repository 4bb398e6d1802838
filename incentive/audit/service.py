"""Recording administrative acts, in the caller's transaction: the act and its record, or neither."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, insert, select

from incentive.audit.models import AuditEntry
from incentive.core.db import session

CLI: Final = "cli"
SYSTEM: Final = "system"


def record(
    action: str,
    *,
    actor: str,
    subject: str,
    role: str = "",
    scope: str = "",
    origin: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record that `actor` did `action` to `subject`, which was `before` and is `after`.

    Ids, days and instants in them are kept as texts. What changed nothing is no act: with
    `before` and `after` alike nothing is recorded.
    """
    if before is not None and before == after:
        return
    session().execute(
        insert(AuditEntry).values(
            actor=actor,
            role=role,
            scope=scope,
            origin=origin,
            action=action,
            subject=subject,
            before=_document(before),
            after=_document(after),
            reason=reason,
        )
    )


def _document(values: Mapping[str, Any] | None) -> Any:
    return None if values is None else json.loads(json.dumps(dict(values), default=str))


def count(actor: str, action: str, since: datetime) -> int:
    """Return how often `actor` has done `action` since then."""
    done = select(func.count()).where(
        AuditEntry.actor == actor, AuditEntry.action == action, AuditEntry.at >= since
    )
    return int(session().execute(done).scalar_one())
