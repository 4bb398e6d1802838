"""What is posted to the world stays out of the machine's own network."""

import socket
import ssl
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from incentive.core import clock, outward
from incentive.core.outward import Unsent

PUBLIC = "93.184.215.14"
REAL = socket.getaddrinfo


@pytest.fixture
def names(monkeypatch):
    """What each name's addresses are, one list for each time that it is looked up."""
    known = {}

    def look_up(host, port, *args, **kwargs):
        if host not in known:
            return REAL(host, port, *args, **kwargs)
        answers = known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        kind = socket.SOCK_STREAM
        return [
            (socket.AF_INET6 if ":" in each else socket.AF_INET, kind, 6, "", (each, port))
            for each in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.fixture
def connected(monkeypatch):
    """Where somebody tried to connect to; nobody gets through."""
    tried = []

    def refuse(address, *_args, **_kwargs):
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    return tried


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - refused, not listened on
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
    ],
)
def test_no_address_of_a_private_network_is_connected_to(names, connected, address):
    names["hook.example"] = [[address]]
    with pytest.raises(Unsent, match="private network"):
        outward.post("https://hook.example/x", b"", {}, inside=False)
    assert connected == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]"])
def test_nor_one_written_as_a_number(connected, host):
    with pytest.raises(Unsent):
        outward.post(f"https://{host}/x", b"", {}, inside=False)
    assert connected == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(names, connected):
    names["hook.example"] = [[PUBLIC, "10.0.0.1"]]
    with pytest.raises(Unsent, match="private network"):
        outward.post("https://hook.example/x", b"", {}, inside=False)
    assert connected == []


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(names, connected):
    names["hook.example"] = [[PUBLIC], ["127.0.0.1"]]
    with pytest.raises(Unsent):
        outward.post("https://hook.example/x", b"", {}, inside=False)
    assert connected == [PUBLIC]
    assert names["hook.example"] == [["127.0.0.1"]], "it was looked up once"


def test_a_name_that_is_none_is_told(monkeypatch):
    def gone(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", gone)
    with pytest.raises(Unsent, match="has no address"):
        outward.post("https://nowhere.example/", b"", {}, inside=False)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.headers["Host"], body))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_args):
        pass


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    """A server at 127.0.0.1 with a certificate for hook.example, which is believed here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hook.example")]), False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key").write_bytes(key.private_bytes(pem, *plain))
    (tmp_path / "cert").write_bytes(certificate.public_bytes(pem))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.got, server.answer = [], 204
        server.handle_error = lambda *_: None
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_whose_certificate_is_wanted_is_said_by_the_name(names, receiver):
    names["hook.example"] = names["other.example"] = [["127.0.0.1"]]
    there = f"hook.example:{receiver.server_port}"
    outward.post(f"https://{there}/x", b"a note", {"X-A": "b"}, inside=True)
    assert receiver.got == [(there, b"a note")]
    with pytest.raises(Unsent, match=r"CERTIFICATE_VERIFY_FAILED|certificate"):
        outward.post(f"https://other.example:{receiver.server_port}/", b"", {}, inside=True)
    assert len(receiver.got) == 1


def test_a_redirect_is_followed_nowhere(names, receiver):
    names["hook.example"] = [["127.0.0.1"]]
    receiver.answer = 307
    with pytest.raises(Unsent, match="answered 307"):
        outward.post(f"https://hook.example:{receiver.server_port}/", b"", {}, inside=True)
