from datetime import date

import pytest

from incentive.core.db import transaction, use_jurisdiction
from incentive.regions import files, service

NOBODY = "00000000-0000-7000-8000-0000000000ff"

LIST = """code,level,parent_code,name
53,province,,云南省
5301,city,53,昆明市
530102,county,5301,五华区
530103,county,5301,盘龙区
530102001,street,530102,华山街道
530102100,street,530102,某镇
530102001007,community,530102001,翠湖社区
"""


@pytest.fixture
def ids(books):
    with transaction():
        service.import_official(files.read(LIST.encode()), date(2026, 1, 1))
        items = service.list_regions(cursor=None, limit=100).items
        return {region.code: str(region.id) for region in items}


def codes(client, query=""):
    answer = client.get(f"/api/v1/regions{query}")
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json["items"]]


def test_anyone_lists_regions_by_code(client, ids):
    assert codes(client) == sorted(ids)


def test_a_list_is_read_page_by_page(client, ids):
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/v1/regions?limit=3{cursor and '&cursor=' + cursor}").json
        seen += [item["code"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(ids)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?level=county", ["530102", "530103"]),
        ("?q=五", ["530102"]),
        ("?q=五_区", []),
        ("?q=%25", []),
        ("?q=530102001", ["530102001", "530102001007"]),
        ("?q=5301&level=city", ["5301"]),
    ],
)
def test_a_list_is_narrowed(client, ids, query, found):
    assert codes(client, query) == found


def test_a_list_is_narrowed_to_a_parent_or_a_subtree(client, ids):
    assert codes(client, f"?parent={ids['5301']}") == ["530102", "530103"]
    assert codes(client, f"?within={ids['530102']}&level=street") == ["530102001", "530102100"]
    assert codes(client, f"?within={ids['530103']}") == ["530103"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?level=planet", 422),
        ("?limit=0", 422),
        ("?limit=101", 422),
        ("?limit=1000000000000000000", 422),
        ("?parent=53", 422),
        ("?q=", 422),
        ("?q=%00", 422),
        ("?cursor=nonsense", 400),
        ("?cursor=WzFd", 400),
        (f"?parent={NOBODY}", 404),
        (f"?within={NOBODY}", 404),
    ],
)
def test_a_bad_query_is_refused(client, ids, query, status):
    answer = client.get(f"/api/v1/regions{query}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_region_shows_the_way_to_it_and_its_former_names(client, ids):
    with transaction():
        service.import_official(files.read(LIST.replace("翠湖", "翠海").encode()), date(2026, 6, 1))
    shown = client.get(f"/api/v1/regions/{ids['530102001007']}").json
    assert (shown["name"], shown["valid_from"]) == ("翠海社区", "2026-06-01")
    assert [above["code"] for above in shown["ancestors"]] == ["53", "5301", "530102", "530102001"]
    assert shown["former_names"] == [
        {"name": "翠湖社区", "valid_from": "2026-01-01", "valid_until": "2026-06-01"}
    ]


def test_a_street_says_whether_it_is_a_town(client, ids):
    assert client.get(f"/api/v1/regions/{ids['530102001']}").json["kind"] == "street"
    assert client.get(f"/api/v1/regions/{ids['530102100']}").json["kind"] == "town"
    assert client.get(f"/api/v1/regions/{ids['5301']}").json["kind"] is None


def test_a_region_of_another_jurisdiction_is_unknown_here(client, ids):
    with use_jurisdiction("second"), transaction():
        service.import_official(files.read(LIST.encode()), date(2026, 1, 1))
        other = service.region_by_code("53").id
    answer = client.get(f"/api/v1/regions/{other}")
    assert (answer.status_code, answer.json["code"]) == (404, "regions.unknown_region")
    there = client.get(f"/api/v1/regions/{other}", headers={"X-Jurisdiction": "second"})
    assert there.status_code == 200
