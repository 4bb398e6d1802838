"""Requests to the server, as one person's phone makes them: with a key, and tried again."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from incentive.demo.walk.errors import Away, Broken

CONNECTIONS: Final = 8
FIRST_SECONDS_MAX: Final = 5.0
START_SECONDS_MAX: Final = 90.0
TRY_SECONDS_MAX: Final = 60.0
READY_SECONDS: Final = 0.5
ANSWER_SECONDS_MAX: Final = 30.0
_AWAY: Final = frozenset({429, 502, 503, 504})


@dataclass(slots=True)
class Visitor:
    """Somebody who uses the server; `label` tells them in messages, `token` signs them in."""

    label: str
    phone: str = ""
    token: str = ""
    number: str = ""
    person_id: str = ""


class Server:
    """The server at `url`, shared by all visitors over a few connections.

    One that never answered is given up soon, one that did is waited for a minute.
    """

    def __init__(self, url: str, jurisdiction: str | None) -> None:
        headers = {"X-Jurisdiction": jurisdiction} if jurisdiction else {}
        self._away_seconds_max = FIRST_SECONDS_MAX
        self._ready_url = f"{url.rstrip('/')}/readyz"
        self._client = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1",
            headers=headers,
            timeout=ANSWER_SECONDS_MAX,
            limits=httpx.Limits(max_connections=CONNECTIONS),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def wait_until_ready(self, say: Callable[[str], None]) -> None:
        """Return when the server is ready; one that is starting is waited for, and told about.

        Raises:
            Away: it is not ready after `START_SECONDS_MAX`.
        """
        deadline = time.monotonic() + START_SECONDS_MAX
        told = False
        while not self._is_ready():
            if time.monotonic() > deadline:
                raise Away("anybody", f"no server is ready after {START_SECONDS_MAX:.0f} s")
            if not told:
                say(f"Waiting up to {START_SECONDS_MAX:.0f} s for the server to be ready …")
                told = True
            time.sleep(READY_SECONDS)

    def _is_ready(self) -> bool:
        try:
            return self._client.get(self._ready_url).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def get(self, who: Visitor, path: str, **query: Any) -> Any:
        """Return the JSON at `path`.

        Raises:
            Broken: it is refused, or the server stays away.
        """
        return self.wanted(who, "GET", path, self.send(who, "GET", path, params=query))

    def text(self, who: Visitor, path: str, **query: Any) -> str:
        """Return the text at `path`.

        Raises:
            Broken: it is refused, or the server stays away.
        """
        answer = self.send(who, "GET", path, params=query)
        if answer.is_error:
            raise Broken(who.label, _told("GET", path, answer))
        return answer.text

    def post(self, who: Visitor, path: str, body: Any = None, **query: Any) -> Any:
        """Create something once, however often it takes to be heard; return the JSON.

        Raises:
            Broken: it is refused, or the server stays away.
        """
        answer = self.send(who, "POST", path, json=body, params=query)
        return self.wanted(who, "POST", path, answer)

    def patch(self, who: Visitor, path: str, body: Any) -> Any:
        """Change something; return the JSON.

        Raises:
            Broken: it is refused, or the server stays away.
        """
        return self.wanted(who, "PATCH", path, self.send(who, "PATCH", path, json=body))

    def refused(self, who: Visitor, path: str, body: Any, code: str) -> None:
        """Post what must be refused with the problem `code`.

        Raises:
            Broken: it was done, or refused for another reason.
        """
        answer = self.send(who, "POST", path, json=body)
        if not answer.is_error or problem_of(answer).get("code") != code:
            told = _told("POST", path, answer)
            raise Broken(who.label, f"should have been refused with {code}, but: {told}")

    def send(self, who: Visitor, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request until the server answers for itself; the key stays the same.

        Raises:
            Away: it stays away.
        """
        headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        deadline = time.monotonic() + self._away_seconds_max
        pause = 0.1
        while True:
            try:
                answer = self._client.request(method, path, headers=headers, **options)
            except httpx.TransportError as error:
                told = f"{type(error).__name__}: {error}"
            else:
                if answer.status_code not in _AWAY:
                    self._away_seconds_max = TRY_SECONDS_MAX
                    return answer
                told = _told(method, path, answer)
            if time.monotonic() + pause > deadline:
                raise Away(who.label, f"the server stays away ({told})")
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def wanted(self, who: Visitor, method: str, path: str, answer: httpx.Response) -> Any:
        """Return the JSON of an answer.

        Raises:
            Broken: it is a refusal, or no JSON.
        """
        if answer.is_error:
            raise Broken(who.label, _told(method, path, answer))
        try:
            return answer.json()
        except ValueError:
            raise Broken(who.label, f"{method} {path}: the answer is no JSON") from None


def _told(method: str, path: str, answer: httpx.Response) -> str:
    problem = problem_of(answer)
    what = f"{problem.get('code', '')} {problem.get('detail', '')}".strip()
    return f"{method} {path} → HTTP {answer.status_code} {what}".rstrip()


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the problem that an answer tells of; empty if it tells of none."""
    try:
        problem = answer.json()
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}
