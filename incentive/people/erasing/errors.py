"""What stands in the way of erasing, and what is refused once somebody is erased."""

from datetime import datetime

from incentive.core.errors import Conflict, Forbidden, NotFound
from incentive.core.i18n import _


class PersonErased(Conflict):
    """The person is erased: nothing new can be written about them."""

    code = "people.erased"

    def __init__(self) -> None:
        super().__init__(_("This person is erased. Nothing new can be written about them."))


class PointsLeft(Conflict):
    """There are points, and nobody said that they are given up."""

    code = "people.erasure_points_left"

    def __init__(self, points: int) -> None:
        super().__init__(
            _(
                "Points that are left: %(points)s. Spend them, donate them, or tick that you give"
                " them up.",
                points=points,
            ),
            field="gives_up_points",
            points=points,
        )


class LastAdministrator(Conflict):
    """Nobody else could administer."""

    code = "people.last_administrator"

    def __init__(self) -> None:
        super().__init__(
            _(
                "You are the last administrator here. Have another one made first, or nobody could"
                " grant a role any more."
            )
        )


class AnswersForMinors(Conflict):
    """Somebody who wants to be erased is a minor's guardian."""

    code = "people.answers_for_minors"

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Minors whose guardian you are: %(count)s. End that first, once somebody else"
                " answers for them.",
                count=count,
            ),
            count=count,
        )


class ErasureAsked(Conflict):
    """The wish is there already."""

    code = "people.erasure_asked"

    def __init__(self) -> None:
        super().__init__(_("The erasure of this person is asked for already. See how far it is."))


class UnknownErasure(NotFound):
    """There is no such wish, or it is no longer open."""

    code = "people.unknown_erasure"

    def __init__(self) -> None:
        super().__init__(_("No such erasure is open. It may have been called off, or be done."))


class ErasureBegun(Conflict):
    """It is too late to call it off."""

    code = "people.erasure_begun"

    def __init__(self, since: datetime) -> None:
        super().__init__(
            _("The erasure has begun and cannot be taken back. Register anew to take part again."),
            since=since.isoformat(),
        )


class OwnErasure(Forbidden):
    """Staff do not erase themselves in their office."""

    code = "people.own_erasure"

    def __init__(self) -> None:
        super().__init__(
            _("This is about yourself. Ask for it on your own page, where it needs nobody else.")
        )


class OwnErasureProposal(Forbidden):
    """Whoever proposed it does not decide on it."""

    code = "people.erasure_proposer"

    def __init__(self) -> None:
        super().__init__(_("You proposed this erasure. Somebody else has to decide on it."))
