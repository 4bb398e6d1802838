"""The territory tree: looking regions up, importing the official ones, drawing grids.

Regions know nobody: who may draw a grid is asked where people are known.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from incentive.core.db import session
from incentive.core.paging import Page, page
from incentive.regions import queries
from incentive.regions.domain import GRIDS_MAX, Refusal, Row, next_grid_code, plan
from incentive.regions.errors import GridNameTaken, GridsFull, NotACommunity, UnknownRegion
from incentive.regions.models import GridKind, Level, Region
from incentive.regions.queries import inside

__all__ = [
    "ImportReport",
    "add_grid",
    "ancestors_of",
    "cover_all",
    "former_names",
    "import_official",
    "inside",
    "list_regions",
    "path_of",
    "region",
    "region_by_code",
]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many rows were new, renamed a region, changed nothing; and which were refused."""

    new: int
    changed: int
    unchanged: int
    refused: list[Refusal]


def region(region_id: UUID, *, field: str | None = None) -> Region:
    """Return the region; `field` names the caller's input for the refusal.

    Raises:
        UnknownRegion: no current region has this id.
    """
    found = queries.region(region_id)
    if found is None:
        raise UnknownRegion(field)
    return found


def region_by_code(code: str) -> Region:
    """Return the region of an official or a grid's code.

    Raises:
        UnknownRegion: no current region has it.
    """
    found = queries.region_by_code(code)
    if found is None:
        raise UnknownRegion("code")
    return found


def path_of(region_id: UUID) -> str:
    """Return the region's path in the tree, which scopes are compared with.

    Raises:
        UnknownRegion: no current region has this id.
    """
    return region(region_id).path


def ancestors_of(place: Region) -> list[Region]:
    """Return the regions above `place`, from the province down, without `place` itself."""
    return [above for above in queries.ancestors(place.path) if above.id != place.id]


def cover_all(paths: Sequence[str]) -> bool:
    """Say whether one of the subtrees is the whole territory, but for what lies right above it."""
    return any(not queries.has_beside(path) for path in paths)


def former_names(place: Region) -> list[Region]:
    """Return what `place` was called before, the latest first, each with its days."""
    return list(queries.former_names(place.code))


def list_regions(
    *,
    parent: UUID | None = None,
    level: str | None = None,
    q: str | None = None,
    within: UUID | None = None,
    cursor: str | None,
    limit: int,
) -> Page:
    """Return a page of regions by code that fit all that is given.

    `q` is the beginning of a name, or of a code if it is all digits.

    Raises:
        UnknownRegion: `parent` or `within` is none.
    """
    if parent is not None:
        region(parent, field="parent")
    path = region(within, field="within").path if within is not None else None
    rows = queries.listed(parent_id=parent, level=level, q=q, within=path)
    return page(rows, [Region.code], cursor=cursor, limit=limit)


def import_official(rows: Iterable[Row], day: date) -> ImportReport:
    """Bring the tree up to `rows`, valid from `day`; what the list lacks stays.

    A renamed region keeps its id and everything that hangs on it; its former name is kept
    with the days on which it was valid. A name that began on `day` itself was a slip and
    is only mended.
    """
    queries.lock_tree()
    known = queries.known_official()
    planned = plan(rows, known)
    if planned.new:
        queries.insert_official(planned.new, known, day)
    if planned.renamed:
        queries.rename({known[row.code].id: row.name for row in planned.renamed}, day)
    return ImportReport(len(planned.new), len(planned.renamed), planned.unchanged, planned.refused)


def add_grid(community_id: UUID, *, name: str, kind: GridKind, day: date) -> Region:
    """Draw a grid below a community, valid from `day`, and number it.

    Raises:
        UnknownRegion, NotACommunity: there is nothing that can have grids.
        GridNameTaken: the community has one of this name.
        GridsFull: it has 999.
    """
    # Lock first: two grids drawn at once would take the same number.
    community = queries.lock_region(community_id)
    if community is None:
        raise UnknownRegion
    if community.level != Level.COMMUNITY:
        raise NotACommunity
    if queries.grid_named(community.id, name):
        raise GridNameTaken
    code = next_grid_code(community.code, queries.last_grid_code(community.id))
    if code is None:
        raise GridsFull(GRIDS_MAX)
    grid = Region(
        code=code,
        level=Level.GRID,
        name=name,
        parent_id=community.id,
        path=f"{community.path}.{code}",
        grid_kind=kind,
        valid_from=day,
    )
    session().add(grid)
    session().flush()
    return grid
