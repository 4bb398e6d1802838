"""From the demo: points are given, contested, decided on and budgeted by pages; and a finding cleared."""

from incentive.core.db import session, transaction
from incentive.demo import people
from incentive.ledger import checks
from incentive.points.budgets.models import Budget, BudgetWait
from incentive.points.corrections.models import Adjustment
from incentive.points.disputes.models import Dispute
from incentive.points.giving.models import Gift
from tests.browser.test_stocktake import MANAGER, STATION, WORKER, demo, sign_in  # noqa: F401

CHIEF, SECOND = "13800000001", "13800000009"


def rows(site, model, **which):
    with site.place.app.app_context(), transaction():
        return session().query(model).filter_by(**which).all()


def done(page):
    """Something was done, and the page says so."""
    page.wait_for_selector(".toasts .alert-success, .alert-danger")
    assert page.query_selector(".alert-danger") is None, page.inner_text("main")


def giver_phone(site):
    """Who has a family member in the demo, by the phone that they sign in with."""
    (gift,) = rows(site, Gift, kind="transfer")
    return next(h.phone for h in people.everybody() if h.id == gift.giver_id)


def test_points_are_given_contested_and_decided_by_three_people(demo):  # noqa: F811
    giving = sign_in(demo, giver_phone(demo), "/me/giving")
    giving.click("#family .confirm:first-child summary")
    giving.fill("#family details[open] input[type=number]", "3")
    giving.click("#family details[open] form button")
    done(giving)
    gift = max(rows(demo, Gift, kind="transfer"), key=lambda gift: gift.at)
    assert gift.points == 3

    worker = sign_in(demo, WORKER, "/points/disputes", width=1280, height=800)
    before = worker.locator("section.card .list > li").count()
    worker.fill("#transaction", str(gift.transaction_id))
    worker.fill("#reason", "本人称未操作，疑似冒用")
    worker.click("#contest form button")
    done(worker)
    assert worker.locator("section.card .list > li").count() == before + 1
    assert "本人称未操作" in worker.inner_text("section.card .list")
    assert worker.query_selector("form[action$='/decide']") is None

    second = sign_in(demo, SECOND, "/points/disputes", width=1280, height=800)
    mine = second.locator("li", has_text="本人称未操作").last
    mine.locator("summary").click()
    mine.locator("select").select_option("against_person")
    mine.locator("input[name=reason]").fill("查实：非本人操作")
    mine.locator("form button").click()
    done(second)
    (dispute,) = rows(demo, Dispute, transaction_id=gift.transaction_id)
    assert dispute.status == "against_person"
    with demo.place.app.app_context(), transaction():
        assert list(checks.run()) == []


def test_a_budget_runs_over_and_the_policy_is_changed_only_by_who_may(demo):  # noqa: F811
    (waiting,) = rows(demo, Adjustment, over_budget=True)
    own = sign_in(demo, CHIEF, "/points/budgets", width=1280, height=800)
    assert "您设定" in own.inner_text("section[aria-label='预算']")
    assert own.query_selector("form[action$='/raise']") is None
    second = sign_in(demo, SECOND, "/points/adjustments", width=1280, height=800)
    row = second.locator("li", has_text=waiting.reason).last
    row.locator("summary").first.click()
    row.locator("form[action$='/approve'] input[name=reason]").fill("一次性，同意超预算")
    row.locator("form[action$='/approve'] button").click()
    done(second)
    (booked,) = rows(demo, Adjustment, id=waiting.id)
    assert booked.status == "booked"
    assert rows(demo, BudgetWait) == []
    assert sum(budget.overrun for budget in rows(demo, Budget)) > 0
    second.click(".tabs a[href='/points/budgets']")
    raising = second.locator("li:has(form[action$='/raise'])").first
    raising.locator("summary").first.click()
    raising.locator("input[name=points]").fill("100")
    raising.locator("form[action$='/raise'] input[name=reason]").fill("年底活动多")
    raising.locator("form[action$='/raise'] button").click()
    done(second)

    second.click(".tabs a[href='/points/policy']")
    second.fill("#worker_limit", "700")
    second.click("#policy form button")
    done(second)
    assert second.input_value("#worker_limit") == "700"
    reading = sign_in(demo, WORKER, "/points/policy")
    assert "700" in reading.inner_text("#policy")
    assert reading.query_selector("#policy form") is None


def test_a_finding_is_looked_at_and_cleared_by_somebody_else_with_a_note(demo):  # noqa: F811
    manager = sign_in(demo, MANAGER, f"{STATION}/stock")
    manager.click(f".tabs a[href='{STATION}/discrepancies']")
    manager.click("#findings details.more summary")
    assert "60 秒" in manager.inner_text("#findings details.more")
    manager.click("#findings details.confirm summary")
    manager.fill("#findings details[open] input[name=note]", "是我多扫了一次")
    demo.expected.append("403")
    manager.click("#findings details[open] form button")
    manager.wait_for_selector(".alert-danger")

    chief = sign_in(demo, CHIEF, "/discrepancies", width=1280, height=800)
    chief.click(f"#findings a[href='{STATION}/discrepancies']")
    chief.click("#findings details.confirm summary")
    chief.fill("#findings details[open] input[name=note]", "查看监控：只发放一次")
    chief.click("#findings details[open] form button")
    done(chief)
    assert chief.query_selector("#findings details.confirm") is None
    chief.goto(f"{demo.address}/discrepancies?state=cleared")
    told = chief.inner_text("#findings")
    assert "查看监控：只发放一次" in told
    assert "已电话核实" in told
