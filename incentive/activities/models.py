"""Teams, activities, shifts and sign-ups."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String


class Team(Base):
    """A volunteer team, at home in a region."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("region_id", "name"),)

    id: Mapped[Id]
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    name: Mapped[String]
    created_at: Mapped[Instant]


class Activity(Base):
    """Something that a team does for a region's people, in one or more shifts."""

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("status IN ('published','cancelled')", "status"),
        CheckConstraint("minimum_age BETWEEN 1 AND 99", "minimum_age"),
        Index(None, "region_id"),
        Index(None, "team_id"),
    )

    id: Mapped[Id]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("teams.id"))
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    title: Mapped[String]
    kind: Mapped[String]
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(Text, default="published")
    minimum_age: Mapped[int | None] = mapped_column(SmallInteger)
    guardian_must_accompany: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )
    created_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    created_at: Mapped[Instant]


class Shift(Base):
    """A stretch of time with a quota. `number` is what its codes carry.

    `latitude`, `longitude` (degrees) and `radius_m` say where a printed code counts.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("status IN ('open','cancelled')", "status"),
        CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '24 hours'", "times"
        ),
        CheckConstraint("quota BETWEEN 1 AND 100000", "quota"),
        CheckConstraint("confirmed BETWEEN 0 AND quota", "confirmed_within_quota"),
        CheckConstraint("num_nonnulls(latitude, longitude, radius_m) IN (0, 3)", "place"),
        CheckConstraint(
            "latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180"
            " AND radius_m BETWEEN 10 AND 5000",
            "place_on_earth",
        ),
        Index(None, "activity_id", "starts_at"),
        Index(None, "starts_at", "id"),
        Index(None, "ends_at"),
    )

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    activity_id: Mapped[UUID] = mapped_column(ForeignKey("activities.id"))
    title: Mapped[String]
    place: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[Instant]
    ends_at: Mapped[Instant]
    quota: Mapped[int]
    confirmed: Mapped[int] = mapped_column(Integer, default=0)
    walk_ins: Mapped[bool] = mapped_column(Boolean, default=False)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    radius_m: Mapped[int | None]
    print_serial: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str] = mapped_column(Text, default="open")
    created_at: Mapped[Instant]


class SignUp(Base):
    """A person's place on a shift, or in its queue; one per person and shift, whatever happens."""

    __tablename__ = "sign_ups"
    __table_args__ = (
        CheckConstraint("status IN ('confirmed','waiting','withdrawn','cancelled')", "status"),
        UniqueConstraint("shift_id", "person_id"),
        Index(None, "person_id", "id"),
        Index(
            "ix_sign_ups_queue",
            "shift_id",
            "queued_at",
            "id",
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    id: Mapped[Id]
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    status: Mapped[String]
    queued_at: Mapped[Instant]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
