"""One record that cannot be paid, among ten thousand that can."""

from datetime import date

import pytest
from sqlalchemy import text

from incentive.core.db import session
from incentive.ledger import checks
from incentive.ledger import service as ledger
from incentive.ledger.domain import Posting, Purse, transfer
from incentive.settlement import service, setting_aside
from tests.factories import NOW
from tests.settlement import crowds

RECORDS = 10_000
CHECKS = (
    "every settled record has exactly one award, and no other record has one",
    "the entries of every transaction sum to zero, per asset",
    "running balances and versions of persons' accounts follow each other without a gap",
    "every person's account stands at its last entry",
)


@pytest.fixture
def poisoned(tx):
    """Ten thousand verified records; the ledger knows the key of one for something else."""
    crowds.gather(RECORDS // 4)
    for day in range(20, 24):
        crowds.serve(date(2026, 11, day))
    (record,) = session().scalars(
        text("SELECT id FROM service_records ORDER BY id OFFSET 6789 LIMIT 1")
    )
    lines = transfer(Purse("region:x", "issuance"), Purse("person:x", "available"), 1)
    ledger.post([Posting(f"award:{record}", "adjustment", "elsewhere", "x", NOW.date(), lines)])
    return record


def test_of_ten_thousand_records_with_a_poisoned_one_all_others_are_paid(poisoned):
    while service.settle(NOW):
        pass
    paid = "SELECT count(*), sum(points) FROM awards"
    assert session().execute(text(paid)).one() == (RECORDS - 1, 10 * (RECORDS - 1))
    assert (
        session().scalar(text("SELECT count(*) FROM transactions WHERE kind = 'award'"))
        == RECORDS - 1
    )
    (failure,) = setting_aside.listing(None, cursor=None, limit=10).items
    assert failure["failure"].service_record_id == poisoned
    assert failure["failure"].code == "ledger.key_conflict"
    for name in CHECKS:
        assert checks.look(checks.named(name)).clean
