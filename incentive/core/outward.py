"""Posting to an address of the world's, and not by a trick to one of this machine's own network.

A name is looked up once, every address that it has is looked at, and one of those is connected
to: a name that answers otherwise the second time gains nothing. Nothing is followed.
"""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import httpx

SECONDS_MAX: Final = 5.0
_PORTS: Final = {"https": 443, "http": 80}


class Unsent(Exception):
    """An address did not take what was posted; the text says why."""


def post(address: str, content: bytes, headers: Mapping[str, str], *, inside: bool) -> None:
    """Post `content` to `address`; with `inside`, it may lie in a private network.

    Raises:
        Unsent: it has no address that may be used, or did not answer 2xx within 5 seconds.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    try:
        url = httpx.URL(address)
        with (
            httpx.Client(timeout=SECONDS_MAX, follow_redirects=False) as client,
            client.stream(
                "POST",
                url.copy_with(host=_usable(host, port, inside=inside)),
                content=content,
                # The name still says which site is meant, and whose certificate is wanted.
                headers={**headers, "Host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": host},
            ) as taken,
        ):
            status = taken.status_code  # what else it says is not read: it could be without end
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unsent(f"{type(error).__name__}: {error}") from None
    if not httpx.codes.is_success(status):
        raise Unsent(f"it answered {status}")


def _usable(host: str, port: int, *, inside: bool) -> str:
    """Return the address to connect to.

    Raises:
        Unsent: the name has none, or one that is not of the world's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unsent(f"{host} has no address: {error}") from None
    addresses = [str(each[4][0]) for each in found]
    private = [each for each in addresses if not _is_public(each)]
    if private and not inside:
        raise Unsent(f"{host} lies in a private network, at {private[0]}")
    return addresses[0]


def _is_public(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    return (mapped or address).is_global and not address.is_multicast
