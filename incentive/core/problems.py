"""Errors become answers here: problem+json for the API, a page for people."""

from typing import Any, Final

import structlog
from flask import Flask, Response, current_app, jsonify, request
from psycopg import errors as postgres
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from incentive.core.errors import IncentiveError, Invalid, Unavailable
from incentive.core.i18n import Text, _, language
from incentive.core.shape_messages import translated

RETRY_AFTER_SECONDS: Final = 2
MESSAGES: Final = {
    400: _("The request cannot be read."),
    404: _("There is nothing at this address."),
    405: _("This address does not take that method."),
    413: _("The request is too large: at most 1 MiB."),
    415: _("Send the body as application/json."),
    422: _("Some fields need mending."),
    429: _("Too many requests. Wait a moment and try again."),
    500: _("Something broke on our side. It was logged; please try again."),
}
log = structlog.get_logger()


class DatabaseAway(Unavailable):
    """PostgreSQL does not answer, or asked for another try."""

    code = "database.unavailable"

    def __init__(self) -> None:
        super().__init__(_("The books cannot be reached for a moment. Please try again shortly."))


class UnstorableValue(Invalid):
    """A value is outside what the books can hold."""

    code = "http.unstorable_value"

    def __init__(self) -> None:
        super().__init__(_("A value is too large or has characters that cannot be stored."))


def init_app(app: Flask) -> None:
    """Render every error that leaves a view."""
    app.register_error_handler(IncentiveError, _known)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(PoolTimeout, lambda _error: _known(DatabaseAway()))
    app.register_error_handler(DBAPIError, _database)
    app.register_error_handler(postgres.Error, _driver)
    app.register_error_handler(Exception, _unknown)


def wants_page() -> bool:
    """Say whether the caller is a person with a browser rather than a program."""
    return not request.path.startswith(("/api/", "/metrics", "/healthz", "/readyz"))


def problem(
    status: int, code: str, detail: Text | str, *, field: str | None = None, **extra: Any
) -> Response:
    """Return the answer for an error: problem+json, or a page for a person."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status in (429, 503) else {}
    if "error_page" in current_app.extensions and wants_page():
        return _page(status, code, str(detail), headers)
    body: dict[str, Any] = {
        "type": f"urn:incentive:{code}",
        "title": code.replace(".", " ").replace("_", " "),
        "status": status,
        "code": code,
        "detail": str(detail),
    }
    if field:
        body["field"] = field
    body |= {name: value for name, value in extra.items() if value}
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    response.headers.update(headers)
    response.headers["Content-Language"] = language()
    return response


def _page(status: int, code: str, detail: str, headers: dict[str, str]) -> Response:
    try:
        page = current_app.extensions["error_page"](status, code, detail)
    except Exception:
        # A page has links, and a host that is none has no addresses. The sentence needs nothing.
        log.exception("error page failed", path=request.path, code=code)
        return Response(f"{detail}\n{status} {code}\n", status, headers, mimetype="text/plain")
    return Response(page, status, headers, mimetype="text/html")


def _known(error: IncentiveError) -> Response:
    answer = problem(
        error.status, error.code, error.message, field=error.field, figures=error.figures
    )
    wait = error.figures.get("retry_after_seconds")
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and error.response is not None:  # noqa: PLR2004 - a redirect is no error
        return error.response  # type: ignore[return-value]
    messages = (getattr(error, "data", None) or {}).get("messages", {})
    by_field: dict[str, Any] = {}
    for location in messages.values() if isinstance(messages, dict) else ():
        by_field |= location if isinstance(location, dict) else {"_body": location}
    if isinstance(by_field.get("json"), list) or status == 400:  # noqa: PLR2004
        return problem(400, "http.malformed", MESSAGES[400])
    answer = problem(
        status,
        f"http.{_slug(error.name)}",
        MESSAGES.get(status, error.description or error.name),
        field=next(iter(by_field), None),
        errors=translated(by_field),
    )
    if status == 405:  # noqa: PLR2004
        answer.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return answer


def _database(error: DBAPIError) -> Response:
    if isinstance(error.orig, postgres.Error):
        return _driver(error.orig, disconnected=error.connection_invalidated)
    return (
        _driver(postgres.OperationalError())
        if isinstance(error, OperationalError)
        else _unknown(error)
    )


def _driver(error: postgres.Error, *, disconnected: bool = False) -> Response:
    if isinstance(error, (postgres.DataError, postgres.ProgramLimitExceeded)):
        return _known(UnstorableValue())
    if disconnected or isinstance(error, (postgres.OperationalError, postgres.InterfaceError)):
        log.warning("database unavailable", error=type(error).__name__)
        return _known(DatabaseAway())
    return _unknown(error)


def _unknown(error: Exception) -> Response:
    log.error("unhandled error", path=request.path, exc_info=error)
    if current_app.testing and current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    return problem(500, "internal", MESSAGES[500])


def _slug(name: str) -> str:
    return name.lower().replace(" ", "_").replace("'", "")
