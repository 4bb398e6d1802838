"""The port that the web server is to have."""

import socket

import pytest

from incentive.embedded.errors import StartError
from incentive.embedded.network import answers, claim_port, url_of


def test_port_nought_takes_a_free_one():
    port = claim_port("127.0.0.1", 0)
    assert claim_port("127.0.0.1", port) == port


def test_a_taken_port_is_named_with_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f"Port {port} .* is taken: .*--port"):
            claim_port("127.0.0.1", port)


def test_a_host_of_elsewhere_is_refused():
    with pytest.raises(StartError, match=r"192\.0\.2\.1"):
        claim_port("192.0.2.1", 8000)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("::", "http://[::1]:80"),
        ("box.example", "http://box.example:80"),
    ],
)
def test_the_printed_address_can_be_typed_into_a_browser(host, url):
    assert url_of(host, 80) == url


def test_nobody_there_is_no_answer():
    assert not answers("127.0.0.1", claim_port("127.0.0.1", 0), "/readyz")
