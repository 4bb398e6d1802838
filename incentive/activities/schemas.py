"""Shapes of the activities' endpoints."""

from datetime import UTC, datetime
from typing import Final

from marshmallow import fields, validate

from incentive.activities.domain import QUOTA_MAX, RADIUS_M, SignUpStatus
from incentive.core.http import Schema, page_of
from incentive.core.paging import PageQuerySchema

# Wide enough for any shift, and far from where date arithmetic overflows.
_YEARS: Final = validate.Range(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
_NAME: Final = (validate.Length(1, 100), validate.Regexp(r".*\S"))
_KIND: Final = validate.Regexp(r"^[a-z][a-z0-9_]{0,39}\Z")
_KINDS: Final = {"description": "A word such as environment or care; rules may pay it apart"}


class NewTeamSchema(Schema):
    """A team to found."""

    region_id = fields.UUID(required=True)
    name = fields.String(required=True, validate=_NAME)


class TeamSchema(NewTeamSchema):
    """A volunteer team and where it is at home."""

    id = fields.UUID(required=True)


class NewActivitySchema(Schema):
    """An activity to publish."""

    team_id = fields.UUID(required=True)
    region_id = fields.UUID(required=True)
    title = fields.String(required=True, validate=_NAME)
    kind = fields.String(required=True, validate=_KIND, metadata=_KINDS)
    description = fields.String(load_default="", validate=validate.Length(max=4000))
    minimum_age = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, 99)
    )
    guardian_must_accompany = fields.Boolean(
        load_default=False,
        metadata={"description": "A minor's guardian signs up for the shift first"},
    )


class ActivitySchema(NewActivitySchema):
    """An activity."""

    id = fields.UUID(required=True)
    team_name = fields.String(required=True)
    region_name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["published", "cancelled"]))


class ListedActivitySchema(ActivitySchema):
    """An activity with what its shifts in the time asked for offer."""

    next_starts_at = fields.AwareDateTime(required=True)
    shifts = fields.Integer(required=True)
    places_left = fields.Integer(required=True)


class ActivityQuerySchema(PageQuerySchema):
    """Which activities to list; all that is given must fit."""

    region = fields.UUID(metadata={"description": "Here or anywhere below"})
    kind = fields.String(validate=_KIND)
    since = fields.AwareDateTime(
        data_key="from",
        validate=_YEARS,
        metadata={"description": "Shifts that end after this; now, if absent"},
    )
    until = fields.AwareDateTime(
        data_key="to", validate=_YEARS, metadata={"description": "Shifts that start before this"}
    )
    q = fields.String(validate=validate.Length(1, 50))


class NewShiftSchema(Schema):
    """A shift to add. With a place, a printed code counts within the radius."""

    title = fields.String(required=True, validate=_NAME)
    place = fields.String(load_default="", validate=validate.Length(max=200))
    starts_at = fields.AwareDateTime(required=True, validate=_YEARS)
    ends_at = fields.AwareDateTime(required=True, validate=_YEARS)
    quota = fields.Integer(required=True, strict=True, validate=validate.Range(1, QUOTA_MAX))
    walk_ins = fields.Boolean(load_default=False)
    latitude = fields.Float(allow_none=True, load_default=None, validate=validate.Range(-90, 90))
    longitude = fields.Float(allow_none=True, load_default=None, validate=validate.Range(-180, 180))
    radius_m = fields.Integer(
        allow_none=True, load_default=None, strict=True, validate=validate.Range(*RADIUS_M)
    )


class ShiftSchema(NewShiftSchema):
    """A shift: `confirmed` of `quota` places are taken, and `waiting` wait for one."""

    id = fields.UUID(required=True)
    activity_id = fields.UUID(required=True)
    confirmed = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["open", "cancelled"]))


class SignUpSchema(Schema):
    """A place on a shift, or in its queue: `position` counts from 1, null unless waiting."""

    id = fields.UUID(required=True)
    shift_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf([s.value for s in SignUpStatus]))
    position = fields.Integer(required=True, allow_none=True)
    queued_at = fields.AwareDateTime(required=True)


class MySignUpSchema(SignUpSchema):
    """A sign-up of the caller's, with its shift."""

    class Meta(Schema.Meta):
        """The queue's position is asked for shift by shift."""

        exclude = ("position",)

    activity_id = fields.UUID(required=True)
    activity_title = fields.String(required=True)
    shift_title = fields.String(required=True)
    shift_status = fields.String(required=True)
    place = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class ShiftSignUpSchema(Schema):
    """Who signed up, by volunteer number; who only scans there is told no more than the state."""

    id = fields.UUID()
    volunteer_number = fields.String(required=True)
    status = fields.String(required=True)
    queued_at = fields.AwareDateTime()


ActivityPageSchema = page_of(ListedActivitySchema)
ShiftPageSchema = page_of(ShiftSchema)
MySignUpPageSchema = page_of(MySignUpSchema)
ShiftSignUpPageSchema = page_of(ShiftSignUpSchema)
