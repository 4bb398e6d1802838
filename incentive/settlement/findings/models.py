"""What was found about a service record, and when: evidence, only ever added to."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class AttendanceFinding(Base):
    """One thing that speaks against a record. `facts` hold counts and bands, never a place.

    `about_id` is who else is concerned, such as the steward: they do not decide on it.
    """

    __tablename__ = "attendance_findings"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('impossible_travel','one_device','shared_card','one_pair')", "kind"
        ),
        UniqueConstraint("record_id", "kind"),
        Index(None, "found_at", "id"),
        Index(None, "kind", "found_at", "id"),
    )

    id: Mapped[Id]
    record_id: Mapped[UUID] = mapped_column(ForeignKey("service_records.id"))
    kind: Mapped[String]
    about_id: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    facts: Mapped[Any] = mapped_column(JSONB)
    found_at: Mapped[Instant]
