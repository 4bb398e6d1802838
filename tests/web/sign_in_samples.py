"""Made-up context for the pages of signing in, in the shape that each template names."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from incentive.checkin.errors import RecordsOpen
from incentive.people.devices.errors import PairingSpent
from incentive.stations.errors import OrdersOpen
from incentive.web.errors import FieldUnreadable

PUBLIC = (
    "pair",
    "link_identity",
    "link_identity_sent",
    "pair_spent",
    "factor_code",
    "factor_code_wrong",
    "second_factor_asked",
    "sign_in_sms",
    "sign_in_sms_sent",
    "sign_in_sms_wrong",
    "forgotten_password",
    "forgotten_password_sent",
    "forgotten_password_wrong",
    "register_proving",
)


def by_code(**more):
    return {"errors": [], "phone": "", "sent": False, "next": "", "password_min": 8} | more


NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)
TIMES = {"created_at": NOW - timedelta(days=3), "used_at": NOW}
WRONG = {"errors": [("code", "验证码不正确。")], "phone": "13812345678", "sent": True}
HERE = UUID(int=1)


def second_factor(**more):
    setup = SimpleNamespace(secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", address="otpauth://totp/x")
    drawn = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="
    return {"errors": [], "asked": False, "setup": setup, "qr": drawn, "left": None} | more


def devices(**more):
    row = {
        "id": HERE,
        "name": "左门",
        "browser": "WeChat · Android",
        "network": "203.0.113.*",
        "expires_at": NOW,
        "paired_by": "5300000001236",
    }
    return {
        "devices": [row | TIMES],
        "place": SimpleNamespace(shift_id=HERE, station_id=None),
        "here": "/shifts/x/devices",
        "days": 30,
        "days_max": 180,
        "typed": {},
        "refusal": None,
    } | more


def tokens(**more):
    row = SimpleNamespace(id=HERE, name="报表", expires_at=NOW, **TIMES)
    return {
        "tokens": [{"row": row, "scopes": ["我自己的", "管理商品"]}],
        "held": [("own", "我自己的"), ("station.goods", "管理商品")],
        "chosen": ["own"],
        "typed": {},
        "days": 90,
        "days_max": 366,
        "refusal": None,
    } | more


def sessions(**more):
    rows = [
        SimpleNamespace(id=HERE, browser="WeChat · Android", network="203.0.113.*", **TIMES),
        SimpleNamespace(id=UUID(int=2), browser="", network="", **(TIMES | {"used_at": None})),
    ]
    return {"sessions": rows, "current": HERE, "app": None, "linked": [], "refusal": None} | more


def my_erasure(**more):
    current = SimpleNamespace(status="waiting", due_at=NOW, waits_for="")
    found = {"points": 40, "stops": [], "waits": [RecordsOpen(2)], "current": None}
    if more.pop("asked", False):
        found["current"] = current
    found |= {name: more.pop(name) for name in list(more) if name in found}
    return {"found": SimpleNamespace(**found), "days": 7, "refusal": None} | more


def my_held():
    known = SimpleNamespace(name="张*", phone="138****5678", id_number=None)
    kept = SimpleNamespace(title="签到签退", count=12, why="这是服务如实记录的凭据。")
    gone = SimpleNamespace(title="密码", count=1, why=None)
    return {"known": known, "sections": [kept, gone], "acts": 3, "refusal": None}


def erasures(**more):
    def row(number, status):
        one = SimpleNamespace(
            id=UUID(int=number),
            status=status,
            reason="本人到社区当面提出，身份证已核对。",
            asked_at=NOW,
            due_at=NOW,
            gives_up_points=True,
        )
        return SimpleNamespace(Erasure=one, volunteer_number="5300000001236", home="翠湖社区")

    rows = [row(1, "proposed"), row(2, "proposed"), row(3, "waiting")]
    usual = {"tabs": TABS, "rows": rows, "own": [UUID(int=2)], "refusal": None, "typed": {}}
    return usual | {"first": None, "older": "#"} | more


TABS = [{"label": "注销", "href": "#", "current": True}]
LABELS = {"name": "姓名", "id_number": "证件号码", "birth_month": "出生年月"}


def my_corrections(**more):
    states = ("waiting", "approved", "refused", "withdrawn")
    rows = [
        SimpleNamespace(
            id=UUID(int=number),
            field="birth_month" if number else "name",
            status=status,
            asked_at=NOW,
            decision_reason="身份证上不是这个月份，请带户口本来。" if status == "refused" else "",
        )
        for number, status in enumerate(states)
    ]
    usual = {"rows": rows, "labels": LABELS, "value_max": 60, "refusal": None, "typed": {}}
    return usual | {"first": None, "older": "#"} | more


def corrections(**more):
    def row(number, field):
        one = SimpleNamespace(id=UUID(int=number), field=field, asked_at=NOW)
        return SimpleNamespace(
            PersonCorrection=one, volunteer_number="5300000001236", home="翠湖社区"
        )

    rows = [row(number, field) for number, field in enumerate(LABELS)]
    usual = {"tabs": TABS, "rows": rows, "labels": LABELS, "refusal": None}
    return usual | {"first": None, "older": "#"} | more


def correction(**more):
    looked = SimpleNamespace(
        correction=SimpleNamespace(id=UUID(int=1), field="id_number", asked_at=NOW),
        volunteer_number="5300000001236",
        home="翠湖社区",
        before="530***********1234",
        after="530***********1237",
        reason="登记时看错了最后一位，身份证在我这里。",
    )
    return {"looked": looked, "labels": LABELS, "full": False, "refusal": None} | more


PAGES = {
    "me_corrections": ("web/my_corrections.html", my_corrections),
    "me_corrections_empty": (
        "web/my_corrections.html",
        lambda: my_corrections(rows=[], older=None, refusal=FieldUnreadable("value")),
    ),
    "corrections": ("web/corrections.html", corrections),
    "corrections_empty": ("web/corrections.html", lambda: corrections(rows=[], older=None)),
    "correction": ("web/correction.html", correction),
    "correction_full": (
        "web/correction.html",
        lambda: correction(full=True, refusal=FieldUnreadable("reason")),
    ),
    "me_held": ("web/my_held.html", my_held),
    "me_erasure": ("web/my_erasure.html", my_erasure),
    "me_erasure_asked": ("web/my_erasure.html", lambda: my_erasure(asked=True)),
    "me_erasure_stopped": (
        "web/my_erasure.html",
        lambda: my_erasure(stops=[OrdersOpen(1)], refusal=OrdersOpen(1)),
    ),
    "erasures": ("web/erasures.html", erasures),
    "erasures_empty": ("web/erasures.html", lambda: erasures(rows=[], older=None)),
    "factor_code": ("web/factor_code.html", lambda: {"errors": [], "next": ""}),
    "factor_code_wrong": (
        "web/factor_code.html",
        lambda: {"errors": [("code", "验证码不正确。")], "next": "/duty"},
    ),
    "second_factor": ("web/second_factor.html", second_factor),
    "second_factor_asked": ("web/second_factor.html", lambda: second_factor(asked=True)),
    "second_factor_in_use": (
        "web/second_factor.html",
        lambda: second_factor(setup=None, left=9, errors=[("code", "验证码不正确。")]),
    ),
    "recovery_codes": (
        "web/recovery_codes.html",
        lambda: {"codes": ["7K3M9QX0D2", "AB12CD34EF"]},
    ),
    "sessions": ("web/sessions.html", sessions),
    "sessions_app": (
        "web/sessions.html",
        lambda: sessions(
            app=8, linked=[SimpleNamespace(id=HERE, provider="wechat", linked_at=NOW)]
        ),
    ),
    "link_identity": (
        "web/link_identity.html",
        lambda: {"errors": [], "phone": "", "sent": False},
    ),
    "link_identity_sent": ("web/link_identity.html", lambda: WRONG),
    "devices": ("web/devices.html", devices),
    "devices_counter": (
        "web/devices.html",
        lambda: devices(
            place=SimpleNamespace(shift_id=None, station_id=HERE),
            refusal=FieldUnreadable("name"),
            typed={"days": "30"},
        ),
    ),
    "devices_empty": ("web/devices.html", lambda: devices(devices=[])),
    "pairing": (
        "web/pairing.html",
        lambda: {
            "made": SimpleNamespace(name="左门", expires_at=NOW),
            "qr": second_factor()["qr"],
            "back": "#",
        },
    ),
    "pair": ("web/pair.html", lambda: {"code": "abc", "refusal": None}),
    "pair_spent": ("web/pair.html", lambda: {"code": "abc", "refusal": PairingSpent()}),
    "tokens": ("web/tokens.html", tokens),
    "tokens_empty": (
        "web/tokens.html",
        lambda: tokens(tokens=[], refusal=FieldUnreadable("scopes")),
    ),
    "token": ("web/token.html", lambda: {"token": "inct_abcdef", "name": "报表"}),
    "sign_in_sms": ("web/sign_in_sms.html", by_code),
    "sign_in_sms_sent": (
        "web/sign_in_sms.html",
        lambda: by_code(sent=True, phone="13812345678", next="/duty"),
    ),
    "sign_in_sms_wrong": ("web/sign_in_sms.html", lambda: by_code(**WRONG)),
    "forgotten_password": ("web/forgotten_password.html", by_code),
    "forgotten_password_sent": (
        "web/forgotten_password.html",
        lambda: by_code(sent=True, phone="13812345678"),
    ),
    "forgotten_password_wrong": ("web/forgotten_password.html", lambda: by_code(**WRONG)),
}
