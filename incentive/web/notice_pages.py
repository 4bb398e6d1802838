"""The notices on personal data for administrators: versions, drafts, publishing, who agreed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from incentive.core import clock, zone
from incentive.core.db import transaction
from incentive.core.errors import IncentiveError
from incentive.core.http import is_storable
from incentive.core.i18n import Text, _
from incentive.core.needs import WHOLE, needs
from incentive.people.caller import Caller, caller
from incentive.people.consents import domain, notices
from incentive.people.consents.domain import CHANGES_MAX, NAMES, TEXT_MAX, TITLE_MAX, Kind
from incentive.people.consents.errors import UnknownNotice
from incentive.people.consents.models import PrivacyNoticeDraft
from incentive.web import consent_figure_queries as figures
from incentive.web import forms
from incentive.web.errors import FieldUnreadable
from incentive.web.notice_words import parts
from incentive.web.people_frame import tabs
from incentive.web.site import bp

DRAFTS_MAX: Final = 50
_LENGTHS: Final = {
    "title_zh": TITLE_MAX,
    "title_en": TITLE_MAX,
    "text_zh": TEXT_MAX,
    "text_en": TEXT_MAX,
    "changes_zh": CHANGES_MAX,
    "changes_en": CHANGES_MAX,
}


@bp.get("/notices")
@needs("notice.publish", of=WHOLE)
def notice_list() -> str:
    """Show the versions of each notice, how many agreed to which, and what is being written."""
    return _list()


@bp.post("/notices")
@needs("notice.publish", of=WHOLE)
def begin_notice() -> ResponseReturnValue:
    """Begin a version: it starts as a copy of the last one."""

    def do(who: Caller, at: datetime) -> Text:
        kind = request.form.get("kind", "")
        if kind not in set(Kind):
            raise UnknownNotice
        notices.draft(kind, {}, who, at)
        return _("A draft is begun, with the texts of the last version. Open it to write.")

    return forms.act(do, done=url_for("web.notice_list"), refused=_list)


@bp.get("/notices/drafts/<uuid:draft_id>")
@needs("notice.publish", of=WHOLE)
def notice_draft(draft_id: UUID) -> str:
    """Show a draft: its texts to write, and both languages as readers will see them."""
    return _draft(draft_id)


@bp.post("/notices/drafts/<uuid:draft_id>")
@needs("notice.publish", of=WHOLE)
def save_notice_draft(draft_id: UUID) -> ResponseReturnValue:
    """Keep what was written; nobody but administrators sees it."""

    def do(who: Caller, at: datetime) -> Text:
        texts: dict[str, Any] = {name: _text(name, most) for name, most in _LENGTHS.items()}
        notices.change_draft(draft_id, texts | {"renews": "renews" in request.form}, who, at)
        return _("Saved. Below is what readers will see.")

    done = url_for("web.notice_draft", draft_id=draft_id) + "#preview"
    return forms.act(do, done=done, refused=lambda error: _draft(draft_id, error))


@bp.post("/notices/drafts/<uuid:draft_id>/publish")
@needs("notice.publish", of=WHOLE)
def publish_notice(draft_id: UUID) -> ResponseReturnValue:
    """Publish a draft; from then on nobody changes it."""

    def do(who: Caller, at: datetime) -> Text:
        day = forms.day("effective_from")
        begins = None if day in {None, zone.day_of(at)} else zone.start_of(day)
        made = notices.publish(draft_id, who, at, begins)
        return _(
            "“%(notice)s” is published as version %(version)s.",
            notice=NAMES[Kind(made.kind)],
            version=made.version,
        )

    done = url_for("web.notice_list")
    return forms.act(do, done=done, refused=lambda error: _draft(draft_id, error))


@bp.post("/notices/drafts/<uuid:draft_id>/drop")
@needs("notice.publish", of=WHOLE)
def drop_notice_draft(draft_id: UUID) -> ResponseReturnValue:
    """Throw a draft away."""

    def do(who: Caller, _at: datetime) -> Text:
        notices.drop_draft(draft_id, who)
        return _("The draft is thrown away.")

    done = url_for("web.notice_list")
    return forms.act(do, done=done, refused=lambda error: _draft(draft_id, error))


def _list(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who, at = caller(), clock.now()
        drafts = notices.drafts(who, cursor=None, limit=DRAFTS_MAX).items
        paths = who.regions_for(notices.PERMISSION)
        said = {(each.kind, each.version): each for each in figures.by_version(paths)}
        everybody = figures.persons(paths)
        holding = {each.kind: each.version for each in notices.in_force(at)}
        return render_template(
            "web/notices.html",
            tabs=tabs(who, "web.notice_list"),
            kinds=[(kind.value, NAMES[kind]) for kind in Kind],
            drafts=[_named(each) for each in drafts],
            everybody=everybody,
            rows=[_row(each, holding[each.kind], said) for each in notices.every(who)],
            refusal=refusal,
        )


def _draft(draft_id: UUID, refusal: IncentiveError | None = None) -> str:
    with transaction():
        who, at = caller(), clock.now()
        known = notices.draft_of(draft_id, who)
        last = notices.last(known.kind)
        typed: dict[str, Any] = {name: getattr(known, name) for name in _LENGTHS}
        typed["renews"] = known.renews
        shown = [
            {
                "lang": lang,
                "title": typed[f"title_{lang}"],
                "changes": typed[f"changes_{lang}"],
                "parts": parts(typed[f"text_{lang}"]),
                "compared": domain.changes(getattr(last, f"text_{lang}"), typed[f"text_{lang}"]),
            }
            for lang in ("zh", "en")
        ]
        if "title_zh" in request.form:  # refused: what was typed is not lost
            typed |= {name: request.form.get(name, "") for name in _LENGTHS}
            typed["renews"] = "renews" in request.form
        return render_template(
            "web/notice_draft.html",
            tabs=tabs(who, "web.notice_list"),
            draft=_named(known) | {"version": last.version + 1},
            typed=typed,
            shown=shown,
            today=zone.day_of(at),
            day=request.form.get("effective_from", ""),
            refusal=refusal,
        )


def _text(name: str, most: int) -> str:
    text = request.form.get(name, "").replace("\r\n", "\n").strip()
    if len(text) > most or not is_storable(text):
        raise FieldUnreadable(name)
    return text


def _named(draft: PrivacyNoticeDraft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "kind": draft.kind,
        "name": NAMES[Kind(draft.kind)],
        "drafted_at": draft.drafted_at,
    }


def _row(notice: Any, holding: int, said: Any) -> dict[str, Any]:
    of = said.get((notice.kind, notice.version))
    state = "in_force" if notice.version == holding else "former"
    return {
        "kind": notice.kind,
        "name": NAMES[Kind(notice.kind)],
        "version": notice.version,
        "state": "to_come" if notice.version > holding else state,
        "effective_from": notice.effective_from,
        "renews": notice.renews,
        "agreed": of.agreed if of else 0,
        "withdrawn": of.withdrawn if of else 0,
    }
