from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from incentive.audit.models import AuditEntry
from incentive.core.db import session, transaction
from incentive.people import service
from incentive.people.caller import identify
from incentive.people.errors import NotSignedIn, SignInLocked
from incentive.people.models import SignIn
from incentive.people.second_factor import domain
from incentive.people.second_factor import service as factor
from incentive.people.second_factor.errors import FactorHeld, FactorWrong, NoFactor
from incentive.people.second_factor.models import RecoveryCode, SecondFactor
from incentive.people.sign_in import sign_in
from tests import factories as make
from tests.factories import MINUTE
from tests.people.conftest import PASSWORD, PHONE, territory
from tests.people.test_sign_in_races import at_once

API = "/api/v1"
STEP = timedelta(seconds=30)


def now():
    from incentive.core import clock

    return clock.now()


@pytest.fixture
def required(books):
    """The books of an installation in which guarded roles need a second factor."""
    settings = books.config["SETTINGS"]
    books.config["SETTINGS"] = replace(settings, second_factor_required=True)
    yield
    books.config["SETTINGS"] = settings


def enter(home, role="administrator"):
    with transaction():
        return service.create_person(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id, role=role,
            by=None, at=now(),
        )  # fmt: skip


def enrol(person, at):
    """Set the app up; return its secret and the recovery codes."""
    with transaction():
        secret = factor.begin(person.id, at).secret
    with transaction():
        return secret, factor.confirm(person.id, code_of(secret, at), at)


def code_of(secret, at):
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def chief(home):
    return enter(home)


def opens(token):
    with transaction():
        return identify(token) is not None


def test_who_has_an_app_is_half_in_until_its_code(chief):
    at = now()
    secret, _codes = enrol(chief, at)
    half = sign_in(PHONE, PASSWORD, at)
    assert half.awaits == "code"
    assert half.expires_at == at + 10 * MINUTE
    assert not opens(half.token)
    whole = factor.open_by_code(half.token, code_of(secret, at + STEP), at)
    assert whole.awaits is None
    assert opens(whole.token)
    assert whole.token != half.token
    assert not opens(half.token)
    with pytest.raises(NotSignedIn):
        factor.open_by_code(half.token, code_of(secret, at + STEP), at + STEP)


def test_a_half_open_session_is_worth_nothing_after_ten_minutes(chief):
    at = now()
    secret, _codes = enrol(chief, at)
    half = sign_in(PHONE, PASSWORD, at)
    later = at + 10 * MINUTE
    with pytest.raises(NotSignedIn):
        factor.open_by_code(half.token, code_of(secret, later), later)


def test_a_code_is_not_taken_twice(chief):
    at = now()
    secret, _codes = enrol(chief, at)
    with pytest.raises(FactorWrong):  # the code that confirmed the app was seen already
        factor.open_by_code(sign_in(PHONE, PASSWORD, at).token, code_of(secret, at), at)
    factor.open_by_code(sign_in(PHONE, PASSWORD, at).token, code_of(secret, at + STEP), at)
    again = sign_in(PHONE, PASSWORD, at)
    for replayed in (code_of(secret, at + STEP), code_of(secret, at)):
        with pytest.raises(FactorWrong):
            factor.open_by_code(again.token, replayed, at + STEP)


