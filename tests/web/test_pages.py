"""Every page, with sample data, in both languages: what holds for all of them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.web import preview, samples

ROOT = Path(__file__).resolve().parents[2]
ICONS = set(
    re.findall(r'<symbol id="([a-z]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8"))
)
PATHS = ["/kit", "/complain", "/api/v1/docs", *(f"/preview/{name}" for name in samples.PAGES)]


class Page(HTMLParser):
    """The tags of a page, with what is open around each."""

    def __init__(self, text) -> None:
        super().__init__()
        self.tags = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]


@pytest.fixture(scope="module")
def client():
    return preview.create_app().test_client()


@pytest.fixture(params=[(path, lang) for path in PATHS for lang in ("zh", "en")], ids=" ".join)
def page(request, client):
    path, lang = request.param
    answer = client.get(path, query_string={"lang": lang})
    assert answer.status_code == 200
    return Page(answer.text)


def test_it_obeys_a_policy_without_inline_code(page):
    for tag, attrs in page.tags:
        assert "style" not in attrs, tag
        assert not [name for name in attrs if name.startswith(("on", "hx-on"))], tag
        if tag == "script":
            assert attrs["type"] == "module"
            assert attrs["src"].startswith("/static/")
        assert tag != "style"


def test_it_loads_nothing_from_another_host(page):
    for _tag, attrs in page.tags:
        for name in ("src", "href", "action", "data-wasm", "data-endpoint"):
            assert not re.match(r"(?:https?:)?//", attrs.get(name) or "")


def test_every_input_has_a_label(page):
    labelled = {label.get("for") for label in page.all("label")}
    for tag in ("input", "select", "textarea"):
        for attrs in page.all(tag):
            if attrs.get("type") not in ("hidden", "file"):
                assert attrs["id"] in labelled


def test_ids_are_given_once_and_references_lead_somewhere(page):
    ids = [attrs["id"] for _tag, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _tag, attrs in page.tags:
        for name in ("aria-describedby", "aria-labelledby", "for", "data-opens"):
            assert set((attrs.get(name) or "").split()) <= set(ids)


def test_every_icon_is_in_the_sprite(page):
    names = {use["href"].partition("#")[2] for use in page.all("use")}
    assert names <= ICONS


def test_it_has_one_heading_a_main_landmark_and_a_way_to_complain(page):
    assert len(page.all("h1")) == 1
    assert [main["id"] for main in page.all("main")] == ["main"]
    assert "/complain" in [link.get("href") for link in page.all("a")]


def test_every_form_that_changes_something_counts_once(page):
    # Signing in or out, changing a password, or asking to be erased, twice is once by itself,
    # looking up or taking along changes nothing, a scan has a nonce.
    by_itself = re.compile(
        r"/(sign-in|sign-in/code|sign-in/link(/code)?|me/second-factor(/recovery-codes)?|sign-in/sms(/code)?|password/forgotten(/code)?|sign-out|me/password|me/erasure|me/held|#|stations/[^/]+/counter|bank/preview|persons|persons/[^/]+/reveal)$|^#$"
    )
    form, named = None, set()
    for tag, attrs in [*page.tags, ("form", {})]:
        if tag == "form":
            assert form is None or named & {"key", "nonce"}, form
            posts = attrs.get("method") == "post" and not by_itself.search(attrs["action"])
            form, named = attrs["action"] if posts else None, set()
        elif tag == "input":
            named.add(attrs.get("name"))


def test_pictures_say_what_they_are(page):
    assert all("alt" in image for image in page.all("img"))


def test_the_other_language_is_one_tap_away(client):
    text = client.get("/kit?lang=en&page=2").text
    assert 'href="/kit?page=2&amp;lang=zh"' in text
    assert '<html lang="en">' in text


def test_scripts_name_no_other_host_and_speak_no_language():
    for script in (ROOT / "static" / "js").glob("*.js"):
        code = re.sub(
            r"/\*.*?\*/|^\s*//.*$",
            "",
            script.read_text(encoding="utf-8"),
            flags=re.DOTALL | re.MULTILINE,
        )
        assert not re.search(r"[\"'`](?:https?:)?//\w", code), script.name
        assert not re.search(r"textContent = [\"'`][A-Za-z一-鿿]", code), script.name
