"""The OpenAPI document against what the application really answers."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from incentive.core.db import transaction
from tests import factories as make

DOCUMENT = "/api/v1/openapi.json"
EXAMPLES = 8
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


@pytest.fixture(params=["administrator", "volunteer"])
def headers(live, request):
    """A caller with some rows around them; what they create commits."""
    with live.app_context(), transaction():
        community = make.region()
        person = make.person()
        make.grant(person, request.param, at=make.province())
        activity = make.activity(community, by=person)
        make.shift(activity)
        make.item(make.station(community))
        return make.bearer(person)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_request_meets_a_server_error_or_an_undocumented_answer(live, headers, mode):
    schema = schemathesis.openapi.from_wsgi(DOCUMENT, live)
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @seed(1)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode))
        def run(case):
            case.call_and_validate(headers=headers, checks=CHECKS)

        try:
            run()
        except Unsatisfiable:
            continue  # nothing about this operation can be wrong
        tried += 1
    assert tried > 30
