"""What the territory's use cases refuse."""

from incentive.core.errors import Conflict, Invalid, NotFound
from incentive.core.i18n import _


class UnknownRegion(NotFound):
    """No region of this id or code."""

    code = "regions.unknown_region"

    def __init__(self, field: str | None = None) -> None:
        super().__init__(
            _("There is no such region here. Look it up in the list of regions."), field=field
        )


class NotACommunity(Invalid):
    """Only a community has grids below it."""

    code = "regions.not_a_community"

    def __init__(self) -> None:
        super().__init__(_("Grids lie below a community. Choose the community first."))


class GridNameTaken(Conflict):
    """The community has a grid of this name."""

    code = "regions.grid_name_taken"

    def __init__(self) -> None:
        super().__init__(
            _("This community has a grid of that name already. Choose another."), field="name"
        )


class GridsFull(Conflict):
    """Every number for a grid of this community is in use."""

    code = "regions.grids_full"

    def __init__(self, limit: int) -> None:
        super().__init__(
            _("A community has at most %(limit)s grids. Use one that exists.", limit=limit),
            limit=limit,
        )


class FileUnreadable(Invalid):
    """The file is no list of regions."""

    code = "regions.file_unreadable"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This is no list of regions. It needs a first line code,level,parent_code,name"
                " and UTF-8 or GB18030 text; it may be compressed as .xz or .gz."
            )
        )
