import gzip
import lzma
from uuid import uuid4

import pytest

from incentive.regions import files
from incentive.regions.domain import Fault, Known, Row, next_grid_code, path_of_code, plan
from incentive.regions.errors import FileUnreadable
from incentive.regions.models import street_kind

HEADER = "code,level,parent_code,name\n"
PROVINCE = "53,province,,云南省\n"
CITY = "5301,city,53,昆明市\n"


def refused(text, known=None):
    rows = files.read((HEADER + text).encode())
    return [(r.line, r.fault, r.code) for r in plan(rows, known or {}).refused]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("530,city,53,昆明市", Fault.CODE_LENGTH),
        ("5.3E+03,city,53,昆明市", Fault.CODE_LENGTH),
        ("٥٣٠١,city,53,昆明市", Fault.CODE_LENGTH),
        ("5201,city,53,遵义市", Fault.PARENT_MISMATCH),
        ("530102,county,53,五华区", Fault.PARENT_MISMATCH),
        ("54,province,53,西藏", Fault.PARENT_MISMATCH),
        ("5301,grid,53,昆明市", Fault.UNKNOWN_LEVEL),
        ("5301,,53,昆明市", Fault.UNKNOWN_LEVEL),
        ("5301,city,53,", Fault.NAME_UNUSABLE),
        ("5301,city,53,   ", Fault.NAME_UNUSABLE),
        ("5301,city,53,昆\x00明", Fault.NAME_UNUSABLE),
        (f"5301,city,53,{'长' * 101}", Fault.NAME_UNUSABLE),
        ("5301,city,53", Fault.MALFORMED),
        ("5301,city,53,昆明市,多", Fault.MALFORMED),
        ('5301,city,53,"昆明市', Fault.MALFORMED),
    ],
)
def test_a_malformed_row_is_reported_by_line_and_the_rest_goes_in(line, fault):
    rows = files.read(f"{HEADER}{PROVINCE}{line}\n5303,city,53,曲靖市\n".encode())
    planned = plan(rows, {})
    assert [row.code for row in planned.new] == ["53", "5303"]
    assert [(r.line, r.fault) for r in planned.refused] == [(3, fault)]


def test_a_code_that_comes_twice_is_taken_once():
    assert refused(PROVINCE + CITY + CITY) == [(4, Fault.DUPLICATE, "5301")]


def test_a_row_whose_parent_is_nowhere_is_an_orphan_and_so_is_what_hangs_on_it():
    text = "530102,county,5301,五华区\n530102001,street,530102,华山街道\n"
    assert refused(PROVINCE + text) == [
        (3, Fault.ORPHAN, "530102"),
        (4, Fault.ORPHAN, "530102001"),
    ]


def test_a_parent_may_come_after_its_child_or_be_in_the_books():
    assert refused(CITY + PROVINCE) == []
    assert refused(CITY, {"53": Known(uuid4(), "云南省")}) == []


def test_blank_lines_and_windows_line_ends_do_not_shift_the_line_numbers():
    text = "\r\n53,province,,云南省\r\n\r\n,city,53,无\r\n"
    assert refused(text) == [(5, Fault.CODE_LENGTH, "")]


def test_a_list_taken_before_changes_nothing_and_a_new_name_renames():
    known = {"53": Known(uuid4(), "云南省"), "5301": Known(uuid4(), "昆明府")}
    planned = plan(files.read((HEADER + PROVINCE + CITY).encode()), known)
    assert (planned.new, planned.unchanged) == ([], 1)
    assert planned.renamed == [Row(3, "5301", "city", "53", "昆明市")]


@pytest.mark.parametrize("pack", [bytes, lzma.compress, gzip.compress])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_encodings_and_both_compressions_read_alike(pack, encoding):
    data = pack((HEADER + PROVINCE + CITY).encode(encoding))
    assert [row.name for row in files.read(data)] == ["云南省", "昆明市"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"code,level,name\n53,province,x\n",
        b"PK\x03\x04 a workbook",
        b"\xfd7zXZ\x00 cut short",
        b"\x1f\x8b cut short",
        b"\xff\xff\xff",
        lzma.compress(b"code,level,parent_code,name")[:-5],
    ],
)
def test_what_is_no_list_of_regions_is_refused_as_a_whole(data):
    with pytest.raises(FileUnreadable):
        files.read(data)


def test_columns_may_stand_in_any_order_with_others_between():
    (row,) = files.read("name,x,level,code,parent_code\n云南省,1,province,53,\n".encode())
    assert row == Row(2, "53", "province", "", "云南省")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("001", "street"),
        ("099", "street"),
        ("100", "town"),
        ("199", "town"),
        ("200", "township"),
        ("399", "township"),
        ("400", "enterprise"),
        ("599", "enterprise"),
        ("000", None),
        ("600", None),
    ],
)
def test_the_number_of_a_street_says_what_it_is(number, kind):
    assert street_kind(f"530102{number}") == kind
    row = f"530102{number},street,530102,某地\n"
    known = {"530102": Known(uuid4(), "五华区")}
    assert refused(row, known) == ([] if kind else [(2, Fault.STREET_NUMBER, f"530102{number}")])


def test_a_path_names_every_level_above():
    assert path_of_code("530102001007") == "53.5301.530102.530102001.530102001007"


def test_grids_are_numbered_below_their_community_until_999():
    assert next_grid_code("530102001007", None) == "530102001007001"
    assert next_grid_code("530102001007", "530102001007009") == "530102001007010"
    assert next_grid_code("530102001007", "530102001007999") is None


def test_the_list_that_comes_along_is_whole():
    planned = plan(files.official(), {})
    assert (len(planned.new), planned.refused) == (16_495, [])
