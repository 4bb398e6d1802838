"""A courier for tests: keeps what it was to send, and can be waited for."""

import queue
import re

from incentive.core.sms import Courier

SECONDS_MAX = 10


class Outbox:
    """The messages that were sent, in order."""

    def __init__(self):
        self._sent = queue.Queue()

    def send(self, to, text):
        self._sent.put((to, text))

    def next(self):
        """The next message, as (phone, text)."""
        return self._sent.get(timeout=SECONDS_MAX)

    def code(self, phone):
        """The six digits of the next message, which went to `phone`."""
        to, text = self.next()
        assert to == phone
        return re.search(r"\d{6}", text)[0]

    def is_empty(self):
        return self._sent.empty()


def outbox(app):
    """Have `app` send into a fresh outbox, and return it."""
    app.extensions["sms"] = Courier(Outbox())
    return app.extensions["sms"].sender


def settle(app):
    """Wait until everything that was taken so far is sent."""
    app.extensions["sms"]._threads.shutdown(wait=True)
