"""What may be shown of somebody to others: enough to recognise, too little to take along.

- A name keeps its family name, then one star for each further character, two at most: 张*,
  张**, 欧阳**. A name that is not written in Chinese characters keeps its first letter: J**.
- A phone keeps three digits and the last four: 138****5678, abroad +852****4321.
- An ID number keeps the first three and the last four characters: 530***********1234.
"""

import re
from typing import Final

from incentive.people import phones
from incentive.people.personal import Personal

# Family names of two characters, as far as they are at all common today.
_COMPOUND: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶"
    "|太叔|申屠|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|亓官|司寇|巫马|公西|颛孙|壤驷|公良|漆雕"
    "|乐正|宰父|谷梁|拓跋|夹谷|轩辕|令狐|段干|百里|呼延|东郭|南门|羊舌|微生|梁丘|左丘|西门|第五|南荣|东里"
    "|仲长|即墨|达奚|褚师"
)
_STARS_MAX: Final = 2
_ID_HEAD: Final = 3
_ID_TAIL: Final = 4
_ID_MASKED_MIN: Final = 10


def name(full: str | None) -> str | None:
    """Return what may be shown of a name."""
    if not full:
        return full
    if not _is_chinese(full[0]):
        return f"{full[0]}{'*' * _STARS_MAX}"
    # A name of two characters has a family name of one, whichever they are.
    kept = 2 if len(full) > 2 and _COMPOUND.match(full) else 1  # noqa: PLR2004
    stars = min(_STARS_MAX, len(full) - kept)
    return full[:kept] + "*" * stars if stars else "*"


def phone(e164: str | None) -> str | None:
    """Return what may be shown of a phone number."""
    return phones.masked(e164) if e164 else None


def id_number(kept: str | None) -> str | None:
    """Return what may be shown of an ID number, which is kept with its kind before it."""
    if not kept:
        return None
    number = kept.partition(":")[2]
    if len(number) < _ID_MASKED_MIN:
        return f"{number[0]}{'*' * (len(number) - 2)}{number[-1]}"
    hidden = len(number) - _ID_HEAD - _ID_TAIL
    return f"{number[:_ID_HEAD]}{'*' * hidden}{number[-_ID_TAIL:]}"


def person(known: Personal) -> Personal:
    """Return `known` with everything masked; of an address and a month of birth nothing is left."""
    return Personal(
        name=name(known.name),
        phone=phone(known.phone),
        id_number=id_number(known.id_number),
        erased=known.erased,
        unreadable=known.unreadable,
    )


def _is_chinese(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff" or "\U00020000" <= letter <= "\U0003ffff"
