"""Who may do what where: every address, every role, every scope; and what no answer may tell.

What is expected is read off the declarations (`core.needs`) and the permission table. A new
address joins by itself; one that the matrix cannot ask fails by name, with where to add it.

Whoever holds every role next door, once, or in another jurisdiction asks as one person: more
roles never take away, so what that person is refused is refused for each role by itself.
"""

import io
import zipfile
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from flask import g
from werkzeug.routing import AnyConverter, IntegerConverter

from incentive.core.db import db, transaction
from incentive.core.ids import new_id
from incentive.core.needs import ANYBODY, MEMBER, REACH, SELF, STATION, WHOLE, Need, need_of
from incentive.desk import exports_api
from incentive.people import passwords
from incentive.people.permissions import PERMISSIONS, TABLE
from tests.api.matrix_requests import SAMPLES, Sample
from tests.api.matrix_world import Persona, make_world
from tests.undone import undone

LET_THROUGH_BELOW = 400
REFUSED = {403, 404}
pytestmark = pytest.mark.timeout(900)
WHERE_TO_ADD = "add it to SAMPLES in tests/api/matrix_requests.py"
WITHOUT_ROLES = {
    "nobody",
    "volunteer",
    "contact",
    "revoked",
    "administrator here",
    "everything next door",
    "everything elsewhere",
}
IN, OUT, EITHER, SIGN_IN = "let through", "refused", "either", "to sign in"
ANSWERED = "answered somehow"


@pytest.fixture(scope="module")
def matrix_app(own_books):
    """An application on a database of this module's own, where the world is committed."""
    return own_books


@pytest.fixture(scope="module")
def world(matrix_app):
    with matrix_app.app_context():
        return make_world()


@pytest.fixture(scope="module")
def answers(matrix_app, world):
    """Every answer there is, as (rule, persona, answer)."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        # 40 ms of argon2 on purpose for each wrong password would say nothing here.
        patch.setattr(passwords, "verify", lambda *_: False)
        patch.setattr(passwords, "hashed", lambda _: "x")
        # Within a transaction that is undone there is no other isolation to be had.
        patch.setattr(exports_api, "snapshot", transaction)
        for rule, ask in requests(matrix_app, world):
            asking = personas(world, need_of(matrix_app, rule.endpoint))
            found.extend((rule, persona, ask(persona)) for persona in asking)
    return found


def personas(world, need):
    """Who asks: where no permission is needed, roles say nothing."""
    return [each for each in world.personas if need.permissions or each.name in WITHOUT_ROLES]


def rules_of(app):
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def requests(app, world):
    with undone(app):
        client = app.test_client(use_cookies=False)
        for rule in rules_of(app):
            sample = SAMPLES.get(rule.endpoint, Sample())
            yield rule, lambda persona, r=rule, s=sample: send(app, client, world, r, s, persona)


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


def send(app, client, world, rule, sample, persona):
    path = address(app, world, rule, sample)
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
    at_station = persona.where == "station" and TABLE[permission].of == STATION
    if over == REACH and not sample.target:
        return at_station or persona.where in {"own", "parent", "sibling", "self"}
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


def test_every_answer_is_as_declared(matrix_app, world, answers):
    wrong = []
    for rule, persona, answer in answers:
        sample = SAMPLES.get(rule.endpoint, Sample())
        wanted = expected(need_of(matrix_app, rule.endpoint), sample, persona)
        if not fits(wanted, answer, sample):
            wrong.append(
                f"{rule.endpoint} by {persona.name}: {wanted} expected, {answer.status} answered"
            )
    assert not wrong, "\n".join([f"{len(wrong)} answers", *wrong])


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


def test_every_address_lets_somebody_through(matrix_app, answers):
    """Else a request of ours is wrong, and what it says of the others is worth nothing."""
    through = Counter()
    for rule, _persona, answer in answers:
        sample = SAMPLES.get(rule.endpoint, Sample())
        public = need_of(matrix_app, rule.endpoint).is_public
        through[rule.endpoint] += public or is_through(answer, sample)
    assert not [endpoint for endpoint, count in through.items() if not count]


def test_no_answer_tells_what_lies_elsewhere(matrix_app, world, answers):
    leaks = []
    for rule, persona, answer in answers:
        sample = SAMPLES.get(rule.endpoint, Sample())
        need = need_of(matrix_app, rule.endpoint)
        wanted = expected(need, sample, persona)
        told = readable(answer.body)
        for side in (world.here, world.there):
            form = sample.form is not None
            if may_read(side is world.here, need, sample, persona, wanted, form=form):
                continue
            found = [
                secret
                for secret in side.secrets - {persona.number}
                if secret.encode() in told and secret not in answer.sent
            ]
            if found:
                where = "of here" if side is world.here else "of next door"
                names = [n for n, v in side.ids.items() if str(v) in found] or found
                leaks.append(f"{rule.endpoint} tells {persona.name} {where}: {names[:4]}")
    assert not leaks, "\n".join([f"{len(leaks)} leaks", *leaks])


def may_read(
    here: bool, need: Need, sample: Sample, persona: Persona, wanted: str, *, form: bool
) -> bool:
    """Say whether an answer may hold what only the people of a side know: `here` is this side's."""
    if wanted in {ANSWERED, SIGN_IN}:
        return False
    if persona.where == "self":
        # Theirs is all about themselves here; what `wanted` says was looked at already.
        return here
    # A form that is refused is drawn anew on its page, with what the person reads there anyhow.
    if not need.permissions or (wanted != IN and not form):
        return False
    return persona.where == "parent" or here == (persona.where in {"own", "station"})


def readable(body: bytes) -> bytes:
    """Return what stands in an answer, that in a spreadsheet's parts as well."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        return b"".join(parts.read(name) for name in parts.namelist())
