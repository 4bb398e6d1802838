from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from incentive.core.db import session
from incentive.ledger import as_of, checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import NEVER, Line, Posting, Purse, transfer
from incentive.ledger.errors import AlreadyClosed, InsufficientPoints, KeyConflict, Unbalanced

TODAY = date(2026, 11, 22)
LATER = date(2027, 12, 31)
ISSUANCE = Purse("region:1", "issuance")
INCOME = Purse("station:1", "income")


def award(person, points, key, expires_on=LATER):
    lines = transfer(ISSUANCE, Purse(person, "available", expires_on), points)
    return Posting(key, "adjustment", f"record:{key}", "system", TODAY, lines)


def points_of(person, purpose="available"):
    return sum(b.points for b in ledger.balances(person) if b.purpose == purpose)


def test_an_award_gives_the_person_points_and_takes_them_from_issuance(tx):
    (posted,) = ledger.post([award("person:1", 15, "a")])
    assert posted.fresh
    assert points_of("person:1") == 15
    assert ledger.total("region:1", "issuance") == -15


def test_the_same_posting_again_changes_nothing_and_answers_the_first(tx):
    first = ledger.post([award("person:1", 15, "a")])[0]
    again = ledger.post([award("person:1", 15, "a")])[0]
    assert (again.transaction_id, again.fresh) == (first.transaction_id, False)
    assert points_of("person:1") == 15


def test_a_request_keeps_its_hash_for_ever():
    lines = transfer(ISSUANCE, Purse("person:1", "available", LATER), 5)
    posting = Posting("a", "award", "service_record:积分", "system", TODAY, lines, "因为", 7)
    assert posting.request_hash().hex() == (
        "51d574cd7568479a547db5c2347b94087b2a33a20f389c07af91fcf744c405b8"
    )


def test_a_set_posts_what_is_new_and_answers_what_is_known(tx):
    (known,) = ledger.post([award("person:1", 15, "b")])
    first, again, last = ledger.post(
        [award("person:1", 1, "a"), award("person:1", 15, "b"), award("person:1", 2, "c")]
    )
    assert (first.fresh, again, last.fresh) == (True, replace(known, fresh=False), True)
    assert points_of("person:1") == 18
    assert list(checks.run()) == []


def test_a_set_with_a_key_used_for_another_request_posts_nothing(tx):
    ledger.post([award("person:1", 15, "b")])
    with pytest.raises(KeyConflict), session().begin_nested():
        ledger.post([award("person:1", 1, "a"), award("person:1", 16, "b")])
    assert points_of("person:1") == 15


def test_a_key_used_for_another_request_is_a_conflict(tx):
    ledger.post([award("person:1", 15, "a")])
    with pytest.raises(KeyConflict):
        ledger.post([award("person:1", 16, "a")])


def test_many_postings_at_once_leave_running_balances_without_gaps(tx):
    ledger.post([award(f"person:{n % 3}", n + 1, f"k{n}") for n in range(50)])
    assert points_of("person:0") == sum(n + 1 for n in range(0, 50, 3))
    assert ledger.total("region:1", "issuance") == -sum(range(1, 51))


def test_entries_that_do_not_sum_to_zero_are_refused(tx):
    lopsided = Posting("x", "award", "s", "a", TODAY, (transfer(ISSUANCE, INCOME, 5)[0],))
    with pytest.raises(Unbalanced):
        ledger.post([lopsided])


def test_a_key_that_comes_twice_in_one_call_is_refused(tx):
    with pytest.raises(Unbalanced):
        ledger.post([award("person:1", 1, "a"), award("person:1", 1, "a")])


def test_nobody_goes_below_zero(tx):
    ledger.post([award("person:1", 5, "a")])
    back = Posting(
        "b",
        "adjustment",
        "s",
        "a",
        TODAY,
        transfer(Purse("person:1", "available", LATER), ISSUANCE, 6),
    )
    with pytest.raises(InsufficientPoints):
        ledger.post([back])


def test_a_hold_takes_the_points_that_expire_first(tx):
    ledger.post(
        [
            award("person:1", 10, "a", LATER),
            award("person:1", 10, "b", date(2026, 12, 31)),
            award("person:1", 10, "c", NEVER),
        ]
    )
    ledger.hold(
        key="h", owner="person:1", amount=15, source="order:1", actor="person:1", today=TODAY
    )
    left = {b.expires_on: b.points for b in ledger.balances("person:1") if b.purpose == "available"}
    assert left == {LATER: 5, NEVER: 10}
    assert points_of("person:1", "held") == 15


