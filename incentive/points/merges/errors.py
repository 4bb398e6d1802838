"""What merging refuses."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.i18n import _


class UnknownMerge(NotFound):
    """There is no such merge that the caller may know of."""

    code = "merges.unknown"

    def __init__(self) -> None:
        super().__init__(_("There is no such merge. Choose one from the list."))


class SamePerson(Invalid):
    """Both numbers are of the same entry."""

    code = "merges.same_person"

    def __init__(self) -> None:
        super().__init__(
            _("These are the same entry. Give the volunteer numbers of two entries."), field="gone"
        )


class NotMergeable(Conflict):
    """One of the two is blocked, erased or merged, or a merge of theirs waits."""

    code = "merges.not_mergeable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "One of the two is blocked, removed or merged already, or a merge waits for its"
                " decision. Look both up again."
            )
        )


class PointsHeld(Conflict):
    """An order of whoever is to go is not collected yet."""

    code = "merges.points_held"

    def __init__(self, points: int) -> None:
        super().__init__(
            _(
                "%(points)s points of the entry that closes are held for an order. Have it"
                " collected or cancelled first.",
                points=points,
            ),
            points=points,
        )


class MergeDecided(Conflict):
    """Somebody decided on it before, or it was undone."""

    code = "merges.decided"

    def __init__(self) -> None:
        super().__init__(_("This was decided already. Load the list again."))


class MergeTooLate(Conflict):
    """It was merged too long ago, or its points were spent."""

    code = "merges.too_late"

    def __init__(self, days: int) -> None:
        super().__init__(
            _(
                "A merge is undone within %(days)s days, as long as its points are there. Correct"
                " the points by hand.",
                days=days,
            ),
            days=days,
        )


class OwnMerge(Forbidden):
    """It is about the caller."""

    code = "merges.own"

    def __init__(self) -> None:
        super().__init__(_("This is about yourself. Somebody else has to do it."))


class SecondNeeded(Forbidden):
    """Who asked for a merge cannot approve it."""

    code = "merges.second_person_needed"

    def __init__(self) -> None:
        super().__init__(_("You asked for this. Somebody else has to approve or refuse it."))
