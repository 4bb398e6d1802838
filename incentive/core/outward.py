"""Asking an address of the world's, and not by a trick one of this machine's own network.

A name is looked up once, every address that it has is looked at, and one of those is connected
to: a name that answers otherwise the second time gains nothing. Nothing is followed.
"""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Final

import httpx

SECONDS_MAX: Final = 5.0
_PORTS: Final = {"https": 443, "http": 80}


class Unsent(Exception):
    """An address did not take what was sent; the text says why."""


def post(address: str, content: bytes, headers: Mapping[str, str], *, inside: bool) -> None:
    """Post `content` to `address`; with `inside`, it may lie in a private network.

    Raises:
        Unsent: it has no address that may be used, or did not answer 2xx within 5 seconds.
    """
    with asking("POST", address, headers, content, inside=inside) as taken:
        status = taken.status_code  # what else it says is not read: it could be without end
    if not httpx.codes.is_success(status):
        raise Unsent(f"it answered {status}")


@contextmanager
def asking(
    method: str,
    address: str,
    headers: Mapping[str, str],
    content: bytes | str | None = None,
    *,
    inside: bool,
) -> Iterator[httpx.Response]:
    """Send a request to `address`, and open what it answers; it is read by who asks, up to a limit.

    Raises:
        Unsent: it has no address that may be used, or broke off, or took longer than 5 seconds.
    """
    try:
        url = httpx.URL(address)
        port = url.port or _PORTS[url.scheme]
        with (
            # By a transport of its own: a proxy of the environment's would look the name up anew.
            httpx.Client(
                timeout=SECONDS_MAX, follow_redirects=False, transport=httpx.HTTPTransport()
            ) as client,
            client.stream(
                method,
                url.copy_with(host=_usable(url.host, port, inside=inside)),
                content=content,
                # The name still says which site is meant, and whose certificate is wanted.
                headers={**headers, "Host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": url.host},
            ) as answer,
        ):
            yield answer
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unsent(f"{type(error).__name__}: {error}") from None


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
