"""What settlement holds about a person."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from incentive.checkin.models import ServiceRecord
from incentive.core.i18n import _
from incentive.people.held import BOOKS, EVIDENCE, office, own
from incentive.settlement.findings.models import AttendanceFinding
from incentive.settlement.models import Award, RuleVersion, SettlementFailure
from incentive.settlement.rulebook.models import RuleDraft, Simulation, SimulationPerson

_ABOUT = ("kind", "found_at")


def _findings(person_id: UUID) -> Select[*tuple[Any, ...]]:
    """Return the findings about the person's own records; the others' part in it is left out."""
    return (
        select(*(AttendanceFinding.__table__.c[name] for name in _ABOUT))
        .join(ServiceRecord, ServiceRecord.id == AttendanceFinding.record_id)
        .where(ServiceRecord.person_id == person_id)
        .order_by(AttendanceFinding.id)
    )


own(
    "points", _("Awards"), Award, "person_id", BOOKS, "day points expires_on awarded_at explanation"
)
own(
    "points",
    _("Records that could not be turned into points"),
    SettlementFailure,
    "person_id",
    BOOKS,
    "day code failed_at",
)
own(
    "service",
    _("Findings about service"),
    AttendanceFinding,
    "about_id",
    EVIDENCE,
    " ".join(_ABOUT),
    selects=_findings,
)
own("points", _("Trials of rules"), SimulationPerson, "person_id", BOOKS, "records paid would_pay")
office("office", _("Rules made or approved"), RuleVersion, "created_by approved_by", "created_at")
office("office", _("Rules proposed or decided"), RuleDraft, "proposed_by decided_by", "proposed_at")
office("office", _("Trials of rules asked for"), Simulation, "asked_by last_person", "asked_at")