@pytest.mark.parametrize(
    ("off", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_a_step_off_and_no_more(off, fits):
    secret, at = domain.new_secret(), make.NOW
    found = domain.matching_step(secret, code_of(secret, at + off * STEP), at, 0)
    assert (found is not None) == fits


def test_a_recovery_code_is_good_once_and_kept_only_as_a_hash(chief):
    at = now()
    _secret, codes = enrol(chief, at)
    assert len(set(codes)) == 10
    typed = f"{codes[0][:5]}-{codes[0][5:]}".lower()
    assert opens(factor.open_by_code(sign_in(PHONE, PASSWORD, at).token, typed, at).token)
    with pytest.raises(FactorWrong):
        factor.open_by_code(sign_in(PHONE, PASSWORD, at).token, typed, at)
    with transaction():
        assert factor.recovery_codes_left(chief.id) == 9
        hashes = session().scalars(select(RecoveryCode.code_hash)).all()
        assert not [code for code in codes if code.encode() in hashes]


def test_the_secret_is_sealed_and_bound_to_the_person(chief, home):
    at = now()
    secret, _codes = enrol(chief, at)
    with transaction():
        kept = session().scalars(select(SecondFactor)).one()
        assert secret.encode() not in kept.secret_sealed
        thief = make.person()
        sealed = kept.secret_sealed
        make.add(
            SecondFactor(person_id=thief.id, secret_sealed=sealed, made_at=at, confirmed_at=None)
        )
    with pytest.raises(FactorWrong), transaction():
        factor.confirm(thief.id, code_of(secret, at), at)


def test_five_wrong_codes_lock_the_way_in(chief):
    at = now()
    secret, _codes = enrol(chief, at)
    half = sign_in(PHONE, PASSWORD, at)
    for _ in range(5):
        with pytest.raises(FactorWrong):
            factor.open_by_code(half.token, "000000x", at)
    with pytest.raises(SignInLocked):
        factor.open_by_code(half.token, code_of(secret, at + STEP), at)


def test_of_ten_guesses_at_once_only_five_are_tries_and_of_ten_right_ones_one_gets_in(live):
    with live.app_context():
        chief, at = enter(territory()["530102001007"]), now()
        secret, _codes = enrol(chief, at)
        halves = [sign_in(PHONE, PASSWORD, at).token for _ in range(20)]

    def attempt(token, code):
        try:
            return factor.open_by_code(token, code, at)
        except (FactorWrong, SignInLocked) as refusal:
            return type(refusal)

    right = code_of(secret, at + STEP)
    used = at_once(live, lambda n: attempt(halves[n], right), 5)
    assert len([one for one in used if not isinstance(one, type)]) == 1
    with live.app_context(), transaction():
        session().execute(SignIn.__table__.delete())
        session().query(service.queries.SignInFailure).delete()
    with live.app_context():
        halves = [sign_in(PHONE, PASSWORD, at).token for _ in range(10)]
    guessed = at_once(live, lambda n: attempt(halves[n], "x"), 10)
    assert guessed.count(FactorWrong) == 5
    assert guessed.count(SignInLocked) == 5


@pytest.mark.parametrize(
    ("role", "awaits"),
    [
        ("administrator", "enrolment"),
        ("auditor", "enrolment"),
        ("station_manager", "enrolment"),
        ("community_worker", None),
        ("volunteer", None),
    ],
)
def test_guarded_roles_set_the_app_up_where_it_is_required(required, home, role, awaits):
    enter(home, role)
    assert sign_in(PHONE, PASSWORD, now()).awaits == awaits


def test_where_it_is_optional_nobody_has_to(home):
    enter(home)
    assert sign_in(PHONE, PASSWORD, now()).awaits is None


def test_setting_the_app_up_opens_the_session_that_waited(required, chief):
    at = now()
    half = sign_in(PHONE, PASSWORD, at)
    with transaction():
        assert factor.enrolling(half.token, at) == chief.id
        secret = factor.setup(chief.id, at).secret
        assert factor.setup(chief.id, at).secret == secret
    with pytest.raises(FactorWrong), transaction():
        factor.open_by_enrolment(half.token, "123", at)
    with transaction():
        whole, codes = factor.open_by_enrolment(half.token, code_of(secret, at), at)
    assert len(codes) == 10
    assert opens(whole.token)
    assert not opens(half.token)
    with pytest.raises(FactorHeld), transaction():
        factor.begin(chief.id, at)
    with pytest.raises(NoFactor), transaction():
        factor.confirm(chief.id, code_of(secret, at), at)


def test_a_session_from_before_a_guarded_role_opens_nothing_at_the_next_request(required, home):
    person = enter(home, "volunteer")
    token = sign_in(PHONE, PASSWORD, now()).token
    assert opens(token)
    with transaction():
        make.grant(person, "administrator", at=home)
    assert not opens(token)


def test_an_administrator_resets_what_somebody_lost_and_it_is_recorded(client, chief, home):
    at = now()
    enrol(chief, at)
    with transaction():
        above = make.person()
        make.grant(above, "administrator", at=make.province())
        token = make.token(chief)
        headers = make.bearer(above)
        before = session().query(AuditEntry).count()
    path = f"{API}/persons/{chief.id}/second-factor"
    assert client.delete(path, headers=headers).status_code == 204
    assert not opens(token)
    assert sign_in(PHONE, PASSWORD, at).awaits is None
    with transaction():
        entries = session().query(AuditEntry).all()
        assert len(entries) == before + 1
        act = entries[-1]
        assert (act.action, act.actor) == ("person.second_factor", f"person:{above.id}")
        assert act.subject == f"person:{chief.id}"
        assert act.role == "administrator"
    assert client.delete(path, headers=headers).json["code"] == "people.no_factor"


def test_nobody_resets_their_own_or_that_of_somebody_above_them(client, chief, home, places):
    enrol(chief, now())
    with transaction():
        make.grant(chief, "administrator", at=places["5301"])
        below = make.person()
        make.grant(below, "administrator", at=home)
        own, lower = make.bearer(chief), make.bearer(below)
    path = f"{API}/persons/{chief.id}/second-factor"
    assert client.delete(path, headers=own).json["code"] == "people.own_factor"
    assert client.delete(path, headers=lower).status_code == 403


def test_the_whole_way_over_http(client, required, chief):
    body = {"phone": PHONE, "password": PASSWORD}
    half = client.post(f"{API}/sessions", json=body).json
    assert half["awaits"] == "enrolment"
    headers = {"Authorization": f"Bearer {half['token']}"}
    assert client.get(f"{API}/me", headers=headers).status_code == 401
    setup = client.post(f"{API}/me/second-factor", headers=headers).json
    assert setup["address"].startswith("otpauth://totp/")
    confirmation = {"code": pyotp.TOTP(setup["secret"]).now()}
    done = client.post(
        f"{API}/me/second-factor/confirmation", json=confirmation, headers=headers
    ).json
    assert len(done["recovery_codes"]) == 10
    whole = {"Authorization": f"Bearer {done['session']['token']}"}
    assert client.get(f"{API}/me", headers=whole).status_code == 200
    assert client.get(f"{API}/me", headers=headers).status_code == 401
    second = client.post(f"{API}/sessions", json=body).json
    assert second["awaits"] == "code"
    waiting = {"Authorization": f"Bearer {second['token']}"}
    code = {"code": done["recovery_codes"][3]}
    opened = client.post(f"{API}/sessions/second-factor", json=code, headers=waiting)
    assert (opened.status_code, opened.json["awaits"]) == (201, None)
    fresh = client.post(
        f"{API}/me/recovery-codes", json={"code": done["recovery_codes"][4]}, headers=whole
    ).json["recovery_codes"]
    assert not set(fresh) & set(done["recovery_codes"])
    refused = client.post(f"{API}/me/second-factor/removal", json={"code": fresh[0]}, headers=whole)
    assert refused.json["code"] == "people.factor_needed"


def test_who_needs_none_can_take_the_app_off_by_a_code(client, home):
    person = enter(home, "volunteer")
    _secret, codes = enrol(person, now())
    with transaction():
        headers = make.bearer(person)
    for code, status in (("wrong", 401), (codes[0], 204), (codes[1], 404)):
        answer = client.post(
            f"{API}/me/second-factor/removal", json={"code": code}, headers=headers
        )
        assert answer.status_code == status
    assert sign_in(PHONE, PASSWORD, now()).awaits is None
