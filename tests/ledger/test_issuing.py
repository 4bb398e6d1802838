"""Awards handed over column by column leave the books that the general path leaves."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from incentive.core.db import session, transaction
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Issue, Issues, Posting, Purse, transfer
from incentive.ledger.errors import KeyConflict, Unbalanced
from tests.ledger.test_postings import LATER, TODAY, points_of
from tests.ledger.test_races import together

ACTOR = "系统"
CHECKS = (
    "the entries of every transaction sum to zero, per asset",
    "running balances and versions of persons' accounts follow each other without a gap",
    "every person's account stands at its last entry",
)


def issue(key, owner="person:1", amount=10, **changes):
    known = Issue(key, f"service_record:{key}", TODAY, "region:1", owner, LATER, amount)
    return known._replace(**changes)


def issued(issues, actor):
    return ledger.issue(Issues.of(issues), actor)


SET = [
    issue("a"),
    issue("b", "person:2", 7, issuer="region:2"),
    issue("c", "person:1", 1_000_000_007),
    issue("积分", "person:3", effective_on=date(999, 1, 2), source="来源：\"'\\{},NULL"),
    issue("d", "person:1", expires_on=LATER + timedelta(days=366)),
    issue("NULL", "person:2", source=""),
]


def books():
    """All that the books hold, but for numbers, times and salts, which differ anyway."""
    return (
        session()
        .execute(
            text(
                "SELECT t.key, t.request_hash, t.kind, t.source, t.reason, t.actor, t.effective_on,"
                " t.closes, e.line, a.owner, a.asset, a.purpose, a.expires_on, e.amount, e.balance,"
                " e.version, a.balance AS now, a.version AS last, a.funded, a.limited"
                " FROM transactions t JOIN entries e ON e.transaction_id = t.id"
                " JOIN accounts a ON a.id = e.account_id ORDER BY t.id, e.line"
            )
        )
        .all()
    )


def books_are_whole():
    return all(checks.look(checks.named(name)).clean for name in CHECKS)


def undone(act):
    """What the books hold after `act`; then undo it."""
    trial = session().begin_nested()
    act()
    rows = books()
    trial.rollback()
    return rows


@pytest.mark.parametrize("before", [[], SET[:2]], ids=["new purses", "known purses"])
def test_awards_leave_the_same_books_as_postings(tx, before):
    ledger.post([each._replace(key=f"{each.key} before").posting(ACTOR) for each in before])
    general = undone(lambda: ledger.post([each.posting(ACTOR) for each in SET]))
    assert len(general) == 2 * (len(before) + len(SET))
    assert undone(lambda: issued(SET, ACTOR)) == general
    assert undone(lambda: [issued([each], ACTOR) for each in SET]) == general


def test_either_path_answers_what_the_other_has_booked(tx):
    booked = issued(SET[:3], ACTOR)
    assert [p.transaction_id for p in ledger.post([e.posting(ACTOR) for e in SET[:3]])] == booked
    (other,) = ledger.post([SET[4].posting(ACTOR)])
    again = issued([SET[3], SET[0], SET[4], SET[2]], ACTOR)
    assert again[1:] == [booked[0], other.transaction_id, booked[2]]
    assert issued([SET[3]], ACTOR) == again[:1]
    assert points_of("person:1") == 10 + 1_000_000_007 + 10
    assert books_are_whole()


@pytest.mark.parametrize(
    "changed",
    [
        {"amount": 11},
        {"owner": "person:2"},
        {"issuer": "region:2"},
        {"source": "another"},
        {"effective_on": date(2026, 1, 1)},
        {"expires_on": date(2026, 12, 31)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_set_with_a_key_used_for_another_award_issues_nothing(tx, changed):
    issued([issue("a")], ACTOR)
    with pytest.raises(KeyConflict), session().begin_nested():
        issued([issue("b"), issue("a", **changed)], ACTOR)
    with pytest.raises(KeyConflict), session().begin_nested():
        issued([issue("a")], "somebody else")
    assert points_of("person:1") == 10
    assert books_are_whole()


@pytest.mark.parametrize(
    "impossible", [[issue("a", amount=0)], [issue("a", amount=-1)], [issue("a"), issue("a")]]
)
def test_nothing_and_the_same_twice_are_refused(tx, impossible):
    with pytest.raises(Unbalanced):
        issued(impossible, ACTOR)


def test_every_award_has_a_salt_of_its_own(tx):
    issued([issue(f"k{n}") for n in range(100)], ACTOR)
    salts = session().scalars(text("SELECT salt FROM transactions")).all()
    assert len(set(salts)) == 100
    assert {len(salt) for salt in salts} == {16}


def test_sets_that_meet_at_the_same_purses_and_keys_pay_once(live):
    mine = [issue(f"k{n}", f"person:{n % 7}") for n in range(60)]
    answers = together(live, 6, lambda n: issued(mine if n % 2 else mine[::-1], ACTOR))
    assert len({tuple(sorted(answer)) for answer in answers}) == 1
    with live.app_context(), transaction():
        assert sum(points_of(f"person:{n}") for n in range(7)) == 600
        assert books_are_whole()


def test_awards_and_gifts_between_the_same_people_do_not_wait_for_each_other_forever(live):
    first, second = "person:1", "person:2"
    start = [issue("start", first, 100), issue("start 2", second, 100)]
    together(live, 1, lambda _: issued(start, ACTOR))

    def work(n, turn):
        if n < 2:
            return issued(
                [issue(f"{n} {turn} {p}", p, 1) for p in ((first, second), (second, first))[n]],
                ACTOR,
            )
        giver, taker = ((first, second), (second, first))[n - 2]
        lines = transfer(Purse(giver, "available", LATER), Purse(taker, "available", LATER), 1)
        return ledger.post([Posting(f"g{n} {turn}", "transfer", "g", "a", TODAY, lines)])

    for turn in range(10):
        together(live, 4, lambda n: work(n, turn))  # noqa: B023
    with live.app_context(), transaction():
        assert (points_of(first), points_of(second)) == (120, 120)
        assert books_are_whole()


def test_issuances_opened_before_are_those_that_awards_would_open(tx):
    for _ in range(2):
        ledger.open_issuances(["region:2", "region:1", "region:2"])
    opened = "SELECT id, owner, asset, purpose, expires_on, limited, balance FROM accounts"
    first = session().execute(text(opened + " ORDER BY owner")).all()
    assert [tuple(row)[1:] for row in first] == [
        (f"region:{n}", "points", "issuance", date.max, False, 0) for n in (1, 2)
    ]
    issued(SET, ACTOR)
    only = opened + " WHERE purpose = 'issuance' ORDER BY owner"
    assert session().execute(text(only)).all() == first
