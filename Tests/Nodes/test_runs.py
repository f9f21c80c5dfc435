"""Runs of nodes, and what comes between."""
import time
from network import *

def test_smoke(master, faults):
    t=time.time()
    node = master.node("north", faults)
    print('node', time.time()-t); t=time.time()
    edit(master, "a", 1)
    edit(node, "b", 2)
    print(node.run(), time.time()-t); t=time.time()
    print(faults.calls)
    assert_same(master, node)
    print(node.run(), time.time()-t); t=time.time()
    f = faults.lose_answer("POST upload")
    edit(node, "b", 3)
    print(node.run(), time.time()-t, faults.calls); t=time.time()
    f = faults.lose_answer("POST upload", 0)
    edit(node, "b", 3)
    print(node.pgsync("sync","run",code=None), time.time()-t, faults.calls, node.status()); t=time.time()
