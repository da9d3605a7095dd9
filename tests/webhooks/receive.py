"""Receives webhooks of a running server, verifies each with the library of Standard Webhooks, and writes down what came.

Makes two webhooks (one with a secret of its own, one with a given text), lets something happen, rotates a secret, lets
something happen again. Prints one JSON object a webhook that was received: secret, headers, body.
"""

import base64
import http.server
import json
import os
import queue
import sys
import threading
import urllib.error
import urllib.request

from standardwebhooks import Webhook, WebhookVerificationError

URL = os.environ["RECADO_URL"]
KEY = os.environ["RECADO_KEY"]
PATIENCE = 60
RECEIVED = queue.Queue()


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        RECEIVED.put((self.path, headers, body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    request = urllib.request.Request(URL + path, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def refuses(secret, headers, body):
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return True
    return False


def check(secrets, headers, body):
    """Every secret verifies it, and nothing verifies anything else."""
    for secret in secrets:
        payload = Webhook(secret).verify(body, headers)
        assert payload["id"] == headers["webhook-id"], payload
        assert refuses(secret, headers, body + " "), "a changed body passed"
        assert refuses(secret, {**headers, "webhook-id": "another"}, body), "another id passed"
        print(json.dumps({"secret": secret, "headers": headers, "body": body}))
    other = "whsec_" + base64.b64encode(b"x" * 32).decode()
    assert refuses(other, headers, body), "another secret passed"


def push(phone):
    person = {"channel": "playground", "channel_phone_number": "+56223456789", "contact_phone_number": phone}
    call("POST", "/api/public/customer/upsert/info", {**person, "note": "Ana Ñandú 🦩 \"comillas\" \\ y\nlíneas"})


def expect(secrets):
    """One webhook at each path of `secrets`."""
    waiting = set(secrets)
    while waiting:
        path, headers, body = RECEIVED.get(timeout=PATIENCE)
        check(secrets[path], headers, body)
        waiting.discard(path)


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_address[1]}"
    call("POST", "/api/v1/channels", {"type": "playground", "name": "Pruebas", "phone_number": "+56223456789"})
    made = call("POST", "/api/webhooks", {"url": here + "/made", "topics": ["note.created"]})
    text = "un secreto de nosotros"
    given = call("POST", "/api/webhooks", {"url": here + "/given", "topic": "note.created", "secret": text})
    assert given["secret"] == "whsec_" + base64.b64encode(text.encode()).decode(), given["secret"]
    push("+56955501230")
    expect({"/made": [made["secret"]], "/given": [given["secret"]]})
    rotated = call("POST", f"/api/v1/webhooks/{made['id']}/rotate_secret", {})
    push("+56955501231")
    expect({"/made": [made["secret"], rotated["secret"]], "/given": [given["secret"]]})
    server.shutdown()


main()
