"""All right rows of a list become persons: in the background, in one transaction.

Their data keys are made first, and kept even if the transaction is not: broken off, it leaves
keys that are nobody's, and is begun again with the same ids.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from incentive.core.codes import volunteer_number
from incentive.people import index, personal
from incentive.people.imports import person_queries, queries
from incentive.people.imports.matching import Matcher
from incentive.people.imports.models import PersonImport, PersonImportRow
from incentive.people.imports.vault import ImportVault, vault_of
from incentive.regions import service as regions

_PROVINCE_DIGITS: Final = 2


def enter(asked: PersonImport, at: datetime) -> None:
    """Enter the persons of a locked import who are nobody's yet.

    Whoever was registered since the file was looked at is left as they are.
    """
    person_queries.lock_entering()
    vault, area = vault_of(asked.id), regions.region(asked.region_id)
    matcher = Matcher(index.writing(), area.path)
    done = entered = 0
    for rows in queries.batches(asked.id, "new"):
        made = _enter(rows, asked, matcher, vault, area.code[:_PROVINCE_DIGITS], at)
        done, entered = done + len(rows), entered + made
        queries.note_progress(asked.id, done)
    queries.change(asked.id, status="entered", entered_rows=entered, entered_at=at)
    queries.forget_tries(asked.id)


def _enter(
    rows: Sequence[PersonImportRow],
    asked: PersonImport,
    matcher: Matcher,
    vault: ImportVault,
    province: str,
    at: datetime,
) -> int:
    told = [vault.open_row(row.line, row.sealed or b"")[1] for row in rows]
    found = matcher.known(told)
    wanted = {
        row.person_id: (row, each)
        for row, each, match in zip(rows, told, found, strict=True)
        if row.person_id is not None and not match.is_known and not match.faults
    }
    entered = set()
    if wanted:
        columns = personal.sealed_all({who: each for who, (_, each) in wanted.items()})
        numbers = person_queries.next_sequences(len(wanted))
        created = [
            _person(columns[who], row, volunteer_number(number, province), at) | {"id": who}
            for (who, (row, _)), number in zip(wanted.items(), numbers, strict=True)
        ]
        entered = person_queries.insert_persons(created)
        homes_of = {who: row.home_region_id or asked.region_id for who, (row, _) in wanted.items()}
        homes_of = {who: home for who, home in homes_of.items() if who in entered}
        person_queries.grant_volunteers(homes_of, asked.asked_by or asked.sent_by, at)
    queries.set_entered(asked.id, [row.line for row in rows if row.person_id in entered])
    queries.set_known(asked.id, [row.line for row in rows if row.person_id not in entered])
    return len(entered)


def _person(
    columns: dict[str, Any], row: PersonImportRow, number: str, at: datetime
) -> dict[str, Any]:
    return {
        **dict.fromkeys(_OPTIONAL),
        **columns,
        "volunteer_number": number,
        "home_region_id": row.home_region_id,
        "card_serial": 1,
        "status": "active",
        "created_at": at,
    }


# All rows of a statement name the same columns.
_OPTIONAL: Final = (
    "phone_sealed",
    "phone_blind",
    "id_number_sealed",
    "id_number_blind",
    "birth_month_sealed",
    "address_sealed",
    "age_class",
)
