"""Texts that would like to be SQL: tried at every place that takes a text, in one world.

The set is sqlmap's in small: boolean, error, union, stacked, time and second-order, and what
the layers between could trip over (placeholders, wildcards, paths). Nothing is timed: a
watcher reads every statement that the database gets, and every error that it answers.
"""

import re
from collections import Counter
from dataclasses import dataclass, field

import pytest
from flask import request

from incentive.core.db import db, transaction
from tests.security import world
from tests.security.asking import questions
from tests.security.watch import MARK, arm, watched

CALL = f"pg_temp.{MARK}()"
BOOLEAN = (f"{MARK}' AND '1'='1", f"{MARK}' AND '1'='2")
# Every place gets the pair, the mixture and one of the others in turn: a text that got into a
# statement would show with any of them.
MIXTURE = f"{MARK}'\"`\\;--$$ %s %(x)s {{0.__class__}} :x"
OTHERS = (
    f"' OR {CALL} IS NULL--{MARK}",
    f"1 OR {CALL} IS NULL",
    f"{MARK}' UNION SELECT {CALL}::text--",
    f"{MARK}'; SELECT {CALL};--",
    f"{MARK}'||(SELECT pg_sleep({CALL}))||'",
    f"\\'; SELECT {CALL};--{MARK}",
)
OPEN = ("/", "/sign-in", "/api/v1/regions")
HEADERS = ("Accept-Language", "User-Agent", "X-Forwarded-For", "Referer", "X-Requested-With")
_CHANGING = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+(?:\+[\d:]+|Z)?"
)


@pytest.fixture
def here(books):
    with transaction() as session:
        made = world.build()
        arm(session.connection())
    return made


def undoing(books):
    """A function that runs a request and undoes what it wrote."""
    connection = db.engines[None]

    def undone(ask):
        point = connection.begin_nested()
        try:
            answer = ask()
            status, text = answer.status_code, answer.get_data()
            answer.close()
        finally:
            db.session.remove()
            point.rollback()
        return status, text

    return undone


def plain(answer):
    """An answer without what differs each time: ids, instants, and the text that was sent."""
    status, text = answer
    read = text.decode("utf-8", "replace") if len(text) < 200_000 else ""
    read = re.sub(rf"{MARK}.{{0,60}}?1[^\s<]{{0,20}}?[12](?!\d)", "TEXT", read)
    return status, re.sub(r"\d+", "N", _CHANGING.sub("ID", read))


@dataclass
class Attack:
    """One world, and what is tried on it."""

    client: object
    headers: dict
    undone: object
    found: list
    tried: int = 0
    wrong: list = field(default_factory=list)

    def send(self, question, where, name, payload):
        self.tried += 1
        answer = self.undone(lambda: question.ask(self.client, self.headers, where, name, payload))
        if answer[0] >= 500:
            self.found.append(f"answered {answer[0]}")
        return answer

    def on(self, question, where, name):
        """Try one place: all of them see the mixture, and what takes a text sees the others too."""
        status, _text = self.send(question, where, name, MIXTURE)
        if status < 400:
            one, other = (self.send(question, where, name, payload) for payload in BOOLEAN)
            if plain(one) != plain(other):
                again = self.send(question, where, name, BOOLEAN[0])
                if plain(one) == plain(again):  # else it is another each time: a code, a key
                    self.found.append(f"true and false answer differently: {one} {other}"[:900])
        if status not in {404, 422}:
            self.send(question, where, name, OTHERS[self.tried % len(OTHERS)])
        if self.found:
            self.wrong.append((str(question.address), where, name, list(self.found)))
            self.found.clear()


@pytest.mark.timeout(900)
def test_no_text_is_taken_for_sql_anywhere(books, client, here, monkeypatch):
    undone = undoing(books)
    asked = questions(books, client, here.ids, here.headers, undone)
    reached = Counter()
    with watched(monkeypatch) as found:
        attack = Attack(client, here.headers, undone, found)
        for question in asked:
            if question.address.path.endswith("/ledger/export"):
                continue  # it wants a transaction of its own kind, which no savepoint is
            usual = undone(lambda q=question: q.ask(client, here.headers))
            reached[usual[0]] += 1
            for where, name in question.fields:
                if name != "key":
                    attack.on(question, where, name)
            if question.address.rule.rule in OPEN:
                for name in HEADERS:
                    attack.on(question, "header", name)
    assert not attack.wrong, "\n".join(map(str, attack.wrong))
    assert attack.tried > 1200
    assert reached[200] + reached[201] + reached[303] > 150, reached


def test_the_watcher_sees_a_text_that_is_taken_for_sql(books, client, here, monkeypatch):
    """The alarm rings: a view is broken on purpose, in each of the ways that are watched for."""
    from sqlalchemy import text

    from incentive.core.db import session

    def joined():
        with transaction():
            session().execute(text(f"SELECT 1 WHERE 'x' = '{request.args['q']}'"))
        return "x"

    monkeypatch.setitem(books.view_functions, "web.complain", joined)
    undone = undoing(books)
    with watched(monkeypatch) as found:
        for payload in (*BOOLEAN, *OTHERS):
            undone(lambda p=payload: client.get("/complain", query_string={"q": p}))
            assert found, payload
            found.clear()
