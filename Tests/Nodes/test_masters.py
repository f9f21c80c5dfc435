"""A master at several places, and two masters that exchange with one another."""

import http.server
import json
import threading

import pytest

from network import AWAY, Master, Node, edit
from served import Server, eventually, free_port


@pytest.fixture
def places(master):
    """A second server of the master's database."""
    other = Server(master.url)
    yield master.serve, other
    if other.process.poll() is None:
        other.stop()


@pytest.fixture
def node(master, places):
    """A node that knows both places."""
    node = Node(master.cluster, master, "north", ",".join(place.address for place in places))
    yield node
    node.end()


def test_another_place_takes_over(master, node, places):
    """Nothing is lost, nothing loaded anew; the first place is used again once it is there."""
    edit(node, "a", 1)
    node.run()
    places[0].stop()
    edit(node, "b", 2)
    edit(master, "c", 3)
    done = node.run()["counts"]
    assert {"b", "c"} <= set(master.rows()) and node.rows() == master.rows()
    assert (done["uploaded"], done["downloaded"]) == (1, 1), done
    places[1].stop()
    edit(node, "d", 4)
    node.run(code=AWAY)
    places[0].start()
    node.recover()
    assert "d" in master.rows() and node.rows() == master.rows()


class Busy(http.server.BaseHTTPRequestHandler):
    """A server that is there and cannot, such as one whose database only follows another."""

    asked = 0

    def do_GET(self):
        Busy.asked += 1
        self.send_error(503)

    def log_message(self, *_):
        pass


def test_a_place_that_cannot_is_passed_over(master, places):
    """Without a word in the list of failed calls."""
    edit(master, "a", 1)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy) as busy:
        threading.Thread(target=busy.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{busy.server_port}"
        node = Node(master.cluster, master, "north", f"{address},{places[0].address}")
        node.run()
        busy.shutdown()
    assert Busy.asked == 1 and node.rows() == master.rows()
    assert node.value("select failures_in_a_row from pgsync.endpoint_states") == 0
    node.end()


def test_the_environment_names_several_places(master, places):
    """As pgsync sync join does."""
    node = Node(master.cluster, master, "north", places[0].address)
    node.pgsync("sync", "leave")
    nobody = f"http://127.0.0.1:{free_port()}"
    node.environment["MASTER_URL"] = f"{nobody}/, {places[0].address}"
    edit(master, "a", 1)
    node.run()
    assert node.rows() == master.rows()
    assert f"{nobody}, or {places[0].address}" in node.pgsync("sync", "status")
    node.environment["MASTER_URL"] = "books.example"
    assert "such as https://books.example" in node.pgsync("sync", "run", code=None)[2]
    node.end()


@pytest.fixture
def ring(cluster):
    """Two masters that are a node of each other, and a node of both."""
    west, east = Master(cluster), Master(cluster)
    west.sql("select pgsync.begin_incarnation('west')")
    east.sql("select pgsync.begin_incarnation('east')")
    both = Node(cluster, west, "shop", west.serve.address)
    sides = {"west": west, "east": east, "shop": both}
    for own, other in ((west, "east"), (east, "west")):
        own.environment["MASTER_TOKEN"] = sides[other].token(own.value("select pgsync.own_name()"))
        own.environment["PGSYNC_ADDRESSES"] = "127.0.0.1/32"
        own.pgsync("sync", "join", sides[other].serve.address, "--name", other)
    both.pgsync("sync", "join", east.serve.address, "--name", "second", "--secret", "env:EAST_MASTER_TOKEN")
    both.environment["EAST_MASTER_TOKEN"] = east.token("shop")
    yield west, east, both
    both.end()
    west.end()
    east.end()


def run(side, master):
    """An exchange with one of several masters; what it has counted."""
    return json.loads(side.pgsync("sync", "run", "--json", "--master", master))["counts"]


def exchange(side):
    """An exchange of a side with each of its masters; how many records moved."""
    moved = 0
    for (master,) in side.sql("select endpoint from pgsync.masters order by endpoint"):
        done = run(side, master)
        moved += done["written"] + done["deleted"] + done["uploaded"]
    return moved


def test_a_ring_of_two_masters(ring):
    """Each change comes to each side once, over whichever way; the later one wins everywhere; then nothing moves."""
    west, east, shop = ring
    edit(west, "w", 1)
    edit(east, "e", 2)
    edit(shop, "s", 3)
    # All change one record, the shop last.
    for number, side in enumerate((west, east, shop)):
        edit(side, "all", number, side.name)
    edit(west, "gone", 1)
    for _ in range(2):
        for side in ring:
            exchange(side)
    east.sql("delete from inventories where id = 'gone'")
    for _ in range(2):
        for side in ring:
            exchange(side)
    assert [exchange(side) for side in ring] == [0, 0, 0]
    assert set(west.rows()) == {"w", "e", "s", "all"} and west.rows()["all"][1] == shop.name
    assert west.rows() == east.rows() == shop.rows()
    assert west.versions() == east.versions() == shop.versions()
    counted = "select count(*) from pgsync.sync_logs where record_id = 's'"
    assert [side.value(counted) for side in ring] == [1, 1, 1]


def test_one_of_two_masters_is_away(ring):
    """The other one passes on what it cannot."""
    west, east, shop = ring
    for side in ring:
        exchange(side)
    east.serve.stop()
    edit(west, "w", 1)
    edit(shop, "s", 1)
    assert run(shop, "master")["uploaded"] == 1
    shop.pgsync("sync", "run", "--json", "--master", "second", code=AWAY)
    edit(east, "e", 1)
    exchange(east)
    assert set(east.rows()) == {"w", "s", "e"} == set(west.rows())
    east.serve.start()
    shop.pgsync("endpoint", "resume", "second")
    exchange(shop)
    assert shop.rows() == east.rows() == west.rows()
    # West says once more what east has from the shop.
    exchange(west)
    assert [exchange(side) for side in ring] == [0, 0, 0]


def test_a_policy_that_needs_one_master_is_refused(ring):
    """Two masters that add differences to one another's sums would never agree."""
    for policy in ("fields", "delta(qty)", "manual", "node"):
        code, _, problem = ring[2].pgsync("sync", "on", "inventories", "--policy", policy, code=None)
        assert code and "several masters" in problem, problem
    eventually(lambda: ring[2].pgsync("sync", "tables"))
