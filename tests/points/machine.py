"""A state machine of everything that moves points, held against a model that only adds up.

A sequence runs in a savepoint of one transaction on the real database and is rolled back. As
often as not a step asks for what cannot be done; then it must be refused and nothing may move.
"""

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from sqlalchemy import text

from incentive.core import clock
from incentive.core.db import session
from incentive.ledger import as_of, checks, history
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting
from incentive.ledger.domain import Purse as LedgerPurse
from incentive.ledger.domain import transfer as lines_between
from incentive.ledger.errors import AlreadyClosed, InsufficientPoints
from incentive.points.corrections import service as corrections
from incentive.points.corrections.domain import expires_on
from incentive.points.corrections.errors import SpentSince, UndoneBefore
from incentive.points.disputes import service as disputes
from incentive.points.disputes.errors import DisputedBefore, DisputeDecided, NothingToHold
from incentive.points.family import service as family
from incentive.points.giving import service as giving
from incentive.points.policy import service as policies
from tests import factories as make
from tests.points.conftest import caller_of, people_of
from tests.points.model import NEVER, Books, Purse

A_DAY = timedelta(days=1)
GRACE = 30 * A_DAY
BREAKAGE = Purse("system", "breakage")
# Not a station: its income is checked against orders, and here are none.
SHOP = Purse("system", "clearing")
people = st.sampled_from((0, 1))
amounts = st.integers(1, 20)
index = st.integers(0, 1_000_000)
# Who, how many, for how many days from today, and for how many days ago.
earnings = st.tuples(
    people, st.integers(5, 60), st.sampled_from((-1, 0, 40, 40, None)), st.integers(0, 9)
)
_PURSES = text("SELECT owner, purpose, expires_on, balance FROM accounts WHERE balance > 0")
_LATEST = text("SELECT posted_at FROM transactions ORDER BY id DESC LIMIT 1")
_EXPIRED = text(
    "SELECT t.id, t.posted_at, a.owner, a.expires_on, -e.amount AS points"
    " FROM transactions t JOIN entries e ON e.transaction_id = t.id AND e.amount < 0"
    " JOIN accounts a ON a.id = e.account_id WHERE t.kind = 'expiry' ORDER BY t.id"
)


def world():
    """Two of one family in a community that allows everything, and who works there."""
    place = people_of(make.region())
    now = clock.now()
    callers = {name: caller_of(getattr(place, name)) for name in ("worker", "chief", "second")}
    both = [caller_of(place.volunteer), caller_of(place.cousin)]
    policies.change(
        callers["chief"],
        now,
        transfers_allowed=True,
        donations_allowed=True,
        transfer_cap=1_000_000,
        donation_cap=1_000_000,
        adjustment_limit=1_000_000,
        worker_limit=1_000_000,
    )
    link = family.invite(both[0], place.cousin.volunteer_number, now).id
    family.accept(both[1], link, now)
    return SimpleNamespace(
        **callers,
        people=both,
        owners=[f"person:{who.person_id}" for who in both],
        issuance=Purse(f"region:{place.community.id}", "issuance"),
        fund=Purse(f"region:{place.community.id}", "income"),
        link=link,
    )


@dataclass
class Moved:
    """A transaction that can be undone or contested, and how much of it was."""

    id: int
    key: str
    who: int
    points: int
    moves: list
    undone: int = 0
    contested: bool = False


@dataclass
class Closable:
    """A hold or what it became, to be closed once."""

    key: str
    moves: list
    closed: bool = False


@dataclass
class Contest:
    """A dispute: where its points lie and where they go if the person loses."""

    id: object
    of: Moved
    side: str
    held: list
    closed: bool = False


