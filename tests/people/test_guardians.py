"""Guardians: invited or confirmed from paper; their consent opens and closes a minor's service."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from incentive.activities import sign_ups
from incentive.activities.models import Shift, SignUp
from incentive.audit.models import AuditEntry
from incentive.core import clock
from incentive.core.db import session, transaction
from incentive.people import personal, separation
from incentive.people.caller import identify
from incentive.people.consents import service as consents
from incentive.people.consents.domain import Kind
from incentive.people.consents.errors import BirthMonthFixed, NothingToWithdraw
from incentive.people.consents.giving import Giver
from incentive.people.guardians import growing, service, wards
from incentive.people.guardians.errors import (
    GuardianNeeded,
    InvitationSpent,
    MinorAlone,
    MinorAtNight,
    MinorTooLong,
    NotAGuardian,
    NotAMinor,
    TooYoung,
    UnknownWard,
)
from incentive.people.models import Person
from tests import factories as make
from tests.points.test_races import waiting_for_a_lock

API = "/api/v1"
BORN = f"{clock.now().year - 15}-01"


def signed_in(person):
    return identify(make.token(person))


def minor(born=BORN, **more):
    return make.person("李小明", told={"birth_month": born}, **more)


def notice():
    return make.notices()["minors"]


def guarded(child, adult):
    """Make the adult the child's guardian, with consent."""
    invited = service.invite(signed_in(child), clock.now())
    service.accept(signed_in(adult), invited.code, notice(), clock.now())


def tomorrow(hour=9):
    """The hour of the day after tomorrow in Kunming."""
    day = (clock.now() + timedelta(days=2)).date()
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def home(tx):
    return make.region()


@pytest.fixture
def child(home):
    return minor(home_region_id=home.id)


@pytest.fixture
def adult(home):
    return make.person("李父", home_region_id=home.id)


def shift_of(home, starts_at=None, hours=2, **more):
    activity = make.activity(home, by=make.person(), **more)
    return make.shift(activity, starts_at=starts_at or tomorrow(), hours=hours)


def test_whoever_tells_a_month_of_birth_below_18_is_known_as_a_minor(child, adult):
    assert child.age_class == "under_18"
    assert minor(f"{clock.now().year - 8}-01").age_class == "under_14"
    assert adult.age_class is None


def test_an_invitation_is_accepted_once_and_the_guardian_is_family(child, adult):
    invited = service.invite(signed_in(child), clock.now())
    shown = service.invited_by(invited.code, clock.now())
    assert (shown.volunteer_number, shown.name) == (child.volunteer_number, "李**")
    assert service.accept(signed_in(adult), invited.code, notice(), clock.now()) == child.id
    assert [each.consented for each in service.wards(signed_in(adult))] == [True]
    assert separation.has_family(adult.id, child.id)
    assert separation.has_family(child.id, adult.id)
    with pytest.raises(InvitationSpent):
        service.accept(signed_in(adult), invited.code, notice(), clock.now())


def test_an_invitation_ends_after_seven_days_and_with_the_next_one(child, adult):
    first = service.invite(signed_in(child), clock.now())
    with pytest.raises(InvitationSpent):
        service.invited_by(first.code, first.expires_at)
    service.invite(signed_in(child), clock.now())
    with pytest.raises(InvitationSpent):
        service.invited_by(first.code, clock.now())


def test_adults_invite_nobody_and_minors_guard_nobody(child, adult):
    with pytest.raises(NotAMinor):
        service.invite(signed_in(adult), clock.now())
    invited = service.invite(signed_in(child), clock.now())
    for other in (child, minor()):
        with pytest.raises(NotAGuardian):
            service.accept(signed_in(other), invited.code, notice(), clock.now())


def test_a_minor_signs_up_with_a_guardians_consent_only(home, child, adult):
    shift = shift_of(home)
    with pytest.raises(GuardianNeeded):
        sign_ups.sign_up(shift.id, child.id, clock.now())
    guarded(child, adult)
    assert sign_ups.sign_up(shift.id, child.id, clock.now())["status"] == "confirmed"


