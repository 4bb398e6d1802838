from datetime import timedelta

from sqlalchemy import select

from incentive.core import clock, idempotency
from incentive.core.db import session, transaction
from incentive.people import jobs
from incentive.people.models import SignIn, SignInFailure
from tests import factories

DAY = timedelta(days=1)


def test_what_callers_left_behind_is_forgotten_in_time_and_not_before(books):
    now = clock.now()
    with transaction():
        holder = factories.person()
        for days in (0, 2, 199, 201):
            then = now - days * DAY
            name = f"{days:03}"
            idempotency.claim(f"caller {name}", "a-key-of-it", b"", then)
            factories.add(SignInFailure(phone_blind=name.encode(), failures=1, failed_at=then))
            factories.add(
                SignIn(
                    person_id=holder.id,
                    token_hash=name.encode(),
                    created_at=then - 30 * DAY,
                    expires_at=then,
                )
            )
    jobs.forget()
    with transaction():
        failures = session().scalars(select(SignInFailure.phone_blind)).all()
        sessions = session().scalars(select(SignIn.token_hash).order_by(SignIn.token_hash)).all()
        answers = session().scalars(select(idempotency.IdempotencyKey.caller)).all()
    assert failures == [b"000"]
    assert sessions == [b"000", b"002", b"199"]
    assert sorted(answers) == ["caller 000", "caller 002"]
