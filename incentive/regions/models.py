"""The territory tree's one table."""

from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from incentive.core.db import Base
from incentive.core.types import Id, Ltree, String

_CURRENT: Final = "valid_until IS NULL"


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


class StreetKind(StrEnum):
    """What a region of the fourth level is; its code's last three digits tell."""

    STREET = "street"  # 街道 001-099
    TOWN = "town"  # 镇 100-199
    TOWNSHIP = "township"  # 乡 200-399
    ENTERPRISE = "enterprise"  # 政企合一: farms, parks, 400-599


_KINDS: Final = (
    (range(1, 100), StreetKind.STREET),
    (range(100, 200), StreetKind.TOWN),
    (range(200, 400), StreetKind.TOWNSHIP),
    (range(400, 600), StreetKind.ENTERPRISE),
)


def street_kind(code: str) -> StreetKind | None:
    """Return what the region of the 9-digit `code` is; None if no such number is given out."""
    number = int(code[6:9])
    return next((kind for numbers, kind in _KINDS if number in numbers), None)


class Region(Base):
    """A node of the tree, and what it was called when.

    The row with `valid_until` NULL is the region: its id, code and path stay for good, and
    everything else hangs on them. A rename leaves a second row behind, with an id that
    nobody refers to, which holds the former name and the days on which it was valid
    (`valid_from` included, `valid_until` not). So no child, role or record moves when a
    name changes, and the name of any day can still be told.
    """

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
            postgresql_where=text(_CURRENT),
        ),
        Index("ix_regions_path_gist", "path", postgresql_using="gist"),
        Index(None, "parent_id", "code"),
        Index("ix_regions_level_code", "level", "code", postgresql_where=text(_CURRENT)),
        Index(
            "ix_regions_name_prefix",
            "name",
            postgresql_ops={"name": "text_pattern_ops"},
            postgresql_where=text(_CURRENT),
        ),
        Index("ix_regions_code_former", "code", postgresql_where=text("valid_until IS NOT NULL")),
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

    @property
    def kind(self) -> str | None:
        """What kind of street or grid it is; None at the other levels."""
        return street_kind(self.code) if self.level == Level.STREET else self.grid_kind
