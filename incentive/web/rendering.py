"""What every template can use: dates, durations and points in the reader's way, and languages."""

from datetime import date, datetime
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

from babel.dates import format_skeleton
from flask import Flask, request
from flask_babel import (
    format_decimal,
    format_time,
    get_locale,
    gettext,
    to_user_timezone,
)

from incentive.core import money
from incentive.core.codes import grouped
from incentive.core.i18n import LANGUAGES
from incentive.web import viewer

LANGUAGE_NAMES: Final = {"zh": "中文", "en": "English"}


def init_app(app: Flask) -> None:
    """Give `app`'s templates the filters below and the links to the other languages."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.add_template_filter(day)
    app.add_template_filter(clock)
    app.add_template_filter(local_day)
    app.add_template_filter(span)
    app.add_template_filter(minutes)
    app.add_template_filter(figure)
    app.add_template_filter(signed)
    app.add_template_filter(yuan)
    app.add_template_filter(grouped)
    app.add_template_global(new_key)
    app.context_processor(lambda: {"languages": languages()})
    app.context_processor(viewer.context)


def new_key() -> str:
    """Return a key for a form: sent twice, it is done once."""
    return str(uuid4())


def languages() -> list[tuple[str, str, str]]:
    """Return code, own name and link to this very page in it, for each language."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return [
        (code, LANGUAGE_NAMES[code], f"{request.path}?{urlencode([*kept, ('lang', code)])}")
        for code in LANGUAGES
    ]


def day(at: datetime) -> str:
    """Return the local day with its weekday: "11月29日周六", "Sat, Nov 29"."""
    return str(format_skeleton("MMMEd", to_user_timezone(at), locale=get_locale()))


def local_day(at: datetime) -> date:
    """Return the local day as a date, to be compared."""
    local: datetime = to_user_timezone(at)
    return local.date()


def clock(at: datetime) -> str:
    """Return the local time of day on 24 hours: "09:00"."""
    return str(format_time(at, "HH:mm"))


def span(start: datetime, end: datetime) -> str:
    """Return day and times; the second day is named only if it is another."""
    same = to_user_timezone(start).date() == to_user_timezone(end).date()
    return f"{day(start)} {clock(start)}–{clock(end) if same else f'{day(end)} {clock(end)}'}"


def minutes(count: int) -> str:
    """Return a length of service in hours and minutes: "2 h 30 min"."""
    hours, rest = divmod(count, 60)
    if not hours:
        return str(gettext("%(minutes)s min", minutes=rest))
    if not rest:
        return str(gettext("%(hours)s h", hours=format_decimal(hours)))
    return str(gettext("%(hours)s h %(minutes)s min", hours=format_decimal(hours), minutes=rest))


def figure(count: int) -> str:
    """Return a whole number grouped for reading: "1,250"."""
    return str(format_decimal(count))


def signed(count: int) -> str:
    """Return a change with its sign, the minus being a real one: "+80", "−120"."""
    return f"{'+' if count > 0 else '−' if count < 0 else ''}{format_decimal(abs(count))}"


def yuan(fen: int) -> str:
    """Return an amount of money in yuan: "¥12.50"."""
    return f"¥{money.yuan(fen)}"
