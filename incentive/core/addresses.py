"""Where the world reaches this service: at the deployment's own address, else as the request did."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest
from werkzeug.middleware.proxy_fix import ProxyFix

from incentive.config import Settings

_SECURE: Final = "https"


def init_app(app: Flask) -> None:
    """Have `app` believe as many proxies as the settings say, and no more."""
    settings: Settings = app.config["SETTINGS"]
    proxies = settings.trusted_proxies
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0
        )


def public_base() -> str:
    """Return the address before the path of a page, for a code that another device reads."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        return settings.public_url or request.root_url
    except UnicodeError:  # a host like "xn--a", which is no name
        raise BadRequest from None


def own_hosts() -> set[str]:
    """Return the hosts, with port, whose pages are ours."""
    settings: Settings = current_app.config["SETTINGS"]
    return {request.host, urlsplit(settings.public_url or "").netloc} - {""}


def client_network() -> str:
    """Return where the request came from: an IPv4 address, or the /64 that IPv6 gives one house."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:  # a Unix socket has none
        return text
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return text


def is_secure() -> bool:
    """Say whether the browser came by TLS, which may end at a proxy before us."""
    settings: Settings = current_app.config["SETTINGS"]
    public = settings.public_url
    return urlsplit(public).scheme == _SECURE if public else request.is_secure
