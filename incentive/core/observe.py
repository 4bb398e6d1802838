"""How it is doing: structured logs, /healthz, /readyz and Prometheus figures at /metrics."""

import time
from typing import Any, Final

import structlog
from flask import Blueprint, Flask, Response, current_app, g, jsonify, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Histogram,
    generate_latest,
    multiprocess,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from incentive.config import Settings
from incentive.core import redacting
from incentive.core.db import db
from incentive.core.needs import PUBLIC, needs

# Its count is the number of answers: one figure to write for each request, not two.
SECONDS: Final = Histogram("incentive_request_seconds", "Time to answer", ["endpoint", "status"])

# What is read from the books when it is asked for: the same from whichever process answers.
BOOKS: Final = CollectorRegistry()

bp: Final = Blueprint("observe", __name__)


def init_app(app: Flask) -> None:
    """Measure every request, and answer the three questions of an operator."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redacting.redacted,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    app.register_blueprint(bp)
    app.before_request(_start)
    app.after_request(_measure)


@bp.get("/healthz")
@needs(PUBLIC)
def healthz() -> Response:
    """Say that this process answers, whatever else may be away."""
    return jsonify(status="ok")


@bp.get("/readyz")
@needs(PUBLIC)
def readyz() -> Response:
    """Say that the books can be read; otherwise 503 from the error handler."""
    with Session(db.engine) as session:
        session.execute(text("SELECT 1 FROM public.jurisdictions LIMIT 1"))
    return jsonify(status="ready")


@bp.get("/metrics")
@needs(PUBLIC)
def metrics() -> Response:
    """Return the figures of all web processes in Prometheus' text form."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.metrics_dir:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, settings.metrics_dir)  # type: ignore[no-untyped-call]
        own = generate_latest(registry)
    else:
        own = generate_latest()
    return Response(own + generate_latest(BOOKS), content_type=CONTENT_TYPE_LATEST)


def _start() -> None:
    g.started = time.perf_counter()


def _measure(response: Any) -> Any:
    started = g.get("started")
    if started is not None:
        seconds = time.perf_counter() - started
        SECONDS.labels(request.endpoint or "none", response.status_code).observe(seconds)
    return response
