"""The page of one award."""

import re

from incentive.core.db import transaction
from incentive.settlement import service
from tests import factories as make
from tests.factories import NOW


def paid(place):
    with transaction():
        record = make.service_record(place.shift, place.volunteer, 60)
        service.settle(NOW)
        return record.id


def test_a_volunteer_follows_a_line_of_the_statement_to_the_rules_and_the_transaction(
    browsing, place
):
    record_id = paid(place)
    volunteer = browsing(place.volunteer)
    statement = volunteer.get("/me/statement").text
    assert f'href="/awards/{record_id}"' in statement
    assert "By the rules in force from 2000-01-01." in statement
    page = volunteer.get(f"/awards/{record_id}").text
    assert "60 minutes at 1 point per 6 minutes → 10 points" in page
    assert f"award:{record_id}" in page
    assert place.activity.title in page
    assert "/desk/transactions" not in page


def test_an_auditor_goes_on_from_the_award_to_its_entries_and_back(browsing, place):
    record_id = paid(place)
    with transaction():
        auditor = make.person()
        make.grant(auditor, "auditor", at=place.community)
    desk = browsing(auditor)
    (entries,) = re.findall(
        r'href="(/desk/transactions/\d+)"', desk.get(f"/awards/{record_id}").text
    )
    assert f'href="/awards/{record_id}"' in desk.get(entries).text


def test_somebody_elses_award_is_refused(browsing, place):
    assert browsing(place.manager).get(f"/awards/{paid(place)}").status_code == 403
