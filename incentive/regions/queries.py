"""The territory's SQL. Only current rows are regions; ended ones are former names."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, text

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.regions.domain import OFFICIAL_LEVELS, Known, Row, path_of_code
from incentive.regions.models import Level, Region

_CURRENT: Final = Region.valid_until.is_(None)
_CODE_LENGTH_MAX: Final = 24
_INSERT: Final = text(
    "INSERT INTO regions (id, code, level, name, parent_id, path, valid_from)"
    " SELECT id, code, level, name, parent_id, path::ltree, :valid_from"
    " FROM unnest(CAST(:id AS uuid[]), CAST(:code AS text[]), CAST(:level AS text[]),"
    " CAST(:name AS text[]), CAST(:parent_id AS uuid[]), CAST(:path AS text[]))"
    " AS new (id, code, level, name, parent_id, path)"
)
_KEEP_FORMER: Final = text(
    "INSERT INTO regions"
    " (id, code, level, name, parent_id, path, grid_kind, valid_from, valid_until)"
    " SELECT former.id, r.code, r.level, r.name, r.parent_id, r.path, r.grid_kind,"
    " r.valid_from, :day"
    " FROM unnest(CAST(:region_id AS uuid[]), CAST(:id AS uuid[])) AS former (region_id, id)"
    " JOIN regions r ON r.id = former.region_id WHERE r.valid_from < :day"
)
_RENAME: Final = text(
    "UPDATE regions r SET name = new.name, valid_from = :day"
    " FROM unnest(CAST(:region_id AS uuid[]), CAST(:name AS text[])) AS new (region_id, name)"
    " WHERE r.id = new.region_id"
)


def region(region_id: UUID) -> Region | None:
    """Return the current region `region_id`."""
    return session().scalar(select(Region).where(Region.id == region_id, _CURRENT))


def region_by_code(code: str) -> Region | None:
    """Return the current region of `code`."""
    return session().scalar(select(Region).where(Region.code == code, _CURRENT))


def lock_region(region_id: UUID) -> Region | None:
    """Return the current region `region_id`, locked against a second grid of the same number."""
    statement = select(Region).where(Region.id == region_id, _CURRENT)
    return session().scalar(statement.with_for_update(key_share=True))


def listed(
    *, parent_id: UUID | None, level: str | None, q: str | None, within: str | None
) -> Select[*tuple[Any, ...]]:
    """Return the current regions that fit all that is given; `within` is a path."""
    statement = select(Region).where(_CURRENT)
    if parent_id is not None:
        statement = statement.where(Region.parent_id == parent_id)
    if level is not None:
        statement = statement.where(Region.level == level)
    if within is not None:
        statement = statement.where(inside(Region.path, [within]))
    if q is not None and q.isascii() and q.isdecimal():
        statement = statement.where(Region.code.between(q, q.ljust(_CODE_LENGTH_MAX, "9")))
    elif q is not None:
        statement = statement.where(Region.name.startswith(q, autoescape=True))
    return statement


def inside(path: Any, paths: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the ltree column `path` lies in one of the subtrees `paths`."""
    return or_(False, *(path.within(each) for each in paths))


def ancestors(path: str) -> Sequence[Region]:
    """Return the current regions above and at `path`, from the province down."""
    statement = select(Region).where(Region.path.contains_node(path), _CURRENT)
    return session().scalars(statement.order_by(func.length(Region.code))).all()


def has_beside(path: str) -> bool:
    """Say whether a current region lies neither in the subtree at `path` nor right above it."""
    above = select(Region.id).where(Region.path.contains_node(path), Region.path != path)
    beside = select(Region.id).where(
        or_(Region.parent_id.is_(None), Region.parent_id.in_(above)),
        ~Region.path.contains_node(path),
        _CURRENT,
    )
    return session().scalar(select(beside.exists())) is True


def former_names(code: str) -> Sequence[Region]:
    """Return the ended rows of `code`, the latest first."""
    statement = select(Region).where(Region.code == code, Region.valid_until.is_not(None))
    return session().scalars(statement.order_by(Region.valid_until.desc())).all()


def lock_tree() -> None:
    """Let one import at a time write; readers, and rows that refer to regions, go on."""
    session().execute(text("LOCK TABLE regions IN SHARE ROW EXCLUSIVE MODE"))


def known_official() -> dict[str, Known]:
    """Return all current regions with official codes, by code."""
    rows = session().execute(
        select(Region.code, Region.id, Region.name).where(
            Region.level.in_(OFFICIAL_LEVELS), _CURRENT
        )
    )
    return {code: Known(region_id, name) for code, region_id, name in rows}


def insert_official(rows: Sequence[Row], known: Mapping[str, Known], day: date) -> None:
    """Insert `rows` in one statement, valid from `day`."""
    ids = {code: region.id for code, region in known.items()}
    ids |= {row.code: new_id() for row in rows}
    session().execute(
        _INSERT,
        {
            "id": [ids[row.code] for row in rows],
            "code": [row.code for row in rows],
            "level": [row.level for row in rows],
            "name": [row.name for row in rows],
            "parent_id": [ids.get(row.parent_code) for row in rows],
            "path": [path_of_code(row.code) for row in rows],
            "valid_from": day,
        },
    )


def rename(names: Mapping[UUID, str], day: date) -> None:
    """Give regions new names from `day` on; former names that saw a day are kept."""
    region_ids = list(names)
    session().execute(
        _KEEP_FORMER,
        {"region_id": region_ids, "id": [new_id() for _ in region_ids], "day": day},
    )
    session().execute(_RENAME, {"region_id": region_ids, "name": list(names.values()), "day": day})


def last_grid_code(community_id: UUID) -> str | None:
    """Return the highest code ever given to a grid of the community."""
    return session().scalar(
        select(func.max(Region.code)).where(
            Region.parent_id == community_id, Region.level == Level.GRID
        )
    )


def grid_named(community_id: UUID, name: str) -> UUID | None:
    """Return the community's current grid called `name`."""
    statement = select(Region.id).where(
        Region.parent_id == community_id, Region.level == Level.GRID, Region.name == name, _CURRENT
    )
    return session().scalar(statement)
