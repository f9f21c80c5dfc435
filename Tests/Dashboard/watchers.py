"""The servers that watch pgsync from outside: Prometheus, Alertmanager, and who is told."""

import http.server
import json
import pathlib
import subprocess
import threading
import urllib.parse
import urllib.request

import yaml

from served import ROOT, eventually, free_port

PROGRAMS = ROOT / ".cache" / "programs"
PROMETHEUS = PROGRAMS / "prometheus" / "usr" / "bin" / "prometheus"
PROMTOOL = PROGRAMS / "prometheus" / "usr" / "bin" / "promtool"
ALERTMANAGER = PROGRAMS / "prometheus-alertmanager" / "usr" / "bin" / "prometheus-alertmanager"
# Where Debian's program looks for its templates, which here are only unpacked.
TEMPLATES = "/usr/share/prometheus/alertmanager"
AMTOOL = PROGRAMS / "prometheus-alertmanager" / "usr" / "bin" / "amtool"


class Receiver:
    """A webhook that keeps what it is told."""

    def __init__(self):
        self.told = []
        told = self.told

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def about(self, alert):
        """The messages that name an alert."""
        return [message for message in self.told if message["commonLabels"].get("alertname") == alert]


class Watcher:
    """A server with a configuration, a port and a directory of its own."""

    program: pathlib.Path

    def __init__(self, directory, configuration, *options):
        self.name = self.program.name
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        file = directory / f"{self.name}.yml"
        file.write_text(yaml.safe_dump(configuration))
        self.log = directory / f"{self.name}.log"
        self.command = [
            self.runnable(directory),
            f"--config.file={file}",
            f"--web.listen-address={self.address}",
            *options,
        ]
        self.process = None

    def __enter__(self):
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(self.command, cwd=self.program.parents[2], stdout=log, stderr=subprocess.STDOUT)
        try:
            eventually(self.is_ready)
        except BaseException:
            self.__exit__()
            raise
        return self

    def is_ready(self):
        """Whether it answers; one that has ended never will."""
        assert self.process.poll() is None, self.log.read_text()
        return self.ask("/-/ready") is not None

    def runnable(self, _):
        """What is started."""
        return self.program

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def ask(self, path):
        """The text of an answer."""
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=30) as answer:
            return answer.read().decode()


class Alertmanager(Watcher):
    """Alertmanager with the routes of a file, whose webhooks all lead to one receiver."""

    program = ALERTMANAGER

    def __init__(self, directory, routes, receiver):
        configuration = yaml.safe_load(routes.read_text())
        for known in configuration["receivers"]:
            for hook in known.get("webhook_configs", []):
                hook["url"] = receiver.url
            # No mail leaves this machine.
            known.pop("email_configs", None)
        for setting in [name for name in configuration["global"] if name.startswith("smtp_")]:
            del configuration["global"][setting]
        options = (f"--storage.path={directory / 'alerts'}", "--cluster.listen-address=")
        super().__init__(directory, configuration, *options)

    def runnable(self, directory):
        """A copy that looks for its templates below where it is started, by a path of the same length."""
        copy = directory / self.program.name
        relative = TEMPLATES.removeprefix("/") + "/"
        copy.write_bytes(self.program.read_bytes().replace(TEMPLATES.encode(), relative.encode()))
        copy.chmod(0o755)
        return copy


class Prometheus(Watcher):
    """Prometheus as an example configures it, but for targets, and that it scrapes each second."""

    program = PROMETHEUS

    def __init__(self, directory, example, worker, alertmanager):
        configuration = yaml.safe_load(example.read_text())
        configuration["rule_files"] = [str(example.parent / name) for name in configuration["rule_files"]]
        (manager,) = configuration["alerting"]["alertmanagers"]
        manager["static_configs"] = [{"targets": [alertmanager.address]}]
        (job,) = (job for job in configuration["scrape_configs"] if job["job_name"] == "pgsync-worker")
        job |= {"scrape_interval": "1s", "static_configs": [{"targets": [f"127.0.0.1:{worker}"]}]}
        configuration["scrape_configs"] = [job]
        # What fires is sent again and again, so that one message is the work of Alertmanager.
        options = (f"--storage.tsdb.path={directory / 'data'}", "--rules.alert.resend-delay=1s")
        super().__init__(directory, configuration, *options)

    def value(self, expression):
        """The value of an expression that has one series at most."""
        query = urllib.parse.urlencode({"query": expression})
        series = json.loads(self.ask(f"/api/v1/query?{query}"))["data"]["result"]
        return float(series[0]["value"][1]) if series else None

    def evaluation(self, group):
        """When a group of rules was last evaluated."""
        groups = json.loads(self.ask("/api/v1/rules"))["data"]["groups"]
        return next(one["lastEvaluation"] for one in groups if one["name"] == group)

    def evaluate(self, group, times):
        """Waits until a group of rules was evaluated so many times more."""
        seen = {self.evaluation(group)}

        def look():
            seen.add(self.evaluation(group))
            return len(seen) > times

        eventually(look, every=0.5)
