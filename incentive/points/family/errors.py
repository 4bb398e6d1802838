"""What family links refuse."""

from incentive.core.errors import Conflict, Forbidden, NotFound
from incentive.core.i18n import _


class TransfersOff(Forbidden):
    """The jurisdiction does not let people give points to each other."""

    code = "points.transfers_off"

    def __init__(self) -> None:
        super().__init__(_("Points cannot be given to family members here."))


class OwnFamily(Conflict):
    """Nobody is their own family."""

    code = "points.own_family"

    def __init__(self) -> None:
        super().__init__(
            _("This is your own volunteer number. Type that of your family member."),
            field="volunteer_number",
        )


class AlreadyLinked(Conflict):
    """The two are linked, or one has asked the other."""

    code = "points.already_linked"

    def __init__(self) -> None:
        super().__init__(
            _("You two are linked already, or one of you has still to agree."),
            field="volunteer_number",
        )


class FamilyFull(Conflict):
    """One of the two has as many family members as may be."""

    code = "points.family_full"

    def __init__(self, most: int) -> None:
        super().__init__(
            _(
                "One of you has %(most)s family members or open requests, and more are not allowed."
                " End one first.",
                most=most,
            ),
            field="volunteer_number",
            most=most,
        )


class UnknownLink(NotFound):
    """No such family link of the caller's."""

    code = "points.unknown_link"

    def __init__(self) -> None:
        super().__init__(_("There is no such family member or request. Load the page again."))


class NotYoursToAccept(Conflict):
    """The other one has to accept, or it was accepted before."""

    code = "points.not_yours_to_accept"

    def __init__(self) -> None:
        super().__init__(_("Only the one who was asked can accept, and only once."))
