"""A document as the answer to a request."""

import io
from typing import Final, Literal

from flask import Response, send_file

from incentive.core.documents.model import Document
from incentive.core.documents.naming import attachment
from incentive.core.documents.pdf import write_pdf
from incentive.core.documents.xlsx import write_xlsx

Ending = Literal["pdf", "xlsx"]
MIMETYPES: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def send(document: Document, ending: Ending, *, name: str, plain: str) -> Response:
    """Return the answer with `document` as a file to keep.

    It is called `name`, which may be Chinese; `plain` is the same for old readers, in ASCII.
    """
    file = io.BytesIO()
    (write_pdf if ending == "pdf" else write_xlsx)(document, file)
    file.seek(0)
    answer = send_file(file, mimetype=MIMETYPES[ending], max_age=0)
    answer.headers["Content-Disposition"] = attachment(name, plain)
    return answer
