"""Every table that names a person says what it holds of them, and what becomes of it."""

from sqlalchemy import func, select

from incentive.core.db import Base, session, transaction
from incentive.people.held import Changed, Deleted, Kept, holdings

# Columns that name a person without a foreign key: below people they are opaque.
NAMES = {
    "owner", "actor", "caller", "recipient", "subject", "asked_by", "made_by", "proposed_by",
    "set_by", "ended_by", "last_person", "person_id", "by_person_id",
}  # fmt: skip
# Nobody's, and why.
NOT_A_PERSONS = {
    ("entries", "account_id"): "the account says whose",
}


def named():
    """All (table, column) that may name a person."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            keys = {key.column.table.name for key in column.foreign_keys}
            if "persons" in keys or (not keys and column.name in NAMES):
                yield table.name, column.name


def test_every_column_that_names_a_person_is_accounted_for(app):
    told = {(one.table.name, column) for one in holdings() for column in one.columns}
    family = {("family_links", "asked_by"), ("family_links", "ended_by")}  # one of the two ends
    silent = sorted(set(named()) - told - family)
    assert silent == [], "say in the package's holdings.py what it holds and what erasure does"


def test_the_walk_finds_what_nobody_spoke_for(app):
    told = {("sign_ups", "person_id")}
    assert ("sign_ups", "person_id") in set(named())
    assert set(named()) - told


def test_whatever_is_kept_says_why_and_all_that_is_shown_is_there(app):
    for one in holdings():
        assert isinstance(one.fate, Deleted) or str(one.fate.why)
        assert isinstance(one.fate, Deleted | Kept | Changed)
        if one.selects is None:
            assert set(one.shown) <= set(one.table.c.keys()), one.title
            assert set(one.columns) <= set(one.table.c.keys()), one.title


def test_the_application_may_do_what_becomes_of_everything(books):
    with transaction():
        for one in holdings():
            needed = {Deleted: "DELETE", Changed: "UPDATE", Kept: "SELECT"}[type(one.fate)]
            may = select(func.has_table_privilege(one.table.name, needed))
            assert session().scalar(may), (one.table.name, needed)
