"""What the pages about people have around them: the tabs that the reader may open."""

from typing import Any, Final

from flask import current_app, url_for

from incentive.core.i18n import Text, _
from incentive.people.caller import SESSION, Caller

# Endpoint, label, and the permissions of which one opens it; one that is not installed is left out.
_TABS: Final[tuple[tuple[str, Text, tuple[str, ...]], ...]] = (
    ("web.person_search", _("Persons"), ("person.find",)),
    ("web.import_list", _("Lists of persons"), ("person.import",)),
    ("web.merge_list", _("Merge two entries"), ("person.merge",)),
    ("web.corrections", _("Corrections of personal data"), ("person.correct",)),
    ("web.erasures", _("Erasures"), ("person.erase",)),
    ("web.role_list", _("Roles"), ("role.grant",)),
    ("web.role_grant", _("Grant a role"), ("role.grant",)),
    ("web.device_list", _("Devices"), ("shift.run", "station.serve")),
    ("web.guardian_paper", _("Guardian's consent on paper"), ("guardian.confirm",)),
    ("web.notice_list", _("Notices"), ("notice.publish",)),
    ("web.consent_figures", _("Consents"), ("person.reveal",)),
    ("web.desk_acts", _("Audit log"), ("audit.read",)),
    ("web.retention", _("How long it is kept"), ("audit.read",)),
    ("web.role_table_page", _("Who may do what"), ()),
)
# The audit log is the auditors' as well, and has its own place.
_PATHS: Final = (
    "/persons",
    "/imports",
    "/merges",
    "/corrections",
    "/erasures",
    "/roles",
    "/devices",
    "/notices",
    "/guardianships",
)


def tabs(who: Caller, here: str) -> list[dict[str, Any]]:
    """Return the tabs for `who` on the page of the endpoint `here`."""
    if who.kind != SESSION:
        return []
    return [
        {"label": label, "href": url_for(endpoint), "current": endpoint == here}
        for endpoint, label, permissions in _TABS
        if endpoint in current_app.view_functions
        and (not permissions or any(map(who.regions_for, permissions)))
    ]


def is_about_people(path: str) -> bool:
    """Say whether an address is that of one of the pages about people."""
    return path.startswith(_PATHS)


def front(who: Caller) -> str | None:
    """Return the endpoint of the first of the pages about people that `who` may open."""
    for endpoint, _label, permissions in _TABS[:3]:
        if endpoint in current_app.view_functions and any(map(who.regions_for, permissions)):
            return endpoint
    return None
