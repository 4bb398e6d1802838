"""Words of the books for the reader: what their short names mean."""

from typing import Final

from incentive.core.i18n import Text, _

ROLES: Final[dict[str, Text]] = {
    "volunteer": _("Volunteer"),
    "gig_worker": _("Gig worker"),
    "steward": _("Steward"),
    "lead": _("Lead"),
    "grid_worker": _("Grid worker"),
    "community_worker": _("Community worker"),
    "station_manager": _("Station manager"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator"),
}
KINDS: Final[dict[str, Text]] = {
    "award": _("award"),
    "hold": _("hold"),
    "redemption": _("redemption"),
    "release": _("release"),
    "refund": _("refund"),
    "expiry": _("expiry"),
    "adjustment": _("adjustment"),
    "reversal": _("reversal"),
    "transfer": _("transfer"),
    "donation": _("donation"),
    "charge": _("charge"),
    "payment": _("payment"),
}
ASSETS: Final[dict[str, Text]] = {
    "points": _("points"),
    "minutes": _("minutes"),
    "fen": _("fen"),
}
PURPOSES: Final[dict[str, Text]] = {
    "purses": _("purses of people"),
    "available": _("available"),
    "held": _("held"),
    "issuance": _("issuance"),
    "breakage": _("lapsed"),
    "clearing": _("clearing"),
    "income": _("income of a station"),
    "payable": _("payable"),
    "budget": _("budget"),
    "paid": _("paid"),
}
# What may stand in the `before` and `after` of an act; what has no words here is shown as it is.
FIELDS: Final[dict[str, Text]] = {
    "activity_id": _("Activity"),
    "address": _("Address"),
    "code": _("Code"),
    "confirmed": _("Confirmed"),
    "description": _("Description"),
    "ends_at": _("End"),
    "home_region_id": _("Home"),
    "facilities": _("Facilities"),
    "hours": _("Opening hours"),
    "kind": _("Kind"),
    "name": _("Name"),
    "per_person_limit": _("Limit per person"),
    "place": _("Place"),
    "points": _("Points"),
    "population": _("Transactions to draw from"),
    "points_price": _("Price in points"),
    "quota": _("Places"),
    "region": _("Region"),
    "region_id": _("Region"),
    "restocked": _("Back on the shelf"),
    "role": _("Role"),
    "seed": _("Seed"),
    "size": _("Number of rows"),
    "starts_at": _("Begin"),
    "station_id": _("Station"),
    "status": _("Status"),
    "stock": _("Stock"),
    "team_id": _("Team"),
    "title": _("Title"),
    "volunteer_number": _("Volunteer number"),
}
