"""Nodes that have to show a certificate: whose is taken, and what is said of the others."""

import datetime
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from signed_node import SignedNode

from network import AWAY, Node, assert_same, edit
from served import PROGRAM, Server, eventually, free_port

NAMELESS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
NAMELESS.check_hostname = False
NAMELESS.verify_mode = ssl.CERT_NONE


class Authority:
    """Signs certificates."""

    def __init__(self, name, signer=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.own = (signer or self)._sign(name, self.key.public_key(), is_authority=True)

    def _sign(self, name, key, days=(-1, 2), is_authority=False):
        now = datetime.datetime.now(datetime.UTC)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self):
        """Its own certificate."""
        return self.own.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, name, days=(-1, 2)):
        """A certificate and its private key."""
        key = ec.generate_private_key(ec.SECP256R1())
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        certificate = self._sign(name, key.public_key(), days).public_bytes(serialization.Encoding.PEM)
        return certificate.decode(), key.private_bytes(*form).decode()


class SecureServer(Server):
    """A `pgsync serve` with TLS."""

    def __init__(self, url, *options):
        self.scheme = "https"
        super().__init__(url, *options)

    @property
    def address(self):
        """Where it is."""
        return f"https://127.0.0.1:{self.port}"

    @address.setter
    def address(self, _):
        pass

    def ask(self, path, token=None, context=NAMELESS):
        """Status, headers and text of an answer."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.address + path, headers=headers), timeout=30, context=context
            ) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read().decode()


@pytest.fixture(scope="module")
def authority():
    return Authority("nodes")


@pytest.fixture
def served(master, authority, tmp_path):
    """The master's server with TLS and the authority of its nodes; its directory has what it was given."""
    renew(tmp_path, authority)
    (tmp_path / "nodes.pem").write_text(authority.pem)
    metrics = free_port()
    server = SecureServer(
        master.url,
        "--tls-cert",
        tmp_path / "own.pem",
        "--tls-key",
        tmp_path / "own.key",
        "--node-authorities",
        tmp_path / "nodes.pem",
        "--metrics-listen",
        str(metrics),
    )
    server.metrics = metrics
    yield server
    server.stop()


def renew(directory, authority):
    """Gives the server another certificate."""
    certificate, key = authority.sign("hub")
    (directory / "own.pem").write_text(certificate)
    (directory / "own.key").write_text(key)


@pytest.fixture
def node(master, served, authority, tmp_path):
    """A node that has joined with a certificate."""
    node = Node(master.cluster, master, "north", served.address)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    node.environment |= {"PGSYNC_SECRETS": str(secrets), "MASTER_AUTHORITIES": authority.pem}
    node.file = secrets / "north.pem"
    node.file.write_text("".join(authority.sign("north")))
    node.pgsync(
        "sync", "join", served.address, "--certificate", f"file:{node.file}", "--authorities", "env:MASTER_AUTHORITIES"
    )
    yield node
    node.end()


