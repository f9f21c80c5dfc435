"""Signed and encrypted calls, made and read by what others have written; and what a node does if somebody is in between."""

import datetime
import gzip
import time

import pytest
from signed_node import Keys, SignedNode

from network import AWAY, Node, assert_same, edit
from served import eventually


def record(key, qty=1):
    """A record to upload."""
    return {"table": "inventories", "action": "create", "id": key, "data": {"id": key, "name": "secretname", "qty": qty}}


@pytest.fixture(params=[False, True], ids=["signed", "sealed"])
def signed(master, request):
    """A node with the libraries of others."""
    return SignedNode(master.serve.address, master.token("north"), sealed=request.param)


def test_an_exchange(master, signed):
    """All calls of an exchange, each answer of which is signed, and encrypted where it was asked to be."""
    edit(master, "there", 7, "secretname")
    page = signed.ask("GET", "download?limit=10")
    assert page.is_signed and page.document["records"][0]["data"]["qty"] == 7
    assert (b"secretname" in page.raw) != signed.sealed
    sent = signed.ask("POST", "upload", {"records": [record("a")], "sequence": 1})
    assert sent.is_signed and sent.document["results"][0]["status"] == "applied", sent.document
    assert (b"secretname" in signed.last["body"]) != signed.sealed
    assert master.rows()["a"][2] == 1
    done = {"timestamp": page.document["timestamp"], "status": "success", "cursor": page.document["cursor"]}
    assert signed.ask("POST", "acknowledge", done).document["status"] == "acknowledged"
    assert signed.ask("GET", "status").document["node"] == "north"
    # What is refused is signed, too.
    refused = signed.ask("POST", "upload", {"records": [record("b")], "sequence": 9})
    assert refused.is_signed and (refused.status, refused.document["expected"]) == (409, 2)
    assert signed.ask("GET", "nothing").status == 404


def change_path(sent):
    sent["target"] = sent["target"].replace("limit=1", "limit=2")


def change_method(sent):
    sent["method"], sent["target"] = "POST", "/api/sync/upload"


def change_time(sent):
    sent["headers"]["webhook-timestamp"] = str(int(time.time()) + 1)


def change_id(sent):
    sent["headers"]["webhook-id"] = sent["headers"]["webhook-id"].replace("msg_", "msg_0")


def lose_signature(sent):
    del sent["headers"]["webhook-signature"]


def ask_in_the_clear(sent):
    sent["headers"]["Accept-Encoding"] = "identity"


def use_another_path(sent):
    sent["target"] = "/%61pi/sync/download?limit=1&tables[]=/api/sync/download?limit=1"


def use_key(sent):
    sent["headers"]["Idempotency-Key"] = "another"


def use_strange_id(sent):
    sent["headers"]["webhook-id"] = "msg.1"


def use_strange_time(sent):
    sent["headers"]["webhook-timestamp"] = str(-(2**63))


def use_other_token(sent):
    sent["headers"]["Authorization"] = "Signed pgs_000000"


def use_answers_key(sent):
    sent["headers"]["webhook-signature"] = "v1,AAAA" + sent["headers"]["webhook-signature"][7:]


@pytest.mark.parametrize(
    "change",
    [
        change_path,
        use_another_path,
        use_key,
        use_strange_id,
        use_strange_time,
        change_method,
        change_time,
        change_id,
        lose_signature,
        use_other_token,
        use_answers_key,
    ],
)
def test_a_call_that_was_changed(master, signed, change):
    """Nothing that the signature is for can be another."""
    answer = signed.ask("GET", "download?limit=1", change=change)
    malformed = (lose_signature, use_strange_id, use_strange_time, use_another_path)
    assert answer.status == (400 if change in malformed else 401), answer.document
    assert "records" not in answer.document
    assert answer.is_signed == (change not in (*malformed, use_other_token))


def test_a_body_that_was_changed(master, signed):
    """It changes nothing."""

    def change(sent):
        sent["body"] = sent["body"].replace(b"secretname", b"otherwords") if not signed.sealed else sent["body"] + b" "

    assert signed.ask("POST", "upload", {"records": [record("a")]}, change=change).status == 401
    assert master.rows() == {}
    acts = master.sql("select act, result from pgsync.acts")
    assert ("signature", "refused") in acts


