"""The territory over HTTP: public to read."""

from typing import Any
from uuid import UUID

from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import PUBLIC, needs
from incentive.core.paging import Page
from incentive.regions import service
from incentive.regions.schemas import RegionDetailSchema, RegionPageSchema, RegionQuerySchema

bp = ApiBlueprint("regions", __name__, description="The territory tree")


@bp.get("/regions")
@needs(PUBLIC)
@bp.arguments(RegionQuerySchema, location="query")
@bp.response(200, RegionPageSchema)
def list_regions(query: dict[str, Any]) -> Page:
    """List regions by code: below a parent, of a level, in a subtree, by a name's beginning."""
    with transaction():
        return service.list_regions(**({"cursor": None} | query))


@bp.get("/regions/<uuid:region_id>")
@needs(PUBLIC)
@bp.response(200, RegionDetailSchema)
def show_region(region_id: UUID) -> dict[str, Any]:
    """Show a region, the regions above it, and what it was called before."""
    with transaction():
        region = service.region(region_id)
        return {
            **{name: getattr(region, name) for name in _SHOWN},
            "ancestors": service.ancestors_of(region),
            "former_names": service.former_names(region),
        }


_SHOWN = ("id", "code", "level", "kind", "name", "parent_id", "valid_from")
