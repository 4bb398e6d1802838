"""The audit log's one table, to read and to add to."""

from typing import Any

from sqlalchemy import BigInteger, Computed, Identity, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Instant, String, Xid8

_NAME_ORDER = {"place": "text_pattern_ops"}


class AuditEntry(Base):
    """One administrative act: who, by which role and scope, when, from where, on what.

    `scope` is that of the role, and after " at " where the act was done if that is narrower;
    `place` is the narrower of the two. `before` and `after` hold ids, figures and words of the
    trade, never a name or a phone. `salt` hides in the sealed books what may lead to a person;
    `xid` tells the sealer when no earlier act can still appear.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "actor", "id"),
        Index(None, "action", "id"),
        Index(None, "subject", "id"),
        Index(None, "place", postgresql_ops=_NAME_ORDER),
        Index(None, "xid", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[Instant] = mapped_column(server_default=func.clock_timestamp())
    actor: Mapped[String]
    role: Mapped[str] = mapped_column(Text, server_default="")
    scope: Mapped[str] = mapped_column(Text, server_default="")
    origin: Mapped[str] = mapped_column(Text, server_default="")
    action: Mapped[String]
    subject: Mapped[String]
    before: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    after: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    salt: Mapped[bytes | None] = mapped_column(
        LargeBinary, server_default=text("uuid_send(gen_random_uuid())")
    )
    xid: Mapped[int] = mapped_column(Xid8, server_default=func.pg_current_xact_id())
    place: Mapped[str] = mapped_column(
        Text, Computed("regexp_replace(scope, '^.* at ', '')", persisted=True)
    )
