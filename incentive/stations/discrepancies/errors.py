"""What is refused of clearing a finding."""

from incentive.core.errors import Conflict, Forbidden, NotFound
from incentive.core.i18n import _


class UnknownDiscrepancy(NotFound):
    """No such finding here."""

    code = "stations.unknown_discrepancy"

    def __init__(self) -> None:
        super().__init__(_("There is no such finding. Choose one from the list."))


class AlreadyCleared(Conflict):
    """A finding is cleared once."""

    code = "stations.already_cleared"

    def __init__(self) -> None:
        super().__init__(_("This finding was cleared before; its note stays as it is."))


class OwnFinding(Forbidden):
    """Nobody clears what is about themselves."""

    code = "stations.own_finding"

    def __init__(self) -> None:
        super().__init__(_("This finding is about you. Somebody else must clear it."))