class Points(RuleBasedStateMachine):
    """Earn, hold, spend, release, refund, expire, adjust, reverse, give, contest; and look back."""

    world: SimpleNamespace

    def __init__(self) -> None:
        super().__init__()
        self.nested = session().begin_nested()
        self.today = clock.local_day(clock.now(), "Asia/Shanghai")
        self.books = Books()
        self.keys = 0
        self.holds, self.spends = [], []
        self.given, self.taken, self.contests = [], [], []

    def teardown(self) -> None:
        try:
            self.whole()
        finally:
            self.nested.rollback()

    # Earning, spending, expiring.

    @initialize(earned=st.lists(earnings, min_size=2, max_size=4))
    def begin_with_some(self, earned) -> None:
        for award in earned:
            self.earns(*award)

    @rule(award=earnings)
    def earn(self, award) -> None:
        self.earns(*award)

    @rule(award=earnings)
    def earn_more(self, award) -> None:
        self.earns(*award)

    def earns(self, who, points, lasts, ago) -> None:
        expiry = NEVER if lasts is None else self.today + lasts * A_DAY
        day = self.today - ago * A_DAY
        purse = Purse(self.owner(who), "available", expiry)
        key = self.key()
        lines = lines_between(LedgerPurse(*self.world.issuance), LedgerPurse(*purse), points)
        posting = Posting(key, "adjustment", f"fact:{key}", "system", day, lines)
        posted = ledger.post([posting])[0]
        moves = self.note([(self.world.issuance, -points), (purse, points)], day)
        self.given.append(Moved(posted.transaction_id, key, who, points, moves))

    @rule(who=people, amount=amounts)
    def hold(self, who, amount) -> None:
        self.holds_points(who, amount)

    def holds_points(self, who, amount) -> None:
        key, owner = self.key(), self.owner(who)
        moves = self.takes(
            owner,
            amount,
            lambda: ledger.hold(
                key=key, owner=owner, amount=amount, source=key, actor="x", today=self.today
            ),
            lambda expiry: Purse(owner, "held", expiry),
        )
        if moves:
            self.holds.append(Closable(key, moves))

    @precondition(lambda self: self.holds)
    @rule(which=index)
    def spend(self, which) -> None:
        self.spends_hold(self.one(self.holds, which))

    def spends_hold(self, hold) -> None:
        key = self.key()
        held = [(purse, -points) for purse, points in hold.moves if purse.purpose == "held"]
        moves = [*held, (SHOP, -sum(points for _, points in held))]
        to = LedgerPurse(*SHOP)
        if self.closes(
            hold,
            moves,
            lambda: ledger.spend(key=key, hold_key=hold.key, to=to, actor="m", today=self.today),
        ):
            self.spends.append(Closable(key, moves))

    @rule(who=people, amount=amounts)
    def buy(self, who, amount) -> None:
        before = len(self.holds)
        self.holds_points(who, amount)
        if len(self.holds) > before:
            self.spends_hold(self.holds[-1])

    @precondition(lambda self: self.holds)
    @rule(which=index)
    def release(self, which) -> None:
        hold, key = self.one(self.holds, which), self.key()
        self.closes(
            hold,
            [(purse, -points) for purse, points in hold.moves],
            lambda: ledger.release(key=key, hold_key=hold.key, actor="m", today=self.today),
        )

    @precondition(lambda self: self.spends)
    @rule(which=index)
    def refund(self, which) -> None:
        spend, key = self.one(self.spends, which), self.key()
        moves = [
            (Purse(purse.owner, "available", purse.expires_on) if points < 0 else purse, -points)
            for purse, points in spend.moves
        ]
        self.closes(
            spend,
            moves,
            lambda: ledger.refund(
                key=key, spend_key=spend.key, actor="m", today=self.today, reason="broken"
            ),
        )

    @rule()
    def expire(self) -> None:
        lapsed = [
            (owner, expiry, points)
            for owner in self.world.owners
            for (purpose, expiry), points in self.books.purses(owner).items()
            if purpose == "available" and expiry < self.today
        ]
        before = {row.id for row in session().execute(_EXPIRED)}
        assert ledger.expire(self.today, "system") == len(lapsed)
        rows = [row for row in session().execute(_EXPIRED) if row.id not in before]
        assert sorted((row.owner, row.expires_on, row.points) for row in rows) == sorted(lapsed)
        for row in rows:
            purse = Purse(row.owner, "available", row.expires_on)
            moves = [(purse, -row.points), (BREAKAGE, row.points)]
            self.books.book(moves, self.today, row.posted_at)
            who = self.world.owners.index(row.owner)
            self.taken.append(Moved(row.id, "", who, row.points, moves))

    # By hand.

    @rule(who=people, points=st.integers(-30, 30).filter(bool), ago=st.integers(0, 9))
    def adjust(self, who, points, ago) -> None:
        self.adjusts(who, points, self.today - ago * A_DAY)

    @precondition(lambda self: self.given)
    @rule(which=index, points=amounts)
    def correct(self, which, points) -> None:
        wrong = self.one(self.given, which)
        if points > wrong.points - wrong.undone:
            assert self.tried(
                UndoneBefore, lambda: self.by_hand(wrong.who, -points, corrects=wrong)
            )
        elif self.adjusts(wrong.who, -points, self.today, corrects=wrong):
            wrong.undone += points

    @precondition(lambda self: self.given)
    @rule(which=index)
    def reverse(self, which) -> None:
        wrong = self.one(self.given, which)
        purse = next(purse for purse, points in wrong.moves if points > 0)
        left = self.books.purses(purse.owner).get(("available", purse.expires_on), 0)
        made = []
        refusal = self.tried(
            (UndoneBefore, SpentSince),
            lambda: made.append(
                corrections.reverse(self.world.worker, wrong.id, "false", clock.now())
            ),
        )
        assert refusal is bool(wrong.undone or left < wrong.points)
        if made:
            moves = self.note([(purse, -points) for purse, points in wrong.moves])
            wrong.undone = wrong.points
            self.taken.append(Moved(made[0].transaction_id, "", wrong.who, wrong.points, moves))

    # Giving away.

    @rule(who=people, amount=amounts)
    def transfer(self, who, amount) -> None:
        caller = self.world.people[who]
        self.takes(
            self.owner(who),
            amount,
            lambda: giving.transfer(caller, self.world.link, amount, clock.now()),
            lambda expiry: Purse(self.owner(1 - who), "available", expiry),
        )

    @rule(who=people, amount=amounts)
    def donate(self, who, amount) -> None:
        caller = self.world.people[who]
        self.takes(
            self.owner(who),
            amount,
            lambda: giving.donate(caller, amount, clock.now()),
            lambda _: self.world.fund,
        )

    # Contesting.

    @precondition(lambda self: self.given)
    @rule(which=index)
    def challenge(self, which) -> None:
        given = self.one(self.given, which)
        owner = self.owner(given.who)
        left = min(given.points - given.undone, self.books.available(owner, self.today))
        opened = self.opens(
            given, left, lambda: disputes.challenge(self.world.worker, given.id, "x", clock.now())
        )
        if opened:
            parts = self.books.take(owner, left, self.today)
            held = [(Purse(owner, "held", expiry), part) for expiry, part in parts]
            self.note([*held, *((Purse(owner, "available", e), -part) for e, part in parts)])
            self.contests.append(Contest(opened, given, "given", held))

    @precondition(lambda self: self.taken)
    @rule(which=index)
    def contest(self, which) -> None:
        taken = self.one(self.taken, which)
        caller, owner = self.world.people[taken.who], self.owner(taken.who)
        left = taken.points - taken.undone
        opened = self.opens(
            taken, left, lambda: disputes.contest(caller, taken.id, "x", clock.now())
        )
        if opened:
            held = [
                (Purse(owner, "held", purse.expires_on), -points)
                for purse, points in sorted(taken.moves, key=lambda move: move[0].expires_on)
                if purse.owner == owner
            ]
            self.note([*held, (self.counter(taken), -left)])
            self.contests.append(Contest(opened, taken, "taken", held))

    @precondition(lambda self: self.contests)
    @rule(which=index, for_person=st.booleans())
    def decide(self, which, for_person) -> None:
        contest = self.one(self.contests, which)
        refusal = self.tried(
            DisputeDecided,
            lambda: disputes.decide(
                self.world.second, contest.id, for_person=for_person, reason="x", at=clock.now()
            ),
        )
        assert refusal is contest.closed
        if refusal:
            return
        contest.closed = True
        out = [(purse, -points) for purse, points in contest.held]
        if for_person:
            into = [
                (Purse(purse.owner, "available", self.back_until(purse.expires_on)), points)
                for purse, points in contest.held
            ]
        else:
            into = [(self.counter(contest.of), sum(points for _, points in contest.held))]
        self.note([*out, *into])
        if for_person is (contest.side == "given"):
            contest.of.undone -= sum(points for _, points in contest.held)

    # What is read back.

    @precondition(lambda self: self.books.events)
    @rule(which=index, owner=st.integers(0, 3))
    def look_back_to_an_instant(self, which, owner) -> None:
        n, owner = which % len(self.books.events), self.any_owner(owner)
        event = self.books.events[n]
        assert found(as_of.at_instant(owner, event.at, clock.now())) == self.books.purses(
            owner, first=n + 1
        )
        just_before = event.at - timedelta(microseconds=1)
        assert found(as_of.at_instant(owner, just_before, clock.now())) == self.books.purses(
            owner, first=n
        )

    @rule(ago=st.integers(0, 11), owner=st.integers(0, 3))
    def look_back_to_a_day(self, ago, owner) -> None:
        day, owner = self.today - ago * A_DAY, self.any_owner(owner)
        effective = as_of.on_day(owner, day, "effective", clock.now())
        assert found(effective) == self.books.purses(owner, day=day)
        booked = as_of.on_day(owner, day, "booked", clock.now())
        # Everything is booked today, whatever day it belongs to.
        assert found(booked) == (self.books.purses(owner) if ago == 0 else {})

    @rule(
        who=people,
        first=st.integers(0, 11),
        last=st.integers(0, 11),
        basis=st.sampled_from(as_of.BASES),
    )
    def read_a_statement(self, who, first, last, basis) -> None:
        first, last = max(first, last), min(first, last)
        start, end = self.today - first * A_DAY, self.today - last * A_DAY
        owner = self.owner(who)
        lines = as_of.lines(owner, first=start, last=end, basis=basis, limit=100).items
        opening = as_of.on_day(owner, start - A_DAY, basis, clock.now())
        closing = as_of.on_day(owner, end, basis, clock.now())
        for purpose in ("available", "held"):
            moved = sum(getattr(line, purpose) or 0 for line in lines)
            assert opening.total(purpose) + moved == closing.total(purpose)

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        standing = {owner: {} for owner in self.world.owners}
        for owner, purpose, expiry, points in session().execute(_PURSES):
            standing[owner][purpose, expiry] = points
        assert standing == {owner: self.books.purses(owner) for owner in self.world.owners}

    def whole(self) -> None:
        """At the end: nothing is wrong, and the system's side adds up too."""
        assert [finding.check for finding in checks.run()] == []
        for purse in (self.world.issuance, self.world.fund, BREAKAGE, SHOP):
            known = self.books.purses(purse.owner).get((purse.purpose, NEVER), 0)
            assert ledger.total(purse.owner, purse.purpose) == known

    # Helpers.

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    def owner(self, who) -> str:
        return self.world.owners[who]

    def any_owner(self, number) -> str:
        return [*self.world.owners, self.world.issuance.owner, "system"][number]

    def one(self, things, which):
        return things[which % len(things)]

    def counter(self, moved) -> Purse:
        """The other side of what was given or taken."""
        return next(p for p, _ in moved.moves if p.owner not in self.world.owners)

    def note(self, moves, day=None):
        self.books.book(moves, day or self.today, session().scalar(_LATEST))
        return moves

    def tried(self, refusals, do) -> bool:
        """Do it, and say whether it was refused in one of those ways."""
        try:
            with session().begin_nested():
                do()
        except refusals:
            return True
        return False

    def takes(self, owner, amount, do, to):
        """Take points, the first to expire first, to `to(expiry)`; return the moves, if any."""
        enough = self.books.available(owner, self.today) >= amount
        assert self.tried(InsufficientPoints, do) is not enough
        if not enough:
            return None
        return self.note(
            [
                move
                for expiry, part in self.books.take(owner, amount, self.today)
                for move in ((Purse(owner, "available", expiry), -part), (to(expiry), part))
            ]
        )

    def by_hand(self, who, points, day=None, corrects=None):
        made = corrections.adjust(
            self.world.worker,
            volunteer_number=self.world.people[who].volunteer_number,
            points=points,
            reason="x",
            at=clock.now(),
            effective_on=day,
            corrects=corrects and corrects.id,
        )
        if made.status == "proposed":  # for a day of an earlier month
            corrections.approve(self.world.second, made.id, "x", clock.now())
        return made

    def adjusts(self, who, points, day, corrects=None):
        """Adjust, if there is enough; return whether it was done."""
        owner, made = self.owner(who), []
        enough = points > 0 or self.books.available(owner, self.today) >= -points
        do = lambda: made.append(self.by_hand(who, points, day, corrects))  # noqa: E731
        assert self.tried(InsufficientPoints, do) is not enough
        if not enough:
            return False
        if points > 0:
            purse = Purse(owner, "available", expires_on(day))
            moves = self.note([(self.world.issuance, -points), (purse, points)], day)
            self.given.append(Moved(made[0].transaction_id, "", who, points, moves))
        else:
            parts = self.books.take(owner, -points, self.today)
            out = [(Purse(owner, "available", expiry), -part) for expiry, part in parts]
            moves = self.note([*out, (self.world.issuance, -points)], day)
            self.taken.append(Moved(made[0].transaction_id, "", who, -points, moves))
        return True

    def closes(self, what, moves, do) -> bool:
        """Close `what` if it is open, else see that it cannot be closed again."""
        refusal = self.tried(AlreadyClosed, do)
        assert refusal is what.closed
        if not refusal:
            self.note(moves)
            what.closed = True
        return not refusal

    def back_until(self, expires_on):
        """What is contested and decided within the day keeps its expiry, unless it had lapsed."""
        return expires_on if expires_on >= self.today else self.today + GRACE

    def opens(self, of, left, do):
        """Open a dispute if there is something to contest; return its id, if so."""
        made = []
        refusal = self.tried((DisputedBefore, NothingToHold), lambda: made.append(do().id))
        assert refusal is (of.contested or left <= 0)
        if refusal:
            return None
        of.contested = True
        of.undone += left
        assert history.booked(of.id) is not None
        return made[0]


def found(standing):
    return {(b.purpose, b.expires_on): b.points for b in standing.balances}
