import io
import json

import openpyxl
import pytest

from incentive.core import clock
from incentive.core.db import transaction
from incentive.people import held_service
from incentive.people.service import create_person
from tests import factories as make
from tests.people.conftest import PASSWORD, PHONE, skip_made_up_numbers, territory


@pytest.fixture
def signed_in(client):
    """Somebody called like a formula, signed in with a browser."""
    home = territory()["530102001007"]
    with transaction():
        skip_made_up_numbers()
        person = create_person(
            name="=1+1",
            phone=PHONE,
            password=PASSWORD,
            home_region_id=home.id,
            by=None,
            at=clock.now(),
        )
        client.set_cookie("session", make.token(person))
    return person


def take(client, **form):
    return client.post("/me/held", data=form, headers={"Origin": "http://localhost"})


def test_one_sees_what_is_held_masked_and_counted(client, signed_in):
    shown = client.get("/me/held")
    assert shown.status_code == 200
    assert "13812345678" not in shown.text
    assert "138****5678" in shown.text
    with transaction():
        counts = {one.title.message: one.count for one in held_service.sections(signed_in.id)}
    assert (counts["Password"], counts["Roles"]) == (1, 1)


def test_with_the_password_one_takes_everything_along(client, signed_in):
    answer = take(client, password=PASSWORD, format="json")
    assert answer.headers["Cache-Control"] == "no-store"
    told = json.loads(answer.data)
    assert (told["profile"]["name"], told["profile"]["phone"]) == ("=1+1", "+8613812345678")
    assert {one["title"] for one in told["held"]} >= {"密码", "角色"}
    book = openpyxl.load_workbook(io.BytesIO(take(client, password=PASSWORD, format="xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value == "=1+1"]
    assert [cell.data_type for cell in cells] in ([], ["s"])
    assert any(str(cell.value).endswith("1+1") for row in book.active.iter_rows() for cell in row)


def test_without_the_password_nothing_is_told(client, signed_in):
    for wrong in ({}, {"password": "not the password"}):
        answer = take(client, format="json", **wrong)
        assert answer.status_code == 401
        assert "+8613812345678" not in answer.text
