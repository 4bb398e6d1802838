"""The jurisdiction's policies on points: a new row for each change, the latest holds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id


class PointsPolicy(Base):
    """What is allowed from `created_at` on, until a later row. Never changed.

    `transfer_cap` and `donation_cap` are points that one person may give away in a calendar month.
    A manual correction of more than `adjustment_limit` points of one person's takes two, and so
    does whatever one worker moves beyond `worker_limit` in a calendar month. A dispute is opened
    within `dispute_open_days` of what it is about, and decided within `dispute_term_days`.
    """

    __tablename__ = "points_policies"
    __table_args__ = (
        CheckConstraint("family_max BETWEEN 1 AND 20", "family_max"),
        CheckConstraint("transfer_cap BETWEEN 0 AND 1000000", "transfer_cap"),
        CheckConstraint("donation_cap BETWEEN 0 AND 1000000", "donation_cap"),
        CheckConstraint("adjustment_limit BETWEEN 0 AND 1000000", "adjustment_limit"),
        CheckConstraint("worker_limit BETWEEN 0 AND 1000000", "worker_limit"),
        CheckConstraint("dispute_open_days BETWEEN 1 AND 730", "dispute_open_days"),
        CheckConstraint("dispute_term_days BETWEEN 1 AND 180", "dispute_term_days"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[Id]
    transfers_allowed: Mapped[bool]
    donations_allowed: Mapped[bool]
    family_max: Mapped[int]
    transfer_cap: Mapped[int]
    donation_cap: Mapped[int]
    adjustment_limit: Mapped[int]
    worker_limit: Mapped[int]
    dispute_open_days: Mapped[int]
    dispute_term_days: Mapped[int]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=text("now()")
    )
