"""Why a list of persons is not taken in, or is not undone."""

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import Text, _


class UnknownImport(NotFound):
    """There is no such import that the caller may know of."""

    code = "imports.unknown"

    def __init__(self) -> None:
        super().__init__(_("There is no such import here. Look it up in the list of imports."))


class ColumnsMissing(Invalid):
    """No row of the file's first twenty names the columns."""

    code = "imports.columns_missing"

    def __init__(self) -> None:
        super().__init__(
            _(
                "No columns were found. One of the first 20 rows must have the headings “姓名” and"
                " “手机号” or “身份证号”. Use the template."
            ),
            field="file",
        )


class TooManyRows(Invalid):
    """The list is longer than one import takes."""

    code = "imports.too_many_rows"

    def __init__(self, most: int) -> None:
        super().__init__(
            _("At most %(most)s rows are taken at a time. Send the list in parts.", most=most),
            field="file",
            most=most,
        )


class NoRows(Invalid):
    """Below the headings there is nothing."""

    code = "imports.no_rows"

    def __init__(self) -> None:
        super().__init__(_("Below the headings there is no row. Fill in the list."), field="file")


class ImportBroken(Invalid):
    """Reading the file failed again and again for a reason of ours."""

    code = "imports.broken"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This file could not be worked off. Nobody was entered. Tell whoever runs the service."
            )
        )


class ImportNotNow(Conflict):
    """It is not at the point at which this can be done."""

    code = "imports.not_now"

    def __init__(self, message: Text | None = None) -> None:
        super().__init__(
            message
            or _("This import is further on, or not so far yet. Open it again to see where it is.")
        )


class NothingToEnter(Conflict):
    """No row of the list can be entered."""

    code = "imports.nothing_to_enter"

    def __init__(self) -> None:
        super().__init__(_("No row can be entered. Mend the rows below and send the file again."))


class GuardiansMissing(Invalid):
    """There are children in the list, and nobody says that their guardians agreed."""

    code = "imports.guardians_missing"

    def __init__(self, children: int) -> None:
        super().__init__(
            _(
                "%(count)s persons are under 14. Say that their guardians' consent lies with you on"
                " paper, or take them off the list.",
                count=children,
            ),
            field="guardians",
            children=children,
        )


class UndoTooLate(Conflict):
    """An import is undone within a day only."""

    code = "imports.undo_too_late"

    def __init__(self, hours: int) -> None:
        super().__init__(
            _(
                "An import can be undone for %(hours)s hours only. Look after the persons one by"
                " one.",
                hours=hours,
            ),
            hours=hours,
        )
