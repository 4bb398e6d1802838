"""One of everything, and somebody who may do everything with it: what attacks are tried on."""

from datetime import timedelta
from types import SimpleNamespace

from sqlalchemy import func, select

from incentive.core import clock
from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.merchants import agreements, parties
from incentive.people.caller import identify
from incentive.people.models import person_sequence
from incentive.stations import counter, orders
from incentive.stations.stocktakes import service as stocktakes
from tests import factories as make
from tests.stations.conftest import give

HOUR = timedelta(hours=1)
NUMBERS = func.generate_series(1, 20_000)
DOCUMENT = {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 12}]}


def build():
    """Make it all in the open transaction; return ids by the names that addresses use."""
    now = clock.now()
    # Whoever registers gets a number that the made-up people do not have.
    session().execute(select(func.count(person_sequence.next_value())).select_from(NUMBERS))
    community = make.region()
    boss = make.person("全能", home_region_id=community.id)
    helper = make.person("帮手", home_region_id=community.id)
    for role in ("administrator", "auditor", "community_worker", "volunteer"):
        make.grant(boss, role, at=make.province())
    shop = make.station(community)
    make.grant(boss, "station_manager", station=shop)
    make.grant(helper, "station_manager", station=shop)
    token = make.token(boss)
    caller, other = identify(token), identify(make.token(helper))
    goods = make.item(shop, points_price=1, stock=50)
    for person in (boss, helper):
        give(person.id, 500)
    activity = make.activity(community, by=boss)
    shift = make.shift(activity, starts_at=now - HOUR, hours=3, quota=20, walk_ins=True)
    earlier = make.shift(activity, starts_at=now - 30 * HOUR, hours=3)
    record = make.service_record(earlier, helper, status="pending")
    make.sign_up(helper, shift)
    draft = make.rule_draft(DOCUMENT, make.date(2030, 1, 1), by=helper)
    merchant = parties.add_merchant(caller, region=community.code, name="便利店", at=now)[0]
    sponsor = parties.add_sponsor(caller, region=community.code, name="基金", at=now)[0]
    budget = parties.add_budget(
        caller,
        sponsor.id,
        first_day=make.date(2026, 1, 1),
        last_day=make.date(2026, 12, 31),
        fen=100_000,
        at=now,
    )
    agreed = agreements.agree(
        caller,
        item_id=goods.id,
        merchant_id=merchant.id,
        sponsor_id=sponsor.id,
        price_fen=100,
        valid_from=make.date(2026, 1, 1),
        at=now,
    )[0]
    order = orders.redeem(caller, goods.id, 1, now)
    given = orders.redeem(other, goods.id, 1, now)
    counter.collect(caller, given.code, now)
    statement = make.merchant_statement(community, make.item(shop), boss)
    stocktake = stocktakes.begin(other, shop.id, now)
    return SimpleNamespace(
        headers={"Authorization": f"Bearer {token}"},
        token=token,
        boss=boss,
        helper=helper,
        community=community,
        ids={
            "region_id": community.id,
            "home_region_id": community.id,
            "region": community.code,
            "owner_id": boss.id,
            "person_id": helper.id,
            "station_id": shop.id,
            "item_id": goods.id,
            "activity_id": activity.id,
            "team_id": activity.team_id,
            "shift_id": shift.id,
            "record_id": record.id,
            "attendance_id": record.attendance_id,
            "draft_id": draft.id,
            "merchant_id": merchant.id,
            "sponsor_id": sponsor.id,
            "budget_id": budget.id,
            "agreement_id": agreed.id,
            "redemption_id": order.id,
            "statement_id": statement.id,
            "stocktake_id": stocktake.id,
            "code": given.code,
            "volunteer_number": helper.volunteer_number,
            "nonce": new_id(),
            "key": new_id(),
        },
    )
