"""What can be done, in words for the reader: an administrative use case has its line here."""

from typing import Final

from incentive.core.i18n import Text, _

ACTIONS: Final[dict[str, Text]] = {
    "activity.cancel": _("Activity cancelled"),
    "activity.publish": _("Activity published"),
    "attendance.confirm": _("Attendance confirmed"),
    "goods.correct": _("Movement of goods corrected"),
    "goods.receive": _("Goods received"),
    "goods.send_back": _("Goods sent back"),
    "goods.spoil": _("Goods spoiled"),
    "grid.add": _("Grid drawn"),
    "item.add": _("Item added"),
    "item.change": _("Item changed"),
    "jurisdiction.open": _("Jurisdiction opened"),
    "order.cancel": _("Order cancelled at the counter"),
    "order.refund": _("Order refunded"),
    "person.create": _("Person entered"),
    "person.password": _("Password given"),
    "record.reject": _("Service record rejected"),
    "record.verify": _("Service record verified"),
    "regions.import": _("Regions imported"),
    "role.grant": _("Role granted"),
    "role.revoke": _("Role ended"),
    "settlement.retry": _("Settlement to be tried again"),
    "shift.add": _("Shift added"),
    "shift.cancel": _("Shift cancelled"),
    "station.change": _("Station changed"),
    "station.create": _("Station opened"),
    "team.found": _("Team founded"),
}
