import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.pool import NullPool

from incentive.core.db import Base, sqlalchemy_url
from incentive.core.schema import create_jurisdiction, migrate
from incentive.core.types import Ltree, Xid8

ischema_names.setdefault("ltree", Ltree)
ischema_names.setdefault("xid8", Xid8)


@pytest.fixture
def admin(live):
    settings = live.config["SETTINGS"]
    engine = create_engine(sqlalchemy_url(settings.admin_database_url), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def url_of(live):
    return live.config["SETTINGS"].admin_database_url


@pytest.mark.parametrize("schema", ["j_default", "j_second"])
def test_the_tables_are_what_the_models_say(admin, schema):
    admin.execute(text(f"SET search_path TO {schema}, public"))
    admin.dialect.default_schema_name = schema
    context = MigrationContext.configure(
        admin,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, _: (
                not (kind == "table" and name in {"jurisdictions", "alembic_version"})
            ),
        },
    )
    assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(live):
    assert migrate(url_of(live)) == ["default", "second"]


def test_a_jurisdiction_made_later_has_all_the_tables_and_its_own_rows(live, admin):
    create_jurisdiction(url_of(live), "third", "第三")
    create_jurisdiction(url_of(live), "third", "第三市")
    counts = {
        row.schemaname: row.tables
        for row in admin.execute(
            text(
                "SELECT schemaname, count(*) AS tables FROM pg_tables"
                " WHERE schemaname LIKE 'j\\_%' GROUP BY schemaname"
            )
        )
    }
    assert counts["j_third"] == counts["j_default"]
    name = "SELECT name FROM public.jurisdictions WHERE code = 'third'"
    assert admin.scalar(text(name)) == "第三市"


def test_a_migration_broken_off_in_one_schema_is_resumed(live, admin):
    # As if the run had died after opening the schema and before its first step.
    admin.execute(text("INSERT INTO public.jurisdictions (code, name) VALUES ('torn', '断')"))
    admin.execute(text("CREATE SCHEMA j_torn"))
    admin.commit()
    assert "torn" in migrate(url_of(live))
    assert admin.scalar(text("SELECT count(*) FROM j_torn.rule_versions")) == 1


@pytest.mark.parametrize("code", ["", "Kunming", "1st", "a-b", 'x"; DROP SCHEMA public', "a" * 32])
def test_a_code_that_cannot_name_a_schema_is_refused(live, code):
    with pytest.raises(ValueError, match="jurisdiction code"):
        create_jurisdiction(url_of(live), code, "x")


def test_the_application_cannot_change_the_list_of_jurisdictions(live):
    engine = create_engine(sqlalchemy_url(live.config["SETTINGS"].database_url), poolclass=NullPool)
    with engine.connect() as connection:
        allowed = connection.execute(
            text(
                "SELECT p FROM unnest(ARRAY['INSERT','UPDATE','DELETE','TRUNCATE']) p"
                " WHERE has_table_privilege('public.jurisdictions', p)"
                " OR has_table_privilege('j_default.alembic_version', p)"
            )
        ).all()
    assert allowed == []
