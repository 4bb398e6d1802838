"""Finding persons by pages, seeing one in full for a reason, and what is done about their access."""

import re
from datetime import timedelta

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.core.keys import key_vault
from incentive.people import delegation, personal
from incentive.people.caller import identify
from incentive.people.consents import queries as consents
from incentive.people.models import RoleGrant
from incentive.people.second_factor.models import SecondFactor
from tests import factories as make

NAME, PHONE, NUMBER = "欧阳明日", "+8613812345678", "530102199003078931"
TOLD = {"phone": PHONE, "id_number": f"resident_id:{NUMBER}", "birth_month": "1990-03"}
TOLD |= {"address": "翠湖北路1号"}


@pytest.fixture
def cast(books):
    class Cast:
        pass

    with transaction():
        Cast.home = make.region(name="翠湖社区")
        Cast.beside = make.region("530102001002", name="圆通社区")
        Cast.person = make.person(NAME, told=TOLD, home_region_id=Cast.home.id)
        make.grant(Cast.person, "volunteer", at=Cast.home)
        for name, role, at in (
            ("chief", "administrator", Cast.home),
            ("sibling", "administrator", Cast.beside),
            ("worker", "community_worker", Cast.home),
            ("grid_worker", "grid_worker", Cast.home),
            ("auditor", "auditor", Cast.home),
        ):
            holder = make.person()
            make.grant(holder, role, at=at)
            setattr(Cast, name, holder)
    return Cast


@pytest.fixture
def as_(browsing, cast):
    return lambda name: browsing(getattr(cast, name))


@pytest.fixture
def path(cast):
    return f"/persons/{cast.person.id}"


def acts(action=None):
    with transaction():
        found = session().query(AuditEntry).order_by(AuditEntry.id)
        return [row for row in found if action in {None, row.action}]


def enrol(person):
    with transaction():
        sealed = key_vault().seal(f"{person.id}/x")
        times = {"made_at": clock.now(), "confirmed_at": clock.now()}
        make.add(SecondFactor(person_id=person.id, secret_sealed=sealed, **times))


@pytest.mark.parametrize(
    ("by", "what"),
    [("phone", "138 1234 5678"), ("name", NAME), ("resident_id", NUMBER)],
)
def test_a_person_is_found_by_one_thing_known_and_shown_masked(as_, cast, path, by, what):
    page = as_("worker").post("/persons", {"by": by, "what": what})
    assert page.status_code == 200
    assert path in page.text
    assert "欧阳**" in page.text
    assert "138****5678" in page.text
    results = page.text.partition('id="found"')[2]
    assert what not in results
    assert page.headers["Cache-Control"] == "no-store"
    assert acts() == []


def test_the_volunteer_number_finds_too_and_a_part_of_a_name_finds_nobody(as_, cast, path):
    number = cast.person.volunteer_number
    assert path in as_("worker").post("/persons", {"by": "volunteer_number", "what": number}).text
    empty = as_("worker").post("/persons", {"by": "name", "what": "欧阳"})
    assert path not in empty.text
    assert "Nobody who lives in your scope" in empty.text


@pytest.mark.parametrize(
    ("by", "what"), [("phone", "12"), ("resident_id", "530102"), ("king", "x"), ("name", "")]
)
def test_what_cannot_be_is_told_at_its_field(as_, by, what):
    refused = as_("worker").post("/persons", {"by": by, "what": what})
    assert refused.status_code == 422
    assert 'id="what-error"' in refused.text


def test_who_has_many_of_a_name_goes_through_them_by_pages(as_, cast):
    with transaction():
        for _ in range(24):
            make.person("张伟", home_region_id=cast.home.id)
    browser = as_("worker")
    first = browser.post("/persons", {"by": "name", "what": "张伟"}).text
    cursor = re.search(r'name="cursor" value="([^"]+)"', first).group(1)
    rest = browser.post("/persons", {"by": "name", "what": "张伟", "cursor": cursor}).text
    links = [re.findall(r'href="(/persons/[0-9a-f-]{36})"', page) for page in (first, rest)]
    assert [len(each) for each in links] == [20, 4]
    assert not set(links[0]) & set(links[1])
    assert "To the beginning" in rest


