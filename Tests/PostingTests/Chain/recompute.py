"""Recomputes the whole chain from what columns.sql prints; prints its last block, head and number of rows.

It shares no code with pgsync: it follows AuditChain.md.
"""

import hashlib
import json
import sys
from datetime import UTC, date, datetime, timedelta


def moment(microseconds):
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    text = at.strftime("%Y-%m-%d %H:%M:%S")
    fraction = f"{at.microsecond:06}".rstrip("0")
    return text + ("." + fraction if fraction else "") + "+00"


def span(microseconds):
    hours, rest = divmod(microseconds, 3_600_000_000)
    minutes, rest = divmod(rest, 60_000_000)
    seconds, rest = divmod(rest, 1_000_000)
    fraction = f"{rest:06}".rstrip("0")
    return f"{hours:02}:{minutes:02}:{seconds:02}" + ("." + fraction if fraction else "")


def text(value):
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        ((kind, inner),) = value.items()
        if inner is None:
            return None
        if kind == "time":
            return moment(inner)
        if kind == "interval":
            return span(inner)
        if kind == "day":
            return (date(2000, 1, 1) + timedelta(days=inner)).isoformat()
        return "{" + ",".join(str(item) for item in inner) + "}"
    return str(value)


def field(value):
    value = text(value)
    if value is None:
        return b"-"
    value = value.encode()
    return str(len(value)).encode() + b":" + value


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def time(value):
    return {"time": value}


blocks, rows = [], {}
for line in sys.stdin:
    item = json.loads(line)
    if "block" in item:
        blocks.append(item)
        continue
    content = b"1" + field(item["kind"]) + b"".join(map(field, item["fields"]))
    for own in item.get("lines") or []:
        content += b"".join(map(field, own))
    rows[item["kind"], item["key"]] = sha256(content)

head, count = None, 0
for number, block in enumerate(blocks, 1):
    assert block["block"] == number, f"block {number} is missing"
    assert block["previous"] == head, f"block {number} does not follow"
    for key, digest in zip(block["keys"], block["digests"], strict=True):
        now = rows.pop((block["kind"], key), None)
        assert now == digest, f"{block['kind']} {key} is {now}, not {digest}"
        count += 1
    lines = "".join(f"{digest}  {key}\n" for key, digest in zip(block["keys"], block["digests"], strict=True))
    assert sha256(lines.encode()) == block["list_digest"], f"the list of block {number} differs"
    fields = [
        "block",
        number,
        head,
        block["kind"],
        block["part"],
        block["rows"],
        block["list_digest"],
        time(block["since"]),
        block["snapshot"],
        block["system"],
        time(block["chained_at"]),
        block["chained_by"],
    ]
    head = sha256(b"1" + b"".join(map(field, fields)))
    assert head == block["head"], f"the head of block {number} differs"
assert not rows, f"not chained: {sorted(rows)[:5]}"
print(len(blocks), head, count)