def test_the_same_call_again(master, signed):
    """What somebody has recorded and sends again is refused, in an answer that only the one who signed can check."""
    assert signed.ask("POST", "upload", {"records": [record("a")]}).status == 200
    master.sql("delete from inventories")
    again = signed.send(signed.last)
    assert again.status == 401 and again.is_signed and "has come before" in again.document["detail"]
    # Nor does a server take it that has just begun, and one beside it.
    master.kill()
    master.serve.start()
    assert signed.send(signed.last).status == 401
    assert master.rows() == {}
    assert signed.ask("GET", "status").status == 200
    assert signed.send(signed.last).status == 401


def test_who_takes_a_wish_for_encryption_away_gets_none(master):
    """The answer is encrypted although its header no longer asks for it."""
    edit(master, "there", 7, "secretname")
    sealed = SignedNode(master.serve.address, master.token("north"), sealed=True)
    page = sealed.ask("GET", "download?limit=10", change=ask_in_the_clear)
    assert page.status == 200 and b"secretname" not in page.raw
    assert page.document["records"][0]["data"]["name"] == "secretname"


def test_a_key_of_a_signed_call(signed):
    """It is one request, as ever."""
    first = signed.ask("POST", "upload", {"records": [record("a")]}, key="k1")
    again = signed.ask("POST", "upload", {"records": [record("a")]}, key="k1")
    assert first.status == again.status == 200 and again.headers["Idempotency-Replayed"] == "true"
    assert first.document == again.document


@pytest.mark.parametrize("seconds", [-400, 400, -86_400])
def test_a_call_of_another_time(master, signed, seconds):
    """It is refused, in a signed answer that has the time of the master."""
    answer = signed.ask("GET", "status", at=time.time() + seconds)
    assert answer.status == 401 and answer.is_signed and "by the clock of this server" in answer.document["detail"]
    assert abs(int(answer.headers["webhook-timestamp"]) - time.time()) < 60
    assert signed.ask("GET", "status", at=time.time() + seconds / 2_000).status == 200


def test_what_a_node_needs_at_least(master):
    """A token alone is refused where calls have to be signed, a signature alone where they have to be encrypted."""
    token = master.token("north", "--protection", "signed")
    plain, signed, sealed = token, SignedNode(master.serve.address, token), SignedNode(master.serve.address, token, True)
    status, problem = master.ask("GET", "status", plain)
    assert status == 403 and "--protection signed" in problem["detail"]
    assert [node.ask("GET", "status").status for node in (signed, sealed)] == [200, 200]
    master.pgsync("node", "protect", "north", "sealed")
    eventually(lambda: signed.ask("GET", "status").status == 403)
    refused = signed.ask("POST", "upload", {"records": [record("a")]})
    assert refused.status == 403 and "aes128gcm" in refused.document["detail"]
    assert sealed.ask("POST", "upload", {"records": [record("a")]}).status == 200
    master.pgsync("node", "protect", "north", "token")
    eventually(lambda: master.ask("GET", "status", plain)[0] == 200)
    assert '"protection":"token"' in master.pgsync("node", "list", "--json").replace(" ", "")


def test_two_tokens_at_a_time(master):
    """Both sign while one replaces the other; one that is revoked signs no longer."""
    first = SignedNode(master.serve.address, master.token("north"))
    second = SignedNode(master.serve.address, master.pgsync("node", "rotate", "north").split()[-1])
    assert [node.ask("GET", "status").status for node in (first, second)] == [200, 200]
    master.sql("select pgsync.revoke_token(min(id)) from pgsync.api_tokens where node = 'north'")
    eventually(lambda: first.ask("GET", "status").status == 401)
    assert second.ask("GET", "status").status == 200


# The program as a node.


@pytest.fixture(params=["signed", "sealed"])
def node(master, faults, request):
    """A node that calls over somebody who reads along."""
    node = Node(master.cluster, master, "north", faults.address)
    node.pgsync("sync", "join", faults.address, "--protection", request.param)
    node.protection = request.param
    yield node
    node.end()


