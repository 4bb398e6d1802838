import json
from datetime import date

import pytest
from click.testing import CliRunner
from PIL import Image

from incentive.core import codes
from incentive.core.codes import drawing
from incentive.core.db import transaction
from incentive.ledger import notes, seal_keys
from incentive.ledger import service as ledger
from incentive.ledger.commands import commands
from incentive.ledger.domain import Purse
from tests import factories as make
from tests.ledger.sealed import seal, tamper
from tests.ledger.test_postings import award
from tests.qr import read_qr


@pytest.fixture
def mine(live):
    """Somebody with a sealed award (1) and one that is not sealed yet (3); 2 is another's."""
    with live.app_context(), transaction():
        make.region("530102001001")
        person, other = make.person(), make.person()
        ledger.post([award(f"person:{person.id}", 15, "a"), award(f"person:{other.id}", 5, "b")])
        live.owner = f"person:{person.id}"
        live.token = make.token(person)
        headers = make.bearer(person)
    seal(live)
    with live.app_context(), transaction():
        ledger.post([award(live.owner, 20, "c")])

    def get(path):
        return live.test_client().get(path, headers=headers)

    return get


def verify(app, tmp_path, content):
    with app.app_context(), transaction():
        key = seal_keys.all_keys()[0]
        public = notes.verifier_key(key.name, key.public_key)
    file = tmp_path / "receipt"
    file.write_bytes(content)
    return CliRunner().invoke(commands, ["verify-receipt", str(file), "--key", public])


def test_a_receipt_is_proved_on_the_command_line(live, mine, tmp_path):
    answer = mine("/api/v1/me/receipts/1")
    assert answer.status_code == 200, answer.text
    done = verify(live, tmp_path, answer.data)
    assert done.exit_code == 0, done.output
    assert "transaction 1 is row 0 of the first 2 of incentive/default/" in done.output
    assert (
        f"+15 points, available until 2027-12-31, account 1 of {live.owner}, 15 then on it"
        in done.output
    )
    assert "-15 points, issuance" in done.output
    assert "somebody not named here" in done.output
    assert "by system, without a reason" in done.output


def test_a_changed_receipt_is_refused(live, mine, tmp_path):
    given = json.loads(mine("/api/v1/me/receipts/1").data)
    done = verify(live, tmp_path, json.dumps(given | {"seq": 1}).encode())
    assert (done.exit_code, "NOT PROVED" in done.stderr) == (1, True)


def test_its_code_can_be_read_and_proved(live, mine, tmp_path, monkeypatch):
    drawn = []
    monkeypatch.setattr(codes, "dense_svg", lambda text: drawn.append(text) or b"<svg/>")
    answer = mine("/api/v1/me/receipts/1.svg")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    file = tmp_path / "code.png"
    file.write_bytes(drawing._draw(drawn[0], drawing.PyPNGImage, 4, drawing.ERROR_CORRECT_L))
    with Image.open(file) as image:
        read = read_qr(image)
    assert read.text == drawn[0]
    assert verify(live, tmp_path, read.text.encode()).exit_code == 0


def test_the_code_is_drawn(mine):
    assert mine("/api/v1/me/receipts/1.svg").data.startswith(b"<?xml")


def test_another_persons_transaction_is_as_if_it_were_not_there(mine):
    for path in ("/api/v1/me/receipts/2", "/api/v1/me/receipts/999", "/api/v1/me/receipts/2.svg"):
        answer = mine(path)
        assert (answer.status_code, answer.json["code"]) == (404, "ledger.unknown_transaction")


def test_what_is_not_sealed_yet_will_be_in_a_moment(live, mine):
    answer = mine("/api/v1/me/receipts/3")
    assert (answer.status_code, answer.json["code"]) == (409, "ledger.receipt_not_ready")
    seal(live)
    assert mine("/api/v1/me/receipts/3").status_code == 200


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET amount = amount * 2 WHERE transaction_id = 1",
        "DELETE FROM transactions WHERE id = 1",
        "UPDATE leaves SET hash = sha256('') WHERE seq = 1",
    ],
)
def test_no_receipt_is_given_of_what_was_changed_since(live, mine, statement):
    tamper(live, statement)
    answer = mine("/api/v1/me/receipts/1")
    assert (answer.status_code, answer.json["code"]) == (409, "ledger.receipt_does_not_hold")


def test_the_page_shows_the_code_the_file_and_what_they_prove(live, mine):
    page = mine("/me/receipts/1")
    assert page.status_code == 200, page.text
    for part in ("/api/v1/me/receipts/1.svg", 'href="/api/v1/me/receipts/1"', "verify-receipt"):
        assert part in page.text
    assert "+15" in page.text


def test_the_page_of_what_is_not_sealed_yet_says_so(mine):
    page = mine("/me/receipts/3")
    assert page.status_code == 409
    assert 'href="/me/receipts/3"' in page.text


def test_every_row_of_the_statement_leads_to_its_receipt(mine):
    page = mine("/me/statement").text
    assert 'href="/me/receipts/1"' in page
    assert 'href="/me/receipts/3"' in page


def test_who_is_signed_out_gets_no_receipt(live, mine):
    assert live.test_client().get("/api/v1/me/receipts/1").status_code == 401
    assert live.test_client().get("/me/receipts/1").status_code == 303


def test_the_receipt_of_a_gift_names_nobody_but_its_holder(live, mine, tmp_path):
    """Who gave would be named by the memo: it is opened to who gave, not to who got it."""
    with live.app_context(), transaction():
        getter = make.person()
        ledger.move(
            key="gift",
            kind="transfer",
            owner=live.owner,
            amount=5,
            to=Purse(f"person:{getter.id}", "available"),
            source="gift:x",
            actor=live.owner,
            today=date(2026, 11, 24),
        )
        headers = make.bearer(getter)
    seal(live)
    answer = live.test_client().get("/api/v1/me/receipts/4", headers=headers)
    done = verify(live, tmp_path, answer.data)
    assert (done.exit_code, answer.json["memo"]) == (0, ""), done.output
    assert live.owner not in done.output
    giver = verify(live, tmp_path, mine("/api/v1/me/receipts/4").data)
    assert f"by {live.owner}" in giver.output
    assert str(getter.id) not in giver.output
