"""A thousand requests made from the API's own document, sent as every role: none breaks anything.

They are made once; what a role costs is their sending. Half of them name things that there are.
"""

import pytest
import schemathesis
from argon2 import PasswordHasher
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.transport.wsgi import WSGI_TRANSPORT

from incentive.core.db import transaction
from incentive.people import passwords
from incentive.people.permissions import ROLES
from tests import factories as make
from tests.security import world

DOCUMENT = "/api/v1/openapi.json"
EXAMPLES = 1000
STRANGER = "stranger"
# It wants a transaction of its own kind, which no savepoint is.
SNAPSHOT = "/ledger/export"


@pytest.fixture(scope="module")
def cases(app):
    """The requests, spread over all operations: what the document allows, and what it forbids."""
    with app.app_context():
        schema = schemathesis.openapi.from_wsgi(DOCUMENT, app)
        operations = [result.ok() for result in schema.get_all_operations()]
        operations = [each for each in operations if not each.path.endswith(SNAPSHOT)]
        each = -(-EXAMPLES // (len(operations) * len(GenerationMode))) + 1
        made = []
        for operation in operations:
            for mode in GenerationMode:
                made += _made(operation, mode, each)
    assert len(made) >= EXAMPLES, len(made)
    return made


def _made(operation, mode, most):
    made = []

    @seed(1)
    @settings(
        max_examples=most,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(mode))
    def make(case):
        made.append(case)

    try:
        make()
    except Unsatisfiable:
        return []  # nothing about this operation can be wrong
    return made


@pytest.fixture
def here(books, monkeypatch):
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    with transaction():
        return world.build()


def headers_of(person):
    if person is None:
        return {}
    with transaction():
        return make.bearer(person)


def named(case, ids):
    """The request with things that there are in the place of made-up ones."""
    for part in case.path_parameters or {}:
        if part in ids:
            case.path_parameters[part] = str(ids[part])
    if isinstance(case.body, dict):
        for part in case.body:
            if part in ids:
                case.body[part] = str(ids[part])
    return case


@pytest.mark.timeout(900)
def test_a_thousand_requests_break_nothing_whoever_sends_them(client, cases, here):
    """What one request writes the next one finds; a session that one ends is opened again."""
    sent = [
        (case, WSGI_TRANSPORT.serialize_case(named(case, here.ids) if number % 2 else case))
        for number, case in enumerate(cases)
    ]
    broken = []
    for role in [*ROLES, STRANGER]:
        person, seen = None, set()
        if role != STRANGER:
            with transaction():
                person = make.person(home_region_id=here.community.id)
                make.grant(person, role, at=make.province())
        headers = headers_of(person)
        for case, more in sent:
            told = more | {"headers": {**dict(more.get("headers") or {}), **headers}}
            with client.open(**told) as answer:
                status = answer.status_code
            seen.add(status)
            if status >= 500 and status != 503:
                broken.append((role, case.method, case.path, status, more))
            if status == 401:
                headers = headers_of(person)
        assert seen >= ({401} if role == STRANGER else {200, 404, 422}), (role, seen)
    assert broken == []
