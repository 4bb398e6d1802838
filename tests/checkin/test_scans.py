"""Scans at the door: in, out, twice, elsewhere, and by whom."""

def test_whoever_signed_up_checks_in_with_the_code_on_the_screen(door):
    volunteer = door.volunteer()
    answer = door.scan(volunteer)
    assert answer.status_code == 201, answer.json
    assert answer.json["verdict"] == "check_in"
    assert answer.json["volunteer_number"] == volunteer.person.volunteer_number
    assert answer.json["check_out_at"] is None


def test_the_second_scan_checks_out_and_makes_a_verified_record(door):
    volunteer = door.checked_in(minutes_ago=30)
    answer = door.scan(volunteer)
    assert answer.json["verdict"] == "check_out"
    assert answer.json["service_record"]["minutes"] == 30
    assert answer.json["service_record"]["status"] == "verified"


def test_the_facts_are_read_in_the_order_in_which_the_books_give_them(tx):
    from sqlalchemy import text

    from incentive.checkin.scan_queries import Known

    names = tx.scalar(text("SELECT proargnames FROM pg_proc WHERE oid = 'scan_facts'::regproc"))
    assert tuple(name for name in names if not name.startswith("p_")) == Known._fields
