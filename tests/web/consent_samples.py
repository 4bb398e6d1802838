"""Made-up context for the pages of notices and consents, in the shape that each template names."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from incentive.people.consents.domain import EFFECTS, NAMES, Change, Kind
from incentive.people.consents.errors import (
    ItemMissing,
    NothingToWithdraw,
    NoticeIncomplete,
    NoticeNotAgreed,
    UnknownNotice,
)
from incentive.people.guardians.errors import InvitationSpent, NotAMinor

PUBLIC = ("privacy", "privacy_notice", "privacy_notice_former")
NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)
TEXT = [
    ("收集什么、为什么", "姓名、手机号和居住社区：用来登录、报名和办理业务。"),
    (None, "不保存您的位置坐标，只保存“在不在现场”的结论。"),
]
CHANGES = [
    Change("-", "系统日志保留六个月。"),
    Change("+", "系统日志至少保留六个月。"),
    Change(" ", "其余不变。"),
]


def notice(kind="privacy", **more):
    usual = {
        "id": UUID(int=1),
        "kind": kind,
        "name": NAMES[Kind(kind)],
        "version": 2,
        "title": "个人信息保护告知",
        "changes": "写明了日志保留多久。",
        "parts": TEXT,
        "effective_from": NOW,
        "renews": True,
    }
    return usual | more


def state(kind, **more):
    usual = {
        "kind": kind,
        "name": NAMES[Kind(kind)],
        "given": True,
        "since": NOW,
        "version": 1,
        "newest": 1,
        "outdated": False,
        "held": True,
        "effect": EFFECTS[Kind(kind)],
        "is_item": kind not in {"privacy", "minors"},
    }
    return usual | more


def untold(kind):
    return state(kind, given=False, since=None, version=None, held=False)


def act(kind="address", **more):
    usual = {
        "name": NAMES[Kind(kind)],
        "kind": kind,
        "version": 1,
        "given": True,
        "at": NOW,
        "by": None,
        "capacity": "self",
        "channel": "page",
        "network": "203.0.113.*",
    }
    return usual | more


def consents(**more):
    usual = {
        "states": [
            state("privacy"),
            state("id_number", newest=2, outdated=True),
            untold("birth_month"),
            state("address", given=False, held=False),
            state("minors"),
        ],
        "history": [
            act(given=False),
            act(),
            act("minors", by="5300000001244", capacity="guardian"),
            act("privacy", by="5300000001252", capacity="worker", channel="paper", network=""),
        ],
        "pager": {"first": None, "older": "#"},
        "must_read": False,
        "closing": None,
        "refusal": None,
    }
    return usual | more


def asked(**more):
    usual = {"notice": notice(), "changes": CHANGES, "withdrawn": False, "agreed": 1}
    return usual | {"next": "/me", "refusal": None} | more


def item(kind="birth_month", **more):
    usual = {"notice": notice(kind, title="单独告知"), "state": untold(kind), "typed": {}}
    return usual | {"id_types": [("resident_id", "居民身份证")], "refusal": None} | more


def versions(**more):
    told = [(2, NOW, "in_force"), (1, None, "former")]
    return {"notice": notice(), "state": "in_force", "changes": CHANGES, "versions": told} | more


def administered(**more):
    row = {"kind": "privacy", "name": NAMES[Kind.PRIVACY], "version": 2, "state": "in_force"}
    row |= {"effective_from": NOW, "renews": True, "agreed": 1204, "withdrawn": 3}
    former = row | {"version": 1, "state": "former", "effective_from": None, "renews": False}
    usual = {
        "tabs": TABS,
        "kinds": [(kind.value, NAMES[kind]) for kind in Kind],
        "drafts": [DRAFT],
        "everybody": 1310,
        "rows": [row | {"version": 3, "state": "to_come", "agreed": 0}, row, former],
        "refusal": None,
    }
    return usual | more


def written(**more):
    texts = {"title": "个人信息保护告知", "text": "# 收集什么\n姓名和手机号。", "changes": ""}
    page = {"title": texts["title"], "changes": "写明了日志。", "parts": TEXT, "compared": CHANGES}
    usual = {
        "tabs": TABS,
        "draft": DRAFT | {"version": 3},
        "typed": {f"{n}_{lang}": texts[n] for n in texts for lang in ("zh", "en")},
        "shown": [page | {"lang": "zh"}, page | {"lang": "en", "compared": []}],
        "today": NOW.date(),
        "day": "",
        "refusal": None,
    }
    usual["typed"]["renews"] = True
    return usual | more


def paper(**more):
    typed = {"minor": "5300000001244", "guardian": "5300000001252", "reason": ""}
    return {"tabs": TABS, "notice": notice("minors"), "typed": typed, "refusal": None} | more


TABS = [
    {"label": "告知", "href": "/notices", "current": True},
    {"label": "人员", "href": "/persons", "current": False},
]
DRAFT = {"id": UUID(int=3), "kind": "privacy", "name": NAMES[Kind.PRIVACY], "drafted_at": NOW}
CHILD = {"id": UUID(int=2), "number": "5300000001244", "name": "李小明", "age": "未满18周岁"}


def guardians(**more):
    usual = {"is_minor": True, "needed": False, "refusal": None, "wards": []}
    one = {"volunteer_number": "5300000001252", "how": "invited", "since": NOW}
    return usual | {"guardians": [one, one | {"how": "paper"}]} | more


def ward(**more):
    usual = {"ward": CHILD | {"consented": True}, "notice": notice("minors"), "refusal": None}
    told = {"title": "清洁家园", "place": "翠湖社区", "start": NOW, "end": NOW + timedelta(hours=2)}
    return usual | {"shifts": [told | {"state": "confirmed"}], "points": 24, "minutes": 150} | more


def invitation(**more):
    inviter = SimpleNamespace(name="李**", volunteer_number="5300000001244")
    usual = {"code": "abc", "inviter": inviter, "notice": notice("minors"), "refusal": None}
    return usual | more


PAGES = {
    "guardians": ("web/guardians.html", guardians),
    "guardians_needed": (
        "web/guardians.html",
        lambda: guardians(guardians=[], needed=True, refusal=NotAMinor()),
    ),
    "guardians_of_wards": (
        "web/guardians.html",
        lambda: guardians(
            guardians=[],
            is_minor=False,
            wards=[CHILD | {"consented": True}, CHILD | {"consented": False, "name": None}],
        ),
    ),
    "guardians_empty": (
        "web/guardians.html",
        lambda: guardians(guardians=[], is_minor=False),
    ),
    "guardian_invited": (
        "web/guardian_invited.html",
        lambda: {
            "url": "https://incentive.example/guardian/abc",
            "qr": "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=",
            "expires_at": NOW,
        },
    ),
    "guardian_invitation": ("web/guardian_invitation.html", invitation),
    "guardian_invitation_unticked": (
        "web/guardian_invitation.html",
        lambda: invitation(refusal=NoticeNotAgreed()),
    ),
    "guardian_invitation_spent": (
        "web/guardian_invitation.html",
        lambda: invitation(inviter=None, refusal=InvitationSpent()),
    ),
    "ward": ("web/ward.html", ward),
    "ward_withdrawn": (
        "web/ward.html",
        lambda: ward(
            ward=CHILD | {"consented": False}, shifts=[], points=0, refusal=NoticeNotAgreed()
        ),
    ),
    "privacy": (
        "web/privacy.html",
        lambda: {"notices": [notice(), notice("address", effective_from=None, version=1)]},
    ),
    "privacy_notice": ("web/privacy_notice.html", versions),
    "privacy_notice_former": (
        "web/privacy_notice.html",
        lambda: versions(
            notice=notice(version=1, effective_from=None, changes=""), state="former", changes=[]
        ),
    ),
    "privacy_notice_to_come": ("web/privacy_notice.html", lambda: versions(state="to_come")),
    "new_notice": ("web/new_notice.html", asked),
    "new_notice_first": (
        "web/new_notice.html",
        lambda: asked(agreed=None, changes=[], refusal=NoticeNotAgreed()),
    ),
    "new_notice_withdrawn": (
        "web/new_notice.html",
        lambda: asked(agreed=None, changes=[], withdrawn=True, next=""),
    ),
    "notices": ("web/notices.html", administered),
    "notices_empty": (
        "web/notices.html",
        lambda: administered(drafts=[], everybody=0, refusal=UnknownNotice()),
    ),
    "notice_draft": ("web/notice_draft.html", written),
    "notice_draft_wrong": (
        "web/notice_draft.html",
        lambda: written(refusal=NoticeIncomplete("changes_en"), day="2025-12-01"),
    ),
    "guardian_paper": ("web/guardian_paper.html", paper),
    "guardian_paper_wrong": ("web/guardian_paper.html", lambda: paper(refusal=NotAMinor())),
    "my_consents": ("web/my_consents.html", consents),
    "my_consents_empty": (
        "web/my_consents.html",
        lambda: consents(
            states=[untold(kind) for kind in ("id_number", "birth_month", "address", "privacy")],
            history=[],
            pager={"first": None, "older": None},
            must_read=True,
            closing="/me/erasure",
            refusal=NothingToWithdraw(),
        ),
    ),
    "consent_item": ("web/consent_item.html", item),
    "consent_item_wrong": (
        "web/consent_item.html",
        lambda: item("id_number", refusal=ItemMissing(Kind.ID_NUMBER), typed={"value": ""}),
    ),
    "consent_item_unticked": (
        "web/consent_item.html",
        lambda: item("address", refusal=NoticeNotAgreed(), typed={"value": "翠湖北路1号"}),
    ),
}
