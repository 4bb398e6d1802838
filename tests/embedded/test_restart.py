"""When the supervisor starts a dead process again."""

from incentive.embedded.restart import FIRST_SECONDS, LONGEST_SECONDS, WELL_SECONDS, Restarts


class Watch:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def die_and_return(restarts: Restarts, watch: Watch) -> float:
    """Seconds between a death and the start that answers it."""
    assert restarts.note_death("web")
    died = watch.seconds
    while not restarts.is_due("web"):
        assert not restarts.note_death("web")
        watch.seconds += 0.05
    return round(watch.seconds - died, 2)


def test_the_first_restart_is_soon_and_later_ones_less_and_less():
    watch = Watch()
    restarts = Restarts(watch)
    waits = [die_and_return(restarts, watch) for _ in range(10)]
    assert waits[0] <= FIRST_SECONDS + 0.1
    assert waits == sorted(waits)
    assert LONGEST_SECONDS <= waits[-1] <= LONGEST_SECONDS + 0.1


def test_a_process_that_lived_long_is_restarted_soon_again():
    watch = Watch()
    restarts = Restarts(watch)
    for _ in range(6):
        die_and_return(restarts, watch)
    watch.seconds += WELL_SECONDS + 1
    restarts.note_alive("web")
    assert die_and_return(restarts, watch) <= FIRST_SECONDS + 0.1


def test_one_death_leads_to_one_start():
    watch = Watch()
    restarts = Restarts(watch)
    die_and_return(restarts, watch)
    assert not restarts.is_due("web")
