"""Notices: written, published once and for good, and put before whoever has to read them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import ProgrammingError

from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people.caller import identify
from incentive.people.consents import domain, notices, service
from incentive.people.consents import queries as consent_queries
from incentive.people.consents.domain import Change
from incentive.people.consents.errors import NoticeReplaced, NoticeTooEarly
from incentive.people.consents.giving import Giver
from incentive.people.errors import OutOfScope
from incentive.people.models import Person, SignIn
from tests import factories as make
from tests.points.test_races import waiting_for_a_lock

API = "/api/v1"
NEW = {"changes_zh": "写明了日志保留多久。", "changes_en": "Says how long logs are kept."}
AT = datetime(2026, 11, 24, 2, tzinfo=UTC)


def administrator():
    """Whoever administers the whole province, signed in."""
    chief = make.person()
    make.grant(chief, "administrator", at=make.province())
    return identify(make.token(chief))


def publish(by, kind="privacy", at=None, effective_from=None, **texts):
    at = at or clock.now()
    begun = notices.draft(kind, NEW | texts, by, at)
    return notices.publish(begun.id, by, at, effective_from)


def test_every_kind_has_a_notice_from_the_beginning_in_both_languages(tx):
    found = notices.in_force(datetime(2000, 1, 1, tzinfo=UTC))
    assert [each.kind for each in found] == list(domain.Kind)
    assert all((each.version, each.renews) == (1, True) for each in found)
    assert all(each.text_zh and each.text_en for each in found)


def test_both_languages_say_the_same_number_of_things(tx):
    for each in notices.in_force(AT):
        heads = [
            [part.split("\n")[0] for part in domain.paragraphs(words) if part.startswith("# ")]
            for words in (each.text_zh, each.text_en)
        ]
        assert len(heads[0]) == len(heads[1]) > 2
        assert len(domain.paragraphs(each.text_zh)) == len(domain.paragraphs(each.text_en))


def test_a_version_holds_from_its_day_until_the_next_one(tx):
    by = administrator()
    later = clock.now() + timedelta(days=3)
    second = publish(by, effective_from=later)
    assert second.version == 2
    holding = [notices.holding("privacy", at).version for at in (clock.now(), later)]
    assert holding == [1, 2]


def test_publishing_is_an_act_and_takes_the_draft_away(tx):
    by = administrator()
    made = publish(by)
    entry = session().query(AuditEntry).filter_by(action="notice.publish").one()
    assert entry.subject == f"privacy_notice:{made.id}"
    assert entry.after["version"] == 2
    assert notices.drafts(by, cursor=None, limit=5).items == []


def test_nothing_is_published_for_the_past_or_before_the_last_version(tx):
    by = administrator()
    with pytest.raises(NoticeTooEarly):
        publish(by, effective_from=clock.now() - timedelta(hours=1))
    publish(by, effective_from=clock.now() + timedelta(days=3))
    with pytest.raises(NoticeTooEarly):
        publish(by, effective_from=clock.now() + timedelta(days=2))


def test_who_administers_a_part_publishes_nothing(tx):
    here, _there = make.region(), make.region("530102001002")
    chief = make.person()
    make.grant(chief, "administrator", at=here)
    with pytest.raises(OutOfScope):
        notices.draft("privacy", NEW, identify(make.token(chief)), AT)


@pytest.mark.parametrize("verb", ["UPDATE privacy_notices SET title_zh = 'x'", "DELETE FROM privacy_notices",
                                  "UPDATE consents SET given = false", "DELETE FROM consents"])  # fmt: skip
def test_what_was_published_or_agreed_to_is_changed_by_nobody(live, verb):
    with (
        live.app_context(),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction(),
    ):
        session().execute(text(verb))


def test_what_changed_is_told_paragraph_by_paragraph():
    assert domain.changes("# A\none\n\ntwo", "# A\none\n\nthree") == [
        Change(" ", "# A\none"), Change("-", "two"), Change("+", "three"),
    ]  # fmt: skip


def test_anybody_reads_every_version_over_http(client):
    with transaction():
        by = administrator()
        publish(by, "address", text_en="# Why\n\nOther.")
    listed = client.get(f"{API}/privacy-notices").json["items"]
    assert [each["kind"] for each in listed] == list(domain.Kind)
    versions = client.get(f"{API}/privacy-notices/address/versions").json["items"]
    assert [each["version"] for each in versions] == [2, 1]
    one = client.get(f"{API}/privacy-notices/{versions[1]['id']}").json
    assert one["effective_from"] is None
    assert client.get("/privacy/address/1").status_code == 200
    assert client.get("/privacy/address/9").status_code == 404


def test_a_draft_is_written_changed_and_published_over_http(client):
    with transaction():
        chief = make.person()
        make.grant(chief, "administrator", at=make.province())
        headers = make.bearer(chief)

    def send(method, path, **body):
        key = {"Idempotency-Key": f"a-key-{path}-{len(body)}"}
        return getattr(client, method)(API + path, json=body, headers=headers | key)

    begun = send("post", "/privacy-notice-drafts", kind="minors")
    assert begun.status_code == 201
    path = f"/privacy-notice-drafts/{begun.json['id']}"
    unsaid = send("post", f"{path}/publish")
    assert (unsaid.status_code, unsaid.json["code"]) == (422, "people.notice_incomplete")
    assert send("patch", path, **NEW, renews=False).json["renews"] is False
    assert send("post", f"{path}/publish", effective_from=None).json["version"] == 2
    assert send("delete", path).status_code == 404


def led(client, person, path="/me"):
    """Where somebody's browser is sent who opens a page."""
    with transaction():
        token = make.token(person)
    client.set_cookie("session", token)
    return client.get(path)


