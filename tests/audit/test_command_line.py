"""What is done from the command line is recorded as the command line's doing."""

import pytest
from click.testing import CliRunner

from incentive.audit.models import AuditEntry
from incentive.cli.jurisdiction import commands as jurisdiction
from incentive.core.db import session, transaction, use_jurisdiction
from incentive.people.commands import commands as people
from incentive.regions.commands import commands as regions
from tests.people.conftest import LIST, PASSWORD, PHONE, territory

NAME = "欧阳不可见"


def acts():
    with transaction():
        rows = session().query(AuditEntry).order_by(AuditEntry.id).all()
    assert {(row.actor, row.role, row.origin) for row in rows} <= {("cli", "", "")}
    return [(row.action, row.before, row.after) for row in rows]


def run(commands, *words, given=f"{PASSWORD}\n{PASSWORD}\n"):
    result = CliRunner().invoke(commands, words, input=given)
    assert result.exit_code == 0, result.output


def test_entering_the_first_administrator_and_giving_a_password(books):
    places = territory()
    wanted = ("--name", NAME, "--role", "administrator", "--region", "5301")
    run(people, "create", "--phone", PHONE, *wanted)
    run(people, "password", "--phone", PHONE)
    (entered, _, who), (given, _, whose) = acts()
    assert (entered, given) == ("person.create", "person.password")
    assert who["role"] == "administrator"
    assert who["home_region_id"] == str(places["5301"].id)
    assert whose == {"volunteer_number": who["volunteer_number"]}
    told = str(acts())
    assert not [secret for secret in (NAME, PHONE, PASSWORD) if secret in told]


def test_importing_regions_is_an_act_if_it_changes_any(books, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    for _ in range(2):
        run(regions, "import", str(file))
    assert acts() == [("regions.import", None, {"new": 6, "changed": 0, "refused": 0})]


@pytest.fixture
def environment(live, monkeypatch):
    settings = live.config["SETTINGS"]
    monkeypatch.setenv("INCENTIVE_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("INCENTIVE_ADMIN_DATABASE_URL", settings.admin_database_url)
    monkeypatch.setenv("INCENTIVE_REDIS_URL", settings.redis_url)
    monkeypatch.setenv("INCENTIVE_SECRET", settings.secret.decode())


def test_opening_a_jurisdiction_stands_in_its_own_books(live, environment):
    run(jurisdiction, "create", "dali", "大理", "--host", "dali.example")
    run(jurisdiction, "create", "dali", "大理州", "--host", "dali.example")
    with live.app_context(), use_jurisdiction("dali"):
        first = {"name": "大理", "host": "dali.example"}
        assert acts() == [
            ("jurisdiction.open", None, first),
            ("jurisdiction.open", first, {**first, "name": "大理州"}),
        ]
