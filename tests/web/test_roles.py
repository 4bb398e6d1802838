"""Who holds what where, granting and ending roles by pages, and the table of them in words."""

import re
from datetime import timedelta

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.clock import day_bounds
from incentive.core.db import session, transaction
from incentive.core.zone import day_of
from incentive.people.models import RoleGrant
from tests import factories as make
from tests.web.test_people import acts, as_, cast  # noqa: F401

DAY = timedelta(days=1)


@pytest.fixture
def tomorrow(books):
    return day_of(clock.now() + DAY)


def grants(person, **which):
    with transaction():
        return session().query(RoleGrant).filter_by(person_id=person.id, **which).all()


def asked(browser, cast, role="auditor", **more):  # noqa: F811
    number = cast.person.volunteer_number
    query = {"number": number, "role": role} | more
    return browser.get("/roles/new", query_string=query)


def give(browser, cast, role="auditor", place=None, **more):  # noqa: F811
    number = cast.person.volunteer_number
    place = place or f"region:{cast.home.id}"
    return browser.send("/roles", number=number, role=role, place=place, **more)


def form(page, end):
    return re.search(rf'action="(/roles/[^"]+/{end})"', page.text).group(1)


def test_what_a_role_allows_and_where_it_can_be_given_is_said_before(as_, cast):  # noqa: F811
    page = asked(as_("chief"), cast).text
    assert "Read the ledger and export it" in page
    assert f"region:{cast.home.id}" in page
    assert "欧阳**" in page
    named = asked(as_("chief"), cast, q="翠湖").text
    assert "翠湖社区 · 云南省" in named
    coded = asked(as_("chief"), cast, q=cast.home.code).text
    assert f"region:{cast.home.id}" in coded


def test_places_beyond_the_scope_are_not_offered(as_, cast):  # noqa: F811
    with transaction():
        shop = make.station(cast.home, name="翠湖驿站")
        other = make.station(cast.beside, name="翠湖二站")
    page = asked(as_("chief"), cast, q="圆通").text
    assert f"region:{cast.beside.id}" not in page
    assert "No place of yours begins so" in page
    stations = asked(as_("chief"), cast, q="翠湖").text
    assert f"station:{shop.id}" in stations
    assert f"station:{other.id}" not in stations
    assert f"station:{shop.id}" not in asked(as_("chief"), cast, "lead", q="翠湖").text


def test_who_audits_what_they_do_is_warned_of(as_, cast):  # noqa: F811
    with transaction():
        make.grant(cast.person, "lead", at=cast.home)
    page = asked(as_("chief"), cast).text
    assert "do not go well together" in page
    assert "Lead" in page
    assert "do not go well together" not in asked(as_("chief"), cast, "steward").text
    assert "both halves" in asked(as_("chief"), cast, "station_manager").text


def test_a_role_is_granted_from_a_day_to_a_day_and_listed(as_, cast, tomorrow):  # noqa: F811
    chief = as_("chief")
    last = (tomorrow + 3 * DAY).isoformat()
    made = give(chief, cast, since=tomorrow.isoformat(), until=last)
    assert made.status_code == 303
    listed = chief.get(made.location).text
    assert "Auditor · 翠湖社区" in listed
    assert "still to come" in listed
    (held,) = grants(cast.person, role="auditor")
    assert held.valid_from == day_bounds(tomorrow, "Asia/Shanghai")[0]
    assert held.valid_until == day_bounds(tomorrow + 3 * DAY, "Asia/Shanghai")[1]
    (act,) = acts("role.grant")
    assert act.subject == f"person:{cast.person.id}"


@pytest.mark.parametrize(
    ("fields", "status", "field"),
    [
        ({"place": ""}, 422, "place"),
        ({"place": "region:x"}, 422, "place"),
        ({"role": "king"}, 422, "role"),
        ({"number": "5300000000010"}, 404, None),
        ({"until": "2020-01-01"}, 422, "until"),
        ({"until": "soon"}, 422, "until"),
    ],
)
def test_what_cannot_be_granted_is_told_on_the_page(as_, cast, fields, status, field):  # noqa: F811
    usual = {"number": cast.person.volunteer_number, "role": "lead"}
    usual |= {"place": f"region:{cast.home.id}"}
    refused = as_("chief").send("/roles", **(usual | fields))
    assert refused.status_code == status
    assert field is None or f'href="#{field}"' in refused.text
    assert acts() == []


def test_a_role_that_is_held_or_beyond_the_scope_is_refused(as_, cast):  # noqa: F811
    chief = as_("chief")
    give(chief, cast)
    assert give(chief, cast).status_code == 409
    assert give(chief, cast, place=f"region:{cast.beside.id}").status_code == 403
    assert give(as_("worker"), cast, "lead").status_code == 403
    assert len(acts()) == 1


