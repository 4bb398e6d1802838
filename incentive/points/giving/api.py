"""Giving points away."""

from typing import Any, Final

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint, page_of
from incentive.core.needs import OWN, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.points.giving import service
from incentive.points.giving.schemas import DonationSchema, GiftSchema, TransferSchema
from incentive.points.giving.service import Given

bp: Final = ApiBlueprint("giving", __name__, description="Points given to family or to a fund")


@bp.get("/me/gifts")
@needs(OWN)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, page_of(GiftSchema))
def list_gifts(wanted: dict[str, Any]) -> Page:
    """List what the caller gave and was given, the latest first."""
    with transaction():
        person_id = caller().person_id
        return service.gifts(person_id, cursor=wanted.get("cursor"), limit=wanted["limit"])


@bp.post("/me/transfers")
@needs(OWN)
@bp.arguments(TransferSchema)
@bp.once(201, GiftSchema)
def transfer(fields: dict[str, Any]) -> Given:
    """Give points to a family member; they keep their expiry."""
    return service.transfer(caller(), fields["family_link_id"], fields["points"], clock.now())


@bp.post("/me/donations")
@needs(OWN)
@bp.arguments(DonationSchema)
@bp.once(201, GiftSchema)
def donate(fields: dict[str, Any]) -> Given:
    """Give points to the fund of a region or a station, or back to one's own community."""
    return service.donate(caller(), at=clock.now(), **fields)
