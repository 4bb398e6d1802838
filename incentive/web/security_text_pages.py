"""Where somebody who finds a flaw reports it: RFC 9116."""

from datetime import timedelta
from typing import Final

from flask import Response, current_app
from werkzeug.exceptions import NotFound

from incentive.config import Settings
from incentive.core import clock
from incentive.core.addresses import public_base
from incentive.core.needs import PUBLIC, needs
from incentive.core.zone import timezone, today
from incentive.web.site import bp

# The standard wants less than a year; whoever keeps a copy asks again in time.
VALID: Final = timedelta(days=180)


@bp.get("/.well-known/security.txt")
@needs(PUBLIC)
def security_text() -> Response:
    """Say whom to tell, in which languages, and until when that is sure to hold."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.security_contact is None:
        raise NotFound
    # From one midnight to the next, the file is the same.
    expires, _next = clock.day_bounds(today() + VALID, timezone())
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {expires.isoformat()}",
        "Preferred-Languages: zh, en",
        f"Canonical: {public_base().rstrip('/')}/.well-known/security.txt",
    )
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")
