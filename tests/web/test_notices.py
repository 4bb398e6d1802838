"""The administrator's pages of notices, and the worker's of a guardian's consent on paper."""

from datetime import date, timedelta

import pytest

from incentive.audit.models import AuditEntry
from incentive.core import clock, zone
from incentive.core.db import session, transaction
from incentive.people.consents.models import PrivacyNotice, PrivacyNoticeDraft
from incentive.people.guardians.service import are_family
from tests import factories as make

ORIGIN = {"Origin": "http://localhost"}
WRITTEN = {
    "title_zh": "住址告知",
    "title_en": "Home address",
    "text_zh": "# 为什么\n\n上门服务用。",
    "text_en": "# Why\n\nFor visits at home.",
    "changes_zh": "写得更短了。",
    "changes_en": "Says it shorter.",
    "renews": "yes",
}


@pytest.fixture
def browsing(client, books):
    """A function that signs somebody in and returns one that opens pages and sends forms."""

    def sign_in(role, at):
        with transaction():
            person = make.person()
            make.grant(person, role, at=session().merge(at))
            token = make.token(person)

        def go(path, **fields):
            client.set_cookie("session", token)
            if not fields:
                return client.get(path)
            return client.post(path, data={"key": str(make.new_id())} | fields, headers=ORIGIN)

        go.person = person
        return go

    return sign_in


@pytest.fixture
def chief(browsing):
    with transaction():
        province = make.province()
    return browsing("administrator", province)


def begun(chief, kind="address"):
    assert chief("/notices", kind=kind).status_code == 303
    with transaction():
        return session().query(PrivacyNoticeDraft).one().id


def published(kind="address"):
    with transaction():
        found = session().query(PrivacyNotice).filter_by(kind=kind)
        return found.order_by(PrivacyNotice.version.desc()).first()


def test_a_version_is_written_looked_at_in_both_languages_and_published_from_a_day(chief):
    page = f"/notices/drafts/{begun(chief)}"
    saved = chief(page, **WRITTEN)
    assert (saved.status_code, saved.location) == (303, f"{page}#preview")
    seen = chief(page).text
    assert "上门服务用。" in seen
    assert "For visits at home." in seen
    assert "写得更短了。" in seen
    day = zone.today() + timedelta(days=3)
    assert chief(f"{page}/publish", effective_from=day.isoformat()).location == "/notices"
    made = published()
    assert (made.version, made.title_en, made.renews) == (2, "Home address", True)
    assert zone.day_of(made.effective_from) == day
    assert zone.day_of(made.effective_from - timedelta(seconds=1)) == day - timedelta(days=1)
    with transaction():
        entry = session().query(AuditEntry).filter_by(action="notice.publish").one()
        assert entry.subject == f"privacy_notice:{made.id}"
    assert chief(page).status_code == 404
    assert "将生效" in chief("/notices").text


def test_without_a_day_or_with_today_it_holds_at_once(chief):
    page = f"/notices/drafts/{begun(chief)}"
    chief(page, **WRITTEN)
    chief(f"{page}/publish", effective_from=zone.today().isoformat())
    assert published().effective_from <= clock.now()


def test_what_lacks_is_said_at_its_field_and_what_was_typed_stays(chief):
    page = f"/notices/drafts/{begun(chief)}"
    chief(page, **(WRITTEN | {"changes_en": ""}))
    refused = chief(f"{page}/publish", effective_from="")
    assert refused.status_code == 422
    assert 'id="changes_en-error"' in refused.text
    long = chief(page, **(WRITTEN | {"title_zh": "长" * 101}))
    assert long.status_code == 422
    assert "长" * 101 in long.text
    past = date(2020, 1, 1).isoformat()
    chief(page, **WRITTEN)
    assert chief(f"{page}/publish", effective_from=past).status_code == 422


def test_a_draft_is_thrown_away(chief):
    page = f"/notices/drafts/{begun(chief)}"
    assert chief(f"{page}/drop", reason="").status_code == 303
    assert chief(page).status_code == 404
    assert published().version == 1


def test_it_is_counted_who_agreed_to_which_version(client, chief):
    with transaction():
        home = make.region()
        person = make.person(home_region_id=home.id)
        headers, notice = make.creating(person), str(make.notices()["privacy"])
    agreed = client.post("/api/v1/me/consents", json={"notice": notice}, headers=headers)
    assert agreed.status_code == 201
    client.delete_cookie("session")
    assert "1 人同意" in chief("/notices").text


def test_who_administers_a_part_sees_no_drafts(browsing):
    with transaction():
        part = make.region()
        make.region("530102001002")
    assert browsing("administrator", part)("/notices").status_code == 403


@pytest.fixture
def family(books):
    with transaction():
        home = make.region()
        child = make.person(home_region_id=home.id, age_class="under_18")
        adult = make.person(home_region_id=home.id)
        return home, child, adult, str(make.notices()["minors"])


def paper(child, adult, notice, **more):
    usual = {"minor": child.volunteer_number, "guardian": adult.volunteer_number}
    return usual | {"notice": notice, "agree": "yes", "reason": "同意书存社区"} | more


def test_a_guardians_consent_on_paper_is_entered_by_a_worker_and_recorded(browsing, family):
    home, child, adult, notice = family
    worker = browsing("community_worker", home)
    assert worker("/guardianships").status_code == 200
    done = worker("/guardianships", **paper(child, adult, notice))
    assert (done.status_code, done.location) == (303, "/guardianships")
    with transaction():
        assert are_family(child.id, adult.id)
        entry = session().query(AuditEntry).filter_by(action="guardian.confirm").one()
        assert (entry.subject, entry.reason) == (f"person:{child.id}", "同意书存社区")


def test_a_paper_without_its_signature_or_for_an_adult_is_not_entered(browsing, family):
    home, child, adult, notice = family
    worker = browsing("community_worker", home)
    unsigned = {k: v for k, v in paper(child, adult, notice).items() if k != "agree"}
    assert worker("/guardianships", **unsigned).status_code == 422
    grown = worker("/guardianships", **paper(adult, child, notice))
    assert grown.status_code == 409
    assert adult.volunteer_number in grown.text
    with transaction():
        assert not are_family(child.id, adult.id)
