"""What the pages' own forms refuse."""

from incentive.core.errors import Conflict, Invalid, Malformed
from incentive.core.i18n import _


class FormWithoutKey(Malformed):
    """A form came without the key that makes it count once."""

    code = "web.form_without_key"

    def __init__(self) -> None:
        super().__init__(_("This form was not sent whole. Load the page again and send it anew."))


class FormSpent(Conflict):
    """The form was sent before, with other content."""

    code = "web.form_spent"

    def __init__(self) -> None:
        super().__init__(_("This form was sent before. See what became of it, then send it anew."))


class ReasonMissing(Invalid):
    """What is refused or undone needs a reason."""

    code = "web.reason_missing"

    def __init__(self) -> None:
        super().__init__(_("Write a reason in one line; the person reads it."), field="reason")


class NameMissing(Invalid):
    """Nobody can be entered without a name."""

    code = "web.name_missing"

    def __init__(self) -> None:
        super().__init__(_("Write your name, in at most 50 characters."), field="name")


class PasswordTooLong(Invalid):
    """Longer than any password needs to be."""

    code = "web.password_too_long"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("The password may have at most %(most)s characters.", most=most),
            field="password",
            most=most,
        )


class HomeMissing(Invalid):
    """No community was chosen."""

    code = "web.home_missing"

    def __init__(self) -> None:
        super().__init__(_("Choose the community where you live."), field="home_region_id")


class DaysBackwards(Invalid):
    """The first day lies after the last."""

    code = "web.days_backwards"

    def __init__(self) -> None:
        super().__init__(_("The first day is after the last one. Swap them."), field="from")


class FieldUnreadable(Invalid):
    """A field of a filter cannot be read."""

    code = "web.field_unreadable"

    def __init__(self, field: str) -> None:
        super().__init__(_("This cannot be read. Mend it or leave it empty."), field=field)


class NumberWrong(Invalid):
    """A field wants a whole number within bounds."""

    code = "web.number_wrong"

    def __init__(self, field: str, least: int, most: int) -> None:
        super().__init__(
            _("Write a whole number from %(least)s to %(most)s.", least=least, most=most),
            field=field,
            least=least,
            most=most,
        )


class AmountWrong(Invalid):
    """A field wants an amount of money."""

    code = "web.amount_wrong"

    def __init__(self, field: str) -> None:
        super().__init__(_("Write an amount in yuan, as in 12.50."), field=field)


class NothingTyped(Invalid):
    """A form for many figures came with none."""

    code = "web.nothing_typed"

    def __init__(self) -> None:
        super().__init__(_("Write at least one figure, then save."))


class PlaceMissing(Invalid):
    """No region or station was chosen."""

    code = "web.place_missing"

    def __init__(self) -> None:
        super().__init__(_("Choose the region or station."), field="place")


class NothingChosen(Invalid):
    """Of several boxes none is ticked."""

    code = "web.nothing_chosen"

    def __init__(self, field: str) -> None:
        super().__init__(_("Choose at least one."), field=field)


class NoStatementChosen(Invalid):
    """No statement, or too many, are ticked for a transfer."""

    code = "web.no_statement_chosen"

    def __init__(self) -> None:
        super().__init__(_("Tick the statement that this transfer paid, or all that it paid."))
