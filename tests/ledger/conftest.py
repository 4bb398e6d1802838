import pytest

from incentive.core.db import transaction
from incentive.ledger import service as ledger
from tests.ledger.test_postings import TODAY, award


@pytest.fixture
def books_with_movement(live):
    with live.app_context(), transaction():
        ledger.post([award("person:1", 15, "a"), award("person:1", 5, "b")])
        ledger.hold(key="h", owner="person:1", amount=8, source="o", actor="p", today=TODAY)
        ledger.release(key="r", hold_key="h", actor="p", today=TODAY)
    return live
