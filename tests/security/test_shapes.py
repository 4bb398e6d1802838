"""Nobody writes a field that the product did not offer: the shapes take what they name, no more."""

import pytest
from marshmallow import RAISE, Schema, ValidationError, fields

import incentive.app  # noqa: F401 - loads every package's shapes
from incentive.core.http import ProblemSchema
from incentive.people.models import Person
from tests.security.urls import addresses

# What an attacker would like to set, besides a word that nobody has thought of.
WANTED = ("id", "person_id", "role", "status", "is_admin", "points", "created_by", "__class__")


def shapes(of=Schema):
    for shape in of.__subclasses__():
        if shape.__module__.startswith("incentive.") or shape.__module__ == "abc":
            yield shape
        yield from shapes(shape)


OURS = sorted(
    {shape for shape in shapes() if shape.__module__.startswith("incentive.")},
    key=lambda shape: (shape.__module__, shape.__name__),
)


def below(schema):
    """The schema and every schema nested in it."""
    yield schema
    for field in schema.fields.values():
        inner = field
        while isinstance(inner, fields.List | fields.Dict):
            inner = inner.inner if isinstance(inner, fields.List) else inner.value_field
        if isinstance(inner, fields.Nested):
            yield from below(inner.schema)


def test_there_are_shapes_to_look_at():
    assert len(OURS) > 100
    assert ProblemSchema in OURS


@pytest.mark.parametrize("shape", OURS, ids=lambda shape: f"{shape.__module__}.{shape.__name__}")
def test_a_shape_refuses_what_it_does_not_name(shape):
    schema = shape()
    for one in below(schema):
        assert one.unknown == RAISE, one
    for name in (*WANTED, "wz9k"):
        if name not in schema.fields:
            with pytest.raises(ValidationError) as refused:
                schema.load({name: "x"}, partial=True)
            assert name in refused.value.messages_dict


def test_a_shape_sets_no_field_that_is_only_shown():
    for shape in OURS:
        schema = shape()
        for name, field in schema.fields.items():
            if field.dump_only:
                with pytest.raises(ValidationError):
                    schema.load({name: "x"}, partial=True)


def test_the_api_refuses_a_parameter_that_nobody_knows(client, books):
    refused = taken = 0
    for address in addresses(books):
        if not address.is_api or address.method != "GET":
            continue
        answer = client.get(f"{address.path}?wz9k=1")
        if answer.status_code == 422:
            assert "wz9k" in answer.json["errors"]
            refused += 1
        else:
            taken += 1
            # Without a shape for its query a view has none to look at.
            assert answer.status_code in {200, 301, 302, 303, 308, 401, 403, 404, 503}, address
    assert refused > 30


def test_a_newcomer_cannot_make_themself_somebody(client, books):
    body = {
        "name": "张三",
        "phone": "13800138000",
        "password": "翠湖的红嘴海鸥 8",
        "home_region_id": "00000000-0000-4000-8000-000000000000",
    }
    for name in ("role_id", "status", "volunteer_number", "card_serial", "grants"):
        answer = client.post(
            "/api/v1/me", json=body | {name: "administrator"}, headers={"Idempotency-Key": "x" * 8}
        )
        assert answer.status_code == 422
        assert name in answer.json["errors"]
    answer = client.post(
        "/api/v1/me", json=body | {"role": "administrator"}, headers={"Idempotency-Key": "y" * 8}
    )
    assert answer.status_code == 422
    assert {"status", "card_serial"} <= set(Person.__table__.columns.keys())
