"""Which roles may do what: the one table, to be read by people.

A role is held in a scope; the permission then reaches the region subtree or the station
of that scope, and nothing else.
"""

from typing import Final

VOLUNTEER: Final = "volunteer"
GIG_WORKER: Final = "gig_worker"
GRID_WORKER: Final = "grid_worker"
COMMUNITY_WORKER: Final = "community_worker"
STATION_MANAGER: Final = "station_manager"
AUDITOR: Final = "auditor"
ADMINISTRATOR: Final = "administrator"
ROLES: Final = (
    VOLUNTEER,
    GIG_WORKER,
    GRID_WORKER,
    COMMUNITY_WORKER,
    STATION_MANAGER,
    AUDITOR,
    ADMINISTRATOR,
)

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    "person.create": frozenset({GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR}),
    "role.grant": frozenset({ADMINISTRATOR}),
    "grid.manage": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "activity.manage": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "shift.run": frozenset({GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR}),
    "record.verify": frozenset({GRID_WORKER, COMMUNITY_WORKER, ADMINISTRATOR}),
    "station.manage": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "station.stock": frozenset({STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR}),
    "station.count": frozenset({STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR}),
    "station.confirm_count": frozenset({STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR}),
    "discrepancy.clear": frozenset({STATION_MANAGER, COMMUNITY_WORKER, ADMINISTRATOR}),
    "station.close": frozenset({STATION_MANAGER, ADMINISTRATOR}),
    "station.serve": frozenset({STATION_MANAGER, ADMINISTRATOR}),
    "station.goods": frozenset({STATION_MANAGER, COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR}),
    "station.audit": frozenset({STATION_MANAGER, AUDITOR, ADMINISTRATOR}),
    "ledger.read": frozenset({AUDITOR, ADMINISTRATOR}),
    "audit.read": frozenset({AUDITOR, ADMINISTRATOR}),
    "rule.read": frozenset({AUDITOR, ADMINISTRATOR}),
    "rule.propose": frozenset({ADMINISTRATOR}),
    "rule.approve": frozenset({ADMINISTRATOR}),
    "reconciliation.read": frozenset({AUDITOR, ADMINISTRATOR}),
    "settlement.read": frozenset({AUDITOR, ADMINISTRATOR}),
    "settlement.retry": frozenset({ADMINISTRATOR}),
    "points.audit": frozenset({AUDITOR, ADMINISTRATOR}),
    "merchant.manage": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    # Whoever a merchant has for its contact, in whatever role; the contact's entry gives the scope.
    "merchant.confirm": frozenset(ROLES),
    "sponsor.budget": frozenset({ADMINISTRATOR}),
    "statement.read": frozenset({COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR}),
    "statement.make": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "statement.confirm": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "payment.record": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "payment.import": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "points.read": frozenset({COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR}),
    "points.adjust": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "points.approve": frozenset({ADMINISTRATOR}),
    "points.dispute": frozenset({COMMUNITY_WORKER, ADMINISTRATOR}),
    "points.decide": frozenset({ADMINISTRATOR}),
    "points.policy": frozenset({ADMINISTRATOR}),
    "budget.read": frozenset({COMMUNITY_WORKER, AUDITOR, ADMINISTRATOR}),
    "budget.set": frozenset({ADMINISTRATOR}),
}
