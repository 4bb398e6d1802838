"""Merchants, sponsors, budgets and agreements: none overlap, none is rewritten."""

import pytest

from incentive.core.db import session
from incentive.merchants import agreements, parties
from incentive.merchants.agreement_errors import (
    AgreementBackwards,
    AgreementEnded,
    AgreementSettled,
    AgreementsOverlap,
)
from incentive.merchants.errors import (
    BudgetsOverlap,
    BudgetSpent,
    ContactKnown,
    OwnContact,
    PartyNameTaken,
    UnknownMerchant,
)
from incentive.merchants.settling_errors import PeriodBackwards
from incentive.people.errors import OutOfScope
from tests.merchants.conftest import PRICE, charged, day, noon, statement

AT = noon(day(11, 3))


def agree(market, start, end=None, by="chief", item=None, price=1300):
    return agreements.agree(
        market.callers[by],
        item_id=(item or market.item).id,
        merchant_id=market.merchant_id,
        sponsor_id=market.sponsor_id,
        price_fen=price,
        valid_from=start,
        valid_until=end,
        at=AT,
    )


def end(market, last_day, agreement_id=None):
    return agreements.end(
        market.callers["chief"],
        agreement_id or market.agreement_id,
        last_day=last_day,
        reason="到期",
        at=AT,
    )


@pytest.mark.parametrize(
    ("start", "last"), [(day(1, 1), None), (day(12, 1), day(12, 2)), (day(3, 1), day(3, 1))]
)
def test_an_item_has_one_price_a_day(market, start, last):
    with pytest.raises(AgreementsOverlap):
        agree(market, start, last)


def test_a_new_price_begins_the_day_after_the_old_one_ends(market):
    end(market, day(10, 15))
    with pytest.raises(AgreementsOverlap), session().begin_nested():
        agree(market, day(10, 15))
    assert agree(market, day(10, 16))[0].price_fen == 1300
    rows = agreements.listing(market.callers["worker"], day=day(10, 16)).items
    assert [row[0].price_fen for row in rows] == [1300]


def test_another_item_has_its_own(market):
    assert agree(market, day(1, 1), item=market.other)


def test_an_agreement_ends_once_and_never_lasts_longer(market):
    end(market, day(10, 15))
    with pytest.raises(AgreementEnded):
        end(market, day(10, 10))


def test_an_agreement_with_an_end_may_end_earlier_but_not_later(market):
    made = agree(market, day(1, 1), day(10, 15), item=market.other)[0]
    with pytest.raises(AgreementEnded), session().begin_nested():
        end(market, day(10, 16), made.id)
    session().expire_all()
    assert end(market, day(10, 10), made.id)[0].valid_until == day(10, 10)


def test_an_agreement_does_not_end_before_what_was_settled_at_its_price(market):
    market.give_out(day(10, 20))
    statement(market)
    with pytest.raises(AgreementSettled), session().begin_nested():
        end(market, day(10, 19))
    session().expire_all()
    assert end(market, day(10, 20))[0].end_reason == "到期"


def test_an_agreement_does_not_run_backwards(market):
    with pytest.raises(AgreementBackwards):
        agree(market, day(10, 2), day(10, 1), item=market.other)


@pytest.mark.parametrize("by", ["auditor", "manager", "contact", "stranger"])
def test_prices_are_agreed_only_within_the_scope(market, by):
    with pytest.raises((OutOfScope, parties.UnknownSponsor)):
        agree(market, day(1, 1), by=by, item=market.other)


def test_two_budgets_of_a_sponsor_share_no_day(market):
    chief = market.callers["chief"]
    with pytest.raises(BudgetsOverlap):
        parties.add_budget(
            chief, market.sponsor_id, first_day=day(12, 31), last_day=day(12, 31), fen=1, at=AT
        )


def test_a_budget_is_never_less_than_what_is_spent_of_it(market):
    market.give_out(day(10, 5), 4)
    charged(market)
    chief = market.callers["chief"]
    with pytest.raises(BudgetSpent):
        parties.change_budget(chief, market.budget_id, 4 * PRICE - 1)
    assert parties.change_budget(chief, market.budget_id, 4 * PRICE).fen == 4 * PRICE


def test_a_budget_is_set_by_an_administrator_alone(market):
    with pytest.raises(OutOfScope):
        parties.change_budget(market.callers["worker"], market.budget_id, 1)


def test_a_budget_does_not_run_backwards(market):
    with pytest.raises(PeriodBackwards):
        parties.add_budget(
            market.callers["chief"],
            market.sponsor_id,
            first_day=day(12, 31),
            last_day=day(12, 30),
            fen=1,
            at=AT,
        )


def test_a_name_is_used_once_in_a_region(market):
    chief, code = market.callers["chief"], market.region.code
    with pytest.raises(PartyNameTaken), session().begin_nested():
        parties.add_merchant(chief, region=code, name="翠湖便利店", at=AT)
    with pytest.raises(PartyNameTaken):
        parties.add_sponsor(chief, region=code, name="爱心基金", at=AT)


def test_nobody_enters_themselves_as_a_contact(market):
    chief = market.callers["chief"]
    with pytest.raises(OwnContact):
        parties.add_contact(
            chief, market.merchant_id, volunteer_number=chief.volunteer_number, at=AT
        )


def test_a_contact_is_entered_once(market):
    number = market.people["contact"].volunteer_number
    with pytest.raises(ContactKnown):
        parties.add_contact(
            market.callers["chief"], market.merchant_id, volunteer_number=number, at=AT
        )


def test_a_merchant_is_seen_by_its_contact_and_within_the_scope(market):
    for by in ("contact", "worker", "auditor", "chief"):
        assert parties.merchant(market.callers[by], market.merchant_id)[0].name == "翠湖便利店"
        assert len(parties.merchants(market.callers[by], q="便利").items) == 1
    with pytest.raises(UnknownMerchant):
        parties.merchant(market.callers["stranger"], market.merchant_id)
    assert not parties.merchants(market.callers["buyer"]).items
    assert not parties.merchants(market.callers["worker"], q="超市").items
    assert len(parties.sponsors(market.callers["worker"]).items) == 1
    assert not parties.sponsors(market.callers["contact"]).items
