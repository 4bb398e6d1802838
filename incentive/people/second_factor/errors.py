"""What the second factor refuses."""

from incentive.core.errors import Conflict, Forbidden, NotFound, Unauthenticated
from incentive.core.i18n import _


class FactorWrong(Unauthenticated):
    """The code from the app is not right, or was used before."""

    code = "people.factor_wrong"

    def __init__(self) -> None:
        super().__init__(
            _(
                "The code is not right, or was used already. Wait for the next one in the app,"
                " or use a recovery code."
            ),
            field="code",
        )


class FactorHeld(Conflict):
    """There is an authenticator app already."""

    code = "people.factor_held"

    def __init__(self) -> None:
        super().__init__(
            _("An authenticator app is set up already. Take it off first, with a code of its own.")
        )


class NoFactor(NotFound):
    """No authenticator app is set up, or none that waits to be confirmed."""

    code = "people.no_factor"

    def __init__(self) -> None:
        super().__init__(_("No authenticator app is set up. Begin with setting one up."))


class FactorNeeded(Forbidden):
    """The person's roles need a second factor, so it cannot be taken off."""

    code = "people.factor_needed"

    def __init__(self) -> None:
        super().__init__(
            _("Your roles need the authenticator app. Ask an administrator to reset it instead.")
        )


class OwnFactor(Forbidden):
    """Nobody resets their own second factor."""

    code = "people.own_factor"

    def __init__(self) -> None:
        super().__init__(
            _("Nobody resets their own authenticator app. Ask another administrator."),
            field="person_id",
        )