def test_a_role_is_ended_for_a_reason_and_that_is_undone(as_, cast):  # noqa: F811
    chief = as_("chief")
    page = chief.get(give(chief, cast).location)
    back = f"/roles?number={cast.person.volunteer_number}"
    assert chief.send(form(page, "end")).status_code == 422
    ended = chief.send(form(page, "end"), reason="调离岗位", back=back)
    assert (ended.status_code, ended.location) == (303, back)
    after = chief.get(back)
    assert "ended by" in after.text
    assert chief.send(form(after, "undo"), back=back).status_code == 303
    assert grants(cast.person, role="auditor")[0].valid_until is None
    assert [act.action for act in acts()] == ["role.grant", "role.revoke", "role.undo_end"]
    assert acts("role.revoke")[0].reason == "调离岗位"
    assert "/undo" not in chief.get(back).text


def test_nobody_is_sent_to_another_site_when_something_was_done(as_, cast):  # noqa: F811
    chief = as_("chief")
    page = chief.get(give(chief, cast).location)
    done = chief.send(form(page, "move-end"), until="2099-01-01", back="https://example.org/")
    assert done.location == "/roles"


def test_the_end_of_a_role_is_moved(as_, cast, tomorrow):  # noqa: F811
    chief = as_("chief")
    page = chief.get(give(chief, cast).location)
    moved = chief.send(form(page, "move-end"), until=tomorrow.isoformat())
    assert moved.status_code == 303
    assert (
        grants(cast.person, role="auditor")[0].valid_until
        == day_bounds(tomorrow, "Asia/Shanghai")[1]
    )
    assert chief.send(form(page, "move-end"), until="2020-01-01").status_code == 422
    assert len(acts("role.move_end")) == 1


def test_a_list_is_cut_to_the_readers_scope_and_to_the_filters(as_, cast):  # noqa: F811
    with transaction():
        shop = make.station(cast.home, name="翠湖驿站")
        make.grant(cast.person, "station_manager", station=shop)
        make.grant(cast.auditor, "lead", at=cast.beside)
    page = as_("chief").get("/roles").text
    assert "Station manager · 翠湖驿站" in page
    assert "Community worker · 翠湖社区" in page
    assert "圆通社区" not in page
    assert "Volunteer · " not in page
    assert "Volunteer · 翠湖社区" in as_("chief").get("/roles?role=volunteer").text
    managers = as_("chief").get("/roles?role=station_manager").text
    assert "Community worker · " not in managers
    assert 'class="empty"' in as_("chief").get("/roles?state=coming").text
    within = as_("chief").get(f"/roles?region={cast.home.code}").text
    assert "Station manager · 翠湖驿站" in within
    assert 'class="empty"' in as_("chief").get(f"/roles?region={cast.beside.code}").text
    sibling = as_("sibling").get("/roles").text
    assert "翠湖" not in sibling


@pytest.mark.parametrize(
    "query", ["number=5300000000010", "region=99", "state=x", "role=king", "cursor=x"]
)
def test_a_filter_that_cannot_be_read_is_told(as_, query):  # noqa: F811
    assert as_("chief").get(f"/roles?{query}").status_code in {400, 422}


def test_the_list_goes_on_by_cursor(as_, cast):  # noqa: F811
    with transaction():
        for _ in range(34):
            make.grant(make.person(), "steward", at=cast.home)
    chief = as_("chief")
    first = chief.get("/roles?role=steward").text
    more = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    rest = chief.get(more).text
    assert (first.count("/move-end"), rest.count("/move-end")) == (30, 4)


def test_the_list_asks_the_books_no_more_for_many_rows(as_, cast, queries):  # noqa: F811
    def asked_for():
        with queries() as sent:
            as_("chief").get("/roles")
        return len(sent)

    asked_for()  # what is looked up once for all
    few = asked_for()
    with transaction():
        for _ in range(20):
            make.grant(make.person(), "steward", at=cast.home)
    assert asked_for() == few


@pytest.mark.parametrize("who", ["worker", "auditor", "person"])
def test_who_grants_no_roles_sees_none_of_it(as_, who):  # noqa: F811
    for path in ("/roles", "/roles/new"):
        assert as_(who).get(path).status_code == 403


def test_everybody_signed_in_reads_what_each_role_allows(as_):  # noqa: F811
    page = as_("person").get("/roles/table").text
    assert "Scan people in and out" in page
    assert "Correction of points approved" in page
    assert "nor for their family" in page


def test_the_address_of_a_form_leads_to_the_list(as_, cast):  # noqa: F811
    for end in ("end", "undo", "move-end"):
        assert as_("chief").get(f"/roles/{cast.home.id}/{end}").location == "/roles"


def test_every_act_is_kept_with_the_role_of_who_did_it(as_, cast):  # noqa: F811
    give(as_("chief"), cast)
    with transaction():
        (act,) = session().query(AuditEntry).all()
        assert (act.role, act.actor) == ("administrator", f"person:{cast.chief.id}")
        assert act.place == f"region:{cast.home.path}"
