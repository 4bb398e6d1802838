"""The forms on a statement's page: send, object, answer, confirm, book, pay, settle, reverse."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from flask import request, url_for
from flask.typing import ResponseReturnValue

from incentive.core.errors import IncentiveError
from incentive.core.i18n import Text, _
from incentive.core.money import FEN_MAX
from incentive.core.needs import REGION, needs
from incentive.merchants import claiming, closing, confirming, disputes, paying, statements
from incentive.merchants.domain import SIDES, Side
from incentive.merchants.statement_schemas import PIECES_MAX
from incentive.merchants.statements import Detail
from incentive.people.caller import Caller
from incentive.web import forms
from incentive.web.errors import AmountWrong, FieldUnreadable
from incentive.web.merchant_statement_pages import shown
from incentive.web.site import bp

_ONE: Final = "/merchant-statements/<uuid:statement_id>"
_TEXT_MAX: Final = 200


@bp.post(f"{_ONE}/send")
@needs("statement.make", of=REGION)
def send_merchant_statement(statement_id: UUID) -> ResponseReturnValue:
    """Put a draft before both sides."""

    def do(who: Caller, at: datetime) -> Text:
        statements.send(who, statement_id, at)
        return _("The statement is before both sides now.")

    return _act(do, statement_id, "send")


@bp.post(f"{_ONE}/lines/<int:number>/object")
@needs("statement.confirm", "merchant.confirm", of=REGION, own=True)
def object_to_line(statement_id: UUID, number: int) -> ResponseReturnValue:
    """Hold something against a line."""

    def do(who: Caller, at: datetime) -> Text:
        text = forms.words("text", _TEXT_MAX, required=True)
        disputes.object_to(who, statement_id, number=number, side=_side(), text=text, at=at)
        return _("Your objection to line %(number)s waits for its answer.", number=number)

    return _act(do, statement_id, f"object-{number}")


@bp.post(f"{_ONE}/objections/<uuid:objection_id>/answer")
@needs("statement.make", of=REGION)
def answer_objection(statement_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    """Answer an objection: by a correction if a number of pieces is given, else by words."""

    def do(who: Caller, at: datetime) -> Text:
        answer = forms.words("answer", _TEXT_MAX, required=True)
        if not request.form.get("quantity", "").strip():
            disputes.decline(who, statement_id, objection_id, answer=answer, at=at)
            return _("Answered; the line stays as it is.")
        pieces = forms.whole("quantity", 1, PIECES_MAX)
        change = pieces if request.form.get("direction") == "more" else -pieces
        disputes.correct(who, statement_id, objection_id, quantity=change, answer=answer, at=at)
        return _("Corrected by a line of its own. Both sides confirm the new total.")

    return _act(do, statement_id, f"answer-{objection_id}")


@bp.post(f"{_ONE}/objections/<uuid:objection_id>/take-off")
@needs("statement.make", of=REGION)
def take_orders_off(statement_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    """Answer an objection by taking orders off its line."""

    def do(who: Caller, at: datetime) -> Text:
        answer = forms.words("answer", _TEXT_MAX, required=True)
        chosen = forms.identifiers("order")
        disputes.take_off(who, statement_id, objection_id, orders=chosen, answer=answer, at=at)
        return _("Corrected by a line of its own. Both sides confirm the new total.")

    return _act(do, statement_id, f"answer-{objection_id}")


@bp.post(f"{_ONE}/confirm")
@needs("statement.confirm", "merchant.confirm", of=REGION, own=True)
def confirm_merchant_statement(statement_id: UUID) -> ResponseReturnValue:
    """Confirm a statement for the side of the caller."""

    def do(who: Caller, at: datetime) -> Text:
        read = request.form.get("revision", type=int)
        found = confirming.confirm(who, statement_id, side=_side(), at=at, revision=read)
        if found.statement.status == "confirmed":
            return _("Both sides have confirmed. The amount can be booked now.")
        return _("Confirmed. The other side has to confirm, too.")

    return _act(do, statement_id, "confirm")


@bp.post(f"{_ONE}/charge")
@needs("statement.confirm", of=REGION)
def charge_merchant_statement(statement_id: UUID) -> ResponseReturnValue:
    """Book a confirmed statement as payable."""

    def do(who: Caller, at: datetime) -> Text:
        confirming.charge(who, statement_id, at)
        return _("Booked against the sponsor's budget. Quote the number when you pay.")

    return _act(do, statement_id, "charge")


@bp.post(f"{_ONE}/settle")
@needs("statement.confirm", of=REGION)
def settle_merchant_statement(statement_id: UUID) -> ResponseReturnValue:
    """Close a confirmed statement on which nothing is to be paid."""

    def do(who: Caller, at: datetime) -> Text:
        closing.settle(who, statement_id, reason=forms.reason(), at=at)
        return _("Settled. Nothing is paid on this statement.")

    return _act(do, statement_id, "settle")


@bp.post(f"{_ONE}/settle-without-merchant")
@needs("statement.confirm", of=REGION)
def settle_without_merchant(statement_id: UUID) -> ResponseReturnValue:
    """Close a statement on which nothing is to be paid and the merchant is silent."""

    def do(who: Caller, at: datetime) -> Text:
        closing.settle_without_merchant(who, statement_id, reason=forms.reason(), at=at)
        return _("Settled. Nothing is paid on this statement.")

    return _act(do, statement_id, "settle")


@bp.post(f"{_ONE}/claim")
@needs("statement.confirm", of=REGION)
def claim_merchant_statement(statement_id: UUID) -> ResponseReturnValue:
    """Claim back what the merchant owes."""

    def do(who: Caller, at: datetime) -> Text:
        claiming.claim(who, statement_id, at)
        return _("Claimed. The merchant quotes the number when it pays back.")

    return _act(do, statement_id, "claim")


@bp.post(f"{_ONE}/claim-without-merchant")
@needs("statement.confirm", of=REGION)
def claim_without_merchant(statement_id: UUID) -> ResponseReturnValue:
    """Claim back what a merchant owes that is silent."""

    def do(who: Caller, at: datetime) -> Text:
        claiming.claim_without_merchant(who, statement_id, at)
        return _("Claimed. The merchant quotes the number when it pays back.")

    return _act(do, statement_id, "claim")


@bp.post(f"{_ONE}/let-go")
@needs("statement.confirm", of=REGION)
def let_claim_go(statement_id: UUID) -> ResponseReturnValue:
    """Give a claim up."""

    def do(who: Caller, at: datetime) -> Text:
        claiming.let_go(who, statement_id, reason=forms.reason(), at=at)
        return _("The claim is given up; both entries stay in the books.")

    return _act(do, statement_id, "let-go")


@bp.post(f"{_ONE}/payments")
@needs("payment.record", of=REGION)
def record_payment(statement_id: UUID) -> ResponseReturnValue:
    """Record what was paid."""
    return _record(paying.pay, statement_id)


@bp.post(f"{_ONE}/repayments")
@needs("payment.record", of=REGION)
def record_repayment(statement_id: UUID) -> ResponseReturnValue:
    """Record what the merchant gave back."""
    return _record(paying.give_back, statement_id)


def _record(record: Callable[..., Detail], statement_id: UUID) -> ResponseReturnValue:
    def do(who: Caller, at: datetime) -> Text:
        fen, paid_on = forms.fen("fen", FEN_MAX), forms.day("paid_on")
        if not fen:
            raise AmountWrong("fen")
        if paid_on is None:
            raise FieldUnreadable("paid_on")
        text = forms.words("reference", 100, required=True)
        found = record(who, statement_id, fen=fen, reference=text, paid_on=paid_on, at=at)
        if found.statement.paid_fen == found.statement.total_fen:
            return _("The statement is paid.")
        return _("The payment is recorded; the rest is still owed.")

    return _act(do, statement_id, "pay")


@bp.post(f"{_ONE}/payments/<uuid:payment_id>/take-back")
@needs("payment.record", of=REGION)
def take_payment_back(statement_id: UUID, payment_id: UUID) -> ResponseReturnValue:
    """Take a payment back."""

    def do(who: Caller, at: datetime) -> Text:
        paying.take_back(who, statement_id, payment_id, reason=forms.reason(), at=at)
        return _("The payment is taken back; both entries stay in the books.")

    return _act(do, statement_id, f"take-back-{payment_id}")


@bp.post(f"{_ONE}/reverse")
@needs("statement.make", "statement.confirm", of=REGION)
def reverse_merchant_statement(statement_id: UUID) -> ResponseReturnValue:
    """Take a wrong statement out."""

    def do(who: Caller, at: datetime) -> Text:
        statements.reverse(who, statement_id, reason=forms.reason(), at=at)
        return _("The statement is reversed. Its goods can stand on a new one.")

    return _act(do, statement_id, "reverse")


def _act(do: forms.Action, statement_id: UUID, form: str) -> ResponseReturnValue:
    def refused(error: IncentiveError) -> str:
        return shown(statement_id, error, form)

    done = url_for("web.merchant_statement", statement_id=statement_id)
    return forms.act(do, done=done, refused=refused)


def _side() -> Side:
    side = request.form.get("side", "")
    if side not in SIDES:
        raise FieldUnreadable("side")
    return side
