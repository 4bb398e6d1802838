"""An import is taken back: whoever did nothing yet is removed, the others stay.

A removed person's row stays, empty, so that the volunteer number is never anybody else's; the
personal data is gone, and its key destroyed once that is certain.
"""

from datetime import datetime

from incentive.core.db import jurisdiction
from incentive.core.keystore.store import keystore
from incentive.people.imports import queries, untouched
from incentive.people.imports.models import PersonImport


def remove(asked: PersonImport, at: datetime) -> None:
    """Empty the rows of those whom a locked import entered and who did nothing yet."""
    done = removed = 0
    for rows in queries.batches(asked.id, "entered"):
        line_of = {row.person_id: row.line for row in rows if row.person_id is not None}
        idle = untouched.lock_untouched(line_of, asked)
        untouched.empty(idle, at)
        queries.set_removed(asked.id, [line_of[who] for who in idle])
        done, removed = done + len(rows), removed + len(idle)
        queries.note_progress(asked.id, done)
    queries.change(asked.id, status="clearing", removed_rows=removed, undone_at=at)
    queries.forget_tries(asked.id)


def clear(asked: PersonImport, _at: datetime) -> None:
    """Destroy the keys of those who were removed."""
    for some in queries.removed(asked.id):
        keystore().destroy_all(jurisdiction(), some)
    queries.change(asked.id, status="undone")
    queries.forget_tries(asked.id)
