"""Extract the messages of code, templates and the check-in's table; update and compile the catalogue."""

import json
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parent.parent
CODE: Final = ROOT / "incentive"
PO: Final = CODE / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
MO: Final = PO.with_suffix(".mo")
_METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
# What a check of the books is called (ledger/checks.py), and each figure of it, is read by people.
_KEYWORDS: Final = DEFAULT_KEYWORDS | {"register": None, "Figure": None}
_REASONS: Final = CODE / "checkin" / "verdicts.json"


def messages() -> Catalog:
    """Return every message that the code can show, untranslated."""
    found = Catalog(project="Incentive", charset="utf-8")
    for file, _line, message, _comments, context in extract_from_dir(
        CODE,
        method_map=_METHODS,
        options_map={"**.html": {"silent": "false"}},
        keywords=_KEYWORDS,
    ):
        # Files without lines: a catalogue that changes only when its messages do.
        found.add(message, None, [(f"incentive/{Path(file).as_posix()}", None)], context=context)
    table = json.loads(_REASONS.read_text(encoding="utf-8"))
    for reason in table["reasons"].values():
        found.add(reason, None, [("incentive/checkin/verdicts.json", None)])
    return found


def updated() -> Catalog:
    """Return the kept catalogue, with the messages of the code and no others."""
    with PO.open("rb") as file:
        kept = read_po(file, locale="zh")
    kept.update(messages(), no_fuzzy_matching=True, update_header_comment=False)
    kept.obsolete.clear()
    kept.fuzzy = False
    # Of the header only what a reader needs: dates would make every run a change.
    kept.creation_date = kept.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    return kept


def as_po(catalogue: Catalog) -> bytes:
    """Return the catalogue as a .po file, by message."""
    out = BytesIO()
    write_po(out, catalogue, width=100, sort_output=True, omit_header=True)
    return out.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """Return the catalogue as a .mo file."""
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the messages without words, or with words that nobody has looked at."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and (
            message.fuzzy
            or not all(
                [message.string] if isinstance(message.string, str) else message.string or [""]
            )
        )
    ]


def main() -> int:
    """Update both files; return 1 if something is left to translate."""
    catalogue = updated()
    PO.write_bytes(as_po(catalogue))
    MO.write_bytes(as_mo(catalogue))
    left = untranslated(catalogue)
    for message in left:
        sys.stdout.write(f"to be translated: {message}\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