def test_the_neighbours_administrator_finds_nobody_and_sees_and_does_nothing(as_, cast, path):
    sibling = as_("sibling")
    found = sibling.post("/persons", {"by": "phone", "what": PHONE})
    assert path not in found.text
    assert sibling.get(path).status_code == 403
    for act in ("reveal", "block", "unblock", "sign-out", "second-factor/reset"):
        refused = sibling.send(f"{path}/{act}", reason="看看", fields="name")
        assert refused.status_code == 403, act
        assert NAME not in refused.text
        assert cast.person.volunteer_number not in refused.text
    assert acts() == []


@pytest.mark.parametrize("role", ["auditor", "person"])
def test_who_finds_nobody_is_refused(as_, path, role):
    assert as_(role).get("/persons").status_code == 403
    assert as_(role).get(path).status_code == 403


def test_a_person_is_shown_masked_with_home_and_roles(as_, cast, path):
    page = as_("worker").get(path).text
    assert "欧阳**" in page
    assert "翠湖社区" in page
    assert "known, not shown" in page
    assert "Volunteer · 翠湖社区" in page
    for secret in (NAME, PHONE, "13812345678", NUMBER, "翠湖北路"):
        assert secret not in page


def test_a_grid_worker_sees_no_form_to_reveal_nor_what_is_signed_in(as_, path):
    page = as_("grid_worker").get(path).text
    for form in ("/reveal", "/block", "/sign-out"):
        assert f"{path}{form}" not in page
    assert 'id="access"' not in page
    assert as_("grid_worker").send(f"{path}/reveal", fields="name", reason="x").status_code == 403


def test_a_role_elsewhere_is_only_counted(as_, cast, path):
    with transaction():
        make.grant(cast.person, "auditor", at=cast.beside)
        make.grant(cast.person, "station_manager", station=make.station(cast.home, name="翠湖驿站"))
    page = as_("worker").get(path).text
    assert "圆通社区" not in page
    assert "And 1 role beyond your scope" in page
    assert "Station manager · 翠湖驿站" in page


def test_what_somebody_handed_on_and_was_handed_is_shown_at_both(as_, cast, path):
    with transaction():
        worker = session().merge(cast.worker)
        worker.home_region_id = cast.home.id
        (held,) = session().query(RoleGrant).filter_by(person_id=worker.id)
        number = cast.person.volunteer_number
        delegation.delegate(
            identify(make.token(worker)),
            held.id,
            volunteer_number=number,
            until=clock.now() + timedelta(days=3),
            permissions=["shift.scan"],
            at=clock.now(),
        )
    chief = as_("chief")
    theirs = chief.get(path).text
    assert "handed on by" in theirs
    assert "Scan people in and out" in theirs
    mine = chief.get(f"/persons/{cast.worker.id}").text.partition("Handed on to others")[2]
    assert path in mine
    assert "/end" in mine


def test_data_is_shown_in_full_once_for_a_reason_and_the_look_is_recorded(as_, path, cast):
    worker = as_("worker")
    shown = worker.send(f"{path}/reveal", fields=["name", "id_number"], reason="邮寄证书")
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    assert NAME in shown.text
    assert f"{NUMBER} (" in shown.text
    assert "13812345678" not in shown.text
    (look,) = acts("person.reveal")
    assert (look.reason, look.after["fields"]) == ("邮寄证书", ["id_number", "name"])
    assert look.subject == f"person:{cast.person.id}"
    back = worker.get(f"{path}/reveal")
    assert (back.status_code, back.location) == (302, path)


@pytest.mark.parametrize(
    "fields", [{"fields": "name"}, {"fields": "name", "reason": " "}, {"reason": "x"}, {}]
)
def test_without_a_reason_or_a_field_nothing_is_shown_and_nothing_recorded(as_, path, fields):
    refused = as_("worker").send(f"{path}/reveal", **fields)
    assert refused.status_code == 422
    assert NAME not in refused.text
    assert acts() == []


