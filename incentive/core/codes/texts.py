"""A code's text as it is printed, typed, read and misread."""

import unicodedata

from incentive.core.codes.validity import CodeError, Validity

TEXT_LENGTH_MAX = 512
GROUP = 4

_PATH = "/S/"
# What people write for letters that the alphabet leaves out.
_CONFUSED = str.maketrans("OIL", "011")
_MINUS = "\u2212"


def url(base: str, code: str) -> str:
    """Return the text to print as a QR code: `<base>/s/<code>`."""
    return f"{base.rstrip('/')}/s/{code}"


def grouped(code: str) -> str:
    """Return `code` in groups of four for people to read and type: `X7K3-M9QX-D2AB`."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def clean(text: str) -> str:
    """Return the bare code in `text`, in capital letters of the alphabet or nearly so.

    Takes a full URL or the code itself, lower case, hyphens and blanks of any kind,
    full-width letters, the control characters that keyboard scanners add, and O, I
    and L for 0 and 1.

    Raises:
        CodeError: `garbled`, for a text that is empty or far too long.
    """
    if len(text) > TEXT_LENGTH_MAX:
        raise CodeError(Validity.GARBLED)
    plain = unicodedata.normalize("NFKC", text).upper()
    if _PATH in plain:
        plain = plain.rpartition(_PATH)[2]
        for end in "?#":
            plain = plain.partition(end)[0]
        plain = plain.strip().removesuffix("/")
    letters = "".join(character for character in plain if not _is_noise(character))
    if not letters:
        raise CodeError(Validity.GARBLED)
    return letters.translate(_CONFUSED)


def _is_noise(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "ZC" or category == "Pd" or character == _MINUS
