"""What stations hold about a person."""

from datetime import datetime
from uuid import UUID

from incentive.core.errors import IncentiveError
from incentive.core.i18n import _
from incentive.people.erasing.hindering import hinders
from incentive.people.held import BOOKS, office, own
from incentive.stations import order_queries
from incentive.stations.days.models import DayClose
from incentive.stations.discrepancies.models import (
    CounterRefusal,
    Discrepancy,
    DiscrepancyClearing,
)
from incentive.stations.errors import OrdersOpen
from incentive.stations.models import Redemption
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.models import (
    Stocktake,
    StocktakeCount,
    StocktakeExplanation,
)

own(
    "orders",
    _("Orders"),
    Redemption,
    "person_id",
    BOOKS,
    "station_id item_id quantity points status held_at collected_at closed_at reason",
)
office("office", _("Orders handed over or closed"), Redemption, "collected_by closed_by", "held_at")
office("office", _("Goods moved"), StockMovement, "by_person_id", "at kind delta")
office("office", _("Orders not handed over"), CounterRefusal, "by_person_id", "at")
office("office", _("Findings at a station"), Discrepancy, "person_id", "kind found_at")
office("office", _("Findings cleared"), DiscrepancyClearing, "cleared_by", "cleared_at")
office("office", _("Days closed"), DayClose, "closed_by", "day closed_at")
office("office", _("Stocktakes"), Stocktake, "opened_by closed_by", "opened_at")
office("office", _("Items counted"), StocktakeCount, "counted_by", "counted_at")
office("office", _("Differences explained"), StocktakeExplanation, "explained_by", "explained_at")


@hinders
def _orders(person_id: UUID, _at: datetime) -> IncentiveError | None:
    count = order_queries.count_held(person_id)
    return OrdersOpen(count) if count else None
