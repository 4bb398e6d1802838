"""Which roles may do what: the one table, to be read by people.

A role is held in a scope, a region subtree or a station, and for some time; the permission then
reaches what lies in that scope, and nothing else. Which address needs which permission stands on
its view (`core.needs`); both tables together are in docs/permissions.md.
"""

from typing import Final, NamedTuple

from incentive.core.needs import REGION, STATION, WHOLE

VOLUNTEER: Final = "volunteer"
GIG_WORKER: Final = "gig_worker"
STEWARD: Final = "steward"
LEAD: Final = "lead"
GRID_WORKER: Final = "grid_worker"
COMMUNITY_WORKER: Final = "community_worker"
STATION_MANAGER: Final = "station_manager"
AUDITOR: Final = "auditor"
ADMINISTRATOR: Final = "administrator"
ROLES: Final = (
    VOLUNTEER,
    GIG_WORKER,
    STEWARD,
    LEAD,
    GRID_WORKER,
    COMMUNITY_WORKER,
    STATION_MANAGER,
    AUDITOR,
    ADMINISTRATOR,
)


class Permission(NamedTuple):
    """Who has it, and over what it is asked.

    `of` is REGION, STATION (that station, or a region that it lies in) or WHOLE (only who holds
    the role over all that the books cover).
    """

    of: str
    roles: frozenset[str]


def _held(of: str, *roles: str) -> Permission:
    return Permission(of, frozenset(roles))


# A steward only scans. A lead also runs a shift, overrides what the scans lack, and undoes what
# they got wrong. Both are meant to be held for the days of an event, over its grid or community.
TABLE: Final[dict[str, Permission]] = {
    # People
    "person.create": _held(REGION, GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR),
    "person.import": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "person.merge": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "person.merge_decide": _held(REGION, ADMINISTRATOR),
    "person.find": _held(REGION, GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR),
    "person.reveal": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "person.correct": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "person.block": _held(STATION, ADMINISTRATOR),
    "person.erase": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "role.grant": _held(STATION, ADMINISTRATOR),
    "guardian.confirm": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "notice.publish": _held(WHOLE, ADMINISTRATOR),
    "grid.manage": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    # Activities and attendance
    "activity.manage": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "shift.scan": _held(REGION, STEWARD, LEAD, GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR),
    "shift.run": _held(REGION, LEAD, GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR),
    "shift.override": _held(REGION, LEAD, GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR),
    "record.verify": _held(REGION, LEAD, GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR),
    # Stations
    "station.manage": _held(STATION, COMMUNITY_WORKER, ADMINISTRATOR),
    "station.stock": _held(STATION, STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR),
    "station.count": _held(STATION, STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR),
    "station.confirm_count": _held(STATION, STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR),
    "discrepancy.clear": _held(STATION, STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR),
    "station.close": _held(STATION, STATION_MANAGER, ADMINISTRATOR),
    "station.serve": _held(STATION, STATION_MANAGER, ADMINISTRATOR),
    "station.goods": _held(STATION, STATION_MANAGER, COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR),
    "station.audit": _held(STATION, STATION_MANAGER, COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR),
    # The books
    "ledger.read": _held(STATION, AUDITOR, ADMINISTRATOR),
    "audit.read": _held(STATION, AUDITOR, ADMINISTRATOR),
    "rule.read": _held(WHOLE, AUDITOR, ADMINISTRATOR),
    "rule.propose": _held(WHOLE, ADMINISTRATOR),
    "rule.approve": _held(WHOLE, ADMINISTRATOR),
    "reconciliation.read": _held(WHOLE, AUDITOR, ADMINISTRATOR),
    "settlement.read": _held(REGION, COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR),
    "settlement.retry": _held(REGION, ADMINISTRATOR),
    # Merchants
    "merchant.manage": _held(STATION, COMMUNITY_WORKER, ADMINISTRATOR),
    # Whoever a merchant has for its contact, in whatever role; the contact's entry gives the scope.
    "merchant.confirm": _held(REGION, *ROLES),
    "sponsor.budget": _held(REGION, ADMINISTRATOR),
    "statement.read": _held(REGION, COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR),
    "statement.make": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "statement.confirm": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "payment.record": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "payment.import": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    # Points
    "points.audit": _held(REGION, AUDITOR, ADMINISTRATOR),
    "points.read": _held(REGION, COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR),
    "points.adjust": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "points.approve": _held(REGION, ADMINISTRATOR),
    "points.dispute": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "points.decide": _held(REGION, ADMINISTRATOR),
    "finding.decide": _held(REGION, COMMUNITY_WORKER, ADMINISTRATOR),
    "points.policy": _held(WHOLE, ADMINISTRATOR),
    "budget.read": _held(REGION, COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR),
    "budget.set": _held(REGION, ADMINISTRATOR),
}
PERMISSIONS: Final[dict[str, frozenset[str]]] = {name: row.roles for name, row in TABLE.items()}
