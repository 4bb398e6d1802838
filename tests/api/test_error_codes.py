"""docs/api.md lists every error code that the product can answer; the code is the source."""

from pathlib import Path

from incentive.checkin.verdict import REASONS
from incentive.core.errors import IncentiveError

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def kinds(of=IncentiveError):
    for kind in of.__subclasses__():
        # The demo speaks on the command line, not over the API.
        if not kind.__module__.startswith("incentive.demo"):
            yield kind
            yield from kinds(kind)


def meaning(kind):
    return REASONS.get(kind.code) or kind.__doc__.strip().split("\n")[0]


def expected():
    rows = {(kind.code, kind.status, meaning(kind)) for kind in kinds() if "code" in kind.__dict__}
    return [f"| `{code}` | {status} | {text} |" for code, status, text in sorted(rows)]


def test_every_error_code_stands_in_the_api_page_with_its_status_and_meaning():
    # importing the application loads every package's catalogue
    import incentive.app  # noqa: F401

    listed = [line for line in PAGE.read_text().split("\n") if line.startswith("| `")]
    assert [line for line in expected() if line not in listed] == []


def test_no_two_errors_share_a_code():
    import incentive.app  # noqa: F401

    codes = [row.split("|")[1] for row in expected()]
    assert sorted(set(codes)) == codes


def test_the_page_lists_no_code_that_is_gone():
    import incentive.app  # noqa: F401

    known = {kind.code for kind in kinds() if "code" in kind.__dict__}
    listed = {line.split("`")[1] for line in PAGE.read_text().split("\n") if line.startswith("| `")}
    assert listed - known - GENERAL == set()


GENERAL = {
    "http.malformed",
    "http.not_found",
    "http.method_not_allowed",
    "http.request_entity_too_large",
    "http.unsupported_media_type",
    "http.unprocessable_entity",
    "internal",
}
