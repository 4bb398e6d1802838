"""Records are looked at in the transaction that pays them; what was found holds their points."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from incentive.checkin.domain import metres_between
from incentive.checkin.unsettled import ATTENDANCE_MAX, ELSEWHERE_WITHIN, Doubts
from incentive.core.ids import new_id
from incentive.points.disputes import flagging
from incentive.settlement.findings import domain, queries


def look(doubts: Doubts, at: datetime) -> set[str]:
    """Look at the doubts about records that are about to be paid; keep what is found, return whose.

    Of most records there is none, and looking at them costs nothing here.
    """
    found = [
        *_travels(doubts.elsewhere),
        *_devices(doubts.seen),
        *_cards(doubts.elsewhere),
        *_pairs(doubts.alone),
    ]
    if found:
        queries.add([{"id": new_id(), "found_at": at, "about_id": None} | row for row in found])
    return {str(row["record_id"]) for row in found}


def hold(record_id: UUID, transaction_id: int, person_id: UUID, at: datetime) -> None:
    """Hold what a record was awarded until somebody who is not concerned has decided.

    Nothing that was found is told but its kind: who has to decide looks at the record.
    """
    found = queries.of(record_id)
    reason = " ".join(str(domain.KINDS[finding.kind]) for finding in found)
    # Whom a finding names, and whoever brought the record about, named or not.
    named = {finding.about_id for finding in found if finding.about_id is not None}
    concerned = named | queries.brought_about_by(record_id)
    flagging.flag(transaction_id, person_id, concerned, reason, at)


def _travels(records: Collection[str]) -> list[dict[str, Any]]:
    worst: dict[UUID, dict[str, Any]] = {}
    for row in queries.travels(records, within=ELSEWHERE_WITHIN):
        here, there = (row.latitude, row.longitude), (row.latitude_there, row.longitude_there)
        metres = metres_between(here, there)
        if domain.too_fast(metres, row.between):
            minutes = max(int(row.between.total_seconds() // 60), 0)
            facts = {"distance": domain.band(metres), "minutes": minutes}
            worst[row.record_id] = _finding(row.record_id, "impossible_travel", facts)
    return list(worst.values())


def _devices(records: Collection[str]) -> list[dict[str, Any]]:
    rows = queries.devices(records, within=domain.DEVICE_WITHIN, people=domain.DEVICE_PEOPLE)
    return [
        _finding(row.record_id, "one_device", {"people": row.people}, row.about_id) for row in rows
    ]


def _cards(records: Collection[str]) -> list[dict[str, Any]]:
    rows = queries.cards(records, within=domain.CARD_WITHIN, longest=ATTENDANCE_MAX)
    return [_finding(row.record_id, "shared_card", {}, row.about_id) for row in rows]


def _pairs(records: Collection[str]) -> list[dict[str, Any]]:
    rows = queries.pairs(records, within=domain.PAIR_WITHIN, records_least=domain.PAIR_RECORDS)
    return [
        _finding(row.record_id, "one_pair", {"records": row.records}, row.about_id) for row in rows
    ]


def _finding(
    record_id: UUID, kind: str, facts: dict[str, Any], about_id: UUID | None = None
) -> dict[str, Any]:
    return {"record_id": record_id, "kind": kind, "facts": facts, "about_id": about_id}
