"""What the activities' use cases refuse."""

from datetime import datetime

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import _


class UnknownTeam(NotFound):
    """No such team here."""

    code = "activities.unknown_team"

    def __init__(self) -> None:
        super().__init__(_("There is no such team here. Found it first."), field="team_id")


class TeamNameTaken(Conflict):
    """The region has a team of this name."""

    code = "activities.team_name_taken"

    def __init__(self) -> None:
        super().__init__(
            _("This region has a team of that name already. Choose another."), field="name"
        )


class TeamFromElsewhere(Invalid):
    """The team is at home on another branch of the territory."""

    code = "activities.team_from_elsewhere"

    def __init__(self) -> None:
        super().__init__(
            _("This team is at home elsewhere. Choose one of this region, or above or below it."),
            field="team_id",
        )


class UnknownActivity(NotFound):
    """No such activity here."""

    code = "activities.unknown_activity"

    def __init__(self) -> None:
        super().__init__(_("There is no such activity. Look it up in the list again."))


class ActivityCancelled(Conflict):
    """The activity does not take place."""

    code = "activities.activity_cancelled"

    def __init__(self) -> None:
        super().__init__(_("This activity has been cancelled. Publish a new one."))


class UnknownShift(NotFound):
    """No such shift here."""

    code = "activities.unknown_shift"

    def __init__(self) -> None:
        super().__init__(_("There is no such shift. Look at the activity again."))


class ShiftTimes(Invalid):
    """The hours cannot be."""

    code = "activities.shift_times"

    def __init__(self) -> None:
        super().__init__(
            _("A shift ends after it starts, lasts at most 24 hours, and is not over yet."),
            field="ends_at",
        )


class ShiftPlace(Invalid):
    """A place needs all three figures or none."""

    code = "activities.shift_place"

    def __init__(self) -> None:
        super().__init__(
            _("Give latitude, longitude and radius_m together, or none of them."), field="radius_m"
        )


class ShiftCancelled(Conflict):
    """The shift does not take place."""

    code = "activities.shift_cancelled"

    def __init__(self) -> None:
        super().__init__(_("This shift has been cancelled. Choose another one."))


class ShiftOver(Conflict):
    """The shift has ended."""

    code = "activities.shift_over"

    def __init__(self) -> None:
        super().__init__(_("This shift is over. Choose another one."))


class Overlap(Conflict):
    """The person has a place on another shift at that time."""

    code = "activities.overlap"

    def __init__(self, title: str, starts_at: datetime) -> None:
        super().__init__(
            _(
                "You have a place on “%(title)s” at that time. Withdraw from it first.",
                title=title,
            ),
            title=title,
            starts_at=starts_at.isoformat(),
        )


class SignUpCancelled(Conflict):
    """The organiser has cancelled this sign-up."""

    code = "activities.sign_up_cancelled"

    def __init__(self) -> None:
        super().__init__(_("The organiser has cancelled your sign-up. Ask the organiser."))


class NotSignedUp(NotFound):
    """There is no sign-up to withdraw."""

    code = "activities.not_signed_up"

    def __init__(self) -> None:
        super().__init__(_("You have not signed up for this shift."))


class ShiftsToCome(Conflict):
    """Somebody who wants to be erased has places on shifts."""

    code = "activities.shifts_to_come"

    def __init__(self, count: int) -> None:
        super().__init__(
            _(
                "Places on shifts to come: %(count)s. Give them back first.",
                count=count,
            ),
            count=count,
        )
