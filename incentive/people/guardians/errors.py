"""What guardians' use cases refuse, and what minors may not serve."""

from incentive.core.errors import Conflict, Forbidden, NotFound
from incentive.core.i18n import _


class NotAMinor(Conflict):
    """Only a minor has a guardian here."""

    code = "people.not_a_minor"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Only minors have a guardian here. If you are under 18, tell your month of birth first."
            )
        )


class InvitationSpent(NotFound):
    """The invitation is unknown, used up or too old; which of them is not told."""

    code = "people.invitation_spent"

    def __init__(self) -> None:
        super().__init__(_("This invitation is used up or too old. Ask the child for a new one."))


class NotAGuardian(Forbidden):
    """Only an adult other than the minor is a guardian."""

    code = "people.not_a_guardian"

    def __init__(self) -> None:
        super().__init__(
            _("Only another person who is of age can be the guardian."), field="guardian"
        )


class UnknownWard(NotFound):
    """The caller is no guardian of this person."""

    code = "people.unknown_ward"

    def __init__(self) -> None:
        super().__init__(_("You are not this person's guardian. Load the page again."))


class GuardianNeeded(Forbidden):
    """A minor serves with a guardian's consent only."""

    code = "people.guardian_needed"

    def __init__(self) -> None:
        super().__init__(
            _(
                "Under 18, a guardian has to consent first. Invite one on the page “My guardians”,"
                " or go to the community together."
            )
        )


class TooYoung(Forbidden):
    """The activity has a least age that is not reached, or not known to be."""

    code = "people.too_young"

    def __init__(self, minimum_age: int) -> None:
        super().__init__(
            _(
                "This activity is for people of %(minimum_age)s and older. If you are, tell your"
                " month of birth on “My consents”.",
                minimum_age=minimum_age,
            ),
            minimum_age=minimum_age,
        )


class MinorAtNight(Forbidden):
    """Minors do not serve at night."""

    code = "people.minor_at_night"

    def __init__(self) -> None:
        super().__init__(
            _("Under 18, nobody serves between 22:00 and 6:00. Choose a shift by day.")
        )


class MinorTooLong(Forbidden):
    """Minors serve shifts up to some hours only."""

    code = "people.minor_too_long"

    def __init__(self, hours: int) -> None:
        super().__init__(
            _(
                "At this age a shift lasts at most %(hours)s hours. Choose a shorter one.",
                hours=hours,
            ),
            hours=hours,
        )


class MinorAlone(Forbidden):
    """The activity asks for a guardian who comes along."""

    code = "people.minor_alone"

    def __init__(self) -> None:
        super().__init__(
            _("Here a guardian comes along: the guardian signs up for this shift first, then you.")
        )
