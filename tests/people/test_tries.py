from datetime import timedelta

from incentive.people.domain import Tries
from tests.factories import MINUTE, NOW


def failing(times, tries=None, apart=timedelta(seconds=1)):
    tries = tries or Tries(0, NOW)
    for n in range(times):
        tries = tries.after_failure(NOW + n * apart)
    return tries


def test_four_wrong_tries_do_not_lock():
    assert failing(4).locked_for(NOW) is None


def test_the_fifth_in_a_row_locks_for_15_minutes():
    tries = failing(5)
    last = NOW + timedelta(seconds=4)
    assert tries.locked_for(last) == 15 * MINUTE
    assert tries.locked_for(last + 15 * MINUTE) is None


def test_after_the_lock_one_has_five_tries_again():
    tries = failing(5).after_failure(NOW + 16 * MINUTE)
    assert (tries.failures, tries.locked_until) == (1, None)


def test_tries_15_minutes_apart_are_no_row():
    assert failing(20, apart=15 * MINUTE).failures == 1
