"""Who may do what where: every address, every role, every scope; and what no answer may tell.

What is expected is read off the declarations (`core.needs`) and the permission table. A new
address joins by itself; one that the matrix cannot ask fails by name, with where to add it.

Each role is asked for by itself in each scope, and all of them at once next door: what one role
leaks cannot hide behind another. The addresses are taken in parts, so that processes share them.
"""

import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest
from flask import g
from werkzeug.routing import AnyConverter, IntegerConverter

from incentive.core.db import db, transaction
from incentive.core.ids import new_id
from incentive.core.limits import Limits
from incentive.core.needs import ANYBODY, MEMBER, REACH, SELF, STATION, WHOLE, Need, need_of
from incentive.desk import exports_api
from incentive.people import passwords
from incentive.people.permissions import PERMISSIONS, TABLE
from tests.api.matrix_reading import readable
from tests.api.matrix_requests import ELSEWHERE, SAMPLES, Sample
from tests.api.matrix_world import PASSWORD, Persona, make_world
from tests.undone import undone

LET_THROUGH_BELOW = 400
REFUSED = {403, 404}
pytestmark = pytest.mark.timeout(900)
WHERE_TO_ADD = "add it to SAMPLES in tests/api/matrix_requests.py"
PARTS = 8
# Who asks where no permission is needed, and roles say nothing.
WITHOUT_ROLES = {
    "nobody",
    "volunteer",
    "contact",
    "worker",
    "administrator here",
    "administrator revoked",
    "everything next door",
    "administrator elsewhere",
}
# Who stands on which side, and so may be told what is there, if their roles let them.
SIDES = {
    "own": {"here"},
    "station": {"here"},
    "parent": {"here", "there"},
    "sibling": {"there"},
    "next station": {"there"},
}
# Who reveals somebody reads what nobody else is told.
REVEALING = {"api_finding.reveal"}
IN, OUT, EITHER, SIGN_IN = "let through", "refused", "either", "to sign in"
ANSWERED = "answered somehow"


@pytest.fixture(scope="module")
def matrix_app(own_books):
    """An application on a database of this module's own, where the world is committed."""
    settings = own_books.config["SETTINGS"]
    contact = dataclasses.replace(settings, security_contact="mailto:safe@example.org")
    own_books.config["SETTINGS"] = contact
    return own_books


@pytest.fixture(scope="module")
def world(matrix_app):
    with matrix_app.app_context():
        return make_world()


@pytest.fixture
def answers(matrix_app, world, part):
    """Every answer of every `PARTS`th address, as (rule, need, sample, persona, answer)."""
    found, hashed = [], passwords.hashed(PASSWORD)
    with pytest.MonkeyPatch.context() as patch:
        # 40 ms of argon2 on purpose for each password would say nothing here.
        patch.setattr(passwords, "verify", lambda _kept, password: password == PASSWORD)
        patch.setattr(passwords, "hashed", lambda _: hashed)
        # Everybody asks from one address.
        patch.setattr(Limits, "spend", lambda *_: None)
        # Within a transaction that is undone there is no other isolation to be had.
        patch.setattr(exports_api, "snapshot", transaction)
        with undone(matrix_app):
            client = matrix_app.test_client(use_cookies=False)
            for rule in rules_of(matrix_app)[part::PARTS]:
                need = need_of(matrix_app, rule.endpoint)
                sample = SAMPLES.get(rule.endpoint, Sample())
                path = address(matrix_app, world, rule, sample)
                for persona in personas(world, need):
                    answer = send(client, world, path, rule, sample, persona)
                    found.append((rule, need, sample, persona, answer))
    return found


def personas(world, need):
    """Who asks: where no permission is needed, roles say nothing; where one is, only roles do.

    Of those who hold no role any more, or hold it elsewhere, the ones that had it let them in.
    """
    if not need.permissions:
        return [each for each in world.personas if each.name in WITHOUT_ROLES]
    letting_in = frozenset().union(*(PERMISSIONS[name] for name in need.permissions))
    return [
        each
        for each in world.personas
        if each.name != "worker"
        and (each.where not in {"nowhere", "elsewhere"} or each.roles & letting_in)
    ]


