from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from incentive.core.db import transaction
from incentive.people import service
from incentive.people.errors import PhoneTaken, SignInLocked, WrongCredentials
from incentive.people.models import Person
from incentive.people.sign_in import sign_in
from tests.factories import NOW
from tests.people.conftest import PASSWORD, PHONE, territory


def at_once(app, work, times):
    """Do `work(n)` in `times` threads at once; return results and refusals' classes."""
    barrier = Barrier(times)

    def run(n):
        with app.app_context():
            barrier.wait()
            try:
                return work(n)
            except (PhoneTaken, SignInLocked, WrongCredentials) as refusal:
                return type(refusal)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def enter(home):
    with transaction():
        return service.create_person(
            name="张三", phone=PHONE, password=PASSWORD, home_region_id=home.id, by=None, at=NOW
        )


def test_of_ten_guesses_at_once_only_five_are_tries(live):
    with live.app_context():
        enter(territory()["530102001007"])
    answers = at_once(live, lambda n: sign_in(PHONE, f"a wrong guess {n}", NOW), 10)
    assert answers.count(WrongCredentials) == 5
    assert answers.count(SignInLocked) == 5


def test_of_ten_persons_entered_at_once_with_one_phone_one_gets_in(live):
    with live.app_context():
        home = territory()["530102001007"]
    answers = at_once(live, lambda _n: enter(home), 10)
    assert answers.count(PhoneTaken) == 9
    assert sum(isinstance(answer, Person) for answer in answers) == 1
