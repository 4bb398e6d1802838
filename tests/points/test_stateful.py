"""Random sequences of everything that moves points, against a model that only adds up.

Each sequence runs in one transaction on the real database and is rolled back. As often as
not a step asks for what cannot be done; then it must be refused and nothing may move.
"""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.ledger import as_of, checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting
from incentive.ledger.domain import Purse as LedgerPurse
from incentive.ledger.domain import transfer as lines_between
from incentive.ledger.errors import AlreadyClosed, InsufficientPoints
from tests.points.model import NEVER, Books, Purse
from tests.undone import undone

SHARDS = 4
SEQUENCES = 130  # in each shard: over 500 in all
STEPS = 15
A_DAY = timedelta(days=1)
ISSUANCE = Purse("region:1", "issuance")
BREAKAGE = Purse("system", "breakage")
# Not a station: its income is checked against orders, and here are none.
SHOP = Purse("system", "clearing")
PEOPLE = ("person:1", "person:2")
people = st.sampled_from(PEOPLE)
amounts = st.integers(1, 30)
index = st.integers(0, 1_000_000)

_PURSES = text("SELECT owner, purpose, expires_on, balance FROM accounts WHERE balance > 0")


class _Undone(Exception):
    pass


class Ledger(RuleBasedStateMachine):
    """Earn, hold, spend, release, refund, reverse, expire, and look back."""

    app = None

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(undone(self.app))
        self.stack.enter_context(transaction())
        self.today = clock.local_day(clock.now(), "Asia/Shanghai")
        self.books = Books()
        self.keys = 0
        self.awards, self.holds, self.spends = [], [], []

    def teardown(self) -> None:
        try:
            self.whole()
        finally:
            self.stack.__exit__(_Undone, _Undone(), None)

    # What moves points.

    @rule(
        who=people, points=amounts, lasts=st.sampled_from((-1, 0, 40, None)), ago=st.integers(0, 9)
    )
    def earn(self, who, points, lasts, ago) -> None:
        expiry = NEVER if lasts is None else self.today + lasts * A_DAY
        day = self.today - ago * A_DAY
        purse = Purse(who, "available", expiry)
        key = self.key()
        lines = lines_between(LedgerPurse(*ISSUANCE), LedgerPurse(*purse), points)
        ledger.post([Posting(key, "adjustment", f"fact:{key}", "system", day, lines)])
        moves = self.note([(ISSUANCE, -points), (purse, points)], day)
        self.awards.append([key, moves, False])

    @rule(who=people, amount=amounts)
    def hold(self, who, amount) -> None:
        key, enough = self.key(), self.books.available(who, self.today) >= amount
        refused = self.tried(
            InsufficientPoints,
            lambda: ledger.hold(
                key=key, owner=who, amount=amount, source=key, actor=who, today=self.today
            ),
        )
        assert refused is not enough
        if enough:
            parts = self.books.take(who, amount, self.today)
            moves = [
                (Purse(who, purpose, expiry), sign * part)
                for expiry, part in parts
                for purpose, sign in (("available", -1), ("held", 1))
            ]
            self.holds.append([key, self.note(moves), False])

    @precondition(lambda self: self.holds)
    @rule(which=index)
    def spend(self, which) -> None:
        hold, key = self.holds[which % len(self.holds)], self.key()
        held = [(purse, -points) for purse, points in hold[1] if purse.purpose == "held"]
        moves = [*held, (SHOP, -sum(points for _, points in held))]
        done = self.closes(
            hold,
            moves,
            lambda: ledger.spend(
                key=key, hold_key=hold[0], to=LedgerPurse(*SHOP), actor="m", today=self.today
            ),
        )
        if done:
            self.spends.append([key, moves, False])

    @precondition(lambda self: self.holds)
    @rule(which=index)
    def release(self, which) -> None:
        hold, key = self.holds[which % len(self.holds)], self.key()
        self.closes(
            hold,
            [(purse, -points) for purse, points in hold[1]],
            lambda: ledger.release(key=key, hold_key=hold[0], actor="m", today=self.today),
        )

    @precondition(lambda self: self.spends)
    @rule(which=index)
    def refund(self, which) -> None:
        spend, key = self.spends[which % len(self.spends)], self.key()
        moves = [
            (Purse(purse.owner, "available", purse.expires_on) if points < 0 else purse, -points)
            for purse, points in spend[1]
        ]
        self.closes(
            spend,
            moves,
            lambda: ledger.refund(
                key=key, spend_key=spend[0], actor="m", today=self.today, reason="broken"
            ),
        )

    @precondition(lambda self: self.awards)
    @rule(which=index)
    def reverse(self, which) -> None:
        award, key = self.awards[which % len(self.awards)], self.key()
        (_, _), (purse, points) = award[1]
        left = self.books.purses(purse.owner).get(("available", purse.expires_on), 0)
        do = lambda: ledger.reverse(  # noqa: E731
            key=key, reversed_key=award[0], actor="m", today=self.today, reason="false"
        )
        if not award[2] and left < points:
            assert self.tried(InsufficientPoints, do)
        else:
            self.closes(award, [(purse, -points), (ISSUANCE, points)], do, but=InsufficientPoints)

    @rule()
    def expire(self) -> None:
        lapsed = [
            (Purse(who, "available", expiry), points)
            for who in PEOPLE
            for (purpose, expiry), points in self.books.purses(who).items()
            if purpose == "available" and expiry < self.today
        ]
        assert ledger.expire(self.today, "system") == len(lapsed)
        if lapsed:
            out = [(purse, -points) for purse, points in lapsed]
            self.note([*out, (BREAKAGE, sum(points for _, points in lapsed))])

    # What is read back.

    @precondition(lambda self: self.books.events)
    @rule(which=index, owner=st.sampled_from((*PEOPLE, "region:1", "system")))
    def look_back_to_an_instant(self, which, owner) -> None:
        n = which % len(self.books.events)
        at = self.books.events[n].at
        assert self.found(as_of.at_instant(owner, at, clock.now())) == self.books.purses(
            owner, first=n + 1
        )
        before = as_of.at_instant(owner, at - timedelta(microseconds=1), clock.now())
        if len(self.books.events[n].moves) == 2:
            assert self.found(before) == self.books.purses(owner, first=n)

    @rule(ago=st.integers(0, 11), owner=st.sampled_from((*PEOPLE, "region:1", "system")))
    def look_back_to_a_day(self, ago, owner) -> None:
        day = self.today - ago * A_DAY
        effective = as_of.on_day(owner, day, "effective", clock.now())
        assert self.found(effective) == self.books.purses(owner, day=day)
        booked = as_of.on_day(owner, day, "booked", clock.now())
        # Everything is booked today, whatever day it belongs to.
        assert self.found(booked) == (self.books.purses(owner) if ago == 0 else {})

    @rule(first=st.integers(0, 11), last=st.integers(0, 11), basis=st.sampled_from(as_of.BASES))
    def read_a_statement(self, first, last, basis) -> None:
        first, last = max(first, last), min(first, last)
        start, end = self.today - first * A_DAY, self.today - last * A_DAY
        lines = as_of.lines("person:1", first=start, last=end, basis=basis, limit=100).items
        for purpose in ("available", "held"):
            opening = as_of.on_day("person:1", start - A_DAY, basis, clock.now()).total(purpose)
            closing = as_of.on_day("person:1", end, basis, clock.now()).total(purpose)
            assert opening + sum(getattr(line, purpose) or 0 for line in lines) == closing

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        found = {who: {} for who in PEOPLE}
        for owner, purpose, expiry, points in session().execute(_PURSES):
            found[owner][purpose, expiry] = points
        assert found == {who: self.books.purses(who) for who in PEOPLE}

    def whole(self) -> None:
        """At the end: nothing is wrong, and the system's side adds up too."""
        assert [finding.check for finding in checks.run()] == []
        for who in PEOPLE:
            found = {(b.purpose, b.expires_on): b.points for b in ledger.balances(who)}
            assert found == self.books.purses(who)
        for owner, purpose in (("region:1", "issuance"), ("system", "breakage"), SHOP[:2]):
            assert ledger.total(owner, purpose) == self.books.purses(owner).get((purpose, NEVER), 0)

    # Helpers.

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def note(self, moves, day=None):
        at = session().scalar(text("SELECT max(posted_at) FROM transactions"))
        self.books.book(moves, day or self.today, at)
        return moves

    def tried(self, refusal, do) -> bool:
        """Do it, and say whether it was refused in that way."""
        try:
            with session().begin_nested():
                do()
        except refusal:
            return True
        return False

    def closes(self, what, moves, do, *, but=()) -> bool:
        """Close `what` if it is open, else see that it cannot be closed again."""
        refusals = (AlreadyClosed, but) if but else AlreadyClosed
        refused = self.tried(refusals, do)
        assert refused is what[2]
        if not refused:
            self.note(moves)
            what[2] = True
        return not refused

    def found(self, standing):
        return {(b.purpose, b.expires_on): b.points for b in standing.balances}


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_happens_the_books_say_what_a_plain_list_of_moves_says(app, shard):
    # Hypothesis derives its seed from the class, so each shard walks other ways, always the same.
    machine = type(f"Ledger{shard}", (Ledger,), {"app": app})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
