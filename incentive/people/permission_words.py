"""What each permission allows, in words for the reader: a line here for each of the table's."""

from collections.abc import Iterable
from typing import Final

from incentive.core.i18n import Text, _

WORDS: Final[dict[str, Text]] = {
    # People
    "person.create": _("Enter persons"),
    "person.import": _("Enter whole lists of persons, and undo it"),
    "person.merge": _("Ask for two entries of one person to be merged"),
    "person.merge_decide": _("Decide on merging two entries, and undo it"),
    "person.find": _("Find persons; they are shown masked"),
    "person.reveal": _("See personal data in full, for a reason"),
    "person.correct": _("Decide on corrections of personal data"),
    "person.block": _("Block persons and let them in again"),
    "person.erase": _("Propose and approve that somebody is erased"),
    "role.grant": _("Grant and end roles, reset authenticator apps, end sessions"),
    "guardian.confirm": _("Enter from paper who is a minor's guardian"),
    "notice.publish": _("Publish notices on personal data"),
    "grid.manage": _("Draw grids"),
    # Activities and attendance
    "activity.manage": _("Publish activities and shifts"),
    "shift.scan": _("Scan people in and out"),
    "shift.run": _("Run a shift: its code, its scanners, who is there"),
    "shift.override": _("Confirm attendances that a scan left open"),
    "record.verify": _("Verify or reject service records"),
    # Stations
    "station.manage": _("Open and change stations and what they offer"),
    "station.stock": _("Receive goods and take them off"),
    "station.count": _("Count goods in a stocktake"),
    "station.confirm_count": _("Book what somebody else counted"),
    "discrepancy.clear": _("Clear findings"),
    "station.close": _("Close a station's day"),
    "station.serve": _("Serve at the counter"),
    "station.goods": _("See stock and stocktakes"),
    "station.audit": _("See a station's ledger, days and findings"),
    # The books
    "ledger.read": _("Read the ledger and export it"),
    "audit.read": _("Use the audit desk and the audit log"),
    "rule.read": _("See the earning rules and their drafts"),
    "rule.propose": _("Propose earning rules"),
    "rule.approve": _("Approve earning rules that somebody else proposed"),
    "reconciliation.read": _("Compare the books and see what differs"),
    "settlement.read": _("See what was paid for service, and what was set aside"),
    "settlement.retry": _("Have what was set aside tried again"),
    # Merchants
    "merchant.manage": _("Enter merchants, sponsors and prices"),
    "merchant.confirm": _("Confirm statements of a merchant that one speaks for"),
    "sponsor.budget": _("Set sponsors' budgets"),
    "statement.read": _("See merchants' statements"),
    "statement.make": _("Draft and send merchants' statements"),
    "statement.confirm": _("Confirm merchants' statements for the community"),
    "payment.record": _("Record payments to merchants"),
    "payment.import": _("Read the bank's files in"),
    # Points
    "points.audit": _("Read the accounts of persons and regions"),
    "points.read": _("See adjustments and disputes of points"),
    "points.adjust": _("Give and take points by hand"),
    "points.approve": _("Approve adjustments that somebody else proposed"),
    "points.dispute": _("Contest points that somebody was given"),
    "points.decide": _("Decide disputes of points"),
    "finding.decide": _("Clear or uphold what the system found in attendance"),
    "points.policy": _("Set the policy on points"),
    "budget.read": _("See budgets of points"),
    "budget.set": _("Set and raise budgets of points"),
}


def words(permission: str) -> Text | str:
    """Return what a permission allows, or its name, if nobody has put it in words."""
    return WORDS.get(permission, permission)


def all_words(permissions: Iterable[str]) -> list[Text | str]:
    """Return what each of the permissions allows, in the table's order."""
    wanted = set(permissions)
    return [text for name, text in WORDS.items() if name in wanted] + sorted(wanted - set(WORDS))
