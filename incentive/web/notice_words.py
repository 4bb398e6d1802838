"""What pages show of a notice: its texts in the reader's language, and what changed in it."""

from typing import Any, Final

from incentive.core.i18n import language
from incentive.people.consents import domain
from incentive.people.consents.models import PrivacyNotice

_HEAD: Final = "# "


def shown(notice: PrivacyNotice) -> dict[str, Any]:
    """Return what is shown of a version: `parts` are (head or None, paragraph or None)."""
    zh = language() == "zh"
    return {
        "id": notice.id,
        "kind": notice.kind,
        "name": domain.NAMES[domain.Kind(notice.kind)],
        "version": notice.version,
        "title": notice.title_zh if zh else notice.title_en,
        "changes": notice.changes_zh if zh else notice.changes_en,
        "parts": parts(notice.text_zh if zh else notice.text_en),
        "effective_from": notice.effective_from,
        "renews": notice.renews,
    }


def parts(text: str) -> list[tuple[str | None, str]]:
    """Return the text as (head or None, what stands below it) in order."""
    found: list[tuple[str | None, str]] = []
    for paragraph in domain.paragraphs(text):
        head: str | None = None
        body = paragraph
        if paragraph.startswith(_HEAD):
            first, _, body = paragraph.partition("\n")
            head = first.removeprefix(_HEAD).strip()
        found.append((head, body.strip()))
    return found
