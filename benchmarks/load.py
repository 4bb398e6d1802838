"""A load generator that costs little: one thread, one selector, connections kept alive.

Run as a process of its own, so that it takes no time from anybody's interpreter:

    python -m benchmarks.load HOST PORT CONNECTIONS SECONDS FILE

FILE holds whole HTTP requests, each behind its length in four bytes. Each is sent once; it
counts if the answer is 200 or 201 and says that the person was checked in. Prints JSON.
"""

import json
import selectors
import socket
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ACCEPTED = b'"check_in"'
_END = b"\r\n\r\n"


class Line:
    """One connection: what was sent on it and what has come back so far."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def answer(self) -> tuple[int, bytes] | None:
        """Read what is there; return status and body once they are whole."""
        part = self.socket.recv(65536)
        if not part:
            raise SystemExit("the server closed a connection")
        self.received += part
        head, end, body = self.received.partition(_END)
        if not end:
            return None
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at:].split(b"\r\n", 1)[0])
        if len(body) < length:
            return None
        self.received = b""
        return int(head[9:12]), body


def run(
    host: str, port: int, connections: int, seconds: float, requests: Iterator[bytes]
) -> dict[str, object]:
    """Keep `connections` busy until the time or the requests are over; return what came back."""
    selector = selectors.DefaultSelector()
    lines = [Line(host, port) for _ in range(connections)]
    outcomes: Counter[str] = Counter()
    accepted, sample = 0, b""
    began = time.perf_counter()
    deadline = began + seconds
    for line in lines:
        line.socket.sendall(next(requests))
        selector.register(line.socket, selectors.EVENT_READ, line)
    busy = connections
    while busy:
        for key, _ in selector.select():
            line = key.data
            whole = line.answer()
            if whole is None:
                continue
            status, body = whole
            if status in {200, 201} and ACCEPTED in body:
                accepted += 1
            else:
                outcomes[str(status)] += 1
                sample = sample or body[:300]
            following = next(requests, None) if time.perf_counter() < deadline else None
            if following is None:
                selector.unregister(line.socket)
                line.socket.close()
                busy -= 1
            else:
                line.socket.sendall(following)
    return {
        "accepted": accepted,
        "seconds": time.perf_counter() - began,
        "other": dict(outcomes),
        "sample": sample.decode(errors="replace"),
    }


def requests_in(file: Path) -> Iterator[bytes]:
    """Yield the requests in `file`."""
    data = memoryview(file.read_bytes())
    at = 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield bytes(data[at + 4 : at + 4 + length])
        at += 4 + length


def write_requests(file: Path, requests: list[bytes]) -> None:
    """Write `requests` to `file` in the form that `requests_in` reads."""
    file.write_bytes(b"".join(len(each).to_bytes(4, "big") + each for each in requests))


if __name__ == "__main__":
    host, port, connections, seconds, file = sys.argv[1:]
    whole = run(host, int(port), int(connections), float(seconds), requests_in(Path(file)))
    print(json.dumps(whole))
