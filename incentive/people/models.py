"""Persons, passwords, sessions and role grants."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Text,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String

person_sequence = Sequence("person_sequence", metadata=Base.metadata)


class Person(Base):
    """A human. Others see the volunteer number.

    What says who it is lies in the `_sealed` columns, under the person's own key, and is read
    and written by `personal` alone; the `_blind` ones find a person by what is known already.
    """

    __tablename__ = "persons"
    __table_args__ = (
        CheckConstraint("status IN ('active','suspended','removed','erased','merged')", "status"),
        CheckConstraint(
            "CASE WHEN merged_into IS NULL THEN status <> 'merged'"
            " ELSE status IN ('merged','erased') END",
            "merged_into",
        ),
        CheckConstraint("card_serial BETWEEN 1 AND 65535", "card_serial"),
        CheckConstraint("age_class IN ('under_14','under_18')", "age_class"),
        Index(None, "home_region_id"),
        Index(None, "name_blind"),
        Index(None, "age_class", "id", postgresql_where=text("age_class IS NOT NULL")),
    )

    id: Mapped[Id]
    volunteer_number: Mapped[str] = mapped_column(Text, unique=True)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_blind: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_blind: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_blind: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    birth_month_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    blind_version: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    home_region_id: Mapped[UUID | None] = mapped_column(ForeignKey("regions.id"))
    card_serial: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str] = mapped_column(Text, default="active")
    created_at: Mapped[Instant]
    # The entry that this one leads to: it was somebody's second.
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    # The version of the privacy notice that holds for the person: each request reads it.
    agreed_notice: Mapped[int | None]
    # Of minors only, and no more than a scan has to know.
    age_class: Mapped[str | None] = mapped_column(Text)


class BlindIndex(Base):
    """A version of the key that blinds what persons are looked up by.

    The key itself lies in the key store; `key_check` tells it from any other.
    """

    __tablename__ = "blind_indexes"
    __table_args__ = (CheckConstraint("version > 0", "version"),)

    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    key_check: Mapped[bytes | None] = mapped_column(LargeBinary)
    since: Mapped[Instant] = mapped_column(server_default=func.now())
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Password(Base):
    """A person's argon2 hash; who has none cannot sign in yet."""

    __tablename__ = "passwords"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"), primary_key=True)
    hash: Mapped[String]
    changed_at: Mapped[Instant]


class SignInFailure(Base):
    """Wrong tries in a row for one phone, whether or not it is anybody's.

    Counting them by phone instead of by person keeps unknown phones from being told
    from known ones by the lock. A phone has one row for each place that it was tried from,
    and one for all of them; `phone_blind` is the blind index of either.
    """

    __tablename__ = "sign_in_failures"
    __table_args__ = (Index(None, "failed_at"),)

    phone_blind: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failed_at: Mapped[Instant]
    locked_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class SignIn(Base):
    """What a token opens: the SHA-256 of the token, never the token.

    A session is a person's; a device was paired by one for one shift or station, and a token made
    by one for a program: both have a `name` and no more than `permissions`, of what the person may
    at the time, and what is the person's own only with `owns`. It is half open while it `awaits`
    the second factor's code or enrolment, and `strong` after. `used_at` is true to the hour.
    """

    __tablename__ = "sign_ins"
    __table_args__ = (
        CheckConstraint("kind IN ('session','device','token')", "kind"),
        CheckConstraint("awaits IN ('code','enrolment')", "awaits"),
        CheckConstraint("kind = 'session' OR (permissions IS NOT NULL AND name <> '')", "limited"),
        CheckConstraint(
            "num_nonnulls(shift_id, station_id) <= (kind = 'device')::int", "one_place"
        ),
        Index(None, "person_id"),
        Index(None, "expires_at"),
        Index(None, "shift_id", postgresql_where=text("shift_id IS NOT NULL")),
        Index(None, "station_id", postgresql_where=text("station_id IS NOT NULL")),
        Index("ix_sign_ins_devices", "id", postgresql_where=text("kind = 'device'")),
        # By these the retention run finds what is past its time.
        Index("ix_sign_ins_ended", text("LEAST(expires_at, revoked_at)")),
        Index(
            "ix_sign_ins_origins",
            "created_at",
            postgresql_where=text("browser <> '' OR network <> ''"),
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[Instant]
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    kind: Mapped[str] = mapped_column(Text, default="session", server_default="session")
    awaits: Mapped[str | None] = mapped_column(Text)
    strong: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    owns: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    name: Mapped[str] = mapped_column(Text, default="", server_default="")
    browser: Mapped[str] = mapped_column(Text, default="", server_default="")
    network: Mapped[str] = mapped_column(Text, default="", server_default="")
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    permissions: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    shift_id: Mapped[UUID | None]
    station_id: Mapped[UUID | None]


class RoleGrant(Base):
    """A role held in one scope: a subtree of the regions, or one station (an opaque id here).

    From `valid_from` until `valid_until`, if that is known; whoever ended it before is `ended_by`,
    and then `had_until` is when it would have ended. For some `permissions` only, if it was
    not given whole. Who holds it may have got it from another holder for a time: `delegated_from`.
    """

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint(
            "role IN ('volunteer','gig_worker','steward','lead','grid_worker','community_worker',"
            "'station_manager','auditor','administrator')",
            "role",
        ),
        CheckConstraint(
            "delegated_from IS NULL OR (valid_until IS NOT NULL AND granted_by IS NOT NULL"
            " AND granted_by <> person_id AND valid_until <= valid_from + interval '31 days')",
            "delegated_for_a_time",
        ),
        CheckConstraint("cardinality(permissions) > 0", "some_permission"),
        CheckConstraint("num_nonnulls(region_id, station_id) = 1", "one_scope"),
        CheckConstraint("(ended_by IS NULL) = (ended_at IS NULL)", "ended"),
        Index(
            "uq_role_grants_current",
            "person_id",
            "role",
            "region_id",
            "station_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("valid_until IS NULL"),
        ),
        Index(None, "person_id"),
        Index(None, "region_id", "role"),
        Index(None, "station_id", "role"),
        Index(
            "ix_role_grants_given",
            "id",
            postgresql_where=text("role NOT IN ('volunteer','gig_worker')"),
        ),
        Index(None, "delegated_from", postgresql_where=text("delegated_from IS NOT NULL")),
    )

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    role: Mapped[String]
    region_id: Mapped[UUID | None] = mapped_column(ForeignKey("regions.id"))
    station_id: Mapped[UUID | None]
    valid_from: Mapped[Instant]
    valid_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    granted_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    permissions: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    delegated_from: Mapped[UUID | None] = mapped_column(ForeignKey("role_grants.id"))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    had_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