def rules_of(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def address(app, world, rule, sample):
    ids = world.shared | world.here.ids
    values = {name: value_of(rule, name, ids, sample) for name in rule.arguments}
    with app.test_request_context():
        built = rule.build(values, append_unknown=False)
    assert built is not None, rule
    return built[1]


def value_of(rule, name, ids, sample):
    converter = rule._converters[name]
    if isinstance(converter, AnyConverter) and ids.get(name) not in converter.items:
        return min(converter.items)
    found = ids[sample.ids.get(name, name)]
    return 1 if isinstance(converter, IntegerConverter) and not isinstance(found, int) else found


def send(client, world, path, rule, sample, persona):
    method = next(iter(rule.methods - {"HEAD", "OPTIONS"}))
    more: dict[str, Any] = {"headers": headers(path, persona)}
    if sample.query:
        more["query_string"] = sample.query(world.here)
    if sample.json:
        more["json"] = sample.json(world.here)
    if sample.form:
        form = {"key": str(new_id())} | {k: str(v) for k, v in sample.form(world.here).items()}
        more["data"] = form | (sample.files(world.here) if sample.files else {})
    if sample.body:
        more["data"] = sample.body(world.here)
    sent = path + repr(more)
    vars(g._get_current_object()).clear()
    connection = db.engines[None]
    undo = connection.begin_nested()
    try:
        answer = client.open(path, method=method, **more)
        body = answer.get_data()
        answer.close()
    finally:
        db.session.remove()
        undo.rollback()
    return SimpleNamespace(
        status=answer.status_code, to=answer.headers.get("Location", ""), body=body, sent=sent
    )


def headers(path, persona):
    if path.startswith("/api/"):
        signed = {"Authorization": f"Bearer {persona.token}"} if persona.token else {}
        return signed | {"Idempotency-Key": str(new_id())}
    signed = {"Cookie": f"session={persona.token}"} if persona.token else {}
    return signed | {"Origin": "http://localhost"}


def expected(need: Need, sample: Sample, persona: Persona) -> str:
    """Read off the declaration and the table what is to become of a request."""
    if need.of == ANYBODY:
        return ANSWERED
    if persona.token is None or persona.where == "elsewhere":
        return SIGN_IN
    if need.of == MEMBER:
        return IN
    if need.of == SELF:
        return IN if sample.whose in {None, persona.name} else OUT
    if (need.own and sample.whose == persona.name) or any(
        covers(permission, need, sample, persona)
        for permission in sample.permissions or need.permissions
    ):
        return IN
    return EITHER if need.own and need.of == REACH and not sample.target else OUT


def covers(permission: str, need: Need, sample: Sample, persona: Persona) -> bool:
    if not persona.roles & PERMISSIONS[permission] or permission == "merchant.confirm":
        return False
    over = sample.of or need.of
    if over == WHOLE:
        return persona.where == "parent"
    of_stations = TABLE[permission].of == STATION
    if over == REACH and not sample.target:
        at_station = persona.where in {"station", "next station"} and of_stations
        return at_station or persona.where in {"own", "parent", "sibling", "self"}
    at_station = persona.where == "station" and of_stations
    return persona.where in {"own", "parent"} or (at_station and over in {STATION, REACH})


def test_the_matrix_can_ask_every_address(matrix_app, world):
    missing = {}
    for rule in rules_of(matrix_app):
        sample = SAMPLES.get(rule.endpoint)
        ids = world.shared | world.here.ids
        unknown = [
            name for name in rule.arguments if (sample or Sample()).ids.get(name, name) not in ids
        ]
        reads = rule.methods & {"GET"} or need_of(matrix_app, rule.endpoint).of == ANYBODY
        if unknown or (sample is None and not reads):
            missing[rule.endpoint] = unknown or "what is sent"
    assert not missing, f"the matrix cannot ask {missing}: {WHERE_TO_ADD}"


def test_nothing_is_asked_that_is_no_address(matrix_app):
    assert set(SAMPLES) <= {rule.endpoint for rule in matrix_app.url_map.iter_rules()}


@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_gets_further_or_learns_more_than_is_declared(world, answers):
    wrong, leaks, through = [], [], {}
    for rule, need, sample, persona, answer in answers:
        wanted = expected(need, sample, persona)
        if not fits(wanted, answer, sample):
            wrong.append(
                f"{rule.endpoint} by {persona.name}: {wanted} expected, {answer.status} answered"
            )
        found = told_too_much(world, rule, need, sample, persona, answer, wanted)
        leaks += [f"{rule.endpoint} tells {persona.name} {each}" for each in found]
        good = need.is_public and answer.status < LET_THROUGH_BELOW
        good = good or (not need.is_public and is_through(answer, sample))
        through[rule.endpoint] = through.get(rule.endpoint, False) or good
    # Else a request of ours is wrong, and that it was refused for others is worth nothing.
    never = {name for name, good in through.items() if not good} - ELSEWHERE
    wrong += [f"{endpoint} lets nobody through" for endpoint in sorted(never)]
    assert not wrong + leaks, "\n".join(
        [f"{len(wrong)} answers and {len(leaks)} leaks", *leaks, *wrong]
    )


def fits(wanted: str, answer: Any, sample: Sample) -> bool:
    if answer.status >= 500:
        return False
    through = is_through(answer, sample)
    away = answer.status == 401 or answer.to.startswith("/sign-in")
    refused = answer.status in REFUSED | sample.refused or is_refused_in_words(answer, sample)
    return {
        ANSWERED: answer.status != 403,
        IN: through,
        OUT: refused and not away,
        EITHER: (through or refused) and not away,
        SIGN_IN: away,
    }[wanted]


def is_through(answer: Any, sample: Sample) -> bool:
    answered = answer.status < LET_THROUGH_BELOW and not is_refused_in_words(answer, sample)
    return answered or answer.status in sample.let_through


def is_refused_in_words(answer: Any, sample: Sample) -> bool:
    return bool(sample.refused_by) and sample.refused_by in answer.body


def told_too_much(world, rule, need, sample, persona, answer, wanted):
    """Return what an answer tells that this persona is not to know from it, in words."""
    told, leaks = readable(answer.body), []
    for where, side in (("here", world.here), ("there", world.there)):
        secrets = set() if may_read(where, need, sample, persona, wanted) else side.secrets
        if rule.endpoint not in REVEALING or wanted != IN:
            secrets = secrets | side.sealed
        known = {persona.number}
        if sample.opens and side is world.here:
            known |= {side.people[sample.opens].volunteer_number, side.mark}
        found = [
            secret
            for secret in secrets - known
            if secret.encode() in told and secret not in answer.sent
        ]
        if found:
            names = [name for name, value in side.ids.items() if str(value) in found] or found
            leaks.append(f"of {where}: {names[:4]}")
    return leaks


def may_read(side: str, need: Need, sample: Sample, persona: Persona, wanted: str) -> bool:
    """Say whether an answer may hold what only the people of a side, `here` or `there`, know."""
    if wanted in {ANSWERED, SIGN_IN}:
        return False
    if persona.where == "self":
        # Theirs is all about themselves here; what `wanted` says was looked at already.
        return side == "here"
    # A form that is refused is drawn anew on its page, with what the person reads there anyhow.
    if not need.permissions or (wanted != IN and sample.form is None):
        return False
    return side in SIDES.get(persona.where, ())