def counted(server, name, **label):
    """A number among the server's metrics."""
    with urllib.request.urlopen(f"http://127.0.0.1:{server.metrics}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    ((key, value),) = label.items()
    return float(next(line for line in lines if line.startswith(f'pgsync_dashboard_{name}{{{key}="{value}"}}')).split()[1])


def refusal(node):
    """Why an exchange did not happen."""
    node.pgsync("endpoint", "resume", "master")
    code, out, err = node.pgsync("sync", "run", "--json", code=None)
    assert code == AWAY, (code, out, err)
    return out + err


def test_an_exchange(master, node):
    edit(master, "i1", 10)
    edit(node, "mine", 1)
    node.run()
    assert_same(master, node)
    assert node.rows()["i1"][2] == 10 and master.rows()["mine"][2] == 1
    kept = node.sql("select certificate_ref, authorities_ref from pgsync.masters")
    assert kept == [(f"file:{node.file}", "env:MASTER_AUTHORITIES")]
    # Joining again without saying it leaves it as it is.
    node.pgsync("sync", "join", master.value("select 'https://books.example'"))
    assert node.sql("select certificate_ref, authorities_ref from pgsync.masters") == kept


def test_one_of_a_variable(master, node, authority):
    node.environment["MASTER_CERTIFICATE"] = "".join(authority.sign("north"))
    node.pgsync(
        "sync", "join", node.value("select base_url from pgsync.master_states"), "--certificate", "env:MASTER_CERTIFICATE"
    )
    node.file.unlink()
    edit(master, "i1", 10)
    node.run()
    assert_same(master, node)


def test_one_that_another_vouches_for(master, node, authority):
    """The file has the certificates between it and the authority, too."""
    between = Authority("between", authority)
    certificate, key = between.sign("north")
    edit(master, "i1", 10)
    node.file.write_text(certificate + key)
    assert "not known here" in refusal(node)
    node.file.write_text(certificate + between.pem + key)
    node.recover()
    assert_same(master, node)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (lambda own: Authority("nodes").sign("north"), "it is of an authority that is not known here"),
        (lambda own: own.sign("east"), "the one that was shown is of east"),
        (lambda own: own.sign("NORTH"), "the one that was shown is of NORTH"),
        (lambda own: own.sign("north", days=(-3, -1)), "it has expired"),
        (lambda own: own.sign("north", days=(1, 3)), "it is not valid yet"),
    ],
    ids=["another authority", "another node", "another case", "expired", "not yet valid"],
)
def test_a_certificate_that_is_not_taken(master, node, authority, shown, told):
    """Nothing is exchanged, the node says why, and goes on once it has a good one."""
    master.token("east")
    edit(master, "i1", 10)
    edit(node, "mine", 1)
    good = node.file.read_text()
    node.file.write_text("".join(shown(authority)))
    said = refusal(node)
    assert told in said and "need a certificate" in said, said
    assert node.rows().keys() == {"mine"} and master.rows().keys() == {"i1"}
    assert ("certificate", "refused") in master.sql("select act, result from pgsync.acts")
    node.file.write_text(good)
    node.recover()
    assert_same(master, node)


def test_none(master, node, served):
    edit(node, "mine", 1)
    node.sql("update pgsync.masters set certificate_ref = null")
    said = refusal(node)
    assert "none was shown" in said and "pgsync sync join --certificate" in said, said
    assert master.rows() == {}
    assert counted(served, "refused_total", reason="certificate") == 1
    # Those that come too often are told the same, and no longer put on record.
    for _ in range(12):
        assert served.ask("/api/sync/status", node.token)[0] == 403
    assert counted(served, "refused_total", reason="certificate") == 13
    acts = master.sql("select actor, result from pgsync.acts where act = 'certificate'")
    assert len(acts) == 10 and set(acts) == {("node north", "refused")}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        ("nonsense", "is no certificate with its private key as PEM"),
        ("certificate", "is no certificate with its private key as PEM"),
        ("cut", "cannot be used"),
        ("other key", "cannot be used"),
    ],
)
def test_a_file_that_is_none(master, node, authority, text, told):
    """It is an error that names the file, and not what is in it."""
    certificate, key = authority.sign("north")
    texts = {
        "certificate": certificate,
        "cut": certificate + key[:-60],
        "other key": certificate + authority.sign("north")[1],
    }
    node.file.write_text(texts.get(text, text))
    said = refusal(node)
    assert told in said and key.splitlines()[1] not in said, said
    found = node.value("select error_class from pgsync.job_states where kind = 'sync' order by id desc limit 1")
    assert found == ("call.config" if told == "cannot be used" else "call.auth")


def test_a_master_of_an_authority_that_the_node_does_not_know(master, node):
    node.environment["MASTER_AUTHORITIES"] = Authority("elsewhere").pem
    assert "certificate" in refusal(node)
    node.sql("update pgsync.masters set authorities_ref = null")
    assert "certificate" in refusal(node)


@pytest.mark.parametrize("sealed", [False, True])
def test_signed_calls_need_it_too(master, served, sealed):
    """The refusal is signed, as every answer to a signed call is."""
    node = SignedNode(served.address, master.token("north"), sealed=sealed)
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=NAMELESS))
    urllib.request.install_opener(opener)
    try:
        answer = node.ask("GET", "status")
    finally:
        urllib.request.install_opener(None)
    assert answer.status == 403 and answer.is_signed and "none was shown" in answer.document["detail"]


