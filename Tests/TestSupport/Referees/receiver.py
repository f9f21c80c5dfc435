"""Receives webhooks or mail on a port of this machine, and writes a line of JSON for each: first the port.

usage: receiver.py webhook CERTIFICATE KEY SECRET | mail CERTIFICATE KEY PASSWORD

A webhook is verified by the package standardwebhooks; mail is taken by aiosmtpd, after STARTTLS and a login.
"""

import asyncio
import email
import email.policy
import http.server
import json
import ssl
import sys


def tell(what):
    print(json.dumps(what), flush=True)


def tls():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    return context


def webhook():
    from standardwebhooks import Webhook, WebhookVerificationError

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                Webhook(sys.argv[4]).verify(body, headers)
                verified = True
            except WebhookVerificationError:
                verified = False
            tell(
                {
                    "verified": verified,
                    "id": headers.get("webhook-id"),
                    "text": body.decode(),
                    "time": headers.get("webhook-timestamp"),
                    "headers": headers,
                }
            )
            self.send_response(204 if verified else 401)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = tls().wrap_socket(server.socket, server_side=True)
    tell({"port": server.server_address[1]})
    server.serve_forever()


async def mail():
    from aiosmtpd.smtp import SMTP, AuthResult

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            if address.startswith("nobody@"):
                return "550 5.1.1 no such mailbox"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            tell(
                {
                    "sender": envelope.mail_from,
                    "recipients": envelope.rcpt_tos,
                    "headers": [[name, str(value)] for name, value in message.items()],
                    "defects": [str(defect) for defect in message.defects],
                    "text": message.get_content(),
                    "raw": envelope.content.decode("utf-8"),
                    "encrypted": session.ssl is not None,
                    "user": session.auth_data,
                }
            )
            return "250 2.0.0 taken"

    def authenticate(server, session, envelope, mechanism, data):
        right = data.password == sys.argv[4].encode()
        return AuthResult(success=right, handled=False, auth_data=data.login.decode())

    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            Handler(),
            tls_context=tls(),
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=authenticate,
            decode_data=False,
            enable_SMTPUTF8=True,
        ),
        "127.0.0.1",
        0,
    )
    tell({"port": server.sockets[0].getsockname()[1]})
    await server.serve_forever()


if sys.argv[1] == "webhook":
    webhook()
else:
    asyncio.run(mail())
