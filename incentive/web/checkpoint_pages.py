"""The sealed books for anybody: signed checkpoints, the keys, and feeds of them."""

import base64
from typing import Any, Final
from xml.etree import ElementTree as ET

from flask import Response, jsonify, render_template, request, url_for

from incentive.core import clock
from incentive.core.addresses import public_base
from incentive.core.db import transaction
from incentive.core.i18n import _
from incentive.core.needs import PUBLIC, needs
from incentive.ledger import notes, sealing
from incentive.ledger.seal_errors import NoSuchCheckpoint
from incentive.ledger.seal_models import CheckpointRow
from incentive.seals import service
from incentive.web import viewer
from incentive.web.addresses import pager
from incentive.web.site import bp

ON_PAGE: Final = 20
IN_FEED: Final = 50
FEED_SECONDS: Final = 60
_ATOM: Final = "http://www.w3.org/2005/Atom"
_TEXT: Final = "text/plain; charset=utf-8"


@bp.get("/checkpoints")
@needs(PUBLIC)
def checkpoints() -> str:
    """Show the latest checkpoint, the keys, what it is all for, and every checkpoint so far."""
    with transaction():
        viewer.visitor()
        found = service.checkpoints(request.args.get("cursor"), ON_PAGE)
        try:
            latest = service.latest()
        except NoSuchCheckpoint:
            latest = None
        keys = service.keys()
        held_back = sealing.held_back(clock.now())
    return render_template(
        "web/checkpoints.html",
        latest=latest and _shown(latest),
        keys=[
            {
                "id": view.key.id,
                "verifier_key": view.verifier_key,
                "since": view.key.created_at,
                "until": view.key.retires_at,
            }
            for view in keys
        ],
        checkpoints=[_shown(row) for row in found.items],
        waiting_since=held_back and held_back.since,
        **pager(found.next_cursor),
    )


@bp.get("/checkpoints/<int:tree_size>")
@needs(PUBLIC)
def checkpoint(tree_size: int) -> Response:
    """Give one checkpoint's note, to the byte."""
    with transaction():
        row = service.at_size(tree_size)
    return _cached(Response(row.note, content_type=_TEXT))


@bp.get("/checkpoints/latest")
@needs(PUBLIC)
def latest_checkpoint() -> Response:
    """Give the latest checkpoint's note, to the byte."""
    with transaction():
        row = service.latest()
    return _cached(Response(row.note, content_type=_TEXT))


@bp.get("/checkpoints/feed.json")
@needs(PUBLIC)
def checkpoint_json_feed() -> Response:
    """Give the latest checkpoints as a JSON Feed 1.1."""
    answer = jsonify(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": str(_title()),
            "home_page_url": _absolute("web.checkpoints"),
            "feed_url": _absolute("web.checkpoint_json_feed"),
            "items": [
                {
                    "id": _address(row),
                    "url": _address(row),
                    "title": str(_row_title(row)),
                    "content_text": row.note,
                    "date_published": row.at.isoformat(),
                }
                for row in _recent()
            ],
        }
    )
    answer.mimetype = "application/feed+json"
    return _cached(answer)


@bp.get("/checkpoints/feed.atom")
@needs(PUBLIC)
def checkpoint_atom_feed() -> Response:
    """Give the latest checkpoints as an Atom feed (RFC 4287)."""
    rows = _recent()
    feed = ET.Element("feed", xmlns=_ATOM)
    home = _absolute("web.checkpoints")
    newest = rows[0].at if rows else clock.now().replace(microsecond=0)
    for name, value in (("id", home), ("title", _title()), ("updated", newest.isoformat())):
        ET.SubElement(feed, name).text = str(value)
    ET.SubElement(feed, "link", href=home)
    ET.SubElement(feed, "link", rel="self", href=_absolute("web.checkpoint_atom_feed"))
    for row in rows:
        entry = ET.SubElement(feed, "entry")
        author = ET.SubElement(entry, "author")
        ET.SubElement(author, "name").text = notes.read(row.note)[0].origin
        for name, value in (
            ("id", _address(row)),
            ("title", _row_title(row)),
            ("updated", row.at.isoformat()),
            ("content", row.note),
        ):
            ET.SubElement(entry, name).text = str(value)
        ET.SubElement(entry, "link", href=_address(row))
    text = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return _cached(Response(text, content_type="application/atom+xml; charset=utf-8"))


def _recent() -> list[CheckpointRow]:
    with transaction():
        return list(service.checkpoints(None, IN_FEED).items)


def _shown(row: CheckpointRow) -> dict[str, Any]:
    return {
        "tree_size": row.tree_size,
        "root": base64.b64encode(row.root).decode(),
        "at": row.at,
        "key_id": row.key_id,
        "note": row.note,
    }


def _title() -> Any:
    return _("Checkpoints of the sealed books")


def _row_title(row: CheckpointRow) -> Any:
    return _("%(n)s rows sealed", n=row.tree_size)


def _address(row: CheckpointRow) -> str:
    return _absolute("web.checkpoint", tree_size=row.tree_size)


def _absolute(endpoint: str, **values: Any) -> str:
    return f"{public_base().rstrip('/')}{url_for(endpoint, **values)}"


def _cached(answer: Response) -> Response:
    answer.cache_control.public = True
    answer.cache_control.max_age = FEED_SECONDS
    return answer
