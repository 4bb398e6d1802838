import json
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from incentive.config import Settings
from incentive.core import outward, sms
from incentive.core.db import session, transaction
from incentive.people import service
from incentive.people.errors import WrongCredentials
from incentive.people.models import SignIn
from incentive.people.one_time import service as one_time
from incentive.people.one_time.domain import Purpose, wait
from incentive.people.one_time.errors import CodesTooOften, CodeWrong
from incentive.people.one_time.models import OneTimeCode
from incentive.people.sign_in import sign_in, sign_in_by_code
from tests import messages
from tests.factories import HOUR, MINUTE, NOW
from tests.people.conftest import PASSWORD, PHONE, territory
from tests.people.test_sign_in_races import at_once

E164 = "+8613812345678"
STRANGER = "13912345678"
DAY = timedelta(days=1)


@pytest.fixture
def person(home):
    return enter(home)


def enter(home):
    with transaction():
        return service.create_person(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id, by=None, at=NOW
        )


@pytest.fixture
def outbox(books):
    yield messages.outbox(books)
    del books.extensions["sms"]
    sms.init_app(books)


def code_for(outbox, purpose=Purpose.SIGN_IN, at=NOW):
    one_time.send(purpose, PHONE, at)
    return outbox.code(E164)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def test_the_code_that_was_sent_opens_a_session(person, outbox):
    token, expires_at, who, *_more = sign_in_by_code(PHONE, code_for(outbox), NOW + MINUTE)
    assert (who.id, expires_at) == (person.id, NOW + MINUTE + timedelta(days=30))
    assert token


def test_a_code_is_good_once(person, outbox):
    code = code_for(outbox)
    sign_in_by_code(PHONE, code, NOW)
    with pytest.raises(CodeWrong):
        sign_in_by_code(PHONE, code, NOW)


def test_a_code_is_good_for_five_minutes(person, outbox):
    code = code_for(outbox)
    with pytest.raises(CodeWrong):
        sign_in_by_code(PHONE, code, NOW + 5 * MINUTE)


def test_after_five_wrong_tries_the_right_one_is_wrong_too(person, outbox):
    code = code_for(outbox)
    for _ in range(5):
        with pytest.raises(CodeWrong):
            sign_in_by_code(PHONE, wrong(code), NOW)
    with pytest.raises(CodeWrong):
        sign_in_by_code(PHONE, code, NOW)


def test_after_four_wrong_tries_the_right_one_is_right(person, outbox):
    code = code_for(outbox)
    for _ in range(4):
        with pytest.raises(CodeWrong):
            sign_in_by_code(PHONE, wrong(code), NOW)
    assert sign_in_by_code(PHONE, code, NOW)


def test_a_newer_code_takes_the_place_of_the_one_before(person, outbox):
    first = code_for(outbox)
    second = code_for(outbox, at=NOW + MINUTE)
    if first != second:
        with pytest.raises(CodeWrong):
            sign_in_by_code(PHONE, first, NOW + MINUTE)
    assert sign_in_by_code(PHONE, second, NOW + MINUTE)


def test_a_code_is_good_for_its_own_purpose_only(person, outbox):
    code = code_for(outbox, Purpose.PASSWORD)
    with pytest.raises(CodeWrong):
        sign_in_by_code(PHONE, code, NOW)


def test_the_books_hold_neither_the_code_nor_the_phone(person, outbox):
    code = code_for(outbox)
    with transaction():
        kept = session().scalars(select(OneTimeCode)).one()
        assert code.encode() not in kept.code_hash
        assert len(kept.code_hash) == 32
        assert PHONE.encode() not in kept.phone_blind


@pytest.mark.parametrize("purpose", [Purpose.SIGN_IN, Purpose.PASSWORD])
def test_a_phone_that_is_nobodys_is_answered_alike_and_sent_nothing(person, outbox, books, purpose):
    assert one_time.send(purpose, STRANGER, NOW) == one_time.send(purpose, PHONE, NOW)
    outbox.code(E164)
    messages.settle(books)
    assert outbox.is_empty()
    with pytest.raises(CodesTooOften):
        one_time.send(purpose, STRANGER, NOW)
    with pytest.raises(CodeWrong):
        sign_in_by_code(STRANGER, "123456", NOW)


def test_a_suspended_person_is_sent_nothing(person, outbox, books):
    with transaction():
        service.person(person.id).status = "suspended"
    one_time.send(Purpose.SIGN_IN, PHONE, NOW)
    messages.settle(books)
    assert outbox.is_empty()


def test_who_registers_is_sent_a_code_though_nobody_has_the_phone(home, outbox):
    one_time.send(Purpose.REGISTER, STRANGER, NOW)
    outbox.code("+8613912345678")


