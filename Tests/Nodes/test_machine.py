"""Whatever happens to a master and three nodes, they are the same in the end."""

import os

import pytest

from machine import POLICIES, Kind, Machine

FULL = os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default"
SEEDS = range(1, 41) if FULL else range(1, 2)
if given := os.environ.get("PGSYNC_TEST_SEED"):
    SEEDS = [int(given)]
STEPS = 150 if FULL else 45

KINDS = [
    Kind("newer", has_children=False, restores=False, steps=STEPS),
    Kind("delta(qty)", has_children=False, restores=False, steps=STEPS),
    *(Kind(policy, steps=STEPS) for policy in POLICIES),
    *([Kind(policy, restores_master=True, steps=STEPS) for policy in POLICIES] if FULL else []),
]


def name(kind):
    """What a kind of run is called."""
    return kind.policy + ("" if kind.restores else " alone") + (" and the master" if kind.restores_master else "")


@pytest.mark.parametrize("kind", KINDS, ids=name)
@pytest.mark.parametrize("seed", SEEDS)
def test_all_are_the_same_in_the_end(cluster, kind, seed):
    """Writes everywhere, lost calls and answers, kills, and nodes that are restored."""
    machine = Machine(cluster, kind, seed)
    try:
        try:
            machine.run()
        except Exception as error:
            raise AssertionError(f"{type(error).__name__}: {error}\n{machine.story()}") from error
        assert machine.fired
    finally:
        machine.end()
