"""One request for each address, about the side `here` of the matrix's world.

An address that only reads, and whose place-holders the world knows by name (`Side.ids`), needs no
line. Any other has one here: what it is sent, and which of the world's ids it is about.
"""

import base64
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pyotp

from incentive.core import clock
from incentive.core.ids import new_id
from incentive.core.zone import day_of
from tests.api.matrix_world import CODE as SMS_CODE
from tests.api.matrix_world import PASSWORD, Side

Content = Callable[[Side], dict[str, Any]]
RULES = {"rules": [{"rule": "block", "block_minutes": 60, "block_points": 12}]}


@dataclass(frozen=True)
class Sample:
    """What is sent.

    `ids`: other names for place-holders. `whose`: whose own it is. `target`: a list's address that
    is about one thing of this side. `of`: more than the declaration says, for a thing of the whole.
    `permissions`: fewer than declared, for one of several kinds of things. `let_through`: refusals
    that say that the caller was let through. `refused`: what else refuses; or a text that stands in
    an answer that refuses. `opens`: whose session it opens, who is told who they are.
    """

    json: Content | None = None
    form: Content | None = None
    query: Content | None = None
    files: Content | None = None
    body: Callable[[Side], bytes] | None = None
    ids: dict[str, str] = field(default_factory=dict)
    whose: str | None = None
    target: bool = False
    of: str | None = None
    permissions: tuple[str, ...] = ()
    let_through: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()
    refused_by: bytes = b""
    opens: str | None = None


def sends(**content: Any) -> Content:
    """The same for every side."""
    return lambda _side: content


def tomorrow() -> str:
    return (day_of(clock.now()) + timedelta(days=1)).isoformat()


def months() -> dict[str, str]:
    return {name: f"{day_of(clock.now()):%Y-%m}" for name in ("first_month", "last_month")}


def scan(side: Side) -> dict[str, Any]:
    return {
        "nonce": str(new_id()),
        "scanned_at": clock.now().isoformat(),
        "shift_id": str(side.ids["shift_id"]),
        "volunteer_number": side.ids["number_of_volunteer"],
    }


def bank_file() -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(
        [["日期", "金额", "附言", "对方户名"], ["2026-11-12", "1.00", "x", "y"]]
    )
    return out.getvalue().encode("gb18030")


def person_list() -> bytes:
    return "姓名,手机号\n新人,13977771234\n".encode()


def twice(side: Side) -> dict[str, str]:
    """Two entries that nobody has asked to merge."""
    return {"kept": side.ids["number_of_volunteer"], "gone": side.ids["number_of_third"]}


def notice_texts(side: Side) -> dict[str, Any]:
    names = [f"{name}_{lang}" for name in ("title", "text", "changes") for lang in ("zh", "en")]
    return dict.fromkeys(names, "说明")


MERGED = {"merge_id": "done_merge"}
ENTERED = {"import_id": "entered_import"}
# What is given up loses its key, which no roll-back brings back.
SPARE = {"import_id": "spare_import"}
WHY = sends(reason="理由")
ROLE = {"role_id": "role_of_volunteer"}
NOTE = sends(note="说明")
PAGE = {"from": "2026-11-01", "to": "2026-11-30"}
STATION_FORM = {"name": "新驿站", "kind": "station", "address": "人民路", "facilities": []}
STATION_FORM |= {"latitude": 25.0, "longitude": 102.0, "hours": {}}


def new_item(side: Side) -> dict[str, Any]:
    return {"name": "新货", "points_price": 3, "stock": 2}


def agreement(side: Side) -> dict[str, Any]:
    return {
        "item_id": str(side.ids["spare_item"]),
        "merchant_id": str(side.ids["merchant_id"]),
        "sponsor_id": str(side.ids["sponsor_id"]),
        "price_fen": 100,
        "valid_from": "2026-01-01",
    }


def new_statement(side: Side) -> dict[str, Any]:
    return {
        "merchant_id": str(side.ids["merchant_id"]),
        "sponsor_id": str(side.ids["sponsor_id"]),
        "first_day": "2026-09-01",
        "last_day": "2026-09-30",
    }


def counts(side: Side) -> dict[str, Any]:
    return {"counts": [{"item_id": str(side.ids["item_id"]), "counted": 5}]}


def adjustment(side: Side) -> dict[str, Any]:
    return {"volunteer_number": side.ids["number_of_volunteer"], "points": 300, "reason": "补登"}


def points_budget(side: Side) -> dict[str, Any]:
    return {"region": side.place.code, "period": "year", "day": "2027-01-01", "amount": 5}


def statement(**more: Any) -> Sample:
    return Sample(**{"whose": "contact"} | more)


