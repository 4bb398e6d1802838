import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from incentive.core.db import session, sqlalchemy_url, transaction
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from tests.ledger.test_postings import TODAY, award

TABLES = ("accounts", "transactions", "entries")
WRITES = {
    "accounts": "INSERT INTO accounts (owner, asset, purpose) VALUES ('x', 'points', 'available')",
    "transactions": "INSERT INTO transactions (key, request_hash, kind, source, actor, effective_on)"
    " VALUES ('x', '', 'award', 's', 'a', '2026-01-01')",
    "entries": "INSERT INTO entries (transaction_id, line, account_id, amount) VALUES (1, 9, 1, 1)",
}
CHANGES = {
    "accounts": "UPDATE accounts SET balance = 1000000",
    "transactions": "UPDATE transactions SET reason = 'nicer'",
    "entries": "UPDATE entries SET amount = amount + 1",
}


@pytest.fixture
def posted(tx):
    ledger.post([award("person:1", 15, "a")])
    return tx


def refusal(statement):
    with pytest.raises(DBAPIError) as refused, session().begin_nested():
        session().execute(text(statement))
    return refused.value.orig.sqlstate


@pytest.mark.parametrize("table", TABLES)
def test_the_application_cannot_write_a_row_of_the_ledger_itself(posted, table):
    denied = "42501"
    assert refusal(WRITES[table]) == denied
    assert refusal(CHANGES[table]) == denied
    assert refusal(f"DELETE FROM {table}") == denied
    assert refusal(f"TRUNCATE {table} CASCADE") == denied


def test_the_application_cannot_become_the_ledgers_owner(posted):
    assert refusal("SET ROLE incentive_ledger") == "42501"


def test_the_application_cannot_switch_the_ledgers_triggers_off(posted):
    assert refusal("ALTER TABLE entries DISABLE TRIGGER ALL") == "42501"
    assert refusal("SET session_replication_role = replica") == "42501"


def test_a_temporary_table_of_the_same_name_does_not_divert_a_posting(posted):
    session().execute(text("CREATE TEMP TABLE entries (LIKE entries)"))
    ledger.post([award("person:2", 7, "b")])
    assert session().scalar(text("SELECT count(*) FROM j_default.entries")) == 4


@pytest.mark.parametrize("table", TABLES)
def test_even_the_administrator_is_refused_by_the_triggers(live, table):
    with live.app_context(), transaction():
        ledger.post([award("person:1", 15, "a")])
    settings = live.config["SETTINGS"]
    engine = create_engine(sqlalchemy_url(settings.admin_database_url), poolclass=NullPool)
    for statement in (CHANGES[table], f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with engine.connect() as connection, pytest.raises(DBAPIError) as refused:
            connection.execute(text("SET search_path TO j_default"))
            connection.execute(text(statement))
        assert refused.value.orig.sqlstate == "LG009"


# Awards are made by a function only, from their records.
@pytest.mark.parametrize(
    ("table", "adds"),
    [("scans", True), ("awards", False), ("rule_versions", True), ("stock_movements", True)],
)
def test_the_application_adds_to_what_is_evidence_and_never_changes_it(tx, table, adds):
    for privilege, allowed in {"INSERT": adds, "UPDATE": False, "DELETE": False}.items():
        known = session().scalar(
            text("SELECT has_table_privilege(:t, :p)"), {"t": f"j_default.{table}", "p": privilege}
        )
        assert known is allowed, privilege


@pytest.mark.parametrize(
    ("owner", "purpose"), [("person:1", "issuance"), ("person:1", "income"), ("station:1", "held")]
)
def test_a_person_has_no_purse_that_may_go_below_zero_and_others_have_no_other(tx, owner, purpose):
    lines = transfer(Purse(owner, purpose), Purse("system", "clearing"), 5)
    posting = Posting("x", "adjustment", "s", "a", TODAY, lines)
    with pytest.raises(DBAPIError) as refused:
        ledger.post([posting])
    assert refused.value.orig.diag.constraint_name == "ck_accounts_persons_are_limited"