def test_nobody_between_learns_the_token(master, node, faults):
    """Neither is the token sent, nor, where it is encrypted, what the records are."""
    sent = []
    for stage in ("call", "answer"):
        faults.plan("", stage, lambda: lambda message: sent.append(message) or message, 0)
    edit(master, "i1", 10, "secretname")
    edit(node, "mine", 1, "secretname")
    node.run()
    assert_same(master, node)
    assert len(sent) >= 10 and not any(node.token.encode() in message for message in sent)

    def readable(message):
        head, _, body = message.partition(b"\r\n\r\n")
        return gzip.decompress(body) if b"content-encoding: gzip\r\n" in head.lower() + b"\r\n" else body

    assert any(b"secretname" in readable(message) for message in sent) == (node.protection == "signed")
    keys = Keys(node.token)
    assert all(keys.prefix.encode() in message for message in sent[::2])


def test_signed_is_what_a_node_does_without_tls(master, faults):
    """Without being told."""
    with_default = Node(master.cluster, master, "east", faults.address)
    sent = []
    faults.plan("", "call", lambda: lambda message: sent.append(message) or message, 0)
    with_default.run()
    assert sent and all(b"webhook-signature" in message and b"Bearer" not in message for message in sent)
    assert "calls: signed" in with_default.pgsync("sync", "status")
    with_default.end()


def swap_qty(message):
    """Another number of the same length in a body that is neither compressed nor encrypted; else another byte."""
    if b"555" in message:
        return message.replace(b"555", b"666")
    return message[:-3] + bytes([message[-3] ^ 1]) + message[-2:]


@pytest.mark.parametrize(("call", "stage"), [("POST upload", "call"), ("GET download", "answer"), ("POST upload", "answer")])
def test_somebody_changes_a_record_on_its_way(master, node, faults, call, stage):
    """Neither side takes it; the next exchange goes on where this one ended."""
    edit(master, "i1", 555)
    edit(node, "mine", 555)
    fault = faults.plan(call, stage, lambda: swap_qty, 0)
    node.run(code=AWAY)
    assert fault.fired
    assert node.rows().get("i1", (0, 0, 555))[2] == 555 and master.rows().get("mine", (0, 0, 555))[2] == 555
    faults.heal()
    node.recover()
    assert_same(master, node)
    assert node.rows()["i1"][2] == 555 and master.rows()["mine"][2] == 555


def test_somebody_answers_in_the_place_of_the_master(master, node, faults):
    """An answer that is not signed, and one to another call, count as none."""
    edit(master, "i1", 1)
    kept = []

    def keep(message):
        kept.append(message)
        return message

    faults.plan("GET download", "answer", lambda: keep, 1)
    node.run()
    faults.heal()
    edit(master, "i1", 2)
    for forged in (lambda _: kept[0], lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"):
        fault = faults.plan("GET download", "answer", lambda forged=forged: forged, 0)
        problem = node.run(code=AWAY)
        assert fault.fired and ("not signed" in str(problem) or "on its way" in str(problem)), problem
        assert node.rows()["i1"][2] == 1
        faults.heal()
        node.pgsync("endpoint", "resume", "master")
    node.run()
    assert node.rows()["i1"][2] == 2


FORGED = ["401 Who", "404 Nothing", "421 Elsewhere", "429 Wait\r\nRetry-After: 604800", "503 Wait\r\nRetry-After: 604800"]


@pytest.mark.parametrize("forged", FORGED)
def test_who_forges_an_answer_stops_nothing_for_long(master, node, faults, forged):
    """The next exchange is good, without a person."""
    edit(node, "mine", 1)
    fault = faults.plan("", "answer", lambda: lambda _: f"HTTP/1.1 {forged}\r\nContent-Length: 0\r\n\r\n".encode(), 1)
    node.pgsync("sync", "run", code=None)
    assert fault.fired
    faults.heal()
    paused, limited = node.sql("select paused_at, limited_until - now() from pgsync.endpoint_states")[0]
    assert paused is None and (limited is None or limited < datetime.timedelta(minutes=2))
    node.recover()
    assert_same(master, node)


def test_the_token_is_not_sent_to_any_place_without_tls(master, faults):
    """Not even where another place has it."""
    own = Node(master.cluster, master, "east", f"https://127.0.0.1:1,{faults.address}")
    sent = []
    faults.plan("", "call", lambda: lambda message: sent.append(message) or message, 0)
    own.run()
    assert sent and all(b"Bearer" not in message for message in sent)
    own.end()
