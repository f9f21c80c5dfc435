"""Real runs of three nodes at once, of which calls are lost and processes killed by chance: nothing is lost or doubled."""

import os
import random
import signal

import pytest

from faults import Faults
from network import Master, assert_same, edit

FULL = os.environ.get("PGSYNC_TEST_PROFILE", "default") != "default"
ROUNDS = 120 if FULL else 6
SEED = int(os.environ.get("PGSYNC_TEST_SEED", "1"))
NAMES = ("north", "south", "west")


@pytest.fixture
def network(cluster):
    """A master, and three nodes that each have a proxy of their own."""
    master = Master(cluster)
    proxies = [Faults(master.serve.port) for _ in NAMES]
    nodes = [master.node(name, proxy) for name, proxy in zip(NAMES, proxies, strict=True)]
    yield master, nodes, proxies
    for proxy in proxies:
        proxy.end()
    master.end()


def test_kills_and_partitions(network):
    """Three nodes exchange at once while everybody writes; the later change of each record is there in the end."""
    master, nodes, proxies = network
    chance = random.Random(SEED)
    story, last, running = [f"seed {SEED}"], {}, [None] * len(nodes)

    def kill_node(number):
        running[number].send_signal(signal.SIGKILL)
        return 0

    def kill_master(_):
        master.kill()
        master.serve.start()
        return 0

    planned = []
    for turn in range(ROUNDS):
        for _ in range(6):
            side = chance.choice([master, *nodes])
            record, value = f"r{chance.randrange(10)}", chance.randrange(1_000_000)
            if chance.random() < 0.15 and side.sql("delete from inventories where id = %s returning 1", record):
                value = None
            else:
                edit(side, record, value)
            last[record] = value
            story.append((turn, side.name, record, value))
        for number, proxy in enumerate(proxies):
            proxy.heal()
            what = chance.choice([kill_node, kill_master, lambda _: 0, lambda _: -3, None])
            if what:
                stage, nth = chance.choice(["call", "answer"]), chance.randrange(1, 6)
                planned.append(proxy.plan("", stage, lambda what=what, number=number: what(number), nth))
        for number, node in enumerate(nodes):
            running[number] = node.begin()
        for number, node in enumerate(nodes):
            running[number].communicate(timeout=120)
            story.append((turn, node.called, running[number].returncode))
            node.pgsync("endpoint", "resume", "master")
    fired = sum(fault.fired for fault in planned)
    assert fired >= ROUNDS
    for proxy in proxies:
        proxy.planned.clear()
    for _ in range(2):
        for node in nodes:
            node.recover()
    assert_same(master, *nodes)
    rows = master.rows()
    assert {record: rows[record][2] if record in rows else None for record in last} == last, story
