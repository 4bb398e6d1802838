"""What changing the policy refuses."""

from incentive.core.errors import Forbidden
from incentive.core.i18n import _


class NotOverAll(Forbidden):
    """The role reaches a part of the jurisdiction only."""

    code = "points.not_over_all"

    def __init__(self) -> None:
        super().__init__(
            _("This holds for the whole jurisdiction. Ask whoever administers all of it.")
        )
