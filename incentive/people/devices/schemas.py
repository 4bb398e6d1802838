"""Shapes of the devices' endpoints."""

from marshmallow import fields, validate

from incentive.core.http import Schema
from incentive.people.devices.service import COUNTER_DAYS, COUNTER_DAYS_MAX
from incentive.people.schemas import label

CODE_LENGTH_MAX = 100


class PairScannerSchema(Schema):
    """What a scanner is called, so that it can be told from others."""

    name = label(60)


class PairCounterSchema(PairScannerSchema):
    """What a counter's device is called, and for how many days it is good."""

    days = fields.Integer(
        load_default=COUNTER_DAYS, validate=validate.Range(1, COUNTER_DAYS_MAX), strict=True
    )


class PairingSchema(Schema):
    """A pairing code, shown this once."""

    code = fields.String(required=True)
    url = fields.String(required=True, metadata={"description": "What the QR code holds"})
    name = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    device_until = fields.AwareDateTime(required=True)


class UsePairingSchema(Schema):
    """The pairing code that the device read."""

    code = fields.String(required=True, validate=validate.Length(1, CODE_LENGTH_MAX))


class PairedSchema(Schema):
    """A device's token, shown this once and sent as `Authorization: Bearer`."""

    token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    name = fields.String(required=True)
    shift_id = fields.UUID(required=True, allow_none=True, attribute="place.shift_id")
    station_id = fields.UUID(required=True, allow_none=True, attribute="place.station_id")


class DeviceSchema(Schema):
    """A paired device."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    browser = fields.String(required=True)
    network = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    used_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)
    paired_by = fields.String(required=True, metadata={"description": "A volunteer number"})


class DevicesSchema(Schema):
    """A place's devices, the newest first, at most 100."""

    items = fields.List(fields.Nested(DeviceSchema), required=True)
