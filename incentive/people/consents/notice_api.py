"""Notices over HTTP: public to read, in every version; written and published by administrators."""

from typing import Any, Final
from uuid import UUID

from incentive.core import clock
from incentive.core.db import transaction
from incentive.core.http import ApiBlueprint
from incentive.core.needs import PUBLIC, WHOLE, needs
from incentive.core.paging import Page, PageQuerySchema
from incentive.people.caller import caller
from incentive.people.consents import notices
from incentive.people.consents import schemas as shapes
from incentive.people.consents.models import PrivacyNotice, PrivacyNoticeDraft

bp: Final = ApiBlueprint(
    "privacy_notices", __name__, description="What is done with personal data, in versions"
)


@bp.get("/privacy-notices")
@needs(PUBLIC)
@bp.response(200, shapes.PrivacyNoticesSchema)
def list_notices() -> dict[str, Any]:
    """Return the notices in force: what registering and each sensitive item must agree to."""
    with transaction():
        return {"items": notices.in_force(clock.now())}


@bp.get("/privacy-notices/<uuid:notice_id>")
@needs(PUBLIC)
@bp.response(200, shapes.PrivacyNoticeSchema)
def get_notice(notice_id: UUID) -> PrivacyNotice:
    """Return a version of a notice, in force or not."""
    with transaction():
        return notices.notice(notice_id)


@bp.get("/privacy-notices/<any(privacy,id_number,birth_month,address,minors):kind>/versions")
@needs(PUBLIC)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.PrivacyNoticePageSchema)
def list_versions(query: dict[str, Any], kind: str) -> Page:
    """List the versions of a notice, those to come as well, the newest first."""
    with transaction():
        return notices.versions(kind, **({"cursor": None} | query))


@bp.get("/privacy-notice-drafts")
@needs("notice.publish", of=WHOLE)
@bp.arguments(PageQuerySchema, location="query")
@bp.response(200, shapes.NoticeDraftPageSchema)
def list_drafts(query: dict[str, Any]) -> Page:
    """List the versions that are being written, the last changed first."""
    with transaction():
        return notices.drafts(caller(), **({"cursor": None} | query))


@bp.post("/privacy-notice-drafts")
@needs("notice.publish", of=WHOLE)
@bp.arguments(shapes.NewNoticeDraftSchema)
@bp.once(201, shapes.NoticeDraftSchema)
def draft(texts: dict[str, Any]) -> PrivacyNoticeDraft:
    """Begin a version of a notice."""
    return notices.draft(texts.pop("kind"), texts, caller(), clock.now())


@bp.patch("/privacy-notice-drafts/<uuid:draft_id>")
@needs("notice.publish", of=WHOLE)
@bp.arguments(shapes.NoticeTextsSchema)
@bp.response(200, shapes.NoticeDraftSchema)
def change_draft(texts: dict[str, Any], draft_id: UUID) -> PrivacyNoticeDraft:
    """Change a version that is being written."""
    with transaction():
        return notices.change_draft(draft_id, texts, caller(), clock.now())


@bp.delete("/privacy-notice-drafts/<uuid:draft_id>")
@needs("notice.publish", of=WHOLE)
@bp.response(204)
def drop_draft(draft_id: UUID) -> None:
    """Throw a version away that is being written."""
    with transaction():
        notices.drop_draft(draft_id, caller())


@bp.post("/privacy-notice-drafts/<uuid:draft_id>/publish")
@needs("notice.publish", of=WHOLE)
@bp.arguments(shapes.NoticePublishSchema)
@bp.once(201, shapes.PrivacyNoticeSchema)
def publish(wanted: dict[str, Any], draft_id: UUID) -> PrivacyNotice:
    """Publish it: from then on nobody changes it, and who has to agree again is asked."""
    return notices.publish(draft_id, caller(), clock.now(), wanted["effective_from"])
