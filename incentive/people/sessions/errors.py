"""What sessions refuse."""

from incentive.core.errors import Forbidden, NotFound
from incentive.core.i18n import _


class UnknownSession(NotFound):
    """No such session of the caller's is open."""

    code = "people.unknown_session"

    def __init__(self) -> None:
        super().__init__(_("There is no such session, or it has ended. Look at the list again."))


class SessionNeeded(Forbidden):
    """A device or a token asked for what only its person may do, signed in."""

    code = "people.session_needed"

    def __init__(self) -> None:
        super().__init__(_("Only a person who has signed in may do this, no device and no token."))
