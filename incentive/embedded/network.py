"""The port the web server will listen on, and whether the service answers there."""

import errno
import http.client
import socket

from incentive.embedded.errors import StartError


def claim_port(host: str, port: int) -> int:
    """Return `port` if it is free on `host`; for 0, some free port.

    Raises:
        StartError: it is taken, reserved, or `host` is not this machine's.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            free: int = probe.getsockname()[1]
            return free
    except socket.gaierror:
        raise StartError(f"--host {host} is no address of this machine.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {port} on {host} is taken"
        else:
            reason = f"Port {port} on {host} cannot be used ({error.strerror})"
        raise StartError(f"{reason}: choose another with --port N.") from None


def answers(host: str, port: int, path: str) -> bool:
    """Return whether a GET of `path` is answered with 200 within a second."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def url_of(host: str, port: int) -> str:
    """Return the address to type into a browser on this machine."""
    reachable = _reachable(host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104
