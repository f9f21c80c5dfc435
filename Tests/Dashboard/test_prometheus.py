"""The rules and examples in contrib/prometheus, judged by promtool, amtool and the real servers.

The rules of the dashboard name metrics of `pgsync serve`; they are compared with its own once it serves any.
"""

import os
import re
import signal
import subprocess
import time
import urllib.request

import pytest
import yaml

from served import PROGRAM, ROOT, Clinic, Server, Worker, eventually, free_port
from watchers import AMTOOL, PROMTOOL, Alertmanager, Prometheus, Receiver

EXAMPLES = ROOT / "contrib" / "prometheus"
RULES = EXAMPLES / "pgsync.rules.yml"
TESTS = EXAMPLES / "pgsync.rules.test.yml"
ROUTES = EXAMPLES / "alertmanager.yml"
SEVERITIES = {"critical", "high", "medium", "low"}
# Told by what Prometheus itself sees, or under several names: no rule selects the leader's alert of the kind.
TOLD_OTHERWISE = {"SYSTEM_DOWN", "CHECKER_SILENT", "SYNC_FAILURES"}
# How long a worker may be dead before somebody has been told.
PATIENCE = 30

pytestmark = pytest.mark.skipif(not PROMTOOL.exists(), reason="scripts/setup unpacks Prometheus")