def test_an_administrator_blocks_and_lets_in_for_a_reason(as_, cast, path):
    with transaction():
        token = make.token(cast.person)
    chief = as_("chief")
    assert chief.send(f"{path}/block").status_code == 422
    assert chief.send(f"{path}/block", reason="冒用他人会员卡").status_code == 303
    page = chief.get(path).text
    assert "blocked" in page
    assert "冒用他人会员卡" in page
    with transaction():
        assert identify(token) is None
    assert chief.send(f"{path}/block", reason="再来").status_code == 409
    assert chief.send(f"{path}/unblock", reason="查清").status_code == 303
    assert [row.action for row in acts()] == ["person.block", "person.unblock"]
    assert as_("worker").send(f"{path}/block", reason="x").status_code == 403


def test_an_administrator_ends_all_that_is_signed_in(as_, cast, path):
    with transaction():
        token = make.token(cast.person)
    chief = as_("chief")
    assert "Unknown browser" in chief.get(path).text
    assert chief.send(f"{path}/sign-out", reason="手机丢失").status_code == 303
    assert "Nothing is signed in" in chief.get(path).text
    with transaction():
        assert identify(token) is None
    assert acts("person.sign_out")[0].reason == "手机丢失"


def test_an_administrator_takes_a_lost_app_off_but_not_their_own(as_, cast, path):
    chief = as_("chief")
    assert "None is set up" in chief.get(path).text
    assert f"{path}/second-factor/reset" not in chief.get(path).text
    enrol(cast.person)
    assert "recovery codes are left" in chief.get(path).text
    assert chief.send(f"{path}/second-factor/reset", reason="当面核对证件").status_code == 303
    assert acts("person.second_factor")[0].reason == "当面核对证件"
    with transaction():
        cast.chief = session().merge(cast.chief)
        cast.chief.home_region_id = cast.home.id
    enrol(cast.chief)
    own = f"/persons/{cast.chief.id}"
    assert f"{own}/second-factor/reset" not in chief.get(own).text
    assert chief.send(f"{own}/second-factor/reset", reason="x").status_code == 403


def test_an_erased_person_is_said_to_be_and_nothing_is_revealed(as_, cast, path):
    with transaction():
        personal.destroy(cast.person.id)
    page = as_("worker").get(path).text
    assert "This person was erased" in page
    shown = as_("worker").send(f"{path}/reveal", fields="name", reason="核对").text
    assert "This person was erased" in shown


def test_what_somebody_agreed_to_is_shown_and_counted_within_the_scope(as_, cast, path):
    chief = as_("chief")
    assert "said nothing" in chief.get(path).text
    with transaction():
        notice = {each.kind: each for each in consents.in_force(clock.now())}["privacy"]
        said = {"kind": "privacy", "notice_id": notice.id, "capacity": "self", "channel": "page"}
        neighbour = make.person(home_region_id=cast.beside.id)
        for person, given in ((cast.person, True), (neighbour, True), (neighbour, False)):
            row = {"person_id": person.id, "given": given, "at": clock.now()}
            consents.put([said | row])
    assert "agreed" in chief.get(path).text.partition('id="consents"')[2]
    assert figures(chief) == ["1", "1", "0", "0", "0"]
    assert figures(as_("sibling")) == ["1", "0", "0", "1", "0"]
    assert as_("grid_worker").get("/persons/consents").status_code == 403
    assert 'id="consents"' not in as_("grid_worker").get(path).text


def figures(browser):
    row = browser.get("/persons/consents").text.partition("<tbody")[2].partition("</tr>")[0]
    return re.findall(r"<span>(\d+)</span>", row)


def test_the_page_asks_no_more_of_the_books_for_many_roles(as_, cast, path, queries):
    chief = as_("chief")

    def asked():
        with queries() as sent:
            chief.get(path)
        return len(sent)

    asked()  # what is looked up once for all
    few = asked()
    with transaction():
        for role in ("steward", "lead", "grid_worker", "auditor"):
            make.grant(cast.person, role, at=cast.home)
        for _ in range(5):
            make.token(cast.person)
    assert asked() == few


@pytest.mark.parametrize("who", ["chief", "worker", "grid_worker"])
def test_those_in_charge_find_the_pages_from_every_page(as_, who):
    assert 'href="/persons"' in as_(who).get("/me").text
    assert 'href="/persons"' not in as_("person").get("/me").text