def test_nobody_waits_for_the_way_that_messages_leave_by(person, books):
    """How long it takes to answer must not tell whether something was sent."""
    leave, sent = threading.Event(), threading.Event()

    class Slow:
        def send(self, _to, _text):
            leave.wait(10)
            sent.set()

    books.extensions["sms"] = sms.Courier(Slow())
    began = time.monotonic()
    one_time.send(Purpose.SIGN_IN, PHONE, NOW)
    assert time.monotonic() - began < 5
    assert not sent.is_set()
    leave.set()
    assert sent.wait(10)
    sms.init_app(books)


def test_a_phone_is_sent_one_a_minute_five_an_hour_and_ten_a_day():
    sent = []
    at = NOW
    while at < NOW + DAY:
        if wait(sent, at) is None:
            sent.append(at)
        at += timedelta(seconds=30)
    assert sent[1] - sent[0] == MINUTE
    assert len([moment for moment in sent if moment < NOW + HOUR]) == 5
    assert len(sent) == 10
    assert wait(sent, sent[-1] + timedelta(seconds=30)) == sent[0] + DAY - (
        sent[-1] + timedelta(seconds=30)
    )
    assert wait([], NOW) is None


def test_a_phone_that_was_sent_one_is_told_how_long_to_wait(person, outbox):
    code_for(outbox)
    with pytest.raises(CodesTooOften) as refused:
        one_time.send(Purpose.PASSWORD, PHONE, NOW + timedelta(seconds=20))
    assert refused.value.figures["retry_after_seconds"] == 40


def test_a_code_sets_a_new_password_and_ends_all_sessions(person, outbox):
    sign_in(PHONE, PASSWORD, NOW)
    code = code_for(outbox, Purpose.PASSWORD)
    one_time.set_password(PHONE, code, "another password", NOW)
    with pytest.raises(WrongCredentials):
        sign_in(PHONE, PASSWORD, NOW)
    with transaction():
        assert session().scalars(select(SignIn.revoked_at)).all() == [NOW]
    assert sign_in(PHONE, "another password", NOW)


def test_a_message_that_cannot_be_sent_is_logged_without_phone_or_code(person, books, capsys):
    class Broken:
        def send(self, to, text):
            raise ValueError(f"{to} {text}")

    books.extensions["sms"] = sms.Courier(Broken())
    one_time.send(Purpose.SIGN_IN, PHONE, NOW)
    messages.settle(books)
    sms.init_app(books)
    logged = capsys.readouterr().out
    assert "sms.failed" in logged
    assert PHONE not in logged


def test_the_developers_line_tells_the_code_and_no_more_than_the_phones_end(tmp_path):
    path = tmp_path / "codes.txt"
    sms.Lines(str(path)).send(E164, "123456 is your code")
    text = path.read_text()
    assert "123456" in text
    assert "5678" in text
    assert PHONE not in text
    assert path.stat().st_mode & 0o077 == 0


def test_a_gateway_is_given_the_message_as_json(monkeypatch):
    asked = []
    monkeypatch.setattr(outward, "post", lambda *given, **more: asked.append((*given, more)))
    sms.Gateway("https://sms.example/send", "key").send(E164, "文字 123456")
    address, content, headers, more = asked[0]
    assert address == "https://sms.example/send"
    assert headers["Authorization"] == "Bearer key"
    assert json.loads(content)["to"] == "+8613812345678"
    assert more == {"inside": False}


def test_a_gateway_lies_in_a_private_network_only_if_the_operator_says_so(monkeypatch):
    """Else whoever gets to choose its name could have us ask our own network."""
    tried = []

    def refuse(address, *_args, **_kwargs):
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    with pytest.raises(outward.Unsent, match="private network"):
        sms.Gateway("https://127.0.0.1:1/send", "").send(E164, "文字")
    assert tried == []
    with pytest.raises(outward.Unsent):
        sms.Gateway("https://127.0.0.1:1/send", "", inside=True).send(E164, "文字")
    assert tried == ["127.0.0.1"]


def test_of_ten_who_ask_at_once_one_is_sent_a_code(live):
    with live.app_context():
        enter(territory()["530102001007"])
    outbox = messages.outbox(live)

    def ask(_n):
        try:
            return one_time.send(Purpose.SIGN_IN, PHONE, NOW)
        except CodesTooOften as refusal:
            return type(refusal)

    answers = at_once(live, ask, 10)
    assert answers.count(CodesTooOften) == 9
    outbox.code(E164)
    messages.settle(live)
    assert outbox.is_empty()


def test_of_ten_who_use_one_code_at_once_one_gets_in(live):
    with live.app_context():
        enter(territory()["530102001007"])
        outbox = messages.outbox(live)
        code = code_for(outbox)

    def use(_n):
        try:
            return sign_in_by_code(PHONE, code, NOW)
        except CodeWrong as refusal:
            return type(refusal)

    assert at_once(live, use, 10).count(CodeWrong) == 9


def test_of_ten_guesses_at_once_only_five_are_tries(live):
    with live.app_context():
        enter(territory()["530102001007"])
        outbox = messages.outbox(live)
        code = code_for(outbox)

    def guess(_n):
        try:
            return sign_in_by_code(PHONE, wrong(code), NOW)
        except CodeWrong as refusal:
            return type(refusal)

    assert at_once(live, guess, 10).count(CodeWrong) == 10
    with live.app_context(), transaction():
        assert session().scalars(select(OneTimeCode.tries)).one() == 5


