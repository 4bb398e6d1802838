"""The territory tree's one table."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Ltree, String


class Level(StrEnum):
    """The tree's levels, from the root; the first five carry official codes."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    BUILDING = "building"
    DOOR = "door"


class GridKind(StrEnum):
    """What draws a grid's borders."""

    PLACE = "place"  # 地缘型
    BUILDING = "building"  # 单元型
    EMPLOYER = "employer"  # 单位型
    PARK = "park"  # 园区商圈型


class Region(Base):
    """A node of the tree, valid for a time: a renamed or merged region ends, a new one begins."""

    __tablename__ = "regions"
    __table_args__ = (
        CheckConstraint(
            "level IN ('province','city','county','street','community','grid','building','door')",
            "level",
        ),
        CheckConstraint("(level = 'grid') = (grid_kind IS NOT NULL)", "grid_kind"),
        CheckConstraint("grid_kind IN ('place','building','employer','park')", "grid_kind_known"),
        CheckConstraint("(level = 'province') = (parent_id IS NULL)", "parent"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", "validity"),
        Index(
            "uq_regions_code_current",
            "code",
            unique=True,
            postgresql_where=text("valid_until IS NULL"),
        ),
        Index("ix_regions_path_gist", "path", postgresql_using="gist"),
        Index(None, "parent_id", "code"),
    )

    id: Mapped[Id]
    code: Mapped[String]
    level: Mapped[String]
    name: Mapped[String]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("regions.id"))
    path: Mapped[str] = mapped_column(Ltree)
    grid_kind: Mapped[String | None]
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
