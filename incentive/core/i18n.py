"""Words in the reader's language: Chinese unless they ask for another.

`_` marks a message and puts off the translation until the text is shown, so that an
error made in a job or a test needs no request.
"""

from typing import Any, Final

from babel import Locale
from flask import Flask, current_app, has_app_context, has_request_context, request
from flask_babel import Babel, get_translations

from incentive.core.addresses import is_secure

LANGUAGES: Final = ("zh", "en")
COOKIE: Final = "lang"


class Text:
    """A message and its figures, translated when it is turned into `str`."""

    __slots__ = ("figures", "message")

    def __init__(self, message: str, **figures: Any) -> None:
        self.message = message
        self.figures = figures

    def __str__(self) -> str:
        message = self.message
        if has_app_context() and "babel" in current_app.extensions:
            message = get_translations().ugettext(message)
        return message % self.figures if self.figures else message

    def __repr__(self) -> str:
        return f"Text({self.message!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other)

    def __hash__(self) -> int:
        return hash((self.message, tuple(self.figures)))


_ = Text


def language() -> str:
    """Return `zh` or `en`: from ?lang=, then the cookie, then Accept-Language."""
    if not has_request_context():
        return LANGUAGES[0]
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def init_app(app: Flask) -> None:
    """Give `app` its translations and the words for templates."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "zh")
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", app.config["SETTINGS"].timezone)
    Babel(app, locale_selector=lambda: Locale.parse(language()))
    app.jinja_env.globals["language"] = language
    app.after_request(_remember_language)


def _remember_language(response: Any) -> Any:
    # A program's answer is data; `core.problems` says the language of its sentences.
    if response.mimetype != "text/html":
        return response
    wish = request.args.get("lang")
    if wish in LANGUAGES and request.cookies.get(COOKIE) != wish:
        response.set_cookie(
            COOKIE, wish, max_age=31_536_000, samesite="Lax", httponly=True, secure=is_secure()
        )
    response.headers.setdefault("Content-Language", language())
    return response
