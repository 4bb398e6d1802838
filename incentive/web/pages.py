"""The pages that belong to no package: the kit, and where to complain."""

import re
from typing import Final

from flask import Blueprint, render_template

from incentive.core.paths import static_dir

bp: Final = Blueprint("web", __name__, template_folder="templates")


@bp.get("/kit")
def kit() -> str:
    """Show every part in every state."""
    sprite = (static_dir() / "icons.svg").read_text(encoding="utf-8")
    return render_template("web/kit.html", icons=re.findall(r'<symbol id="([a-z]+)"', sprite))


@bp.get("/complain")
def complain() -> str:
    """Say where a problem or a wish can be taken, with a phone or without."""
    return render_template("web/complain.html")


@bp.get("/api/v1/docs")
def api_docs() -> str:
    """Show the API's document, browsable."""
    return render_template("web/api_docs.html")


def error_page(status: int, code: str, detail: str) -> str:
    """Return the page for an error; `detail` is in the reader's language."""
    return render_template("web/error.html", status=status, code=code, detail=detail)