def test_others_need_none(master, served, tmp_path):
    """People, and the page; also with a certificate that means nothing here."""
    token = master.pgsync("token", "create", "asha", "--scopes", "read").split()[-1]
    stranger = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    stranger.check_hostname = False
    stranger.verify_mode = ssl.CERT_NONE
    (tmp_path / "stranger.pem").write_text("".join(Authority("strangers").sign("asha")))
    stranger.load_cert_chain(tmp_path / "stranger.pem")
    for context in (NAMELESS, stranger):
        assert served.ask("/api/v1/status", token, context)[0] == 200
        assert served.ask("/", None, context)[0] == 200
    # The token of a node is for nothing without it.
    of_node = master.token("north")
    for path in ("/api/v1/status", "/api/v1/session", "/api/sync/status"):
        status, _, text = served.ask(path, of_node)
        assert status == 403 and "none was shown" in json.loads(text)["detail"], (path, status, text)


def test_another_certificate_of_the_server(master, node, served, authority, tmp_path):
    """Nodes are asked for theirs as before; also the authorities are read again."""

    def shown():
        with socket.create_connection(("127.0.0.1", served.port), 10) as plain, NAMELESS.wrap_socket(plain) as secure:
            return secure.getpeercert(binary_form=True)

    edit(master, "i1", 10)
    before = shown()
    renew(tmp_path, authority)
    served.process.send_signal(signal.SIGHUP)
    eventually(lambda: shown() != before)
    node.run()
    assert_same(master, node)
    good = node.file.read_text()
    newer = Authority("newer")
    node.file.write_text("".join(newer.sign("north")))
    assert "not known here" in refusal(node)
    before = shown()
    renew(tmp_path, authority)
    (tmp_path / "nodes.pem").write_text(authority.pem + newer.pem)
    served.process.send_signal(signal.SIGHUP)
    eventually(lambda: shown() != before)
    for text in (node.file.read_text(), good):
        node.file.write_text(text)
        node.recover()
    # What is none is not taken, and those before are kept.
    before = shown()
    renew(tmp_path, authority)
    (tmp_path / "nodes.pem").write_text("none")
    served.process.send_signal(signal.SIGHUP)
    eventually(lambda: counted(served, "certificates_total", result="refused") == 1)
    assert shown() == before
    node.recover()


def test_a_server_that_cannot_be_as_asked(master, served, tmp_path):
    """Without TLS, or with authorities that are none, it does not begin."""

    def serve(*options):
        process = subprocess.run(
            [PROGRAM, "serve", "--listen", "127.0.0.1:0", *options],
            env=os.environ | {"PGSYNC_DATABASE_URL": master.url},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return process.returncode, process.stderr

    code, said = serve("--node-authorities", tmp_path / "nodes.pem")
    assert code == 64 and "--node-authorities needs --tls-cert and --tls-key" in said
    tls = ("--tls-cert", tmp_path / "own.pem", "--tls-key", tmp_path / "own.key")
    (tmp_path / "broken.pem").write_text("broken")
    code, said = serve(*tls, "--node-authorities", tmp_path / "broken.pem")
    assert code != 0 and "--node-authorities is PEM" in said, said
    code, said = serve(*tls, "--node-authorities", tmp_path / "nothing.pem")
    assert code != 0 and "nothing.pem" in said, said


@pytest.mark.parametrize(
    ("url", "reference", "told"),
    [
        ("http://127.0.0.1:9", "env:MASTER_CERTIFICATE", "is for a master at https://"),
        ("https://a.example,http://b.example", "env:MASTER_CERTIFICATE", "is for a master at https://"),
        ("https://a.example", "/run/secrets/north.pem", "is env:NAME or file:/PATH"),
    ],
)
@pytest.mark.parametrize("option", ["--certificate", "--authorities"])
def test_a_reference_that_is_none(master, option, url, reference, told):
    said = master.pgsync("sync", "join", url, option, reference, code=None)
    assert said[0] == 64 and f"{option} {told}" in said[2], said
