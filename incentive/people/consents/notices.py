"""Notices: reading them, writing drafts, and publishing a version that nobody changes any more."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from incentive.core.db import session
from incentive.core.ids import new_id
from incentive.core.paging import Page, page
from incentive.people import acts
from incentive.people.caller import Caller
from incentive.people.consents import domain, queries
from incentive.people.consents.domain import Change
from incentive.people.consents.errors import (
    NoticeIncomplete,
    NoticeTooEarly,
    UnknownNotice,
    UnknownNoticeDraft,
)
from incentive.people.consents.models import PrivacyNotice, PrivacyNoticeDraft
from incentive.people.errors import OutOfScope
from incentive.regions import service as regions

PERMISSION: Final = "notice.publish"
TEXTS: Final = ("title_zh", "title_en", "text_zh", "text_en")
CHANGES: Final = ("changes_zh", "changes_en")
_DRAFTED: Final = (*TEXTS, *CHANGES, "renews")


def in_force(at: datetime) -> Sequence[PrivacyNotice]:
    """Return the version of each kind that holds at `at`, the privacy notice first."""
    order = list(domain.Kind)
    return sorted(queries.in_force(at), key=lambda each: order.index(domain.Kind(each.kind)))


def holding(kind: str, at: datetime) -> PrivacyNotice:
    """Return the version of a kind that holds at `at`.

    Raises:
        UnknownNotice: there is no such kind.
    """
    found = queries.in_force(at, [kind])
    if not found:
        raise UnknownNotice
    return found[0]


def notice(notice_id: UUID) -> PrivacyNotice:
    """Return a published version.

    Raises:
        UnknownNotice: there is none.
    """
    found = queries.notice(notice_id)
    if found is None:
        raise UnknownNotice
    return found


def versions(kind: str, *, cursor: str | None, limit: int) -> Page:
    """Return a page of the versions of a kind, the newest first."""
    key = [PrivacyNotice.version]
    return page(queries.versions(kind), key, cursor=cursor, limit=limit, newest_first=True)


def compared(of: PrivacyNotice, language: str) -> list[Change]:
    """Return what was changed in a version, against the one before it; nothing of the first."""
    before = queries.version(of.kind, of.version - 1)
    if before is None:
        return []
    name = "text_zh" if language == "zh" else "text_en"
    return domain.changes(getattr(before, name), getattr(of, name))


def drafts(by: Caller, *, cursor: str | None, limit: int) -> Page:
    """Return a page of the drafts, the newest first.

    Raises:
        OutOfScope: the caller may not publish.
    """
    _require(by)
    key = [PrivacyNoticeDraft.drafted_at, PrivacyNoticeDraft.id]
    return page(queries.drafts(), key, cursor=cursor, limit=limit, newest_first=True)


def every(by: Caller) -> Sequence[PrivacyNotice]:
    """Return all versions of all kinds, by kind, the newest first; they are few.

    Raises:
        OutOfScope: the caller may not publish.
    """
    _require(by)
    order = list(domain.Kind)
    known = queries.every()
    return sorted(known, key=lambda each: (order.index(domain.Kind(each.kind)), -each.version))


def last(kind: str) -> PrivacyNotice:
    """Return the last version that was published of a kind, be it to come.

    Raises:
        UnknownNotice: there is no such kind.
    """
    found = queries.latest(kind)
    if found is None:
        raise UnknownNotice
    return found


def draft_of(draft_id: UUID, by: Caller) -> PrivacyNoticeDraft:
    """Return a draft.

    Raises:
        OutOfScope: the caller may not publish.
        UnknownNoticeDraft: there is none, or it was published.
    """
    _require(by)
    found = queries.draft(draft_id)
    if found is None:
        raise UnknownNoticeDraft
    return found


def draft(kind: str, texts: Mapping[str, Any], by: Caller, at: datetime) -> PrivacyNoticeDraft:
    """Begin a new version of a notice; what `texts` leaves out is as in the last version.

    Raises:
        OutOfScope: the caller may not publish.
        UnknownNotice: there is no such kind.
    """
    _require(by)
    last = queries.latest(kind)
    if last is None:
        raise UnknownNotice
    begun = dict.fromkeys(CHANGES, "") | acts.picked(last, TEXTS) | {"renews": True}
    fresh = PrivacyNoticeDraft(
        id=new_id(), kind=kind, drafted_by=by.person_id, drafted_at=at, **begun | dict(texts)
    )
    session().add(fresh)
    session().flush()
    return fresh


def change_draft(
    draft_id: UUID, texts: Mapping[str, Any], by: Caller, at: datetime
) -> PrivacyNoticeDraft:
    """Change what `texts` names of a draft.

    Raises:
        OutOfScope: the caller may not publish.
        UnknownNoticeDraft: there is none, or it was published.
    """
    _require(by)
    known = _locked(draft_id)
    for name in _DRAFTED:
        if name in texts:
            setattr(known, name, texts[name])
    known.drafted_by, known.drafted_at = by.person_id, at
    session().flush()
    return known


def drop_draft(draft_id: UUID, by: Caller) -> None:
    """Throw a draft away.

    Raises:
        OutOfScope: the caller may not publish.
        UnknownNoticeDraft: there is none, or it was published.
    """
    _require(by)
    if not queries.delete_draft(draft_id):
        raise UnknownNoticeDraft


def publish(
    draft_id: UUID, by: Caller, at: datetime, effective_from: datetime | None = None
) -> PrivacyNotice:
    """Publish a draft as the next version of its kind, which holds from then, or at once.

    Raises:
        OutOfScope: the caller may not publish.
        UnknownNoticeDraft: there is none, or it was published.
        NoticeIncomplete: a text lacks, or the word on what changed.
        NoticeTooEarly: it would hold before it is published, or before the last version.
    """
    _require(by)
    # Nobody agrees meanwhile: whoever does before has agreed to the former version, and says so.
    queries.lock_publishing()
    known = _locked(draft_id)
    last = queries.latest(known.kind)
    if last is None:
        raise UnknownNotice
    for name in (*TEXTS, *CHANGES):
        if not getattr(known, name).strip():
            raise NoticeIncomplete(name)
    begins = domain.starts(effective_from, at, last.effective_from)
    if begins is None:
        raise NoticeTooEarly
    fresh = PrivacyNotice(
        kind=known.kind,
        version=last.version + 1,
        effective_from=begins,
        published_by=by.person_id,
        published_at=at,
        **acts.picked(known, _DRAFTED),
    )
    session().add(fresh)
    session().delete(known)
    session().flush()
    told = {"kind": fresh.kind, "version": fresh.version, "effective_from": begins}
    after = told | {"renews": fresh.renews}
    acts.record(by, "notice.publish", subject=f"privacy_notice:{fresh.id}", after=after)
    return fresh


def _require(by: Caller) -> None:
    # A notice is for everybody in these books: so is the role that publishes it.
    by.require_somewhere(PERMISSION)
    if not regions.cover_all(by.regions_for(PERMISSION)):
        raise OutOfScope(PERMISSION)


def _locked(draft_id: UUID) -> PrivacyNoticeDraft:
    known = queries.lock_draft(draft_id)
    if known is None:
        raise UnknownNoticeDraft
    return known
