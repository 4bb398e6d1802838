"""What disputes refuse."""

from incentive.core.errors import Conflict, Forbidden, NotFound
from incentive.core.i18n import _


class NotDisputable(Conflict):
    """A transaction that cannot be contested, or not by this person."""

    code = "points.not_disputable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Points that were taken back, adjusted or expired can be contested by their owner;"
                " points that were given, by a worker."
            )
        )


class DisputedBefore(Conflict):
    """The transaction was contested already."""

    code = "points.disputed_before"

    def __init__(self) -> None:
        super().__init__(_("This was contested before. See there what was decided."))


class DisputeTooLate(Conflict):
    """The time to contest is over."""

    code = "points.dispute_too_late"

    def __init__(self, days: int) -> None:
        super().__init__(
            _("Points can be contested within %(days)s days. Ask a community worker.", days=days),
            days=days,
        )


class NothingToHold(Conflict):
    """None of the contested points are left."""

    code = "points.nothing_to_hold"

    def __init__(self) -> None:
        super().__init__(_("None of these points are left to hold: they were spent or undone."))


class UnknownDispute(NotFound):
    """No such dispute here."""

    code = "points.unknown_dispute"

    def __init__(self) -> None:
        super().__init__(_("There is no such dispute. Choose one from the list."))


class NotYoursToDecide(Forbidden):
    """Who opened a dispute, made what it is about, or is concerned, does not decide it."""

    code = "points.not_yours_to_decide"

    def __init__(self) -> None:
        super().__init__(
            _("You opened this, made what it is about, or it is about you. Somebody else decides.")
        )


class DisputeDecided(Conflict):
    """Somebody decided it before."""

    code = "points.dispute_decided"

    def __init__(self) -> None:
        super().__init__(_("This was decided already. Load the list again."))


class HomeUnknown(Conflict):
    """Nobody knows who is to decide: the person is at home nowhere."""

    code = "points.home_unknown"

    def __init__(self) -> None:
        super().__init__(
            _("It is not known where you live, so nobody can decide. Ask a community worker.")
        )
