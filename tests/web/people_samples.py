"""Made-up context for the pages about people, in the shape that each template names."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from werkzeug.datastructures import MultiDict

from incentive.core.errors import IncentiveError
from incentive.people.finding import Found
from incentive.people.personal import Personal
from incentive.web import person_pages, role_table
from incentive.web.errors import NothingChosen, ReasonMissing

NOW = datetime(2025, 11, 29, 1, 20, tzinfo=UTC)
HERE = UUID(int=1)
NUMBER = "5300000001236"
TABS = [
    {"label": label, "href": "#", "current": label == "人员"}
    for label in ("人员", "角色", "授予角色", "设备", "操作日志", "权限一览")
]
MASKED = Personal(name="欧阳**", phone="138****5678", id_number="530***********8931")
ALL = {"reveal": True, "grant": True, "block": True, "audit": True}
NONE = dict.fromkeys(ALL, False)
ROLES = [("auditor", "审计员"), ("station_manager", "驿站管理员")]


def found(**more):
    person = {"volunteer_number": NUMBER, "status": "active", "home": "翠湖社区", "known": MASKED}
    return Found(HERE, **(person | more))


def persons(**more):
    usual = {"tabs": TABS, "by": list(person_pages.BY.items()), "typed": {}, "error": None}
    return usual | {"found": None, "older": None, "first": False} | more


def role(number=1, **more):
    return {
        "id": UUID(int=number),
        "role": "社区工作者",
        "number": NUMBER,
        "person_id": HERE,
        "blocked": False,
        "place": "翠湖社区居民委员会",
        "at_station": False,
        "since": NOW - timedelta(days=300),
        "until": None,
        "last_day": None,
        "state": "in_force",
        "by": "5300000000010",
        "ender": None,
        "handed_on": False,
        "only": None,
        "may_end": True,
        "may_move": True,
        "may_undo": False,
    } | more


def roles():
    over = {"may_end": False, "may_move": False}
    return [
        role(),
        role(2, state="coming", until=NOW, last_day=date(2025, 12, 3), at_station=True),
        role(3, state="ended", until=NOW, ender=NUMBER, person_id=None, may_undo=True, **over),
        role(
            4, handed_on=True, until=NOW, only=["扫码签到签退", "核实或驳回服务记录"], blocked=True
        ),
    ]


def role_list(**more):
    filters = dict.fromkeys(("number", "role", "state", "region"), "")
    usual = {"tabs": TABS, "filters": filters, "errors": [], "roles": ROLES, "refusal": None}
    return usual | {"rows": roles(), "first": None, "older": "#older"} | more


def act(**more):
    return {
        "at": NOW,
        "actor": "5300000000010",
        "role": "管理员",
        "place": "翠湖社区",
        "origin": "203.0.113.7",
        "action": "授予角色",
        "subject": NUMBER,
        "subject_key": f"person:{HERE}",
        "changes": [("角色", "", "auditor")],
        "reason": "",
    } | more


def sign_in(kind="session", **more):
    times = {"created_at": NOW - timedelta(days=9), "used_at": NOW}
    shown = {"kind": kind, "name": "", "browser": "WeChat · Android", "network": "203.0.113.*"}
    return SimpleNamespace(**(shown | times | more))


def access(**more):
    rows = [
        {"row": sign_in(), "place": None},
        {"row": sign_in("device", name="左门"), "place": "清洁家园"},
        {"row": sign_in("token", name="报表", browser="", network="", used_at=None), "place": None},
    ]
    return {"codes_left": 8, "rows": rows, "all": 24} | more


def consents():
    def state(name, version, **more):
        notice = SimpleNamespace(version=2)
        usual = {"given": True, "since": NOW, "is_outdated": version == 1, "notice": notice}
        return SimpleNamespace(name=name, agreed_version=version, **(usual | more))

    withdrawn, silent = {"given": False}, {"given": False, "since": None}
    return [
        state("使用本服务", 1),
        state("证件号码", 2),
        state("地址", None, **withdrawn),
        state("出生年月", None, **silent),
    ]


def consent_figures(**more):
    row = {"name": "使用本服务", "version": 2, "agreed": 1204, "earlier": 96}
    rows = [row | {"withdrawn": 3, "silent": 12}]
    return {"tabs": TABS, "everybody": 1315, "rows": rows} | more


def retention(gone=12, **more):
    row = {"title": "发到手机的验证码", "days": 2, "since": "发出", "blanked": False, "gone": gone}
    row |= {"why": "几分钟内有效。", "law": "《个人信息保护法》第十九条"}
    runs = [{"at": NOW, "gone": 12, "whole": True}, {"at": NOW, "gone": 3, "whole": False}]
    rows = [row, row | {"title": "名单的内容", "days": 1, "blanked": True}]
    return {"tabs": TABS, "rows": rows, "runs": runs} | more


def person(**more):
    who = {"id": HERE, "volunteer_number": NUMBER, "status": "active", "created_at": NOW}
    return {
        "tabs": TABS,
        "person": SimpleNamespace(**(who | more.pop("who", {}))),
        "home": ["五华区", "华山街道", "翠湖社区居民委员会"],
        "known": MASKED,
        "told": ["birth_month"],
        "fields": person_pages.FIELDS,
        "roles": roles()[:2],
        "ended": roles()[2:3],
        "given": roles()[3:],
        "beyond": 1,
        "may": ALL,
        "is_reader": False,
        "consents": consents(),
        "access": access(),
        "acts": {"rows": [act(), act(actor="cli", changes=[], reason="邮寄证书")], "href": "#"},
        "refusal": None,
        "typed": MultiDict(),
    } | more


def revealed(**more):
    return {
        "person_id": HERE,
        "number": NUMBER,
        "rows": [("姓名", "欧阳明日"), ("地址", None)],
        "erased": False,
        "unreadable": [],
        "reason": "邮寄证书",
        "seen_at": NOW,
    } | more


def granting(**more):
    typed = dict.fromkeys(("number", "role", "q", "place", "since", "until"), "")
    return {
        "tabs": TABS,
        "typed": typed,
        "errors": [],
        "roles": ROLES,
        "of": None,
        "person": None,
        "places": [],
        "full": False,
    } | more


def granting_to(**more):
    holder = {"number": NUMBER, "name": "欧阳**", "blocked": False, "is_reader": False}
    holder |= {"held": roles()[:1], "beyond": 2, "clashing": ["社区工作者"]} | more
    return granting(
        typed=granting()["typed"] | {"number": NUMBER, "role": "auditor", "q": "翠湖"},
        of=role_table.role("auditor"),
        person=holder,
        places=[("region:1", "翠湖社区 · 华山街道"), ("station:1", "翠湖驿站 · 翠湖社区")],
        full=True,
    )


def device(number=1, **more):
    row = {"id": UUID(int=number), "name": "左门", "expires_at": NOW}
    of = {"is_scanner": True, "place": "清洁家园 · 上午班", "starts_at": NOW, "ends_at": NOW}
    usual = {"paired_by": NUMBER, "href": "#", "region": "翠湖社区"}
    return usual | of | {"device": sign_in("device", **row)} | more


def device_list(**more):
    at_counter = {"is_scanner": False, "place": "翠湖驿站", "starts_at": None, "ends_at": None}
    filters = dict.fromkeys(("kind", "region", "name", "number"), "")
    usual = {"tabs": TABS, "filters": filters, "errors": [], "refusal": None, "first": None}
    return usual | {"rows": [device(), device(2, **at_counter)], "older": "#older"} | more


def my_roles(**more):
    of = {"allows": ["扫码签到签退"], "can_be": [("shift.scan", "扫码签到签退")], "in_region": True}
    held = [role() | of, role(2, handed_on=True, until=NOW) | of | {"can_be": []}]
    held.append(role(3, last_day=date(2025, 12, 3)) | of | {"allows": [], "can_be": []})
    given = {"id": UUID(int=9), "role": "社区工作者", "to": NUMBER, "place": "翠湖社区"}
    given |= {"until": NOW, "only": ["扫码签到签退", "核实或驳回服务记录"]}
    usual = {"roles": held, "given": [given], "days": 30, "refusal": None, "at_role": None}
    return usual | {"typed": MultiDict()} | more


PAGES = {
    "my_roles": ("web/my_roles.html", my_roles),
    "my_roles_refused": (
        "web/my_roles.html",
        lambda: my_roles(refusal=NothingChosen("permissions"), at_role=HERE, given=[]),
    ),
    "my_roles_empty": ("web/my_roles.html", lambda: my_roles(roles=[], given=[])),
    "device_list": ("web/device_list.html", device_list),
    "device_list_empty": (
        "web/device_list.html",
        lambda: device_list(
            rows=[],
            older=None,
            errors=[("number", "没有此编号。")],
            refusal=IncentiveError("不可。"),
        ),
    ),
    "persons": ("web/persons.html", persons),
    "persons_found": (
        "web/persons.html",
        lambda: persons(
            found=[found(), found(status="suspended", known=Personal(erased=True))], older="x"
        ),
    ),
    "persons_none": ("web/persons.html", lambda: persons(found=[], first=True)),
    "persons_wrong": (
        "web/persons.html",
        lambda: persons(typed={"by": "phone", "what": "12"}, error="这不是手机号。"),
    ),
    "person": ("web/person.html", person),
    "person_bare": (
        "web/person.html",
        lambda: person(
            may=NONE,
            roles=[],
            ended=[],
            given=[],
            beyond=0,
            access=None,
            acts=None,
            consents=None,
            home=[],
            told=[],
        ),
    ),
    "person_blocked": (
        "web/person.html",
        lambda: person(
            who={"status": "suspended"},
            known=Personal(erased=True),
            access=access(rows=[], codes_left=None, all=0),
            acts={"rows": [], "href": "#"},
        ),
    ),
    "person_refused": (
        "web/person.html",
        lambda: person(refusal=NothingChosen("fields"), typed=MultiDict({"reason": "x"})),
    ),
    "person_asked": (
        "web/person.html",
        lambda: person(
            refusal=ReasonMissing(),
            typed=MultiDict({"fields": "name"}),
            is_reader=True,
            known=Personal(unreadable=frozenset({"name"})),
        ),
    ),
    "consent_figures": ("web/consent_figures.html", consent_figures),
    "consent_figures_empty": (
        "web/consent_figures.html",
        lambda: consent_figures(everybody=0, rows=[]),
    ),
    "retention": ("web/retention.html", retention),
    "retention_empty": ("web/retention.html", lambda: retention(gone=None, runs=[])),
    "person_revealed": ("web/person_revealed.html", revealed),
    "person_revealed_erased": (
        "web/person_revealed.html",
        lambda: revealed(erased=True, unreadable=["姓名"], rows=[("姓名", None)]),
    ),
    "roles": ("web/roles.html", role_list),
    "roles_empty": (
        "web/roles.html",
        lambda: role_list(
            rows=[],
            older=None,
            errors=[("number", "没有此编号。")],
            refusal=IncentiveError("不可。"),
        ),
    ),
    "role_grant": ("web/role_grant.html", granting),
    "role_grant_to": ("web/role_grant.html", granting_to),
    "role_grant_station": (
        "web/role_grant.html",
        lambda: (
            granting_to(held=[], beyond=0, is_reader=True, blocked=True, clashing=[], name=None)
            | {"of": role_table.role("station_manager"), "places": [], "errors": [(None, "不可。")]}
        ),
    ),
    "role_table": (
        "web/role_table.html",
        lambda: {"tabs": TABS, "refusal": None, **role_table.context()},
    ),
}
