"""Every administrative act leaves a record: call `record` once in the use case that does it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import has_request_context

from incentive.audit import service as audit
from incentive.core.addresses import client_network
from incentive.people.caller import Caller


def record(
    caller: Caller | None,
    action: str,
    *,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record that the caller did `action` (one of `audit.actions`) to `subject`, like `station:<id>`.

    The role is the one that gave the permission last asked for; so call this after `require`,
    in the same transaction. `caller` is None for the command line. `before` and `after` name
    what changed (None: there was, or is, nothing), by ids and volunteer numbers, never by
    names or phones. If they are alike, nothing was done and nothing is recorded.
    """
    acting = caller.acting if caller else None
    audit.record(
        action,
        actor=f"person:{caller.person_id}" if caller else audit.CLI,
        role=acting.role if acting else "",
        scope=acting.scope if acting else "",
        origin=client_network() if has_request_context() else "",
        subject=subject,
        before=before,
        after=after,
        reason=reason,
    )


def picked(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Return what stands in the columns `names` of a row: call it before and after a change."""
    return {name: getattr(row, name) for name in names}


def count(caller: Caller, action: str, since: datetime) -> int:
    """Return how often the caller has done `action` since then."""
    return audit.count(f"person:{caller.person_id}", action, since)
