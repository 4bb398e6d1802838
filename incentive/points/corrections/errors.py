"""What corrections refuse."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.i18n import _


class OwnPoints(Forbidden):
    """Nobody decides on their own points."""

    code = "points.own_points"

    def __init__(self) -> None:
        super().__init__(_("These are your own points. Somebody else has to decide on them."))


class SecondPersonNeeded(Forbidden):
    """Who proposed it cannot approve it."""

    code = "points.second_person_needed"

    def __init__(self) -> None:
        super().__init__(_("You proposed this. Somebody else has to approve or reject it."))


class UnknownAdjustment(NotFound):
    """No such adjustment here."""

    code = "points.unknown_adjustment"

    def __init__(self) -> None:
        super().__init__(_("There is no such adjustment. Choose one from the list."))


class AlreadyDecided(Conflict):
    """Somebody decided on it before."""

    code = "points.already_decided"

    def __init__(self) -> None:
        super().__init__(_("This was decided already. Load the list again."))


class NotCorrectable(Conflict):
    """A transaction of a kind that is not undone in this way."""

    code = "points.not_correctable"

    def __init__(self) -> None:
        super().__init__(
            _("Only awards and adjustments of one person are undone here. Orders are refunded.")
        )


class UndoneBefore(Conflict):
    """So many of the transaction's points cannot be undone any more."""

    code = "points.undone_before"

    def __init__(self, left: int) -> None:
        super().__init__(
            _(
                "Of this transaction %(left)s points are left to undo;"
                " the others were undone before.",
                left=left,
            ),
            left=left,
        )


class SpentSince(Conflict):
    """What the transaction gave was spent since."""

    code = "points.spent_since"

    def __init__(self, given: int, left: int) -> None:
        super().__init__(
            _(
                "Of the %(given)s points some were spent since: %(left)s can be taken back."
                " Propose an adjustment of that many that names this transaction.",
                given=given,
                left=left,
            ),
            given=given,
            can_take_back=left,
        )


class DayToCome(Invalid):
    """Nothing takes effect on a day that is still to come."""

    code = "points.day_to_come"

    def __init__(self) -> None:
        super().__init__(
            _("This day is still to come. Choose today or earlier."), field="effective_on"
        )


class CorrectsOther(Invalid):
    """The points and the transaction that they correct do not fit together."""

    code = "points.corrects_other"

    def __init__(self) -> None:
        super().__init__(
            _("That transaction is another person's, or moved points the same way."),
            field="corrects",
        )
