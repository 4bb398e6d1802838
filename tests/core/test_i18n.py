import inspect

import pytest
from flask import render_template_string

import incentive.app
from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text

HOSTILE = "<i hx-post=/redemptions hx-trigger=load>"


def kinds(of=IncentiveError):
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def with_figures():
    """The errors whose sentence carries something that somebody wrote or counted."""
    for kind in kinds():
        names = list(inspect.signature(kind.__init__).parameters)[1:]
        if names and kind.__init__ is not IncentiveError.__init__:
            yield pytest.param(kind, names, id=kind.__name__)


def test_a_figure_is_never_markup(app):
    told = Text("Meet at %(place)s.", place=HOSTILE)
    with app.test_request_context("/"):
        assert "<i" not in render_template_string("{{ told }}", told=told)


@pytest.mark.parametrize(("kind", "names"), list(with_figures()))
def test_no_error_lets_what_somebody_wrote_into_a_page_as_markup(app, kind, names):
    try:
        error = kind(**dict.fromkeys(names, HOSTILE))
    except (AttributeError, LookupError, TypeError, ValueError):
        pytest.skip("takes figures that are no texts")
    with app.test_request_context("/"):
        assert "<i" not in render_template_string("{{ error.message }} {{ error }}", error=error)


def test_a_message_outside_an_application_stays_as_it_was_written():
    assert str(Text("Needs %(n)s points.", n=3)) == "Needs 3 points."


assert incentive.app  # loads every package's errors
