"""Files that are sent: how large an address takes them, and where they lie while they are read.

They lie in memory. What comes with a form is otherwise put into a file of the system's when it is
larger than half a megabyte, and a list of persons is no thing to leave on a disk.
"""

import io
from collections.abc import Callable
from typing import IO, Any

from flask import Flask, Request, current_app

from incentive.core.needs import View


def takes(bytes_max: int) -> Callable[[View], View]:
    """Let a view take requests of up to `bytes_max`, more than others; write it below the route."""

    def declare(view: View) -> View:
        view.bytes_max = bytes_max  # type: ignore[attr-defined]
        return view

    return declare


class UploadRequest(Request):
    """A request that knows how much its view takes, and keeps files off the disk."""

    @property
    def max_content_length(self) -> int | None:
        """How many bytes may come; more are answered with 413."""
        view: Any = current_app.view_functions.get(self.endpoint or "")
        declared: int | None = getattr(view, "bytes_max", None)
        return declared or super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        Request.max_content_length.fset(self, value)  # type: ignore[attr-defined]

    def _get_file_stream(self, *_told: Any, **_more: Any) -> IO[bytes]:
        return io.BytesIO()


def init_app(app: Flask) -> None:
    """Have `app` read its requests so."""
    app.request_class = UploadRequest
