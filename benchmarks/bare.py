"""The reference of `scan`: a bare Flask route that parses JSON and makes one durable INSERT.

Served by the product's own command, so that Granian has the same settings to the letter.
"""

import os
import sys
import threading
from typing import Any

from flask import Flask, request
from psycopg_pool import ConnectionPool

from incentive.cli import web
from incentive.config import Settings

TABLE = "public.bare_scans"
CREATE = f"""
    CREATE TABLE IF NOT EXISTS {TABLE} (
        nonce uuid PRIMARY KEY,
        token text NOT NULL,
        code text NOT NULL,
        scanned_at timestamptz NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now()
    )
"""
_INSERT = f"INSERT INTO {TABLE} (nonce, token, code, scanned_at) VALUES (%s, %s, %s, %s)"  # noqa: S608
POOL_SIZE = 8
_POOLS: dict[int, ConnectionPool] = {}
_OPENING = threading.Lock()


def create_bare(_settings: Settings) -> Flask:
    """Return the application; each worker process opens a pool of its own, after the fork."""
    app = Flask("bare")

    @app.post("/scans")
    def scan() -> dict[str, Any]:
        body = request.get_json()
        token = request.headers["Authorization"]
        # The pool's own block: it commits at its end, and a commit is on the disk.
        with _pool(os.getpid()).connection() as connection:
            connection.execute(_INSERT, (body["nonce"], token, body["code"], body["scanned_at"]))
        return {"nonce": body["nonce"], "verdict": "check_in"}

    @app.get("/readyz")
    def ready() -> dict[str, Any]:
        return {"ready": _pool(os.getpid()) is not None}

    return app


def _pool(process: int) -> ConnectionPool:
    with _OPENING:
        if process not in _POOLS:
            url = os.environ["INCENTIVE_DATABASE_URL"]
            pool = ConnectionPool(url, min_size=POOL_SIZE, max_size=POOL_SIZE, open=True)
            pool.wait()
            _POOLS[process] = pool
        return _POOLS[process]


if __name__ == "__main__":
    web.to_be_forked = create_bare
    sys.exit(web.commands())