def test_what_is_not_for_their_age_is_refused_by_its_own_code(home, child, adult):
    guarded(child, adult)
    refused = {
        MinorAtNight: shift_of(home, tomorrow(20), hours=3),
        MinorTooLong: shift_of(home, hours=5),
        TooYoung: shift_of(home, minimum_age=16),
        MinorAlone: shift_of(home, guardian_must_accompany=True),
    }
    for error, shift in refused.items():
        with pytest.raises(error):
            sign_ups.sign_up(shift.id, child.id, clock.now())
    together = refused[MinorAlone]
    sign_ups.sign_up(together.id, adult.id, clock.now())
    assert sign_ups.sign_up(together.id, child.id, clock.now())["status"] == "confirmed"


def test_adults_are_asked_nothing(home, adult):
    late = shift_of(home, tomorrow(20), hours=8, guardian_must_accompany=True)
    assert sign_ups.sign_up(late.id, adult.id, clock.now())["status"] == "confirmed"


def test_withdrawing_gives_the_places_to_come_back_and_no_new_one_is_had(home, child, adult):
    guarded(child, adult)
    first, full = shift_of(home), shift_of(home, tomorrow(14))
    full.quota = 1
    for shift in (first, full):
        sign_ups.sign_up(shift.id, child.id, clock.now())
    other = make.person()
    assert sign_ups.sign_up(full.id, other.id, clock.now())["status"] == "waiting"
    assert service.withdraw(signed_in(adult), child.id, clock.now()) == 2
    held = select(SignUp.person_id, SignUp.status).where(SignUp.shift_id == full.id)
    assert dict(session().execute(held).all()) == {child.id: "withdrawn", other.id: "confirmed"}
    with pytest.raises(GuardianNeeded):
        sign_ups.sign_up(first.id, child.id, clock.now())
    with pytest.raises(NothingToWithdraw):
        service.withdraw(signed_in(adult), child.id, clock.now())
    service.consent(signed_in(adult), child.id, notice(), clock.now())
    assert sign_ups.sign_up(first.id, child.id, clock.now())["status"] == "confirmed"


def test_only_the_guardian_acts_for_the_child(child, adult):
    guarded(child, adult)
    stranger = signed_in(make.person())
    for act in (
        lambda: service.withdraw(stranger, child.id, clock.now()),
        lambda: service.consent(stranger, child.id, notice(), clock.now()),
        lambda: service.ward(stranger, child.id),
        lambda: wards.withdraw(stranger, child.id, Kind.BIRTH_MONTH, clock.now()),
        lambda: wards.give(stranger, child.id, make.notices()["address"], clock.now(), value="x"),
    ):
        with pytest.raises(UnknownWard):
            act()


def test_a_guardian_consents_to_an_item_for_the_child(child, adult):
    guarded(child, adult)
    by = signed_in(adult)
    address = make.notices()["address"]
    assert wards.give(by, child.id, address, clock.now(), value="翠湖北路1号") is Kind.ADDRESS
    last = consents.history(child.id, cursor=None, limit=1).items[0]
    assert (last.kind, last.capacity, last.by) == ("address", "guardian", adult.volunteer_number)
    wards.withdraw(by, child.id, Kind.ADDRESS, clock.now())
    assert personal.one(child.id, "address").address is None


def test_a_worker_confirms_from_paper_with_a_reason_and_not_for_the_own_family(home, child, adult):
    worker = make.person()
    make.grant(worker, "community_worker", at=home)
    wanted = {"minor": child.volunteer_number, "notice_id": notice(), "reason": "看过户口本"}
    wanted["at"] = clock.now()
    with pytest.raises(NotAGuardian):
        service.confirm(signed_in(worker), guardian=worker.volunteer_number, **wanted)
    service.confirm(signed_in(worker), guardian=adult.volunteer_number, **wanted)
    entry = session().query(AuditEntry).filter_by(action="guardian.confirm").one()
    assert (entry.reason, entry.after["guardian"]) == ("看过户口本", adult.volunteer_number)
    assert wards.guardians(child.id)["needed"] is False
    last = consents.history(child.id, cursor=None, limit=1).items[0]
    assert (last.capacity, last.channel) == ("guardian", "paper")
    make.grant(adult, "community_worker", at=home)
    with pytest.raises(separation.ForFamily):
        service.confirm(signed_in(adult), guardian=worker.volunteer_number, **wanted)


