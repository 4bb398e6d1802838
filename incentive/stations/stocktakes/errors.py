"""What is refused of a stocktake."""

from uuid import UUID

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.i18n import _


class UnknownStocktake(NotFound):
    """No such stocktake here."""

    code = "stations.unknown_stocktake"

    def __init__(self) -> None:
        super().__init__(_("There is no such stocktake. Choose one from the list."))


class StocktakeUnderWay(Conflict):
    """A station is counted once at a time."""

    code = "stations.stocktake_under_way"

    def __init__(self, stocktake_id: UUID) -> None:
        super().__init__(
            _("A stocktake is open here already. Go on with it, or give it up first."),
            stocktake_id=str(stocktake_id),
        )


class NothingToCount(Conflict):
    """The station has no goods."""

    code = "stations.nothing_to_count"

    def __init__(self) -> None:
        super().__init__(_("This station has no goods to count. Add some first."))


class StocktakeClosed(Conflict):
    """What was booked or given up is over."""

    code = "stations.stocktake_closed"

    def __init__(self, status: str) -> None:
        super().__init__(
            _("This stocktake is closed. Open a new one if something is to be counted again."),
            state=status,
        )


class NotInStocktake(Invalid):
    """The item is not among those that are counted."""

    code = "stations.not_in_stocktake"

    def __init__(self) -> None:
        super().__init__(
            _("This item is not counted here: it was added later. Count it next time."),
            field="item_id",
        )


class NothingToExplain(Conflict):
    """The count agrees with the books, or there is none yet."""

    code = "stations.nothing_to_explain"

    def __init__(self) -> None:
        super().__init__(
            _("There is no difference to explain: the count agrees, or is still to be made.")
        )


class CauseUnfit(Invalid):
    """What is lost cannot make more, what is found cannot make less."""

    code = "stations.cause_unfit"

    def __init__(self, difference: int) -> None:
        super().__init__(
            _(
                "This cause cannot explain a difference of %(difference)s. Choose another.",
                difference=f"{difference:+d}",
            ),
            field="cause",
            difference=difference,
        )


class NoteMissing(Invalid):
    """The cause says too little by itself."""

    code = "stations.note_missing"

    def __init__(self) -> None:
        super().__init__(_("Write in a line what happened."), field="note")


class OwnCount(Forbidden):
    """Who counted or explained does not book."""

    code = "stations.own_count"

    def __init__(self) -> None:
        super().__init__(
            _("You counted or explained here yourself. Somebody else must book the stocktake.")
        )


class NotAllCounted(Conflict):
    """Every item is counted before the booking."""

    code = "stations.not_all_counted"

    def __init__(self, missing: int) -> None:
        super().__init__(
            _("%(missing)s items are still to be counted. Count them first.", missing=missing),
            missing=missing,
        )


class NotAllExplained(Conflict):
    """Every difference has a reason before the booking."""

    code = "stations.not_all_explained"

    def __init__(self, missing: int) -> None:
        super().__init__(
            _(
                "%(missing)s differences are not explained. Give each a reason, or count again.",
                missing=missing,
            ),
            missing=missing,
        )


class CountBelowHeld(Conflict):
    """Fewer goods are there than people have ordered."""

    code = "stations.count_below_held"

    def __init__(self, item: str, left: int, held: int) -> None:
        super().__init__(
            _(
                "Of %(item)s only %(left)s would be left, and %(held)s are held for orders."
                " Cancel orders at the counter until they fit, then book again.",
                item=item,
                left=left,
                held=held,
            ),
            item=item,
            left=left,
            held=held,
        )
