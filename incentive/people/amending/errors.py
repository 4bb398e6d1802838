"""What corrections of personal data refuse."""

from incentive.core.errors import Conflict, Forbidden, Invalid, NotFound
from incentive.core.i18n import _
from incentive.people.amending.domain import LABELS, NAME_MAX


class UnknownCorrection(NotFound):
    """There is no such request for a correction."""

    code = "people.unknown_correction"

    def __init__(self) -> None:
        super().__init__(_("There is no such request. Look at the list of corrections."))


class CorrectionAsked(Conflict):
    """A correction of this field waits already."""

    code = "people.correction_asked"

    def __init__(self, field: str) -> None:
        super().__init__(
            _(
                "A correction of “%(item)s” waits already. Take it back first if it should say"
                " something else.",
                item=LABELS[field],
            ),
            field="field",
        )


class CorrectionEnded(Conflict):
    """The correction was decided on, or taken back."""

    code = "people.correction_ended"

    def __init__(self, status: str) -> None:
        super().__init__(
            _(
                "This request no longer waits: it was decided on or taken back. Load the page again."
            ),
            status=status,
        )


class CorrectionUnreadable(Conflict):
    """What was asked for cannot be read any more."""

    code = "people.correction_unreadable"

    def __init__(self) -> None:
        super().__init__(_("What was asked for cannot be read. Refuse it and have it asked anew."))


class NameUnusable(Invalid):
    """This is no name."""

    code = "people.name_unusable"

    def __init__(self) -> None:
        super().__init__(
            _("Write the name in one line of at most %(most)s characters.", most=NAME_MAX),
            field="value",
        )


class OwnCorrection(Forbidden):
    """Nobody approves a correction of their own data."""

    code = "people.own_correction"

    def __init__(self) -> None:
        super().__init__(_("This is about yourself. Somebody else has to decide on it."))