def ran(*command, text=None):
    """What a command prints; it must succeed."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def apart():
    """A server of our own, whose only worker is killed."""
    clinic = Clinic("--no-worker", demo=False)
    yield clinic
    clinic.end()


@pytest.fixture(scope="module")
def worker(apart):
    worker = Worker(apart.url)
    yield worker
    worker.stop()


@pytest.fixture(scope="module")
def rules():
    groups = yaml.safe_load(RULES.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def alerts(rules):
    return [rule for rule in rules if "alert" in rule]


def names_in(rules):
    """The metrics of pgsync and of its process that rules read, without what they record."""
    text = "\n".join(rule["expr"] for rule in rules)
    text = re.sub(r'"[^"]*"', "", text)
    return set(re.findall(r"(?<![\w:])(?:pgsync|process)_\w+(?![\w:])", text))


def exported(text):
    """The names that a text of metrics announces, also those without a figure at the moment."""
    return set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))


class TestFiles:
    def test_promtool_accepts_them(self):
        ran(PROMTOOL, "check", "rules", RULES)
        ran(PROMTOOL, "check", "config", EXAMPLES / "prometheus.yml")

    def test_amtool_accepts_them(self):
        ran(AMTOOL, "check-config", ROUTES)

    def test_the_rules_do_what_their_tests_say(self):
        ran(PROMTOOL, "test", "rules", TESTS)

    def test_each_alert_is_seen_to_fire_and_not_to(self, alerts):
        tests = yaml.safe_load(TESTS.read_text())["tests"]
        told, silent = set(), set()
        for test in tests:
            for case in test.get("promql_expr_test", []):
                named = set(re.findall(r'alertname="(\w+)"', case["expr"]))
                fired = set(re.findall(r'alertname="(\w+)"', str(case["exp_samples"])))
                # All that fire, or one alert, with a sample for each of its series.
                told |= fired or (named if case["exp_samples"] else set())
                silent |= set() if case["exp_samples"] else named or {alert["alert"] for alert in alerts}
        names = {alert["alert"] for alert in alerts}
        assert told == names
        assert silent >= names

    def test_each_alert_says_how_bad_it_is_and_what_helps(self, alerts):
        for alert in alerts:
            words = alert["annotations"]
            assert set(words) == {"summary", "description", "runbook"}, alert["alert"]
            # An alert of the leader keeps the severity that the leader gave it.
            severity = alert.get("labels", {}).get("severity")
            assert severity in SEVERITIES or "job_kind_severity:" in alert["expr"], alert["alert"]
            assert len(words["summary"]) <= 110, alert["alert"]

    def test_the_commands_exist(self, alerts):
        commands = {alert["annotations"]["runbook"] for alert in alerts}
        for words in (alert["annotations"]["description"] for alert in alerts):
            commands |= set(re.findall(r'"(pgsync [^"]+)"', words))
        helps = {}
        for command in commands:
            path = re.match(r"pgsync((?: [a-z]+)+)", command)[1].split()
            if tuple(path) not in helps:
                helps[tuple(path)] = ran(PROGRAM, "help", *path)
            for option in re.findall(r"--[a-z-]+", command):
                assert option in helps[tuple(path)], command

    def test_each_kind_of_pgsync_has_a_rule(self, apart, alerts):
        kinds = set(apart.sql("select kind from pgsync.alert_kinds()").split())
        selected = set()
        for alert in alerts:
            selected |= set(re.findall(r'kind="(\w+)"', alert["expr"]))
        labels = {alert["labels"]["kind"] for alert in alerts if "kind" in alert.get("labels", {})}
        assert selected | TOLD_OTHERWISE == kinds
        assert labels <= kinds
        assert labels >= TOLD_OTHERWISE
        other = next(alert["expr"] for alert in alerts if alert["alert"] == "PgsyncOtherAlert")
        known = set("|".join(re.findall(r'kind!~"([^"]*)"', other)).split("|"))
        assert known <= kinds
        assert kinds - known <= {"CHECKER_SILENT"}


class TestRoutes:
    @pytest.mark.parametrize(
        ("labels", "receiver"),
        [
            ("alertname=PgsyncSystemDown severity=critical job=pgsync-worker", "pager"),
            ("alertname=PgsyncChainBroken severity=critical job=pgsync-worker", "pager"),
            ("alertname=PgsyncDeadLetters severity=high job=pgsync-worker table=bills", "pager"),
            ("alertname=PgsyncQueueBackup severity=medium job=pgsync-worker", "mail"),
            ("alertname=PgsyncVersionsDiffer severity=low job=pgsync-worker", "mail"),
            ("alertname=SomethingElse severity=info", "mail"),
        ],
    )
    def test_severity_decides_who_is_told(self, labels, receiver):
        ran(
            AMTOOL,
            "config",
            "routes",
            "test",
            f"--config.file={ROUTES}",
            f"--verify.receivers={receiver}",
            *labels.split(),
        )

    def test_a_dead_system_holds_back_what_follows_from_it(self, alerts):
        """Only a broken chain, the dashboard and itself are told although no worker runs."""
        rule = yaml.safe_load(ROUTES.read_text())["inhibit_rules"][0]
        including, excluding = (re.search(r'"(.*)"', matcher)[1] for matcher in rule["target_matchers"])
        names = {alert["alert"] for alert in alerts}
        told = {n for n in names if not re.fullmatch(including, n) or re.fullmatch(excluding, n)}
        dashboard = {name for name in names if name.startswith("PgsyncDashboard")}
        assert told == dashboard | {"PgsyncSystemDown", "PgsyncChainBroken"}


class TestMetrics:
    def test_promtool_finds_nothing_wrong(self, worker):
        assert ran(PROMTOOL, "check", "metrics", text=worker.metrics()) == ""

    def test_the_rules_read_only_what_a_worker_exports(self, worker, rules):
        named = {name for name in names_in(rules) if not name.startswith("pgsync_dashboard_")}
        assert len(named) > 10
        assert named - exported(worker.metrics()) == set()

    def test_the_rules_read_only_what_the_dashboard_exports(self, apart, rules):
        address = f"127.0.0.1:{free_port()}"
        server = Server(apart.url, "--metrics-listen", address)
        try:
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
                text = answer.read().decode()
        finally:
            server.stop()
        named = {name for name in names_in(rules) if name.startswith("pgsync_dashboard_")}
        assert ran(PROMTOOL, "check", "metrics", text=text) == ""
        assert named - exported(text) == set()


@pytest.mark.skipif(os.environ.get("PGSYNC_TEST_PROFILE", "default") == "default", reason="it takes half a minute")
class TestLive:
    @pytest.mark.usefixtures("apart")
    def test_a_killed_worker_is_told_once_and_in_time(self, worker, tmp_path):
        """With the rules and routes as they are; only targets differ, and a scrape follows each second."""
        with (
            Receiver() as receiver,
            Alertmanager(tmp_path, ROUTES, receiver) as alertmanager,
            Prometheus(tmp_path, EXAMPLES / "prometheus.yml", worker.port, alertmanager) as prometheus,
        ):
            eventually(lambda: prometheus.value('up{job="pgsync-worker"}') == 1)
            eventually(lambda: prometheus.value("job:pgsync_queue_changes:max") is not None)
            assert not receiver.about("PgsyncSystemDown")
            worker.stop(signal.SIGKILL)
            killed = time.monotonic()
            told = eventually(lambda: receiver.about("PgsyncSystemDown"), PATIENCE)
            print(f"told after {time.monotonic() - killed:.1f} s")
            assert told[0]["receiver"] == "pager"
            assert told[0]["commonLabels"]["kind"] == "SYSTEM_DOWN"
            assert told[0]["commonAnnotations"]["runbook"] == "pgsync worker"
            prometheus.evaluate("pgsync-workers", times=1)
            assert len(receiver.about("PgsyncSystemDown")) == 1
            # Of what else is wrong, nothing is told.
            assert len(receiver.told) == 1
