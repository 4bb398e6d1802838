"""To which names this service answers: a link that it makes may lead to where a request came."""

import socket
from collections.abc import Callable, Collection
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, request

from incentive.config import Settings
from incentive.core.errors import Malformed
from incentive.core.i18n import _

_SEEN_MAX: Final = 100
_PROBES: Final = {"/healthz", "/readyz", "/metrics"}


class UnknownHost(Malformed):
    """A request came to a name that is not ours, as a forged one does."""

    code = "http.unknown_host"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This service has another address. Whoever runs it tells it its names by"
                " INCENTIVE_PUBLIC_URL or INCENTIVE_TRUSTED_HOSTS."
            ),
            field="Host",
        )


def init_app(app: Flask, known: Callable[[], Collection[str]]) -> None:
    """Have `app` answer only to hosts that are its own, for its links lead to where a request came.

    Those are the public address's, the listed ones, what `known` tells, this machine's name, and
    every address of a private network, at which nobody else can have a page. What only says whether
    the server is well answers to any.
    """
    settings: Settings = app.config["SETTINGS"]
    own = {urlsplit(settings.public_url or "").hostname, *settings.trusted_hosts}
    own |= {"localhost", socket.gethostname().lower()}
    seen: set[str] = set()

    def refuse() -> None:
        asked = request.environ.get("HTTP_HOST", "")
        if asked in seen or request.path in _PROBES:
            return
        host = urlsplit(f"//{request.host}").hostname or ""
        if host in own or _is_private(host):
            if len(seen) < _SEEN_MAX:  # many ports would be many
                seen.add(asked)
        elif host not in known():
            raise UnknownHost

    app.before_request(refuse)


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_link_local
