"""Over five hundred random sequences of everything that moves points, against the model."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from incentive.core.db import transaction
from tests.points.machine import Points, world
from tests.undone import undone

SHARDS = 4
SEQUENCES = 130  # in each shard
STEPS = 20


class _Undone(Exception):
    pass


def _undo():
    raise _Undone


@pytest.mark.timeout(600)  # time to make a failing sequence short
@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_happens_the_books_say_what_a_plain_list_of_moves_says(app, shard):
    try:
        with undone(app), transaction():
            # Hypothesis derives its seed from the class: each shard walks other ways, always the same.
            machine = type(f"Points{shard}", (Points,), {"world": world()})
            run_state_machine_as_test(
                machine,
                settings=settings(
                    max_examples=SEQUENCES,
                    stateful_step_count=STEPS,
                    derandomize=True,
                    database=None,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                ),
            )
            _undo()
    except _Undone:
        pass
