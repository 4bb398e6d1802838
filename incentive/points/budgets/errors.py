"""What budgets refuse."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.i18n import _


class BudgetExhausted(Conflict):
    """The region's budget for the day has no room for so many points."""

    code = "points.budget_exhausted"

    def __init__(self, points: int, room: int) -> None:
        super().__init__(
            _(
                "The region's budget has room for %(room)s points, and this takes %(points)s."
                " It is paid once the budget is raised.",
                points=points,
                room=room,
            ),
            points=points,
            room=room,
        )


class BudgetWaiting(Conflict):
    """No room in the region's budget: it waits for a second person's approval."""

    code = "points.budget_waiting"

    def __init__(self, points: int, room: int) -> None:
        super().__init__(
            _(
                "The region's budget has room for %(room)s points, and this takes %(points)s."
                " It waits for approval, and is paid by the next run after it.",
                points=points,
                room=room,
            ),
            points=points,
            room=room,
        )


class UnknownBudget(NotFound):
    """No such budget here."""

    code = "points.unknown_budget"

    def __init__(self) -> None:
        super().__init__(_("There is no such budget. Choose one from the list."))


class MonthsTaken(Conflict):
    """The region has a budget for a part of these months."""

    code = "points.months_taken"

    def __init__(self) -> None:
        super().__init__(
            _("The region has a budget for these months, or some of them. Raise that one."),
            field="day",
        )


class IssuedMore(Conflict):
    """More than that was issued in these months already."""

    code = "points.issued_more"

    def __init__(self, issued: int) -> None:
        super().__init__(
            _(
                "%(issued)s points were issued in these months already."
                " A budget for them cannot be smaller.",
                issued=issued,
            ),
            field="amount",
            issued=issued,
        )


class OwnBudget(Forbidden):
    """Who set the budget does not raise it."""

    code = "points.own_budget"

    def __init__(self) -> None:
        super().__init__(
            _("You set this budget: somebody else has to raise it or let it run over.")
        )


class OwnWiderBudget(Forbidden):
    """Who set the budget that counts so far puts no nearer one in its place."""

    code = "points.own_wider_budget"

    def __init__(self) -> None:
        super().__init__(
            _(
                "You set the budget that counts here so far. A nearer one takes its place:"
                " somebody else has to set it."
            ),
            field="region",
        )


class MoreWaits(Conflict):
    """More waits now than whoever approves has seen."""

    code = "points.more_waits"

    def __init__(self, points: int, seen: int) -> None:
        super().__init__(
            _(
                "%(points)s points wait by now, and you have seen %(seen)s. Look at what waits again,"
                " then approve.",
                points=points,
                seen=seen,
            ),
            field="points_max",
            points=points,
        )


class NothingWaits(Conflict):
    """Nothing waits for this budget that the caller could approve."""

    code = "points.nothing_waits"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing waits here that you could approve. Your own points are approved by somebody else."
            )
        )


class RefusesOverrun(Invalid):
    """The budget's policy lets nothing run over."""

    code = "points.refuses_overrun"

    def __init__(self) -> None:
        super().__init__(_("This budget refuses what is over it. Raise the budget instead."))
