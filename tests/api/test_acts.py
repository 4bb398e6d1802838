"""Every address that changes something is an administrative act, and recorded, or is stated not to be.

A new one fails here until somebody has decided: give it a line in `RECORDED` with a request that
does it, or in `RECORDED_ELSEWHERE` with the test that sees the record, or in `NOT_ADMINISTRATIVE`
with the reason.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from incentive.audit.actions import ACTIONS
from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.browser import SAFE_METHODS
from incentive.core.db import session, transaction
from incentive.core.ids import new_id
from incentive.core.zone import day_of
from incentive.settlement.models import SettlementFailure
from incentive.stations.days.models import DayClose
from incentive.stations.discrepancies.models import Discrepancy
from incentive.stations.models import Item
from incentive.stations.stock.models import StockMovement
from incentive.stations.stocktakes.models import (
    Stocktake,
    StocktakeCount,
    StocktakeExplanation,
    StocktakeLine,
)
from tests import factories as make
from tests.stations.conftest import give

API = "/api/v1"
ROOT = Path(__file__).parents[2]
NAME, PHONE = "欧阳不可见", "13977771234"

NOT_ADMINISTRATIVE = {
    "api_privacy_notices.draft": "a draft binds nobody; publishing it is an act",
    "api_privacy_notices.change_draft": "as api_privacy_notices.draft",
    "api_privacy_notices.drop_draft": "as api_privacy_notices.draft",
    "api_consents.give": "one's own consent; consents are kept for good and say who gave them",
    "api_consents.withdraw": "as api_consents.give",
    "web.begin_notice": "as api_privacy_notices.draft",
    "web.save_notice_draft": "as api_privacy_notices.draft",
    "web.drop_notice_draft": "as api_privacy_notices.draft",
    "web.agree_to_notice": "as api_consents.give",
    "web.give_consent": "as api_consents.give",
    "web.withdraw_consent": "as api_consents.withdraw",
    "api_guardians.invite": "one's own invitation",
    "api_guardians.accept": "one's own consent, kept for good; the guardianship says since when",
    "api_guardians.give_for_ward": "a guardian's consent, kept for good",
    "api_guardians.withdraw_for_ward": "as api_guardians.give_for_ward",
    "web.invite_guardian": "as api_guardians.invite",
    "web.accept_invitation": "as api_guardians.accept",
    "web.consent_for_ward": "as api_guardians.give_for_ward",
    "web.withdraw_for_ward": "as api_guardians.give_for_ward",
    "api_amending.ask": "one's own; the correction says when, and is recorded when decided",
    "api_amending.withdraw": "one's own; the correction says when",
    "web.ask_for_correction": "as api_amending.ask",
    "web.take_correction_back": "as api_amending.withdraw",
    "api_erasing.ask_to_be_erased": "one's own; the erasure says when, and is recorded when done",
    "api_erasing.send_erasure_code": "one's own sign-in",
    "api_erasing.call_erasure_off": "one's own; the erasure says when",
    "web.ask_for_my_erasure": "as api_erasing.ask_to_be_erased",
    "web.take_my_data": "one's own data, kept nowhere",
    "web.send_my_erasure_code": "one's own sign-in",
    "web.call_my_erasure_off": "as api_erasing.call_erasure_off",
    "api_finding.find": "looks for people and changes nothing",
    "web.find_persons": "as api_finding.find",
    "web.invite_family": "as api_family.invite",
    "web.accept_family": "as api_family.accept",
    "web.end_family": "as api_family.end",
    "web.transfer_points": "as api_giving.transfer",
    "web.donate_points": "as api_giving.donate",
    "web.contest_points": "as api_disputes.contest",
    "web.preview_bank_file": "looks at a file and changes nothing",
    "api_family.invite": "one's own family; the link says who asked",
    "api_family.accept": "one's own family",
    "api_family.end": "one's own family; the link says who ended it",
    "api_giving.transfer": "one's own points; the gift and the ledger say who gave",
    "api_giving.donate": "one's own points; the gift and the ledger say who gave",
    "api_disputes.contest": "about one's own points; the dispute says who opened it",
    "api_payments.preview": "looks at a file and changes nothing",
    "api_me.sign_up": "somebody enters themselves; the person's row says when",
    "api_me.renew_password": "one's own password",
    "api_people.open_session": "signing in",
    "api_one_time.ask_for_code": "signing in",
    "api_one_time.open_session_by_code": "signing in",
    "api_one_time.reset_password": "one's own password",
    "web.send_sign_in_code": "signing in",
    "web.sign_in_by_sms_now": "signing in",
    "web.send_password_code": "signing in",
    "web.set_forgotten_password": "one's own password",
    "api_second_factor.open_session_by_factor": "signing in",
    "api_second_factor.set_up_factor": "one's own sign-in",
    "api_second_factor.confirm_factor": "one's own sign-in",
    "api_second_factor.remove_factor": "one's own sign-in",
    "api_second_factor.renew_recovery_codes": "one's own sign-in",
    "api_sessions.end_session": "one's own session",
    "api_sessions.end_all_sessions": "one's own sessions",
    "web.factor_code_now": "signing in",
    "web.confirm_second_factor": "one's own sign-in",
    "web.renew_recovery_codes": "one's own sign-in",
    "web.take_second_factor_off": "one's own sign-in",
    "web.end_my_session": "one's own session",
    "web.end_all_my_sessions": "one's own sessions",
    "api_devices.use_pairing": "the pairing that it uses is recorded",
    "web.pair_here": "as api_devices.use_pairing",
    "api_identities.unlink_identity": "one's own sign-in",
    "web.unlink_identity": "one's own sign-in",
    "web.send_link_code": "signing in",
    "web.link_identity_now": "one's own sign-in, with the phone proved",
    "web.register_code": "somebody enters themselves",
    "api_people.close_session": "signing out",
    "api_activities.sign_up": "one's own place",
    "api_activities.withdraw": "one's own place",
    "api_scans.scan": "attendance; every scan is kept in `scans`, with who scanned",
    "api_scans.scan_batch": "as a scan",
    "api_redemptions.redeem": "one's own order; the ledger says who",
    "api_redemptions.collect": "the counter's daily work; the ledger and the order say who",
    "api_reconciliation.ask": "compares the books and changes nothing; the run says who asked",
    "api_rules.simulate": "recomputes what was paid and changes nothing; the trial says who asked",
    "web.simulate_rules": "as api_rules.simulate",
    "web.reconcile_now": "as api_reconciliation.ask",
    "api_stocktakes.count_items": "every count is kept in `stocktake_counts`, with who counted",
    "api_stocktakes.explain_difference": "kept in `stocktake_explanations`, with who explained",
    "web.count_items": "as api_stocktakes.count_items",
    "web.explain_difference": "as api_stocktakes.explain_difference",
    "api_samples.record_findings": "a finding is a row of its own, with who and when, never changed",
    "web.check_sample": "as api_samples.record_findings",
    "web.password_now": "one's own password",
    "web.scan": "as api_scans.scan",
    "web.redeem": "one's own order",
    "web.cancel_order": "one's own order",
    "web.register_now": "somebody enters themselves",
    "web.sign_up": "one's own place",
    "web.withdraw": "one's own place",
    "web.sign_in_now": "signing in",
    "web.sign_out": "signing out",
    "web.collect": "as api_redemptions.collect",
    "web.look_up": "looks an order up and changes nothing",
}
RECORDED = {
    "api_activities.found_team": (
        "team.found",
        lambda w: w.post("/teams", {"region_id": w.home.id, "name": "新队"}),
    ),
    "api_activities.publish": (
        "activity.publish",
        lambda w: w.post(
            "/activities",
            {
                "team_id": w.team.id,
                "region_id": w.home.id,
                "title": "新活动",
                "kind": "environment",
            },
        ),
    ),
    "api_activities.cancel_activity": (
        "activity.cancel",
        lambda w: w.post(f"/activities/{w.activity.id}/cancel"),
    ),
    "api_activities.add_shift": (
        "shift.add",
        lambda w: w.post(
            f"/activities/{w.activity.id}/shifts",
            {
                "title": "早班",
                "starts_at": (clock.now() + timedelta(days=2)).isoformat(),
                "ends_at": (clock.now() + timedelta(days=2, hours=2)).isoformat(),
                "quota": 5,
            },
        ),
    ),
    "api_activities.cancel_shift": (
        "shift.cancel",
        lambda w: w.post(f"/shifts/{w.later.id}/cancel"),
    ),
    "api_checkin.confirm": (
        "attendance.confirm",
        lambda w: w.post(f"/attendances/{w.record.attendance_id}/confirm"),
    ),
    "api_checkin.verify": (
        "record.verify",
        lambda w: w.post(f"/service-records/{w.record.id}/verify", {}),
    ),
    "api_checkin.reject": (
        "record.reject",
        lambda w: w.post(f"/service-records/{w.record.id}/reject", {"reason": "未到场"}),
    ),
    "api_people.register": (
        "person.create",
        lambda w: w.post(
            "/persons",
            {
                "name": NAME,
                "phone": PHONE,
                "home_region_id": w.home.id,
                "notice": w.notices["privacy"],
            },
        ),
    ),
    "api_people.grant": (
        "role.grant",
        lambda w: w.post(
            f"/persons/{w.person.id}/roles", {"role": "auditor", "region_id": w.home.id}
        ),
    ),
    "api_people.revoke": ("role.revoke", lambda w: w.send("delete", f"/roles/{w.role.id}")),
    "api_people.add_grid": (
        "grid.add",
        lambda w: w.post(f"/regions/{w.home.id}/grids", {"name": "一号网格", "kind": "place"}),
    ),
    "api_redemptions.cancel": (
        "order.cancel",
        lambda w: w.post(f"/redemptions/{w.order()}/cancel"),
    ),
    "api_redemptions.refund": (
        "order.refund",
        lambda w: w.post(
            f"/redemptions/{w.order(collected=True)}/refund", {"reason": "破损", "restock": True}
        ),
    ),
    "api_settlement.retry": (
        "settlement.retry",
        lambda w: w.post(f"/settlement/failures/{w.failed.id}/retry"),
    ),
    "api_stations.create_station": (
        "station.create",
        lambda w: w.post(
            "/stations",
            {
                "region": w.home.code,
                "name": "新驿站",
                "kind": "station",
                "address": "人民路",
                "latitude": 25.0,
                "longitude": 102.0,
                "hours": {},
                "facilities": [],
            },
        ),
    ),
    "api_stations.change_station": (
        "station.change",
        lambda w: w.send("patch", f"/stations/{w.shop.id}", {"name": "改名"}),
    ),
    "api_stations.add_item": (
        "item.add",
        lambda w: w.post(
            f"/stations/{w.shop.id}/items", {"name": "新货", "points_price": 3, "stock": 2}
        ),
    ),
    "api_stations.change_item": (
        "item.change",
        lambda w: w.send("patch", f"/items/{w.goods.id}", {"points_price": 11}),
    ),
    "api_stock.receive_goods": (
        "goods.receive",
        lambda w: w.post(f"/items/{w.goods.id}/receipts", {"quantity": 7}),
    ),
    "api_stock.spoil_goods": (
        "goods.spoil",
        lambda w: w.post(f"/items/{w.goods.id}/spoilage", {"quantity": 1, "cause": "damaged"}),
    ),
    "api_stock.send_goods_back": (
        "goods.send_back",
        lambda w: w.post(f"/items/{w.goods.id}/supplier-returns", {"quantity": 1, "reason": "坏"}),
    ),
    "api_stock.correct_movement": (
        "goods.correct",
        lambda w: w.post(f"/stock-movements/{w.spoiled()}/correction", {"reason": "记错"}),
    ),
    "api_stocktakes.begin_stocktake": (
        "stocktake.begin",
        lambda w: w.post(f"/stations/{w.shop.id}/stocktakes", {}),
    ),
    "api_stocktakes.give_stocktake_up": (
        "stocktake.give_up",
        lambda w: w.post(f"/stocktakes/{w.stocktake()}/giving-up", {"reason": "停电"}),
    ),
    "api_stocktakes.book_stocktake": (
        "stocktake.book",
        lambda w: w.post(f"/stocktakes/{w.stocktake()}/booking"),
    ),
    "api_station_days.close_day": (
        "day.close",
        lambda w: w.post(f"/stations/{w.shop.id}/days/{w.open_day()}/close", {}),
    ),
    "api_station_days.amend_day": (
        "day.amend",
        lambda w: w.post(
            f"/stations/{w.shop.id}/days/{w.closed_day()}/amendments", {"note": "补记"}
        ),
    ),
    "api_discrepancies.clear_discrepancy": (
        "discrepancy.clear",
        lambda w: w.post(f"/discrepancies/{w.finding()}/clearing", {"note": "已核实"}),
    ),
    "web.clear_discrepancy": (
        "discrepancy.clear",
        lambda w: w.form(f"/stations/{w.shop.id}/discrepancies/{w.finding()}/clear", note="已核实"),
    ),
    "web.close_day": (
        "day.close",
        lambda w: w.form(f"/stations/{w.shop.id}/days/{w.open_day()}/close"),
    ),
    "web.amend_day": (
        "day.amend",
        lambda w: w.form(f"/stations/{w.shop.id}/days/{w.closed_day()}/amend", note="补记"),
    ),
    "web.begin_stocktake": (
        "stocktake.begin",
        lambda w: w.form(f"/stations/{w.shop.id}/stocktakes"),
    ),
    "web.give_stocktake_up": (
        "stocktake.give_up",
        lambda w: w.form(
            f"/stations/{w.shop.id}/stocktakes/{w.stocktake()}/give-up", reason="停电"
        ),
    ),
    "web.book_stocktake": (
        "stocktake.book",
        lambda w: w.form(f"/stations/{w.shop.id}/stocktakes/{w.stocktake()}/book"),
    ),
    "web.receive_goods": (
        "goods.receive",
        lambda w: w.form(f"/stations/{w.shop.id}/stock/receive", item_id=w.goods.id, quantity="1"),
    ),
    "web.take_goods_off": (
        "goods.spoil",
        lambda w: w.form(
            f"/stations/{w.shop.id}/stock/take-off",
            item_id=w.goods.id,
            quantity="1",
            cause="damaged",
        ),
    ),
    "web.correct_movement": (
        "goods.correct",
        lambda w: w.form(
            f"/stations/{w.shop.id}/stock/movements/{w.spoiled()}/correct", reason="记错"
        ),
    ),
    "web.verify": (
        "record.verify",
        lambda w: w.form(f"/service-records/{w.record.id}/verify"),
    ),
    "web.reject": (
        "record.reject",
        lambda w: w.form(f"/service-records/{w.record.id}/reject", reason="未到场"),
    ),
    "web.counter_cancel": (
        "order.cancel",
        lambda w: w.form(f"/stations/{w.shop.id}/redemptions/{w.order()}/cancel", reason="缺货"),
    ),
    "web.refund": (
        "order.refund",
        lambda w: w.form(
            f"/stations/{w.shop.id}/redemptions/{w.order(collected=True)}/refund", reason="破损"
        ),
    ),
}
# endpoint: (act, the file of the test that sees it recorded)
RECORDED_ELSEWHERE: dict[str, tuple[str, str]] = {
    "web.publish_notice": ("notice.publish", "tests/web/test_notices.py"),
    "web.enter_guardian_paper": ("guardian.confirm", "tests/web/test_notices.py"),
    "api_privacy_notices.publish": ("notice.publish", "tests/people/test_notices.py"),
    "api_guardians.confirm": ("guardian.confirm", "tests/people/test_guardians.py"),
    "api_amending.reveal": ("person.reveal", "tests/people/test_amending.py"),
    "api_amending.approve": ("person.correct", "tests/people/test_amending.py"),
    "api_amending.refuse": ("person.refuse_correction", "tests/people/test_amending.py"),
    "web.reveal_correction": ("person.reveal", "tests/people/test_amending.py"),
    "web.decide_correction": ("person.correct", "tests/people/test_amending.py"),
    "api_erasing.propose_erasure": ("person.erase", "tests/people/test_erasing_by_staff.py"),
    "api_erasing.approve_erasure": (
        "person.approve_erasure",
        "tests/people/test_erasing_by_staff.py",
    ),
    "api_erasing.refuse_erasure": (
        "person.refuse_erasure",
        "tests/people/test_erasing_by_staff.py",
    ),
    "web.propose_erasure": ("person.erase", "tests/people/test_erasing_by_staff.py"),
    "web.decide_erasure": ("person.approve_erasure", "tests/people/test_erasing_by_staff.py"),
    "api_delegations.delegate": ("role.delegate", "tests/people/test_delegation.py"),
    "api_imports.send": ("import.send", "tests/people/imports/test_entering.py"),
    "api_imports.enter": ("import.enter", "tests/people/imports/test_entering.py"),
    "api_imports.undo": ("import.undo", "tests/people/imports/test_entering.py"),
    "api_imports.give_up": ("import.give_up", "tests/people/imports/test_entering.py"),
    "web.send_list": ("import.send", "tests/web/test_imports.py"),
    "web.enter_list": ("import.enter", "tests/web/test_imports.py"),
    "web.undo_list": ("import.undo", "tests/web/test_imports.py"),
    "web.give_list_up": ("import.give_up", "tests/web/test_imports.py"),
    "api_merges.ask": ("person.merge", "tests/web/test_merges.py"),
    "api_merges.approve": ("person.merge_decide", "tests/web/test_merges.py"),
    "api_merges.refuse": ("person.merge_decide", "tests/web/test_merges.py"),
    "api_merges.undo": ("person.merge_undo", "tests/web/test_merges.py"),
    "web.ask_for_merge": ("person.merge", "tests/web/test_merges.py"),
    "web.approve_merge": ("person.merge_decide", "tests/web/test_merges.py"),
    "web.refuse_merge": ("person.merge_decide", "tests/web/test_merges.py"),
    "web.undo_merge": ("person.merge_undo", "tests/web/test_merges.py"),
    "api_finding.reveal": ("person.reveal", "tests/people/test_finding.py"),
    "web.hand_role_on": ("role.delegate", "tests/web/test_my_roles.py"),
    "web.give_role_back": ("role.take_back", "tests/web/test_my_roles.py"),
    "web.reveal_person": ("person.reveal", "tests/web/test_people.py"),
    "web.block_person": ("person.block", "tests/web/test_people.py"),
    "web.unblock_person": ("person.unblock", "tests/web/test_people.py"),
    "web.sign_person_out": ("person.sign_out", "tests/web/test_people.py"),
    "web.reset_second_factor": ("person.second_factor", "tests/web/test_people.py"),
    "web.grant_role": ("role.grant", "tests/web/test_roles.py"),
    "web.end_role": ("role.revoke", "tests/web/test_roles.py"),
    "web.move_role_end": ("role.move_end", "tests/web/test_roles.py"),
    "web.undo_role_end": ("role.undo_end", "tests/web/test_roles.py"),
    "api_devices.pair_scanner": ("device.pair", "tests/web/test_devices.py"),
    "api_devices.pair_counter": ("device.pair", "tests/web/test_devices.py"),
    "api_devices.end_device": ("device.end", "tests/web/test_devices.py"),
    "web.pair_scanner": ("device.pair", "tests/web/test_devices.py"),
    "web.pair_counter": ("device.pair", "tests/web/test_devices.py"),
    "web.end_device": ("device.end", "tests/web/test_device_list.py"),
    "web.end_scanner": ("device.end", "tests/web/test_devices.py"),
    "web.end_counter": ("device.end", "tests/web/test_devices.py"),
    "api_tokens.make_token": ("token.make", "tests/web/test_devices.py"),
    "api_tokens.end_token": ("token.end", "tests/web/test_devices.py"),
    "web.make_my_token": ("token.make", "tests/web/test_devices.py"),
    "web.end_my_token": ("token.end", "tests/web/test_devices.py"),
    "api_second_factor.reset_factor": (
        "person.second_factor",
        "tests/people/test_second_factor.py",
    ),
    "web.enter_merchant": ("merchant.add", "tests/web/test_settlement.py"),
    "web.enter_sponsor": ("sponsor.add", "tests/web/test_settlement.py"),
    "web.enter_contact": ("merchant.contact", "tests/web/test_settlement.py"),
    "web.drop_contact": ("merchant.contact", "tests/web/test_settlement.py"),
    "web.enter_budget": ("sponsor.budget", "tests/web/test_settlement.py"),
    "web.alter_budget": ("sponsor.budget", "tests/web/test_settlement.py"),
    "web.agree_on_price": ("agreement.make", "tests/web/test_settlement.py"),
    "web.end_price": ("agreement.end", "tests/web/test_settlement.py"),
    "web.draft_statement": ("statement.make", "tests/web/test_settlement.py"),
    "web.draft_closing_statement": ("statement.make", "tests/web/test_settlement.py"),
    "web.settle_merchant_statement": ("statement.settle", "tests/web/test_settlement.py"),
    "web.settle_without_merchant": ("statement.settle", "tests/web/test_settlement.py"),
    "web.claim_merchant_statement": ("statement.claim", "tests/web/test_settlement.py"),
    "web.claim_without_merchant": ("statement.claim", "tests/web/test_settlement.py"),
    "web.let_claim_go": ("statement.settle", "tests/web/test_settlement.py"),
    "web.record_repayment": ("statement.pay", "tests/web/test_settlement.py"),
    "web.send_merchant_statement": ("statement.send", "tests/web/test_settlement.py"),
    "web.object_to_line": ("statement.object", "tests/web/test_settlement.py"),
    "web.take_orders_off": ("statement.answer", "tests/web/test_settlement.py"),
    "web.answer_objection": ("statement.answer", "tests/web/test_settlement.py"),
    "web.confirm_merchant_statement": ("statement.confirm", "tests/web/test_settlement.py"),
    "web.charge_merchant_statement": ("statement.charge", "tests/web/test_settlement.py"),
    "web.record_payment": ("statement.pay", "tests/web/test_settlement.py"),
    "web.take_payment_back": ("statement.take_back", "tests/web/test_settlement.py"),
    "web.reverse_merchant_statement": ("statement.reverse", "tests/web/test_settlement.py"),
    "web.take_bank_file_in": ("bank.import", "tests/web/test_settlement.py"),
    "web.match_bank_row": ("statement.pay", "tests/web/test_settlement.py"),
    "api_payments.take_in": ("bank.import", "tests/merchants/test_banking.py"),
    "api_payments.assign": ("statement.pay", "tests/merchants/test_banking.py"),
    "api_samples.draw": ("sample.draw", "tests/desk/test_samples.py"),
    "web.draw_sample": ("sample.draw", "tests/desk/test_samples.py"),
    "web.propose_rules": ("rules.propose", "tests/settlement/rulebook/test_drafts.py"),
    "web.submit_rules": ("rules.submit", "tests/settlement/rulebook/test_drafts.py"),
    "web.approve_rules": ("rules.approve", "tests/settlement/rulebook/test_drafts.py"),
    "web.reject_rules": ("rules.reject", "tests/settlement/rulebook/test_drafts.py"),
    "web.withdraw_rules": ("rules.withdraw", "tests/settlement/rulebook/test_drafts.py"),
    "api_rules.propose": ("rules.propose", "tests/settlement/rulebook/test_drafts.py"),
    "api_rules.submit": ("rules.submit", "tests/settlement/rulebook/test_drafts.py"),
    "api_rules.approve": ("rules.approve", "tests/settlement/rulebook/test_drafts.py"),
    "api_rules.reject": ("rules.reject", "tests/settlement/rulebook/test_drafts.py"),
    "api_rules.withdraw": ("rules.withdraw", "tests/settlement/rulebook/test_drafts.py"),
    "web.propose_adjustment": ("points.adjust", "tests/web/test_points.py"),
    "web.decide_adjustment": ("points.approve", "tests/web/test_points.py"),
    "web.decide_dispute": ("dispute.decide", "tests/web/test_points.py"),
    "web.challenge_points": ("dispute.open", "tests/web/test_points.py"),
    "web.change_policy": ("points.policy", "tests/web/test_points.py"),
    "web.set_budget": ("budget.set", "tests/web/test_points.py"),
    "web.raise_budget": ("budget.raise", "tests/web/test_points.py"),
    "web.approve_overrun": ("budget.overrun", "tests/web/test_points.py"),
    "api_disputes.challenge": ("dispute.open", "tests/points/test_disputes.py"),
    "api_findings.decide_finding": ("dispute.decide", "tests/settlement/test_findings.py"),
    "web.decide_finding": ("dispute.decide", "tests/settlement/test_findings.py"),
    "api_disputes.decide": ("dispute.decide", "tests/points/test_disputes.py"),
    "api_points_policy.change_policy": ("points.policy", "tests/points/test_api.py"),
    "api_points_budgets.set_budget": ("budget.set", "tests/points/test_api.py"),
    "api_points_budgets.raise_budget": ("budget.raise", "tests/points/test_api.py"),
    "api_points_budgets.approve_overrun": ("budget.overrun", "tests/points/test_api.py"),
    "api_corrections.adjust": ("points.adjust", "tests/points/test_api.py"),
    "api_corrections.reverse": ("points.reverse", "tests/points/test_api.py"),
    "api_corrections.approve": ("points.approve", "tests/points/test_api.py"),
    "api_corrections.reject": ("points.reject", "tests/points/test_api.py"),
    "api_merchants.add_merchant": ("merchant.add", "tests/merchants/test_api.py"),
    "api_merchants.add_contact": ("merchant.contact", "tests/merchants/test_api.py"),
    "api_merchants.end_contact": ("merchant.contact", "tests/merchants/test_api.py"),
    "api_merchants.add_sponsor": ("sponsor.add", "tests/merchants/test_api.py"),
    "api_merchants.add_budget": ("sponsor.budget", "tests/merchants/test_api.py"),
    "api_merchants.change_budget": ("sponsor.budget", "tests/merchants/test_api.py"),
    "api_merchants.agree": ("agreement.make", "tests/merchants/test_api.py"),
    "api_merchants.end_agreement": ("agreement.end", "tests/merchants/test_api.py"),
    "api_merchant_statements.make_statement": ("statement.make", "tests/merchants/test_api.py"),
    "api_merchant_statements.make_closing_statement": (
        "statement.make",
        "tests/merchants/test_closing.py",
    ),
    "api_merchant_statements.settle": ("statement.settle", "tests/merchants/test_closing.py"),
    "api_merchant_statements.settle_without_merchant": (
        "statement.settle",
        "tests/merchants/test_closing.py",
    ),
    "api_merchant_statements.claim": ("statement.claim", "tests/merchants/test_claims.py"),
    "api_merchant_statements.claim_without_merchant": (
        "statement.claim",
        "tests/merchants/test_claims.py",
    ),
    "api_merchant_statements.let_go": ("statement.settle", "tests/merchants/test_claims.py"),
    "api_merchant_statements.give_back": ("statement.pay", "tests/merchants/test_claims.py"),
    "api_merchant_statements.send_statement": ("statement.send", "tests/merchants/test_api.py"),
    "api_merchant_statements.object_to": ("statement.object", "tests/merchants/test_api.py"),
    "api_merchant_statements.answer": ("statement.answer", "tests/merchants/test_api.py"),
    "api_merchant_statements.confirm": ("statement.confirm", "tests/merchants/test_api.py"),
    "api_merchant_statements.charge": ("statement.charge", "tests/merchants/test_api.py"),
    "api_merchant_statements.pay": ("statement.pay", "tests/merchants/test_api.py"),
    "api_merchant_statements.take_back": ("statement.take_back", "tests/merchants/test_api.py"),
    "api_merchant_statements.reverse": ("statement.reverse", "tests/merchants/test_api.py"),
}


class World:
    """A community with one of everything, and an administrator of the whole province."""

    def __init__(self, client):
        self.client = client
        with transaction():
            self.home = make.region()
            self.notices = make.notices()
            self.person = make.person(NAME, home_region_id=self.home.id)
            self.chief = make.person()
            make.grant(self.chief, "administrator", at=make.province())
            self.role = make.grant(self.person, "volunteer", at=self.home)
            self.shop = make.station(self.home)
            self.goods = make.item(self.shop, points_price=10, stock=5)
            self.activity = make.activity(self.home, by=self.chief)
            self.team = make.team(self.home)
            self.later = make.shift(self.activity, starts_at=clock.now() + timedelta(days=1))
            shift = make.shift(self.activity)
            self.record = make.service_record(shift, self.person, status="pending")
            self.record.decided_at = None
            shift = make.shift(self.activity, starts_at=make.NOW - timedelta(days=1))
            self.failed = make.service_record(shift, self.person)
            make.add(
                SettlementFailure(
                    service_record_id=self.failed.id,
                    person_id=self.person.id,
                    region_id=self.home.id,
                    day=self.failed.day,
                    code="x",
                    message="x",
                    failed_at=make.NOW,
                    retry_at=make.NOW,
                )
            )
            give(self.person.id, 100)
            self.token = make.token(self.chief)

    def post(self, path, body=None):
        return self.send("post", path, body)

    def send(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(new_id())}
        given = {name: _plain(value) for name, value in body.items()} if body is not None else None
        return getattr(self.client, method)(API + path, json=given, headers=headers)

    def form(self, path, **fields):
        self.client.set_cookie("session", self.token)
        return self.client.post(
            path, data={"key": str(new_id())} | fields, headers={"Origin": "http://localhost"}
        )

    def spoiled(self):
        body = {"quantity": 1, "cause": "damaged"}
        return self.post(f"/items/{self.goods.id}/spoilage", body).json["id"]

    def open_day(self):
        """A day, each time an earlier one, that has goods and is not closed."""
        self.days_back = getattr(self, "days_back", 0) + 1
        day = day_of(clock.now()) - timedelta(days=self.days_back)
        with transaction():
            moved = {"station_id": self.shop.id, "item_id": self.goods.id, "kind": "received"}
            moved |= {"delta": 1, "shelf": 1, "day": day, "at": clock.now()}
            make.add(StockMovement(**moved))
        return day

    def finding(self):
        with transaction():
            seen = {"happened_at": make.NOW, "found_at": make.NOW, "facts": {}}
            found = Discrepancy(
                station_id=self.shop.id, kind="other_station", key=str(new_id()), **seen
            )
            return make.add(found).id

    def closed_day(self):
        """A day that somebody closed, on which something came later."""
        day = self.open_day()
        with transaction():
            signed = {"closed_by": self.person.id, "closed_at": clock.now(), "signed": "x"}
            far = {"last_movement_id": 0, "last_transaction_id": 0}
            make.add(DayClose(station_id=self.shop.id, day=day, version=1, **signed, **far))
        return day

    def stocktake(self):
        """An open stocktake that somebody else has counted, with a difference."""
        with transaction():
            session().execute(
                update(Stocktake)
                .where(Stocktake.status == "open")
                .values(status="abandoned", closed_by=self.person.id, closed_at=make.NOW)
            )
            opened = make.stocktake(self.shop, self.person)
            shelf = session().get(Item, self.goods.id, populate_existing=True).on_shelf
            made = {"stocktake_id": opened.id, "item_id": self.goods.id}
            make.add(StocktakeLine(**made, on_shelf=shelf, held=0))
            count = make.add(
                StocktakeCount(
                    **made,
                    counted=shelf + 1,
                    expected=shelf,
                    counted_by=self.person.id,
                    counted_at=make.NOW,
                )
            )
            make.add(
                StocktakeExplanation(
                    count_id=count.id,
                    cause="found",
                    explained_by=self.person.id,
                    explained_at=make.NOW,
                )
            )
            return opened.id

    def order(self, *, collected=False):
        with transaction():
            headers = make.creating(self.person)
        wanted = {"item_id": str(self.goods.id), "quantity": 1}
        made = self.client.post(f"{API}/redemptions", json=wanted, headers=headers).json
        if collected:
            code = made["code"].replace("-", "")
            assert self.post(f"/redemptions/{code}/collect").status_code == 200
        return made["id"]


def _plain(value):
    return value if isinstance(value, int | float | bool | dict | list) else str(value)


@pytest.fixture
def world(client):
    return World(client)


def acts():
    with transaction():
        return session().query(AuditEntry).order_by(AuditEntry.id).all()


def changing(app):
    return {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.methods - SAFE_METHODS - {"OPTIONS"}
    }


def test_of_every_address_that_changes_something_it_is_decided_whether_it_is_an_act(app):
    decided = [*RECORDED, *RECORDED_ELSEWHERE, *NOT_ADMINISTRATIVE]
    assert sorted(decided) == sorted(changing(app))


@pytest.mark.parametrize("endpoint", RECORDED)
def test_an_act_is_recorded_with_who_by_which_role_where_and_from_where(world, endpoint):
    action, do = RECORDED[endpoint]
    answer = do(world)
    assert answer.status_code in {200, 201, 204, 303}, answer.text
    done = [act for act in acts() if act.action == action]
    assert len(done) == 1
    (act,) = done
    assert act.actor == f"person:{world.chief.id}"
    assert act.role == "administrator"
    assert act.scope == f"region:53 at {act.place}"
    assert act.place in {f"region:{world.home.path}", f"station:{world.shop.id}"}
    assert act.origin == "127.0.0.1"
    assert act.before != act.after


def test_nothing_but_acts_is_recorded(world):
    world.order()
    assert acts() == []


def test_an_act_that_is_refused_leaves_no_record(world):
    refused = world.post(f"/redemptions/{new_id()}/refund", {"reason": "x", "restock": False})
    assert refused.status_code == 404
    taken = {"name": world.goods.name, "points_price": 3}
    assert world.post(f"/stations/{world.shop.id}/items", taken).status_code == 409
    assert acts() == []


def test_a_retry_records_nothing_more(world):
    headers = {"Authorization": f"Bearer {world.token}", "Idempotency-Key": "receive-once"}
    for _ in range(2):
        world.client.post(
            f"{API}/items/{world.goods.id}/receipts", json={"quantity": 1}, headers=headers
        )
    assert [act.after["stock"] for act in acts()] == [6]


def test_no_record_holds_a_name_or_a_phone_or_a_code(world):
    for endpoint in RECORDED:
        RECORDED[endpoint][1](world)
    told = [
        str([act.actor, act.scope, act.subject, act.before, act.after, act.reason])
        for act in acts()
    ]
    assert len(told) > len(RECORDED) / 2
    for planted in (NAME, PHONE, PHONE[-8:], world.token):
        assert not [text for text in told if planted in text]


@pytest.mark.parametrize("endpoint", RECORDED_ELSEWHERE)
def test_the_test_that_sees_the_record_is_there(endpoint):
    action, file = RECORDED_ELSEWHERE[endpoint]
    assert action in ACTIONS
    assert action in (ROOT / file).read_text(encoding="utf-8")
