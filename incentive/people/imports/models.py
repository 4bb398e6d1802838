"""Lists of persons that somebody sent, while they are looked at, and what became of each row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Instant, String

STATES = (
    "sent",
    "checked",
    "unreadable",
    "entering",
    "entered",
    "undoing",
    "clearing",
    "undone",
    "given_up",
)
WORKING = ("sent", "entering", "undoing", "clearing")


class PersonImport(Base):
    """One file: all its rows are of one region's subtree.

    The figures count rows: `new` can be entered, `known` are persons already, `wrong` have to be
    mended. `swept_at`: from then on nothing of what the file said is left.
    """

    __tablename__ = "person_imports"
    __table_args__ = (
        CheckConstraint("status IN ('" + "','".join(STATES) + "')", "status"),
        CheckConstraint("entered_rows BETWEEN 0 AND new_rows", "entered_rows"),
        CheckConstraint("removed_rows BETWEEN 0 AND entered_rows", "removed_rows"),
        Index(None, "sent_at", "id"),
        Index(None, "region_id"),
        Index(
            "ix_person_imports_working",
            "sent_at",
            postgresql_where=text("status IN ('" + "','".join(WORKING) + "')"),
        ),
        Index("ix_person_imports_unswept", "sent_at", postgresql_where=text("swept_at IS NULL")),
    )

    id: Mapped[Id]
    region_id: Mapped[UUID] = mapped_column(ForeignKey("regions.id"))
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("persons.id"))
    sent_at: Mapped[Instant]
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, default="sent")
    refusal: Mapped[str | None] = mapped_column(Text)
    sheets_left: Mapped[int] = mapped_column(Integer, default=0)
    new_rows: Mapped[int] = mapped_column(Integer, default=0)
    known_rows: Mapped[int] = mapped_column(Integer, default=0)
    wrong_rows: Mapped[int] = mapped_column(Integer, default=0)
    minor_rows: Mapped[int] = mapped_column(Integer, default=0)
    child_rows: Mapped[int] = mapped_column(Integer, default=0)
    checked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    entered_rows: Mapped[int] = mapped_column(Integer, default=0)
    entered_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("persons.id"))
    removed_rows: Mapped[int] = mapped_column(Integer, default=0)
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    swept_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    @property
    def rows(self) -> int:
        """How many rows have an answer."""
        return self.new_rows + self.known_rows + self.wrong_rows


class PersonImportPart(Base):
    """A piece of the file, sealed under the import's own key, until it is checked."""

    __tablename__ = "person_import_parts"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("person_imports.id"), primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PersonImportRow(Base):
    """The answer to one row; `line` is where it stands in the file.

    What it said is sealed under the import's own key, and gone with it. `person_id` is who it is:
    chosen for a new one before they are entered, so that no second try enters anybody else.
    """

    __tablename__ = "person_import_rows"
    __table_args__ = (
        CheckConstraint("status IN ('new','known','wrong','entered','removed')", "status"),
        CheckConstraint("(status = 'wrong') = (faults <> '{}')", "faults"),
        CheckConstraint("status <> 'new' OR person_id IS NOT NULL", "new_person"),
        Index(None, "import_id", "status", "line"),
        Index(None, "person_id", postgresql_where=text("person_id IS NOT NULL")),
    )

    import_id: Mapped[UUID] = mapped_column(ForeignKey("person_imports.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    status: Mapped[String]
    faults: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    minor: Mapped[bool] = mapped_column(Boolean, default=False)
    home_region_id: Mapped[UUID | None] = mapped_column(ForeignKey("regions.id"))
    person_id: Mapped[UUID | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class PersonImportProgress(Base):
    """How far the work on an import is, seen before it is committed; and how often it was begun."""

    __tablename__ = "person_import_progress"

    import_id: Mapped[UUID] = mapped_column(ForeignKey("person_imports.id"), primary_key=True)
    done: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
