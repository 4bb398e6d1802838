"""A document as the answer to a request."""

import io
from typing import IO, Final, Literal

from flask import Response, send_file

from incentive.core.documents.model import Document
from incentive.core.documents.naming import attachment

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
    write(document, ending, file)
    file.seek(0)
    answer = send_file(file, mimetype=MIMETYPES[ending], max_age=0)
    answer.headers["Content-Disposition"] = attachment(name, plain)
    return answer


def write(document: Document, ending: Ending, file: IO[bytes]) -> None:
    """Write `document` to `file`.

    What draws a PDF takes 20 MiB of every process that knows it: it comes with the first one.
    """
    if ending == "pdf":
        from incentive.core.documents.pdf import write_pdf  # noqa: PLC0415

        write_pdf(document, file)
    else:
        from incentive.core.documents.xlsx import write_xlsx  # noqa: PLC0415

        write_xlsx(document, file)