@pytest.fixture
def proving(books):
    """The books of an installation in which nobody registers without a code."""
    settings = books.config["SETTINGS"]
    books.config["SETTINGS"] = replace(settings, prove_phones=True)
    yield
    books.config["SETTINGS"] = settings


def registering(client, newcomer, code, key="a-key-of-the-tests"):
    headers = {"Idempotency-Key": key}
    return client.post("/api/v1/me", json=newcomer | {"code": code}, headers=headers)


def test_who_registers_proves_the_phone_where_that_is_asked(proving, outbox, client, newcomer):
    body = {"phone": PHONE, "purpose": "register"}
    sent = client.post("/api/v1/one-time-codes", json=body)
    assert sent.status_code == 202
    assert sent.json == {"expires_in_seconds": 300, "again_in_seconds": 60}
    code = outbox.code(E164)
    refused = registering(client, newcomer, wrong(code))
    assert (refused.status_code, refused.json["code"]) == (401, "people.code_wrong")
    done = registering(client, newcomer, code)
    assert done.status_code == 201
    again = registering(client, newcomer, code)
    assert again.headers["Idempotent-Replay"] == "true"
    assert registering(client, newcomer, code, key="another-key").status_code == 401


@pytest.mark.parametrize("known", [True, False])
def test_who_tries_a_phone_to_see_whether_it_is_known_learns_nothing(
    proving, outbox, client, newcomer, home, known
):
    """A known and an unknown phone: the same answer to asking and to guessing, word for word."""
    if known:
        enter(home)
    asked = client.post("/api/v1/one-time-codes", json={"phone": PHONE, "purpose": "register"})
    guessed = registering(client, newcomer, "000000" if outbox.code(E164) != "000000" else "111111")
    unasked = registering(client, newcomer | {"phone": STRANGER}, "123456")
    assert (asked.status_code, asked.json) == (
        202,
        {"expires_in_seconds": 300, "again_in_seconds": 60},
    )
    assert (guessed.status_code, guessed.json["code"]) == (401, "people.code_wrong")
    assert guessed.json == unasked.json


@pytest.mark.parametrize(
    ("variables", "proves"),
    [
        ({}, False),
        ({"INCENTIVE_SMS": "off"}, False),
        ({"INCENTIVE_SMS": "console"}, True),
        ({"INCENTIVE_SMS": "https://sms.example/send"}, True),
        ({"INCENTIVE_SMS": "console", "INCENTIVE_PROVE_PHONES": "no"}, False),
    ],
)
def test_phones_are_proved_wherever_a_code_can_be_sent(variables, proves):
    needed = {
        "INCENTIVE_DATABASE_URL": "x",
        "INCENTIVE_REDIS_URL": "x",
        "INCENTIVE_SECRET": "x" * 32,
    }
    assert Settings.from_environment(needed | variables).prove_phones is proves


def test_wrong_codes_of_who_registers_are_counted_for_good(proving, outbox, client, newcomer):
    one_time.send(Purpose.REGISTER, PHONE, now())
    code = outbox.code(E164)
    for n in range(5):
        assert registering(client, newcomer, wrong(code), f"guess-number-{n}").status_code == 401
    assert registering(client, newcomer, code).status_code == 401


def now():
    from incentive.core import clock

    return clock.now()


def test_whether_a_phone_is_taken_is_told_only_to_who_holds_it(
    proving, person, outbox, client, newcomer
):
    assert registering(client, newcomer, "123456").json["code"] == "people.code_wrong"
    one_time.send(Purpose.REGISTER, PHONE, now())
    answer = registering(client, newcomer, outbox.code(E164), key="another-key")
    assert answer.json["code"] == "people.phone_taken"


def test_signing_in_and_a_forgotten_password_over_http(person, outbox, client):
    def send(purpose):
        body = {"phone": PHONE, "purpose": purpose}
        return client.post("/api/v1/one-time-codes", json=body)

    assert send("sign_in").status_code == 202
    body = {"phone": PHONE, "code": outbox.code(E164)}
    opened = client.post("/api/v1/sessions/by-code", json=body)
    assert opened.status_code == 201
    headers = {"Authorization": f"Bearer {opened.json['token']}"}
    assert client.get("/api/v1/me", headers=headers).status_code == 200
    early = send("password")
    assert (early.status_code, early.json["code"]) == (429, "people.codes_too_often")
    assert 1 <= int(early.headers["Retry-After"]) <= 60
    assert send("link").status_code == 422


def test_without_a_way_for_messages_none_is_asked_for(person, client, outbox, books):
    books.extensions["sms"] = sms.Courier(None)
    body = {"phone": PHONE, "purpose": "sign_in"}
    answer = client.post("/api/v1/one-time-codes", json=body)
    assert (answer.status_code, answer.json["code"]) == (503, "sms.off")
