"""Where a table's columns are: headings in any order, below whatever title stands above them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

HEADINGS_WITHIN: Final = 20
_OFF: Final = re.compile(r"[（(\[【].*?[)）\]】]|[\s_:：\-*＊/、.]")


def plain_heading(text: str) -> str:
    """Return a heading without case, brackets, stars and spaces: `*Phone (11 digits)` is `phone`."""
    return _OFF.sub("", unicodedata.normalize("NFKC", text)).casefold()


def find_headings(
    rows: Iterable[Sequence[str]], names: Mapping[str, frozenset[str]]
) -> tuple[int, dict[str, int]]:
    """Return how many rows end with the headings, and each known column's place.

    `names` has the plain headings of each column. Of two rows that know as many columns the later
    one counts, where headings stand on two lines; of two fitting columns the first.
    """
    below, best = 0, dict[str, int]()
    for number, cells in enumerate(rows, 1):
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            heading = plain_heading(cell)
            for name, known in names.items():
                if heading in known and name not in places:
                    places[name] = place
                    break
        if places and len(places) >= len(best):
            below, best = number, places
    return below, best
