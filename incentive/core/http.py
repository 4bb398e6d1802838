"""The API's one shape: JSON in, JSON out, problems as application/problem+json.

A package's `api.py` makes an `ApiBlueprint`; a POST that creates uses `@bp.once`, which
opens the transaction, claims the Idempotency-Key and answers a retry from the books.
"""

import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from flask import Flask, Response, current_app, g, jsonify, request
from flask_smorest import Api as SmorestApi
from flask_smorest import Blueprint
from flask_smorest.arguments import FlaskParser
from marshmallow import RAISE, ValidationError, fields, pre_load
from marshmallow import Schema as MarshmallowSchema
from webargs.core import is_json
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from incentive.core import clock, idempotency, uploads
from incentive.core.db import transaction
from incentive.core.needs import Need

API_PREFIX: Final = "/api/v1"
CREATES_HEADER: Final = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "Any text of 8 to 80 visible ASCII characters, new for each order; "
    "a retry with the same key is answered like the first.",
    "schema": {"type": "string", "minLength": 8, "maxLength": 80, "pattern": "^[!-~]+$"},
}
# Whose keys those are that come without a sign-in: no person's id looks like this.
ANYONE: Final = "anyone"
# The reader's language, which no view asks for: core.i18n.
_GENERAL: Final = frozenset({"lang"})
_UNSTORABLE: Final = "Contains a character that no text may hold."
_KEY: Final = re.compile(r"[!-~]{8,80}")


class Schema(MarshmallowSchema):
    """Base of all shapes: unknown fields and texts that PostgreSQL cannot hold are refused."""

    class Meta:
        """What is not named is an error, not noise."""

        unknown = RAISE

    @pre_load
    def _refuse_unstorable_text(self, data: Any, **_: Any) -> Any:
        if isinstance(data, dict):
            if not all(is_storable(name) for name in data):
                # Named, it could not even be sent back.
                raise ValidationError(_UNSTORABLE)
            bad = {
                name: [_UNSTORABLE]
                for name, value in data.items()
                if not (_holds_rows(self.fields.get(name)) or _all_storable(value))
            }
            if bad:
                raise ValidationError(bad)
        return data


class ProblemSchema(Schema):
    """RFC 9457: what went wrong, with a stable code and the field to mend."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; see docs/api.md"})
    detail = fields.String(required=True, metadata={"description": "In the reader's language"})
    field = fields.String(metadata={"description": "The field to mend"})
    errors = fields.Dict(metadata={"description": "Messages by field"})
    figures = fields.Dict(metadata={"description": "The numbers behind the sentence"})


class Api(SmorestApi):
    """The documented API; errors are rendered by `core.problems`, not by flask-smorest."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Leave errors to `core.problems`: there is one form for all of them."""


class _Parser(FlaskParser):
    """Reads bodies and queries.

    What is nested too deeply or has numbers too long is no JSON to us, and a body that is not
    called JSON is not looked at. A query's parameter that nobody knows is refused: a filter
    misspelt would else answer for everything.
    """

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": RAISE}

    def load_querystring(self, req: Any, schema: MarshmallowSchema) -> Any:
        """Return the query without what every address takes."""
        own = [(name, value) for name, value in req.args.items(multi=True) if name not in _GENERAL]
        return self._makeproxy(MultiDict(own), schema)

    def _raw_load_json(self, req: Any) -> Any:
        if not is_json(req.mimetype) and req.get_data(cache=True):
            raise UnsupportedMediaType
        try:
            return super()._raw_load_json(req)
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError(str(error), "…", 0) from None


