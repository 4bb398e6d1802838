"""What the system finds, in words."""

from typing import Final

from incentive.core.i18n import Text, _

STATES: Final = ("open", "cleared", "all")
KINDS: Final[dict[str, Text]] = {
    "collected_without_hold": _("handed over without points held"),
    "stock_mismatch": _("stock is not what the movements say"),
    "other_station": _("code tried at another station"),
    "used_again": _("code shown again after it was used"),
    "unusual_speed": _("handed over unusually fast"),
    "many_people": _("orders of many people made and collected together"),
    "negative_margin": _("costs more than its points are worth"),
}
