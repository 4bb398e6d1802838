"""The template and the rows to mend, as files to keep."""

import io
from collections.abc import Callable
from typing import IO
from uuid import UUID

from flask import Response, send_file

from incentive.core.documents import MIMETYPES
from incentive.core.documents.naming import attachment
from incentive.people.imports.sheets import write_template, write_to_mend


def send_template() -> Response:
    """Return the answer with the workbook to fill in."""
    return _sent(write_template, "志愿者导入模板.xlsx", "persons.xlsx")


def send_to_mend(import_id: UUID) -> Response:
    """Return the answer with the wrong rows; it is kept nowhere on the way.

    Raises:
        KeyDestroyed: the list is forgotten.
    """
    answer = _sent(lambda file: write_to_mend(import_id, file), "待修改.xlsx", "to-mend.xlsx")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sent(write: Callable[[IO[bytes]], None], name: str, plain: str) -> Response:
    file = io.BytesIO()
    write(file)
    file.seek(0)
    answer = send_file(file, mimetype=MIMETYPES["xlsx"], max_age=0)
    answer.headers["Content-Disposition"] = attachment(name, plain)
    return answer