class ApiBlueprint(Blueprint):
    """A package's endpoints below /api/v1, with the problems that each may answer."""

    ARGUMENTS_PARSER = _Parser()

    def __init__(self, name: str, import_name: str, *, description: str) -> None:
        super().__init__(f"api_{name}", import_name, url_prefix=API_PREFIX, description=description)

    def add_url_rule(self, rule: str, *args: Any, **kwargs: Any) -> None:
        """Register an endpoint, documenting what it needs and the refusals its method can meet."""
        view = kwargs.get("view_func") or (args[1] if len(args) > 1 else None)
        if view is not None:
            need: Need | None = getattr(view, "need", None)
            if need is not None:
                public: dict[str, Any] = {"security": []} if need.is_public else {}
                told = self.doc(**{"x-permission": need.as_document()}, **public)
                view._apidoc = told(view)._apidoc  # noqa: SLF001 - as below
            statuses = [400, 401, 403, 404, 413, 422, 429, 503]
            if set(kwargs.get("methods") or ("GET",)) - {"GET", "HEAD"}:
                statuses += [409, 410, 415]
            for status in statuses:
                document = self.alt_response(
                    status, schema=ProblemSchema, content_type="application/problem+json"
                )
                # Only what it says is wanted: eleven wrappers around each view cost a scan 10 µs.
                view._apidoc = document(view)._apidoc  # noqa: SLF001
        super().add_url_rule(rule, *args, **kwargs)

    def once(
        self, status: int, schema: type[MarshmallowSchema]
    ) -> Callable[[Callable[..., Any]], Any]:
        """Run the view in one transaction, once per caller and Idempotency-Key.

        The view returns what `schema` dumps. Its retries get the kept answer with the
        header `Idempotent-Replay: true`.
        """
        return self._once(status, schema, _signed_in)

    def once_for_anyone(
        self, status: int, schema: type[MarshmallowSchema]
    ) -> Callable[[Callable[..., Any]], Any]:
        """Do as `once` without a sign-in; only the very same request is answered again."""
        return self._once(status, schema, lambda: ANYONE)

    def _once(
        self, status: int, schema: type[MarshmallowSchema], caller_key: Callable[[], str]
    ) -> Callable[[Callable[..., Any]], Any]:
        shape = schema()

        def decorate(view: Callable[..., Any]) -> Any:
            @wraps(view)
            def run(*args: Any, **kwargs: Any) -> Response:
                key = _idempotency_key()
                wanted = idempotency.request_hash(
                    request.method.encode(), request.full_path.encode(), request.get_data()
                )
                with transaction():
                    caller = caller_key()
                    kept = idempotency.claim(caller, key, wanted, clock.now())
                    if kept is None:
                        answer = idempotency.Answer(status, shape.dump(view(*args, **kwargs)))
                        idempotency.keep(caller, key, answer)
                    else:
                        answer = kept
                response = jsonify(answer.body)
                response.status_code = answer.status
                if kept is not None:
                    response.headers["Idempotent-Replay"] = "true"
                return response

            return self.doc(parameters=[CREATES_HEADER])(self.response(status, schema)(run))

        return decorate


def init_app(app: Flask) -> Api:
    """Give `app` its API document and browsable page; return the registrar of blueprints."""
    app.config.update(
        API_TITLE="Incentive",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=API_PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        MAX_CONTENT_LENGTH=1024 * 1024,
        API_SPEC_OPTIONS={
            "components": {
                "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            },
            "security": [{"bearer": []}],
        },
    )
    uploads.init_app(app)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    return Api(app)


def page_of(item: type[Schema]) -> type[MarshmallowSchema]:
    """Return the shape of one cursor page of `item`s."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(
                required=True, allow_none=True, metadata={"description": "Null on the last page"}
            ),
        },
        name=f"{item.__name__.removesuffix('Schema')}Page",
    )


def _signed_in() -> str:
    key: str = current_app.extensions["caller_key"]()
    return key


def _idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise idempotency.KeyMissing
    g.idempotency_key = key
    return key


def is_storable(text: str) -> bool:
    """Say whether PostgreSQL can keep `text`: no null character, no half of a surrogate pair."""
    if "\x00" in text:
        return False
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def _all_storable(value: Any) -> bool:
    match value:
        case str():
            return is_storable(value)
        case dict():
            return all(is_storable(name) and _all_storable(below) for name, below in value.items())
        case list():
            return all(map(_all_storable, value))
    return True


def _holds_rows(field: fields.Field[Any] | None) -> bool:
    """Say whether a view reads the field's rows one by one, so that a bad one takes no other along."""
    return isinstance(field, fields.List) and type(field.inner) is fields.Raw