def test_a_hold_does_not_take_what_has_expired(tx):
    ledger.post([award("person:1", 10, "a", date(2026, 11, 21))])
    with pytest.raises(InsufficientPoints) as refused:
        ledger.hold(key="h", owner="person:1", amount=1, source="o", actor="p", today=TODAY)
    assert refused.value.figures == {"needed": 1, "held": 0}


def test_a_hold_of_more_than_there_is_names_both_figures(tx):
    ledger.post([award("person:1", 10, "a")])
    with pytest.raises(InsufficientPoints) as refused:
        ledger.hold(key="h", owner="person:1", amount=11, source="o", actor="p", today=TODAY)
    assert refused.value.figures == {"needed": 11, "held": 10}


def test_a_hold_retried_holds_once(tx):
    ledger.post([award("person:1", 10, "a")])
    wanted = {
        "key": "h",
        "owner": "person:1",
        "amount": 10,
        "source": "o",
        "actor": "p",
        "today": TODAY,
    }
    first = ledger.hold(**wanted)
    again = ledger.hold(**wanted)
    assert (first.transaction_id, again.fresh) == (again.transaction_id, False)


@pytest.fixture
def held(tx):
    ledger.post([award("person:1", 10, "a"), award("person:1", 10, "b", NEVER)])
    return ledger.hold(key="h", owner="person:1", amount=15, source="o", actor="p", today=TODAY)


def test_a_release_gives_the_points_back_with_their_old_expiry(held):
    ledger.release(key="r", hold_key="h", actor="p", today=TODAY, reason="lapsed")
    left = {b.expires_on: b.points for b in ledger.balances("person:1")}
    assert left == {LATER: 10, NEVER: 10}


def test_a_spent_hold_pays_the_station(held):
    ledger.spend(key="s", hold_key="h", to=INCOME, actor="m", today=TODAY)
    assert ledger.total("station:1", "income") == 15
    assert points_of("person:1", "held") == 0


def test_a_spent_hold_cannot_be_released(held):
    ledger.spend(key="s", hold_key="h", to=INCOME, actor="m", today=TODAY)
    with pytest.raises(AlreadyClosed):
        ledger.release(key="r", hold_key="h", actor="p", today=TODAY)


def test_a_refund_leaves_both_entries_in_the_books(held):
    ledger.spend(key="s", hold_key="h", to=INCOME, actor="m", today=TODAY)
    ledger.refund(key="f", spend_key="s", actor="m", today=TODAY, reason="broken")
    assert points_of("person:1") == 20
    assert ledger.total("station:1", "income") == 0
    kinds = [row.kind for row in as_of.lines("person:1", limit=10).items]
    assert kinds == ["refund", "redemption", "hold", "adjustment", "adjustment"]


def test_a_second_refund_is_refused(held):
    ledger.spend(key="s", hold_key="h", to=INCOME, actor="m", today=TODAY)
    ledger.refund(key="f", spend_key="s", actor="m", today=TODAY, reason="broken")
    with pytest.raises(AlreadyClosed):
        ledger.refund(key="f2", spend_key="s", actor="m", today=TODAY, reason="again")


def test_an_award_spent_since_cannot_be_reversed(held):
    with pytest.raises(InsufficientPoints):
        ledger.reverse(key="v", reversed_key="a", actor="m", today=TODAY, reason="false record")


def test_expired_points_go_to_breakage_once(tx):
    ledger.post([award("person:1", 10, "a", date(2026, 11, 21)), award("person:2", 7, "b", TODAY)])
    assert ledger.expire(TODAY, "system") == 1
    assert ledger.expire(TODAY, "system") == 0
    assert ledger.total("system", "breakage") == 10
    assert points_of("person:2") == 7


@pytest.mark.parametrize("amounts", [(-5, 5), (-5, 3, 2)], ids=["a transfer", "a set"])
def test_what_would_close_a_transaction_that_is_not_there_is_refused(tx, amounts):
    ledger.post([award("person:1", 5, "a")])
    purses = (Purse("person:1", "available", LATER), INCOME, ISSUANCE)
    lines = tuple(Line(purse, amount) for purse, amount in zip(purses, amounts, strict=False))
    with pytest.raises(IntegrityError) as refused, session().begin_nested():
        ledger.post([Posting("b", "release", "s", "x", TODAY, lines, closes=999_999)])
    assert refused.value.orig.diag.constraint_name == "fk_transactions_closes"