def test_a_withdrawn_month_of_birth_makes_nobody_older(child):
    month = make.notices()["birth_month"]
    giver = Giver(child.id)
    consents.give(child.id, month, giver, clock.now())
    consents.withdraw(child.id, Kind.BIRTH_MONTH, giver, clock.now())
    session().expire_all()
    assert session().get_one(Person, child.id).age_class == "under_18"
    with pytest.raises(BirthMonthFixed):
        consents.give(child.id, month, giver, clock.now(), value="1990-01")
    consents.give(child.id, month, giver, clock.now(), value=BORN)


def test_minors_grow_up_by_themselves(live):
    with live.app_context():
        with transaction():
            ids = [minor(f"{clock.now().year - 15}-01").id, minor(f"{clock.now().year - 4}-01").id]
            unknown = minor()
            unknown.birth_month_sealed = None
        assert growing.grow_up(clock.now() + timedelta(days=366 * 4)) == 1
        with transaction():
            found = [session().get_one(Person, each).age_class for each in (*ids, unknown.id)]
        assert found == [None, "under_14", "under_18"]


def test_a_minor_does_not_walk_in_and_comes_as_signed_up(client):
    with transaction():
        place = make.region()
        small, big = minor(), make.person()
        activity = make.activity(place, by=big)
        now = clock.now()
        first = make.shift(activity, starts_at=now - timedelta(hours=1), hours=3, walk_ins=True)
        steward = make.person()
        make.grant(steward, "grid_worker", at=place)
        headers = make.bearer(steward)

    def scanned(person):
        body = {
            "nonce": str(make.new_id()),
            "scanned_at": clock.now().isoformat(),
            "shift_id": str(first.id),
            "volunteer_number": person.volunteer_number,
        }
        return client.post(f"{API}/scans", json=body, headers=headers)

    assert scanned(big).json["verdict"] == "check_in"
    refused = scanned(small)
    assert (refused.status_code, refused.json["code"]) == (409, "checkin.minor_walk_in")
    with transaction():
        make.sign_up(small, session().get_one(Shift, first.id))
    assert scanned(small).json["verdict"] == "check_in"


def test_signing_up_while_the_guardian_withdraws_leaves_no_place(live):
    """The shift and the minor are locked in one order by both; whoever is second sees the first."""
    with live.app_context():
        with transaction():
            place = make.region()
            small, big = minor(), make.person()
            guarded(small, big)
            first, second = shift_of(place), shift_of(place, tomorrow(14))
            sign_ups.sign_up(first.id, small.id, clock.now())
            token = make.token(big)

        def sign_up():
            with live.app_context(), transaction():
                sign_ups.sign_up(second.id, small.id, clock.now())
                waiting_for_another(live)

        def withdraw():
            with live.app_context(), transaction():
                return service.withdraw(identify(token), small.id, clock.now())

        with ThreadPoolExecutor(2) as threads:
            both = [threads.submit(sign_up), threads.submit(withdraw)]
            assert [each.result() for each in both] == [None, 2]
        with transaction():
            held = select(SignUp.status).where(SignUp.person_id == small.id)
            assert set(session().scalars(held)) == {"withdrawn"}
            taken = select(Shift.confirmed).where(Shift.id.in_([first.id, second.id]))
            assert list(session().scalars(taken)) == [0, 0]


def waiting_for_another(app):
    """Stay until somebody waits for what this transaction holds."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(waiting_for_a_lock, app).result()
