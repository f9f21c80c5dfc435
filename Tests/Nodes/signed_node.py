"""A node that signs and encrypts with what others have written: HMAC and HKDF of Python, standardwebhooks and http-ece."""

import base64
import datetime
import gzip
import hashlib
import hmac
import json
import secrets
import time
import urllib.error
import urllib.request

import http_ece
from standardwebhooks.webhooks import Webhook


def hkdf(secret, salt, info):
    """A key of 32 bytes (RFC 5869)."""
    key = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(key, info + b"\1", hashlib.sha256)


def signature(key, message, stamp, body):
    """That of any bytes; the library knows texts only."""
    code = hmac.digest(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(code).decode()


class Keys:
    """What is made of a token."""

    def __init__(self, token):
        root = hkdf(token.encode(), b"pgsync", b"messages")
        self.prefix = token[:10]
        self.requests, self.answers, self.bodies, self.targets = (
            hkdf(root, b"", purpose) for purpose in (b"requests", b"answers", b"bodies", b"targets")
        )

    def new_id(self, method, target, sealed, key=""):
        """An id that fits a method, path and query, the form of the answer, and a key."""
        lines = "\n".join([method, target, "aes128gcm" if sealed else "", key])
        mark = hmac.digest(self.targets, lines.encode(), hashlib.sha256)[:16].hex()
        return f"msg_{secrets.token_hex(16)}_{mark}"

    def seal(self, body):
        """An encrypted body."""
        # The library takes a key of 16 bytes for its own use of HKDF, or any other: it is only the input of that.
        return http_ece.encrypt(body, key=self.bodies, keyid=self.prefix, version="aes128gcm")

    def open(self, body):
        """A decrypted one."""
        return http_ece.decrypt(body, key=self.bodies, version="aes128gcm")


class Answer:
    """An answer as it came, and what it says."""

    def __init__(self, raw, keys, asked):
        self.status, self.headers, self.raw = raw.status, dict(raw.headers.items()), raw.read()
        self.is_signed = "webhook-signature" in self.headers
        body = self.raw
        if self.is_signed:
            assert self.headers["webhook-id"] == f"{asked}_{self.status}"
            own = signature(keys.answers, self.headers["webhook-id"], self.headers["webhook-timestamp"], body)
            assert self.headers["webhook-signature"] == own
            if "Content-Encoding" not in self.headers:
                Webhook(keys.answers).verify(body, self.headers)
        for coding in reversed([part.strip() for part in self.headers.get("Content-Encoding", "").split(",")]):
            body = {"aes128gcm": keys.open, "gzip": gzip.decompress, "": bytes}[coding](body)
        self.document = json.loads(body)


class SignedNode:
    """Makes signed calls of a master."""

    def __init__(self, address, token, sealed=False):
        self.address = address
        self.keys = Keys(token)
        self.sealed = sealed
        self.last = None

    def ask(self, method, path, document=None, *, at=None, change=None, key=""):
        """An answer; `change` may do something to what is sent after it was signed."""
        target = "/api/sync/" + path
        body = b"" if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Signed {self.keys.prefix}"}
        if self.sealed:
            headers["Accept-Encoding"] = "gzip, aes128gcm"
            if body:
                body = self.keys.seal(gzip.compress(body))
                headers["Content-Encoding"] = "gzip, aes128gcm"
        if key:
            headers["Idempotency-Key"] = key
        call = self.keys.new_id(method, target, self.sealed, key)
        stamp = int(at or time.time())
        headers |= {"webhook-id": call, "webhook-timestamp": str(stamp)}
        if self.sealed:
            headers["webhook-signature"] = signature(self.keys.requests, call, stamp, body)
        else:
            when = datetime.datetime.fromtimestamp(stamp, datetime.UTC)
            headers["webhook-signature"] = Webhook(self.keys.requests).sign(call, when, body.decode())
        sent = {"method": method, "target": target, "body": body, "headers": headers}
        if change:
            change(sent)
        self.last = sent
        return self.send(sent)

    def send(self, sent):
        """Sends what was signed."""
        request = urllib.request.Request(
            self.address + sent["target"], sent["body"] or None, sent["headers"], method=sent["method"]
        )
        asked = sent["headers"]["webhook-id"]
        try:
            with urllib.request.urlopen(request, timeout=60) as raw:
                return Answer(raw, self.keys, asked)
        except urllib.error.HTTPError as raw:
            return Answer(raw, self.keys, asked)
