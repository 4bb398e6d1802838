import pytest
from marshmallow import Schema, ValidationError, fields, validate

from incentive.core.shape_messages import translated


class Everything(Schema):
    needed = fields.String(required=True)
    text = fields.String(validate=validate.Length(2, 4))
    long = fields.String(validate=validate.Length(max=2))
    short = fields.String(validate=validate.Length(min=3))
    exact = fields.String(validate=validate.Length(equal=3))
    letters = fields.String(validate=validate.Regexp("[a-z]+$"))
    number = fields.Integer(validate=validate.Range(1, 5))
    least = fields.Integer(validate=validate.Range(min=1))
    most = fields.Integer(validate=validate.Range(max=1))
    choice = fields.String(validate=validate.OneOf(["a", "b"]))
    id = fields.UUID()
    day = fields.Date()
    at = fields.AwareDateTime()
    naive = fields.AwareDateTime()
    flag = fields.Boolean()
    real = fields.Float()
    rows = fields.List(fields.Integer())
    below = fields.Nested(Schema)
    nothing = fields.Integer()


WRONG = {
    "text": "x", "long": "xxx", "short": "x", "exact": "x", "letters": "1", "number": 9, "least": 0,
    "most": 2, "choice": "c", "id": "?", "day": "?", "at": "?", "naive": "2026-11-22T09:00:00",
    "flag": "?", "real": float("inf"), "rows": "?", "below": "?", "nothing": None, "extra": 1,
}  # fmt: skip


@pytest.fixture
def messages():
    with pytest.raises(ValidationError) as refused:
        Everything().load(WRONG)
    return refused.value.messages


def test_every_message_of_a_shape_is_said_in_chinese(app, messages):
    with app.test_request_context("/?lang=zh"):
        said = translated(messages)
    assert set(said) == {*WRONG, "needed"}
    english = {name: told for name, told in said.items() if str(told).isascii()}
    assert english == {}


def test_figures_survive_the_translation(app, messages):
    with app.test_request_context("/?lang=en"):
        assert translated(messages)["number"] == ["Must be from 1 to 5."]
