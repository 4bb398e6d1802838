"""What is held about oneself: to look at, and to take along."""

import io
import json
from typing import Final

from flask import Response, render_template, request, send_file
from flask.typing import ResponseReturnValue

from incentive.core.db import transaction
from incentive.core.errors import IncentiveError, Unavailable
from incentive.core.i18n import _
from incentive.core.needs import RIGHTS, needs
from incentive.core.sheets import Sheet, write_xlsx
from incentive.people import held_service, masking, personal
from incentive.people.caller import caller
from incentive.web.proof import proved
from incentive.web.site import bp

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHEET: Final = Sheet(
    _("What is held about me"),
    (_("Kind"), _("Row"), _("Field"), _("Value")),
    {0: 24, 2: 20, 3: 40},
)


@bp.get("/me/held")
@needs(RIGHTS)
def my_data() -> str:
    """Show what is held about oneself, masked and counted, and what erasing would do with it."""
    return _page()


@bp.post("/me/held")
@needs(RIGHTS)
def take_my_data() -> ResponseReturnValue:
    """Take everything along as a file, having proved anew who one is."""
    try:
        told = proved(lambda holder: held_service.everything(holder.id))
    except Unavailable:
        raise
    except IncentiveError as error:
        return _page(error), error.status
    file = io.BytesIO()
    if request.form.get("format") == "xlsx":
        write_xlsx(_SHEET, held_service.lines(told), file)
        kind, ending = _XLSX, "xlsx"
    else:
        file.write(json.dumps(told, ensure_ascii=False, indent=1).encode())
        kind, ending = "application/json", "json"
    file.seek(0)
    answer: Response = send_file(
        file, mimetype=kind, as_attachment=True, download_name=f"my-data.{ending}", max_age=0
    )
    # It is kept nowhere: no link leads to it that somebody else could follow.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(refusal: IncentiveError | None = None) -> str:
    with transaction():
        who = caller()
        known = masking.person(personal.one(who.person_id, "name", "phone", "id_number"))
        found = held_service.sections(who.person_id)
    return render_template(
        "web/my_held.html",
        known=known,
        sections=[one for one in found if not one.office],
        acts=sum(one.count for one in found if one.office),
        refusal=refusal,
    )