PAID = {"fen": 8750, "reference": "网银", "paid_on": "2026-11-10"}
SIDE = sends(side="sponsor")
OBJECTION = sends(side="sponsor", text="多记")
KIN = {"link_id": "link_id"}
ASKED = {"link_id": "asked_link"}
SHEET = {"findings": [{"position": 1, "voucher_seen": True, "note": ""}]}
CODE = {"code": "order_code"}
DOUBT = {"dispute_id": "doubt_id"}
BARE = {"station_id": "bare_station"}
NEW_PASSWORD = sends(current=PASSWORD, new="second-password-2")


def app_code(name: str) -> Content:
    """What the authenticator app of one of the people shows now."""
    return lambda side: {"code": pyotp.TOTP(side.ids[f"app_of_{name}"]).now()}


def phone_of(name: str, **more: Any) -> Content:
    """The phone of one of the people, and more."""
    return lambda side: {"phone": side.ids[f"phone_of_{name}"]} | more


def myself(side: Side) -> dict[str, Any]:
    """Somebody who registers."""
    who = {"name": "新人", "phone": "13977771235", "home_region_id": str(side.place.id)}
    return who | {"password": PASSWORD, "notice": str(side.ids["notice_id"])}


def guardians_notice(side: Side) -> dict[str, Any]:
    return {"notice": str(side.ids["guardians_notice"])}


