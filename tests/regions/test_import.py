import time
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from incentive.core.db import session, transaction, use_jurisdiction
from incentive.regions import files, service, words
from incentive.regions.commands import commands
from incentive.regions.domain import NAME_LENGTH_MAX, Fault
from incentive.regions.errors import UnknownRegion
from incentive.regions.models import Region

DAY = date(2026, 11, 22)
LIST = """code,level,parent_code,name
53,province,,云南省
5301,city,53,昆明市
530102,county,5301,五华区
"""


def take(text, day=DAY):
    return service.import_official(files.read(text.encode()), day)


def counts(report):
    return report.new, report.changed, report.unchanged, len(report.refused)


def test_importing_twice_changes_nothing(tx):
    assert counts(take(LIST)) == (3, 0, 0, 0)
    before = session().execute(select(Region.id, Region.name).order_by(Region.code)).all()
    assert counts(take(LIST, DAY + timedelta(1))) == (0, 0, 3, 0)
    assert session().execute(select(Region.id, Region.name).order_by(Region.code)).all() == before


def test_the_whole_of_yunnan_is_in_within_seconds_and_hangs_together(tx):
    started = time.monotonic()
    assert counts(service.import_official(files.official(), DAY)) == (16_495, 0, 0, 0)
    assert counts(service.import_official(files.official(), DAY)) == (0, 0, 16_495, 0)
    assert time.monotonic() - started < 10
    street = service.region_by_code("530102001")
    assert [above.name for above in service.ancestors_of(street)] == ["云南省", "昆明市", "五华区"]
    inside = select(func.count()).select_from(Region)
    inside = inside.where(service.inside(Region.path, [street.path]))
    assert session().scalar(inside) == 1 + sum(
        row.parent_code == "530102001" for row in files.official()
    )


def test_a_renamed_region_keeps_its_id_and_its_former_name(tx):
    take(LIST)
    city = service.region_by_code("5301")
    later = date(2027, 1, 1)
    assert counts(take(LIST.replace("昆明市", "春城市"), later)) == (0, 1, 2, 0)
    session().expire_all()
    renamed = service.region_by_code("5301")
    assert (renamed.id, renamed.name, renamed.valid_from) == (city.id, "春城市", later)
    (former,) = service.former_names(renamed)
    assert (former.name, former.valid_from, former.valid_until) == ("昆明市", DAY, later)
    assert service.region_by_code("530102").parent_id == city.id


def test_a_former_name_is_no_region_of_its_own(tx):
    take(LIST)
    take(LIST.replace("昆明市", "春城市"), date(2027, 1, 1))
    (former,) = service.former_names(service.region_by_code("5301"))
    with pytest.raises(UnknownRegion):
        service.region(former.id)
    assert len(service.list_regions(cursor=None, limit=20).items) == 3


def test_a_name_mended_on_the_day_it_began_leaves_nothing_behind(tx):
    take(LIST.replace("昆明市", "昆明帀"))
    assert counts(take(LIST)) == (0, 1, 2, 0)
    session().expire_all()
    city = service.region_by_code("5301")
    assert (city.name, service.former_names(city)) == ("昆明市", [])


def test_sound_rows_go_in_beside_refused_ones(tx):
    report = take(LIST + "530,city,53,短\n540102,county,5401,孤\n5301,city,53,昆明市\n")
    assert counts(report) == (3, 0, 0, 3)
    assert [(r.line, r.fault, r.code) for r in report.refused] == [
        (5, "regions.row_code_length", "530"),
        (6, "regions.row_orphan", "540102"),
        (7, "regions.row_duplicate", "5301"),
    ]


def test_the_regions_of_one_jurisdiction_are_not_in_another(books):
    with use_jurisdiction("second"), transaction():
        take(LIST)
    with transaction(), pytest.raises(UnknownRegion):
        service.region_by_code("53")


@pytest.fixture
def run(books):
    return lambda *words: CliRunner().invoke(commands, ["import", *map(str, words)])


def test_the_command_reports_refused_rows_and_exits_with_1(run, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(LIST + "54,town,,x\n", encoding="gb18030")
    result = run(file)
    assert result.exit_code == 1
    told = "line 5: regions.row_unknown_level 54\n"
    assert (
        result.stderr
        == f"{told}    层级不是以下之一：province, city, county, street, community。\n"
    )
    assert result.stdout == "3 new, 0 changed, 0 unchanged, 1 refused.\n"


def test_every_fault_is_told_in_words():
    assert set(words.FAULTS) == set(Fault)


def test_the_help_names_the_columns_and_the_levels_with_their_digits(run):
    shown = run("--help").stdout
    for column in files.COLUMNS:
        assert f"\n    {column} " in shown
    assert words.DIGITS in shown
    assert f"up to {NAME_LENGTH_MAX} characters" in shown


def test_the_command_imports_the_list_that_comes_along(run):
    result = run("--official")
    assert (result.exit_code, result.stdout) == (
        0,
        "16495 new, 0 changed, 0 unchanged, 0 refused.\n",
    )


def test_the_command_wants_a_file_or_the_official_list_and_not_both(run, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(LIST)
    assert run().exit_code == 2
    assert run(file, "--official").exit_code == 2
