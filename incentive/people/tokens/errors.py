"""What API tokens refuse."""

from incentive.core.errors import Invalid, NotFound
from incentive.core.i18n import _


class ScopeNotHeld(Invalid):
    """A token was to have more than its person has."""

    code = "people.scope_not_held"

    def __init__(self, scope: str) -> None:
        super().__init__(
            _("None of your roles has “%(scope)s”: leave it out.", scope=scope),
            field="scopes",
            scope=scope,
        )


class UnknownToken(NotFound):
    """No such token of the caller's is good now."""

    code = "people.unknown_token"

    def __init__(self) -> None:
        super().__init__(_("There is no such token, or it has ended. Look at the list again."))