def test_a_new_version_is_read_before_going_on_and_then_one_is_where_one_was_going(client):
    with transaction():
        person = make.person(agreed_notice=None)
        first = make.notices()["privacy"]
        service.give(person.id, first, Giver(person.id), clock.now())
        by = administrator()
    assert led(client, person).status_code == 200
    with transaction():
        second = publish(by)
        notice = str(second.id)
    sent = led(client, person, "/me/statement?x=1")
    assert sent.location == "/me/notice?next=/me/statement?x%3D1"
    page = client.get(sent.location).text
    assert NEW["changes_zh"] in page
    form = {"key": str(make.new_id()), "notice": notice, "next": "/me/statement?x=1"}
    origin = {"Origin": "http://localhost"}
    unticked = client.post("/me/notice", data=form, headers=origin)
    assert unticked.status_code == 422
    done = client.post("/me/notice", data=form | {"agree": "yes"}, headers=origin)
    assert (done.status_code, done.location) == (303, "/me/statement?x=1")
    assert client.get("/me").status_code == 200


def test_a_version_that_renews_nothing_holds_nobody_up(client):
    with transaction():
        person = make.person()
        publish(administrator(), renews=False)
    assert led(client, person).status_code == 200


def test_who_was_never_asked_is_asked_at_the_first_page(client):
    with transaction():
        person = make.person(agreed_notice=None)
    assert led(client, person).location.startswith("/me/notice")


def test_no_scan_no_counter_no_program_and_no_public_page_waits_for_it(client):
    with transaction():
        home = make.region()
        shop = make.station(home)
        worker = make.person(agreed_notice=None)
        make.grant(worker, "grid_worker", at=home)
        make.grant(worker, "station_manager", station=shop)
        shift = make.shift(make.activity(home, by=worker))
        headers = make.bearer(worker)
        paths = ["/duty", f"/stations/{shop.id}/counter", f"/shifts/{shift.id}/code", "/s/xyz"]
    for path in [*paths, "/activities", "/privacy", "/me/consents", "/me/notice"]:
        answer = led(client, worker, path)
        assert answer.status_code < 500, path
        assert "/me/notice" not in answer.headers.get("Location", ""), path
    assert client.get(f"{API}/me", headers=headers).status_code == 200
    origin = {"Origin": "http://localhost"}
    scanned = client.post("/me/scans", data={"code": "x"}, headers=origin)
    assert scanned.status_code == 422


def test_a_device_is_never_asked(tx):
    token = make.token(make.person(agreed_notice=None))
    assert identify(token).must_read
    paired = {"kind": "device", "name": "门口", "permissions": ["shift.scan"]}
    session().execute(update(SignIn).values(paired))
    assert not identify(token).must_read


def test_agreeing_while_a_version_is_published_agrees_to_what_was_read(live):
    """Whoever comes first is done first: nobody agrees to a version that they have not seen."""
    with live.app_context():
        with transaction():
            person_id = make.person(agreed_notice=None).id
            first = make.notices()["privacy"]
            chief = make.person()
            make.grant(chief, "administrator", at=make.province())
            token = make.token(chief)
        published = Event()

        def publishes():
            with live.app_context(), transaction():
                publish(identify(token))
                published.set()
                # In a thread of its own: this one's session is in its transaction.
                with ThreadPoolExecutor(1) as thread:
                    thread.submit(waiting_for_a_lock, live).result()

        def agrees():
            with live.app_context():
                assert published.wait(20)
                try:
                    with transaction():
                        service.give(person_id, first, Giver(person_id), clock.now())
                except NoticeReplaced as refused:
                    return refused.figures["version"]

        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(publishes), threads.submit(agrees)]
            assert [each.result() for each in both] == [None, 2]
        with transaction():
            assert session().get_one(Person, person_id).agreed_notice is None
            assert consent_queries.current([person_id]) == []
