import re
from xml.etree import ElementTree as ET

import pytest

from tests.ledger.sealed import post, seal

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def sealed(live):
    notes = []
    for key in ("a", "b"):
        post(live, key)
        notes.append(seal(live)[1])
    return live.test_client(), notes


def test_the_page_shows_the_latest_checkpoint_the_keys_and_all_the_others(sealed):
    client, (first, latest) = sealed
    page = client.get("/checkpoints?lang=en").text
    assert latest.split("\n")[2] in page
    assert first.split("\n")[2] in page
    assert re.search(r"incentive/default/[0-9a-f]{12}\+[0-9a-f]{8}\+", page)


def test_a_checkpoint_is_given_to_the_byte_to_whoever_wants_to_keep_it(sealed):
    client, (first, latest) = sealed
    for path, note in (("1", first), ("2", latest), ("latest", latest)):
        answer = client.get(f"/checkpoints/{path}")
        assert answer.data == note.encode()
        assert answer.mimetype == "text/plain"
    assert client.get("/checkpoints/3").status_code == 404


def test_the_json_feed_has_every_note_under_an_address_of_its_own(sealed):
    client, (first, latest) = sealed
    answer = client.get("/checkpoints/feed.json")
    assert answer.mimetype == "application/feed+json"
    assert answer.json["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["content_text"] for item in answer.json["items"]] == [latest, first]
    assert answer.json["items"][1]["url"] == "http://localhost/checkpoints/1"
    assert client.get("/checkpoints/1").text == first


def test_the_atom_feed_has_every_note_and_the_time_of_the_newest(sealed):
    client, (first, latest) = sealed
    feed = ET.fromstring(client.get("/checkpoints/feed.atom").data)  # noqa: S314 - our own
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}content").text for entry in entries] == [latest, first]
    assert feed.find(f"{ATOM}updated").text == entries[0].find(f"{ATOM}updated").text
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == 2
    assert feed.find(f"{ATOM}link[@rel='self']").get("href").endswith("/checkpoints/feed.atom")


def test_books_without_a_checkpoint_have_a_page_and_empty_feeds(browsing, books):
    browser = browsing()
    assert "Nothing has been sealed yet" in browser.get("/checkpoints").text
    assert browser.get("/checkpoints/feed.json").json["items"] == []
    assert ET.fromstring(browser.get("/checkpoints/feed.atom").data) is not None  # noqa: S314
    assert browser.get("/checkpoints/latest").status_code == 404
