"""Runs specmatic as an API that answers as an OpenAPI file says, and reads from its log what it was asked."""

import dataclasses
import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

from served import eventually, free_port

SPECIFICATION = pathlib.Path(__file__).with_name("crm.yaml")
KEY = "a-key-of-the-crm"
HEADERS = {"Authorization": f"Bearer {KEY}", "X-Version": "2026-01"}


@dataclasses.dataclass
class Asked:
    """A call as specmatic wrote it down."""

    # Decoded.
    target: str
    agent: str
    status: int
    # Whether one of our examples answered it, and not what specmatic made up.
    is_example: bool
    text: str

    @property
    def query(self):
        """Its parameters."""
        return dict(urllib.parse.parse_qsl(self.target.partition("?")[2]))


class Stub:
    """The server, in a directory of its own; it needs Java and specmatic's jar, and no network."""

    def __init__(self, examples):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="pgsync-stub-", dir="/tmp"))
        shutil.copy(SPECIFICATION, self.directory)
        (self.directory / "examples").mkdir()
        for number, (path, query, body) in enumerate(examples):
            example = {
                "http-request": {"method": "GET", "path": path, "query": query, "headers": HEADERS},
                "http-response": {"status": 200, "body": body},
            }
            (self.directory / "examples" / f"{number}.json").write_text(json.dumps(example))
        # Its Python package is a wrapper that is not needed, nor what it needs.
        package = importlib.util.find_spec("specmatic").submodule_search_locations[0]
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = self.directory / "log"
        self.seen = 0
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["java", f"-Duser.home={self.directory}", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
                + ["-jar", f"{package}/core/specmatic.jar", "mock", "--host=127.0.0.1", f"--port={self.port}"]
                + ["--examples=examples", SPECIFICATION.name],
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        eventually(lambda: self.process.poll() is not None or "Mock server is running" in self.log.read_text())
        assert self.process.poll() is None, self.log.read_text()

    def end(self):
        """Stops it."""
        self.process.terminate()
        self.process.wait(30)
        shutil.rmtree(self.directory)

    def answer(self, target, headers=None):
        """Status and text of an answer to the test itself."""
        asked = urllib.request.Request(self.address + target, headers=HEADERS if headers is None else headers)
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()

    def asked(self, count):
        """The calls that pgsync has made since the last look, once so many are written down."""

        def look():
            blocks = self.log.read_text().split("\n--------------------\n")[1:]
            calls = [call for block in blocks if (call := self._read(block)) and call.agent == "pgsync"]
            return calls if len(calls) >= self.seen + count else None

        calls = eventually(look, 20)[self.seen :]
        self.seen += len(calls)
        assert len(calls) == count, [call.target for call in calls]
        return calls

    @staticmethod
    def _read(block):
        request, _, response = block.partition("\n  Response at ")
        target = re.search(r"^    GET (.+)$", request, re.MULTILINE)
        agent = re.search(r"^    User-Agent: (.*)$", request, re.MULTILINE)
        status = re.search(r"^    (\d{3}) ", response, re.MULTILINE)
        if not (target and agent and status):
            return None
        is_example = "Example matched: " in request and "X-Specmatic-Type: random" not in response
        text = response.partition("\n    \n")[2]
        return Asked(target[1], agent[1], int(status[1]), is_example, text)