SAMPLES: dict[str, Sample] = {
    # Activities and check-in
    "api_activities.found_team": Sample(lambda s: {"region_id": str(s.place.id), "name": "新队"}),
    "api_activities.publish": Sample(
        lambda s: {
            "team_id": str(s.ids["team_id"]),
            "region_id": str(s.place.id),
            "title": "新活动",
            "kind": "environment",
        }
    ),
    "api_activities.cancel_activity": Sample(),
    "api_activities.add_shift": Sample(
        lambda _: {
            "title": "早班",
            "starts_at": (clock.now() + timedelta(days=2)).isoformat(),
            "ends_at": (clock.now() + timedelta(days=2, hours=2)).isoformat(),
            "quota": 5,
        }
    ),
    "api_activities.cancel_shift": Sample(),
    "api_activities.sign_up": Sample(ids={"shift_id": "free"}),
    "api_activities.withdraw": Sample(ids={"shift_id": "later"}, whose="volunteer"),
    "api_checkin.confirm": Sample(),
    "api_checkin.verify": Sample(sends()),
    "api_checkin.reject": Sample(WHY),
    "api_scans.scan": Sample(scan),
    "api_scans.scan_batch": Sample(lambda s: {"scans": [scan(s)]}, refused_by=b'"refused"'),
    "web.scan": Sample(
        form=lambda s: {
            "code": s.ids["number_of_volunteer"],
            "shift_id": s.ids["shift_id"],
            "nonce": new_id(),
        }
    ),
    "web.sign_up": Sample(form=sends(), ids={"shift_id": "free"}),
    "web.withdraw": Sample(form=sends(), ids={"shift_id": "later"}, whose="volunteer"),
    "web.verify": Sample(form=sends()),
    "web.reject": Sample(form=WHY),
    # People
    "api_people.register": Sample(
        lambda s: {
            "name": "新人",
            "phone": "13977771234",
            "home_region_id": str(s.place.id),
            "notice": str(s.ids["notice_id"]),
        }
    ),
    "api_privacy_notices.draft": Sample(sends(kind="address")),
    "web.begin_notice": Sample(form=sends(kind="address")),
    "web.notice_draft": Sample(ids={"draft_id": "notice_draft"}),
    "web.save_notice_draft": Sample(form=notice_texts, ids={"draft_id": "notice_draft"}),
    "web.publish_notice": Sample(form=sends(), ids={"draft_id": "notice_draft"}),
    "web.drop_notice_draft": Sample(form=sends(), ids={"draft_id": "notice_draft"}),
    "web.to_notice_draft": Sample(ids={"draft_id": "notice_draft"}),
    "web.enter_guardian_paper": Sample(
        form=lambda s: {
            "minor": s.ids["number_of_volunteer"],
            "guardian": s.people["contact"].volunteer_number,
            "notice": s.ids["guardians_notice"],
            "agree": "yes",
            "reason": "理由",
        },
        let_through=frozenset({409}),
    ),
    "api_privacy_notices.change_draft": Sample(
        sends(renews=False), ids={"draft_id": "notice_draft"}
    ),
    "api_privacy_notices.drop_draft": Sample(ids={"draft_id": "notice_draft"}),
    "api_privacy_notices.publish": Sample(sends(), ids={"draft_id": "notice_draft"}),
    "api_consents.give": Sample(
        lambda s: {"notice": str(s.ids["address_notice"]), "value": "翠湖北路1号"}
    ),
    "api_consents.withdraw": Sample(let_through=frozenset({409})),
    "web.privacy_notice": Sample(ids={"version": "number"}),
    "web.agree_to_notice": Sample(form=lambda s: {"notice": s.ids["notice_id"], "agree": "yes"}),
    "web.give_consent": Sample(
        form=lambda s: {"notice": s.ids["address_notice"], "agree": "yes", "value": "翠湖北路1号"}
    ),
    "web.withdraw_consent": Sample(form=sends(), let_through=frozenset({409})),
    "api_guardians.invite": Sample(let_through=frozenset({409})),
    "api_guardians.show_invitation": Sample(let_through=frozenset({404})),
    "api_guardians.accept": Sample(guardians_notice, let_through=frozenset({404})),
    "api_guardians.confirm": Sample(
        lambda s: {
            "minor": s.ids["number_of_volunteer"],
            "guardian": s.people["contact"].volunteer_number,
            "reason": "看过户口本",
            "notice": str(s.ids["guardians_notice"]),
        },
        # The volunteer is of age.
        let_through=frozenset({409}),
    ),
    "api_guardians.list_wards_consents": Sample(whose="volunteer"),
    "api_guardians.give_for_ward": Sample(guardians_notice, whose="volunteer"),
    "api_guardians.withdraw_for_ward": Sample(whose="volunteer", let_through=frozenset({409})),
    "web.invite_guardian": Sample(form=sends(), let_through=frozenset({409})),
    "web.guardian_invitation": Sample(let_through=frozenset({404})),
    "web.accept_invitation": Sample(
        form=lambda s: {"notice": s.ids["guardians_notice"], "agree": "yes"},
        let_through=frozenset({404}),
    ),
    "web.ward": Sample(whose="volunteer"),
    "web.consent_for_ward": Sample(
        form=lambda s: {"notice": s.ids["guardians_notice"], "agree": "yes"},
        whose="volunteer",
    ),
    "web.withdraw_for_ward": Sample(form=sends(), whose="volunteer"),
    "api_people.find_person": Sample(ids={"volunteer_number": "number_of_volunteer"}),
    "api_people.grant": Sample(lambda s: {"role": "auditor", "region_id": str(s.place.id)}),
    "api_people.revoke": Sample(ids={"role_id": "role_of_volunteer"}),
    "api_delegations.delegate": Sample(
        lambda s: {
            "volunteer_number": s.people["suitor"].volunteer_number,
            "until": (clock.now() + timedelta(days=2)).isoformat(),
        },
        ids={"role_id": "role_of_worker"},
        whose="worker",
    ),
    "api_people.add_grid": Sample(sends(name="一号网格", kind="place")),
    "api_people.close_session": Sample(),
    # Who told no phone has no password either.
    "api_me.renew_password": Sample(NEW_PASSWORD, let_through=frozenset({401})),
    "web.password_now": Sample(form=NEW_PASSWORD, let_through=frozenset({401})),
    "api_second_factor.confirm_factor": Sample(app_code("volunteer"), whose="volunteer"),
    "web.confirm_second_factor": Sample(form=app_code("volunteer"), whose="volunteer"),
    "api_second_factor.remove_factor": Sample(app_code("contact"), whose="contact"),
    "web.take_second_factor_off": Sample(form=app_code("contact"), whose="contact"),
    "api_second_factor.renew_recovery_codes": Sample(app_code("contact"), whose="contact"),
    "web.renew_recovery_codes": Sample(form=app_code("contact"), whose="contact"),
    # The contact has an app already.
    "api_second_factor.set_up_factor": Sample(let_through=frozenset({409})),
    "api_second_factor.reset_factor": Sample(ids={"person_id": "with_app"}),
    "api_sessions.end_all_sessions": Sample(),
    "api_sessions.end_session": Sample(whose="volunteer"),
    "web.end_all_my_sessions": Sample(form=sends()),
    "web.end_my_session": Sample(form=sends(), whose="volunteer"),
    "api_tokens.make_token": Sample(sends(name="表格", scopes=["own"])),
    "api_tokens.end_token": Sample(whose="volunteer"),
    "web.make_my_token": Sample(form=sends(name="表格", scopes="own", days="5")),
    "web.end_my_token": Sample(form=sends(), whose="volunteer"),
    "api_identities.unlink_identity": Sample(whose="volunteer"),
    "web.unlink_identity": Sample(form=sends(), whose="volunteer"),
    "api_finding.find": Sample(lambda s: {"volunteer_number": s.ids["number_of_volunteer"]}),
    "api_finding.reveal": Sample(sends(fields=["name"], reason="核对身份")),
    "web.find_persons": Sample(
        form=lambda s: {"by": "volunteer_number", "what": s.ids["number_of_volunteer"]}
    ),
    "web.reveal_person": Sample(form=sends(fields="name", reason="核对身份")),
    "web.block_person": Sample(form=WHY),
    # Nobody here is blocked, and nobody has a second factor.
    "web.unblock_person": Sample(form=WHY, let_through=frozenset({409})),
    "web.sign_person_out": Sample(form=WHY),
    "web.reset_second_factor": Sample(form=WHY, let_through=frozenset({404, 409})),
    "web.grant_role": Sample(
        form=lambda s: {
            "number": s.ids["number_of_volunteer"],
            "role": "auditor",
            "place": f"region:{s.place.id}",
        }
    ),
    "web.end_role": Sample(form=WHY, ids=ROLE),
    "web.move_role_end": Sample(form=lambda _: {"until": tomorrow()}, ids=ROLE),
    # Nobody has just ended it.
    "web.undo_role_end": Sample(form=sends(), ids=ROLE, let_through=frozenset({409})),
    # Lists of persons
    "api_imports.send": Sample(
        query=lambda s: {"region": s.place.code}, body=lambda _: person_list()
    ),
    "api_imports.enter": Sample(sends()),
    "api_imports.undo": Sample(ids=ENTERED),
    "api_imports.give_up": Sample(ids=SPARE),
    "web.send_list": Sample(
        form=lambda s: {"region": s.place.code},
        files=lambda _: {"file": (io.BytesIO(person_list()), "x.csv")},
    ),
    "web.enter_list": Sample(form=sends()),
    "web.undo_list": Sample(form=sends(), ids=ENTERED),
    "web.give_list_up": Sample(form=sends(), ids=SPARE),
    "web.hand_role_on": Sample(
        form=lambda s: {
            "number": s.people["suitor"].volunteer_number,
            "until": tomorrow(),
            "permissions": "merchant.confirm",
        },
        ids=ROLE,
        whose="volunteer",
        let_through=frozenset({403}),
    ),
    "web.give_role_back": Sample(form=sends(), ids={"role_id": "handed_on"}, whose="volunteer"),
    # The volunteer's name waits already; another of their fields needs a consent.
    "api_amending.ask": Sample(
        sends(field="name", value="张四", reason="户口本"), let_through=frozenset({409})
    ),
    "api_amending.withdraw": Sample(whose="volunteer"),
    "api_amending.reveal": Sample(WHY),
    "api_amending.approve": Sample(),
    "api_amending.refuse": Sample(WHY),
    "web.ask_for_correction": Sample(
        form=sends(field="name", value="张四", reason="户口本"), let_through=frozenset({409})
    ),
    "web.take_correction_back": Sample(form=sends(), whose="volunteer"),
    "web.reveal_correction": Sample(form=WHY),
    "web.decide_correction": Sample(form=WHY),
    "api_erasing.ask_to_be_erased": Sample(
        sends(password="x", gives_up_points=True), let_through=frozenset({401, 409, 429})
    ),
    "api_erasing.send_erasure_code": Sample(let_through=frozenset({401, 429, 503})),
    "api_erasing.call_erasure_off": Sample(let_through=frozenset({404})),
    "api_erasing.propose_erasure": Sample(WHY, let_through=frozenset({409})),
    "api_erasing.approve_erasure": Sample(WHY),
    "api_erasing.refuse_erasure": Sample(WHY),
    "web.ask_for_my_erasure": Sample(form=sends(), let_through=frozenset({401, 409, 429})),
    "web.send_my_erasure_code": Sample(form=sends(), let_through=frozenset({401, 429, 503})),
    "web.call_my_erasure_off": Sample(form=sends(), let_through=frozenset({404})),
    "web.take_my_data": Sample(form=sends(password="x"), let_through=frozenset({401, 429})),
    "web.propose_erasure": Sample(
        form=lambda s: {"reason": "理由", "volunteer_number": s.ids["number_of_volunteer"]},
        let_through=frozenset({409}),
    ),
    "web.decide_erasure": Sample(form=WHY),
    # Two entries of one person
    "api_merges.ask": Sample(lambda s: twice(s) | {"reason": "同一人"}),
    "api_merges.approve": Sample(),
    "api_merges.refuse": Sample(WHY),
    "api_merges.undo": Sample(WHY, ids=MERGED),
    "web.ask_for_merge": Sample(form=lambda s: twice(s) | {"reason": "同一人"}),
    "web.approve_merge": Sample(form=sends()),
    "web.refuse_merge": Sample(form=WHY),
    "web.undo_merge": Sample(form=WHY, ids=MERGED),
    # Devices
    "api_devices.pair_scanner": Sample(sends(name="门口")),
    "api_devices.pair_counter": Sample(sends(name="柜台")),
    "api_devices.end_device": Sample(ids={"device_id": "counter"}, permissions=("station.serve",)),
    "web.end_device": Sample(
        form=sends(), ids={"device_id": "counter"}, permissions=("station.serve",)
    ),
    "web.pair_scanner": Sample(form=sends(name="门口")),
    "web.pair_counter": Sample(form=sends(name="柜台", days="5")),
    "web.end_scanner": Sample(form=sends(), ids={"device_id": "scanner"}),
    "web.end_counter": Sample(form=sends(), ids={"device_id": "counter"}),
    # Stations
    "api_stations.create_station": Sample(lambda s: STATION_FORM | {"region": s.place.code}),
    "api_stations.change_station": Sample(sends(name="改名")),
    "api_stations.add_item": Sample(new_item),
    "api_stations.change_item": Sample(sends(points_price=11)),
    "api_stock.receive_goods": Sample(sends(quantity=7)),
    "api_stock.spoil_goods": Sample(sends(quantity=1, cause="damaged")),
    "api_stock.send_goods_back": Sample(sends(quantity=1, reason="坏")),
    "api_stock.correct_movement": Sample(WHY),
    "api_stocktakes.begin_stocktake": Sample(sends(), ids=BARE),
    "api_stocktakes.count_items": Sample(counts),
    "api_stocktakes.explain_difference": Sample(
        lambda s: {"item_id": str(s.ids["item_id"]), "cause": "found"}
    ),
    "api_stocktakes.give_stocktake_up": Sample(WHY),
    "api_stocktakes.book_stocktake": Sample(),
    "api_station_days.close_day": Sample(sends()),
    "api_station_days.amend_day": Sample(NOTE, ids={"day": "closed_day"}),
    "api_discrepancies.clear_discrepancy": Sample(NOTE),
    "api_station_statement.station_statement": Sample(query=sends(**PAGE)),
    "api_station_statement.station_statement_paper": Sample(query=sends(**PAGE)),
    "api_redemptions.redeem": Sample(
        lambda s: {"item_id": str(s.ids["item_id"]), "quantity": 1}, let_through=frozenset({409})
    ),
    "api_redemptions.collect": Sample(ids=CODE, refused=frozenset({409})),
    "api_redemptions.cancel": Sample(whose="volunteer"),
    "api_redemptions.get_redemption": Sample(whose="volunteer"),
    "api_redemptions.redemption_code_png": Sample(whose="volunteer"),
    "api_redemptions.redemption_code_svg": Sample(whose="volunteer"),
    "api_redemptions.refund": Sample(
        sends(reason="破损", restock=True), ids={"redemption_id": "refundable"}
    ),
    "web.redeem": Sample(
        form=lambda s: {"item_id": s.ids["item_id"], "points": "1"},
        let_through=frozenset({409}),
    ),
    "web.cancel_order": Sample(form=sends(), whose="volunteer"),
    "web.look_up": Sample(form=lambda s: {"code": s.ids["order_code"]}),
    "web.collect": Sample(form=lambda s: {"code": s.ids["order_code"]}),
    "web.counter_cancel": Sample(form=WHY),
    "web.refund": Sample(form=WHY, ids={"redemption_id": "refundable"}),
    "web.receive_goods": Sample(form=lambda s: {"item_id": s.ids["item_id"], "quantity": "1"}),
    "web.take_goods_off": Sample(
        form=lambda s: {"item_id": s.ids["item_id"], "quantity": "1", "cause": "damaged"}
    ),
    "web.correct_movement": Sample(form=WHY),
    "web.begin_stocktake": Sample(form=sends(), ids=BARE),
    "web.count_items": Sample(form=lambda s: {f"counted-{s.ids['item_id']}": "5"}),
    "web.explain_difference": Sample(
        form=lambda s: {"item_id": s.ids["item_id"], "cause": "found"}
    ),
    "web.give_stocktake_up": Sample(form=WHY),
    "web.book_stocktake": Sample(form=sends()),
    "web.close_day": Sample(form=sends()),
    "web.amend_day": Sample(form=NOTE, ids={"day": "closed_day"}),
    "web.clear_discrepancy": Sample(form=NOTE),
    # Merchants
    "api_merchants.add_merchant": Sample(lambda s: {"region": s.place.code, "name": "新商户"}),
    "api_merchants.add_sponsor": Sample(lambda s: {"region": s.place.code, "name": "新赞助"}),
    "api_merchants.add_contact": Sample(
        lambda s: {"volunteer_number": s.ids["number_of_volunteer"]}
    ),
    "api_merchants.end_contact": Sample(),
    "api_merchants.get_merchant": statement(),
    "api_merchants.list_contacts": statement(),
    "api_merchants.list_merchants": statement(),
    "api_merchants.list_agreements": statement(),
    "api_merchants.add_budget": Sample(sends(first_day="2027-01-01", last_day="2027-12-31", fen=5)),
    "api_merchants.change_budget": Sample(sends(fen=99_999_999)),
    "api_merchants.agree": Sample(agreement),
    "api_merchants.end_agreement": Sample(sends(last_day="2026-12-01", reason="换货")),
    "api_merchant_statements.list_statements": statement(),
    "api_merchant_statements.get_statement": statement(),
    "api_merchant_statements.list_orders": statement(),
    "api_merchant_statements.statement_pdf": statement(),
    "api_merchant_statements.statement_xlsx": statement(),
    "api_merchant_statements.make_statement": Sample(new_statement),
    "api_merchant_statements.make_closing_statement": Sample(new_statement),
    "api_merchant_statements.settle": Sample(WHY, ids={"statement_id": "agreed"}),
    "api_merchant_statements.settle_without_merchant": Sample(WHY, ids={"statement_id": "silent"}),
    "api_merchant_statements.claim": Sample(ids={"statement_id": "below_nothing"}),
    "api_merchant_statements.claim_without_merchant": Sample(
        ids={"statement_id": "below_nothing_silent"}
    ),
    "api_merchant_statements.let_go": Sample(WHY, ids={"statement_id": "claimed"}),
    "api_merchant_statements.give_back": Sample(
        sends(**PAID | {"fen": 1250}), ids={"statement_id": "claimed"}
    ),
    "api_merchant_statements.send_statement": Sample(ids={"statement_id": "draft_statement"}),
    "api_merchant_statements.object_to": Sample(OBJECTION),
    "api_merchant_statements.answer": Sample(
        sends(answer="核对无误"), ids={"statement_id": "objected"}
    ),
    "api_merchant_statements.confirm": Sample(SIDE),
    "api_merchant_statements.charge": Sample(ids={"statement_id": "confirmed"}),
    "api_merchant_statements.pay": Sample(sends(**PAID), ids={"statement_id": "payable"}),
    "api_merchant_statements.take_back": Sample(WHY, ids={"statement_id": "paid"}),
    "api_merchant_statements.reverse": Sample(WHY, ids={"statement_id": "draft_statement"}),
    "api_payments.preview": Sample(
        lambda s: {
            "region": s.place.code,
            "content": base64.b64encode(bank_file()).decode(),
        }
    ),
    "api_payments.take_in": Sample(
        lambda s: {
            "region": s.place.code,
            "name": "bank.csv",
            "content": base64.b64encode(bank_file()).decode(),
        }
    ),
    "api_payments.assign": Sample(lambda s: {"statement_id": str(s.ids["payable"])}),
    "web.enter_merchant": Sample(form=lambda s: {"region": s.place.code, "name": "新商户"}),
    "web.enter_sponsor": Sample(form=lambda s: {"region": s.place.code, "name": "新赞助"}),
    "web.merchant_page": statement(),
    "web.enter_contact": Sample(form=lambda s: {"volunteer_number": s.ids["number_of_volunteer"]}),
    "web.drop_contact": Sample(form=sends()),
    "web.enter_budget": Sample(form=sends(first_day="2027-01-01", last_day="2027-12-31", fen="5")),
    "web.alter_budget": Sample(form=sends(fen="9999999")),
    "web.agree_on_price": Sample(form=lambda s: agreement(s) | {"price_fen": "1"}),
    "web.end_price": Sample(form=sends(last_day="2026-12-01", reason="换货")),
    "web.merchant_statements": statement(),
    "web.merchant_statement": statement(),
    "web.merchant_statement_line": statement(),
    "web.draft_statement": Sample(form=new_statement),
    "web.draft_closing_statement": Sample(form=new_statement),
    "web.settle_merchant_statement": Sample(form=WHY, ids={"statement_id": "agreed"}),
    "web.settle_without_merchant": Sample(form=WHY, ids={"statement_id": "silent"}),
    "web.claim_merchant_statement": Sample(form=sends(), ids={"statement_id": "below_nothing"}),
    "web.claim_without_merchant": Sample(
        form=sends(), ids={"statement_id": "below_nothing_silent"}
    ),
    "web.let_claim_go": Sample(form=WHY, ids={"statement_id": "claimed"}),
    "web.record_repayment": Sample(
        form=sends(**PAID | {"fen": "12.50"}), ids={"statement_id": "claimed"}
    ),
    "web.send_merchant_statement": Sample(form=sends(), ids={"statement_id": "draft_statement"}),
    "web.object_to_line": Sample(form=OBJECTION),
    "web.answer_objection": Sample(form=sends(answer="核对无误"), ids={"statement_id": "objected"}),
    "web.take_orders_off": Sample(
        form=lambda s: {"order": s.ids["objected_order"], "answer": "核减"},
        ids={"statement_id": "objected"},
    ),
    "web.confirm_merchant_statement": Sample(form=SIDE),
    "web.charge_merchant_statement": Sample(form=sends(), ids={"statement_id": "confirmed"}),
    "web.record_payment": Sample(
        form=sends(**PAID | {"fen": "87.50"}), ids={"statement_id": "payable"}
    ),
    "web.take_payment_back": Sample(form=WHY, ids={"statement_id": "paid"}),
    "web.reverse_merchant_statement": Sample(form=WHY, ids={"statement_id": "draft_statement"}),
    "web.preview_bank_file": Sample(
        form=lambda s: {"region": s.place.code},
        files=lambda _: {"file": (io.BytesIO(bank_file()), "bank.csv")},
    ),
    "web.take_bank_file_in": Sample(
        form=lambda s: {
            "region": s.place.code,
            "name": "bank.csv",
            "content": base64.urlsafe_b64encode(bank_file()).decode(),
        }
    ),
    "web.match_bank_row": Sample(form=lambda s: {"statement_id": s.ids["payable"]}),
    # Points
    "api_corrections.adjust": Sample(adjustment),
    "api_corrections.reverse": Sample(WHY),
    "api_corrections.approve": Sample(WHY),
    "api_corrections.reject": Sample(WHY),
    "api_disputes.challenge": Sample(
        lambda s: {"transaction_id": s.ids["transaction_id"], "reason": "不在场"}
    ),
    "api_disputes.contest": Sample(
        lambda s: {"transaction_id": s.ids["taken"], "reason": "我在场"}, whose="volunteer"
    ),
    "api_disputes.decide": Sample(sends(outcome="for_person", reason="查实")),
    "api_family.invite": Sample(
        lambda s: {"volunteer_number": s.people["contact"].volunteer_number},
        let_through=frozenset({409}),
    ),
    "api_family.accept": Sample(ids=ASKED, whose="volunteer"),
    "api_family.end": Sample(ids=KIN, whose="volunteer"),
    "api_giving.transfer": Sample(
        lambda s: {"family_link_id": str(s.ids["link_id"]), "points": 1}, whose="volunteer"
    ),
    "api_giving.donate": Sample(
        lambda s: {"points": 1, "station_id": str(s.ids["station_id"])},
        let_through=frozenset({409}),
    ),
    "api_points_budgets.set_budget": Sample(points_budget),
    "api_points_budgets.raise_budget": Sample(
        sends(points=5, reason="年底"), ids={"budget_id": "points_budget"}
    ),
    "api_points_budgets.approve_overrun": Sample(WHY, ids={"budget_id": "points_budget"}),
    "api_points_budgets.list_waiting": Sample(ids={"budget_id": "points_budget"}),
    "api_points_policy.change_policy": Sample(sends(adjustment_limit=50)),
    "web.invite_family": Sample(
        form=lambda s: {"volunteer_number": s.people["contact"].volunteer_number},
        let_through=frozenset({409}),
    ),
    "web.accept_family": Sample(form=sends(), ids=ASKED, whose="volunteer"),
    "web.end_family": Sample(form=sends(), ids=KIN, whose="volunteer"),
    "web.transfer_points": Sample(form=sends(points="1"), ids=KIN, whose="volunteer"),
    "web.donate_points": Sample(
        form=lambda s: {"points": "1", "station_id": s.ids["station_id"]},
        let_through=frozenset({409}),
    ),
    "web.contest_points": Sample(
        form=lambda s: {"transaction": s.ids["taken"], "reason": "我在场"}, whose="volunteer"
    ),
    "web.challenge_points": Sample(
        form=lambda s: {"transaction": s.ids["transaction_id"], "reason": "不在场"}
    ),
    "web.change_policy": Sample(
        form=sends(
            family_max=5,
            transfer_cap=500,
            donation_cap=500,
            adjustment_limit=50,
            worker_limit=5000,
            dispute_open_days=60,
            dispute_term_days=15,
        )
    ),
    "web.propose_adjustment": Sample(form=lambda s: adjustment(s) | {"direction": "give"}),
    "web.decide_adjustment": Sample(form=WHY),
    "web.decide_dispute": Sample(form=sends(outcome="for_person", reason="查实")),
    "web.set_budget": Sample(form=points_budget),
    "web.raise_budget": Sample(
        form=sends(points="5", reason="年底"), ids={"budget_id": "points_budget"}
    ),
    "web.approve_overrun": Sample(form=WHY, ids={"budget_id": "points_budget"}),
    # Awards, settlement, rules
    "api_findings.decide_finding": Sample(sends(outcome="cleared", note="已核实"), ids=DOUBT),
    "web.decide_finding": Sample(form=sends(outcome="upheld", note="查实"), ids=DOUBT),
    "api_settlement.award": Sample(ids={"record_id": "settled"}, whose="volunteer"),
    "web.award": Sample(ids={"record_id": "settled"}, whose="volunteer"),
    "api_settlement.retry": Sample(ids={"record_id": "failed"}),
    "api_accounts.balances": Sample(ids={"owner_id": "person_id"}, permissions=("points.audit",)),
    "api_accounts.statement": Sample(ids={"owner_id": "person_id"}, permissions=("points.audit",)),
    "api_rules.propose": Sample(
        lambda _: {"document": RULES, "effective_from": tomorrow(), "reason": "提高标准"}
    ),
    "api_rules.simulate": Sample(lambda _: months(), ids={"draft_id": "draft_open"}),
    "api_rules.submit": Sample(ids={"draft_id": "draft_open"}),
    "api_rules.withdraw": Sample(ids={"draft_id": "draft_open"}),
    "api_rules.approve": Sample(),
    "api_rules.reject": Sample(WHY),
    "web.propose_rules": Sample(
        form=lambda _: {
            "block_minutes": "60",
            "block_points": "12",
            "effective_from": tomorrow(),
            "reason": "提高标准",
        }
    ),
    "web.simulate_rules": Sample(form=lambda _: months(), ids={"draft_id": "draft_open"}),
    "web.submit_rules": Sample(form=sends(), ids={"draft_id": "draft_open"}),
    "web.withdraw_rules": Sample(form=sends(), ids={"draft_id": "draft_open"}),
    "web.approve_rules": Sample(form=sends()),
    "web.reject_rules": Sample(form=WHY),
    "api_reconciliation.ask": Sample(),
    "web.reconcile_now": Sample(form=sends()),
    # The desk
    "api_desk_ledger.show_transaction": Sample(target=True, of="region"),
    "web.desk_transaction": Sample(target=True, of="region"),
    "api_samples.draw": Sample(lambda _: {"from": "2026-01-01", "to": "2026-12-31", "size": 5}),
    "web.draw_sample": Sample(
        form=lambda _: {"from": "2026-01-01", "to": "2026-12-31", "size": "5"}
    ),
    **{
        name: Sample(of="whole", target=True)
        for name in (
            "api_samples.show_sample",
            "api_samples.worksheet_pdf",
            "api_samples.worksheet_xlsx",
            "web.desk_sample",
        )
    },
    "api_samples.record_findings": Sample(sends(**SHEET), of="whole"),
    "web.check_sample": Sample(form=lambda _: {"seen-1": "yes"}, of="whole"),
    "api_ledger_export.export_ledger": Sample(query=lambda _: {"from": 0}),
    "api_sealed.list_leaves": Sample(query=lambda _: {"from": 0, "to": 50}),
    "api_sealed.list_peaks": Sample(query=lambda _: {"size": 3}),
    "api_seals.prove_inclusion": Sample(
        query=lambda s: {"transaction": s.ids["sealed"]}, whose="volunteer"
    ),
    "api_seals.prove_consistency": Sample(query=lambda _: {"first": 1, "second": 2}),
    "api_receipts.receipt": Sample(ids={"transaction_id": "sealed"}, whose="volunteer"),
    "api_receipts.draw_receipt": Sample(ids={"transaction_id": "sealed"}, whose="volunteer"),
    "web.receipt": Sample(ids={"transaction_id": "sealed"}, whose="volunteer"),
    # For anybody: what it answers to this is looked at only for what it tells.
    "web.sign_out": Sample(form=sends()),
    "api_people.open_session": Sample(phone_of("volunteer", password=PASSWORD), opens="volunteer"),
    "web.sign_in_now": Sample(form=phone_of("volunteer", password=PASSWORD)),
    "api_one_time.ask_for_code": Sample(sends(phone="13977771236", purpose="sign_in")),
    "web.send_sign_in_code": Sample(form=sends(phone="13977771236")),
    "web.send_password_code": Sample(form=sends(phone="13977771236")),
    "web.register_code": Sample(form=sends(phone="13977771236")),
    "api_one_time.open_session_by_code": Sample(
        phone_of("volunteer", code=SMS_CODE), opens="volunteer"
    ),
    "web.sign_in_by_sms_now": Sample(form=phone_of("volunteer", code=SMS_CODE)),
    "api_one_time.reset_password": Sample(phone_of("contact", code=SMS_CODE, new=PASSWORD)),
    "web.set_forgotten_password": Sample(
        form=phone_of("contact", code=SMS_CODE, password=PASSWORD)
    ),
    "api_me.sign_up": Sample(myself),
    "web.register_now": Sample(form=lambda s: myself(s) | {"agree": "yes"}),
    "api_devices.use_pairing": Sample(lambda s: {"code": s.ids["pairing"]}),
    "web.pair_here": Sample(form=sends(), ids={"code": "pairing"}),
}
# What nobody gets through here: it needs another service or a half open session, as
# tests/web/test_external.py and tests/people/test_second_factor.py have them.
ELSEWHERE = {
    # The volunteer has orders and shifts, no password, no phone: tests/people/test_erasing*.py.
    "api_erasing.ask_to_be_erased",
    "api_erasing.call_erasure_off",
    "api_erasing.propose_erasure",
    "api_erasing.send_erasure_code",
    "web.ask_for_my_erasure",
    "web.call_my_erasure_off",
    "web.propose_erasure",
    "web.send_my_erasure_code",
    "web.take_my_data",
    "api_second_factor.open_session_by_factor",
    "web.back_from",
    "web.link_identity_now",
    "web.send_link_code",
    "web.sign_in_with",
}
