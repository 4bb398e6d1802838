"""What a downloaded file is called."""

import re
from datetime import date
from typing import Final
from urllib.parse import quote

_NO_FILE_NAME: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f]')


def file_name(*parts: str | date | None, ending: str) -> str:
    """Return what there is of the parts, joined by hyphens, free of what no file system takes."""
    return _NO_FILE_NAME.sub("_", "-".join(str(part) for part in parts if part)) + f".{ending}"


def attachment(name: str, plain: str) -> str:
    """Return the header that names a download, for readers of RFC 5987 and, `plain`, for others."""
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
