"""What signing in by another service refuses."""

from incentive.core.errors import Conflict, NotFound, Unauthenticated, Unavailable
from incentive.core.i18n import _


class UnknownProvider(NotFound):
    """No such service is configured."""

    code = "people.unknown_provider"

    def __init__(self) -> None:
        super().__init__(_("There is no such way to sign in here. Choose another one."))


class ProviderAway(Unavailable):
    """The other service does not answer, or not as it should."""

    code = "people.provider_away"

    def __init__(self) -> None:
        super().__init__(
            _("The other service does not answer. Try again later, or sign in with the password.")
        )


class ProofRefused(Unauthenticated):
    """What the other service, or somebody in its name, sent proves nothing."""

    code = "people.proof_refused"

    def __init__(self) -> None:
        super().__init__(
            _("The other service's answer was not accepted. Begin the sign-in again from here.")
        )


class IdentityHeld(Conflict):
    """The person has another account of that service linked already."""

    code = "people.identity_held"

    def __init__(self) -> None:
        super().__init__(
            _("Another account of this service is linked to you already. Unlink it first.")
        )


class UnknownIdentity(NotFound):
    """No such account is linked to the caller."""

    code = "people.unknown_identity"

    def __init__(self) -> None:
        super().__init__(_("There is no such linked account. Look at the list again."))
