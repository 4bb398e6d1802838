"""Gifts: who gave how many points to whom."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Gift(Base):
    """A transfer to a family member or a donation to a fund. Evidence: only ever added to.

    `to` is the ledger's name of who got it. `month` is the first day of the giver's calendar month,
    in which no more than the policy's cap may be given away.
    """

    __tablename__ = "gifts"
    __table_args__ = (
        CheckConstraint("kind IN ('transfer','donation')", "kind"),
        CheckConstraint("points > 0", "points"),
        CheckConstraint("(kind = 'transfer') = (recipient LIKE 'person:%')", "recipient"),
        CheckConstraint("recipient <> 'person:' || giver_id::text", "not_to_oneself"),
        Index(None, "giver_id", "kind", "month"),
    )

    id: Mapped[Id]
    giver_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    kind: Mapped[String]
    recipient: Mapped[String]
    points: Mapped[int] = mapped_column(BigInteger)
    month: Mapped[date]
    transaction_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    at: Mapped[Instant]
