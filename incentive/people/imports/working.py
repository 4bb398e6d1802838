"""The background's part in an import: step by step, each in a transaction of its own.

Two that work on one import do not meet: the second goes away. What fails three times is put back
to where a person can decide, and says so.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from incentive.core import clock
from incentive.core.db import transaction
from incentive.people.imports import checking, entering, queries, undoing
from incentive.people.imports.domain import TRIES_MAX
from incentive.people.imports.errors import ImportBroken
from incentive.people.imports.models import PersonImport

_log: Final = structlog.get_logger(__name__)
_STEPS: Final[dict[str, Callable[[PersonImport, datetime], None]]] = {
    "sent": checking.check,
    "entering": entering.enter,
    "undoing": undoing.remove,
    "clearing": undoing.clear,
}
# Where an import is again when a step cannot be done.
_BACK: Final = {
    "sent": "unreadable",
    "entering": "checked",
    "undoing": "entered",
    "clearing": "undone",
}


def work_on(import_id: UUID) -> None:
    """Do what an import waits for, until a person has to decide. Run twice, does it once."""
    while step(import_id):
        pass


def step(import_id: UUID) -> bool:
    """Do the next step of an import; False: there is none, or somebody else does it."""
    with transaction():
        found = queries.lock_free(import_id)
        if found is None or found.status not in _STEPS:
            return False
        if queries.begin_try(import_id) > TRIES_MAX:
            _log.error("imports.broken", import_id=str(import_id), status=found.status)
            back = _BACK[found.status]
            queries.change(import_id, status=back, refusal=ImportBroken.code)
            queries.forget_tries(import_id)
            return False
        _STEPS[found.status](found, clock.now())
    return True
