"""The simulator as a program, a receiver of its webhooks that lets pywa parse them, and pywa as a client of it."""

import http.server
import json
import logging
import os
import re
import subprocess
import threading
import urllib.request

import httpx
from pywa import WhatsApp, handlers

ANA = "56955500001"
PHONE_NUMBER_ID = "200000000000001"
WABA_ID = "100000000000001"
SECRET = "simulator-app-secret"
TOKEN = "simulator-access-token"


class Complaints(logging.Handler):
    """What pywa could not make sense of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


class Bench:
    def __init__(self, *options):
        self.complaints = Complaints()
        logging.getLogger("pywa").addHandler(self.complaints)
        self.got = []
        self.raw = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._receiver())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        hook = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.program = subprocess.Popen(
            [os.environ["RECADO_SIMULATOR_BINARY"], "--listen", "127.0.0.1:0", "--quiet", "--webhook-url", hook, *options],
            stdout=subprocess.PIPE, text=True,
        )
        # Address, one number, token, secret, webhooks, steering.
        said = "".join(self.program.stdout.readline() for _ in range(6))
        self.url = re.search(r"http://[0-9.:]+", said).group()
        session = httpx.Client(timeout=30)
        self.pywa = WhatsApp(
            phone_id=PHONE_NUMBER_ID, waba_id=WABA_ID, app_id="900000000000001", token=TOKEN, session=session,
            app_secret=SECRET, server=None, verify_token="simulator-verify-token", skip_duplicate_updates=False,
        )
        session.base_url = f"{self.url}/v26.0"
        for kind in (
            handlers.MessageHandler, handlers.CallbackButtonHandler, handlers.CallbackSelectionHandler,
            handlers.MessageStatusHandler, handlers.PhoneNumberChangeHandler, handlers.EditedMessageHandler,
            handlers.DeletedMessageHandler, handlers.OutgoingMessageHandler, handlers.TemplateStatusUpdateHandler,
            handlers.TemplateQualityUpdateHandler, handlers.TemplateCategoryUpdateHandler, handlers.FlowCompletionHandler,
            handlers.UserMarketingPreferencesHandler, handlers.AccountUpdateHandler,
        ):
            self.pywa.add_handlers(kind(callback=lambda _, update: self.got.append(update)))

    def _receiver(bench):
        class Receiver(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                bench.raw.append(json.loads(body))
                refused = bench.pywa.webhook_update_validator(body, self.headers["x-hub-signature-256"])
                _, status = refused or bench.pywa.webhook_update_handler(body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        return Receiver

    def order(self, path, body=None, method="POST"):
        """Steers the simulator."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_simulator/{path}", data=data, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def heard(self):
        """What pywa made of the webhooks since the last time."""
        self.order("settle")
        heard, self.got = self.got, []
        if self.complaints.lines:
            raise AssertionError("pywa complains: " + "\n".join(self.complaints.lines) + f"\n{self.raw[-1]}")
        return heard

    def person_writes(self, message, **others):
        """One message of Ana's, as pywa understands it."""
        id = self.order("inbound", {"from": ANA, "name": "Ana", **message, **others})["id"]
        heard = self.heard()
        assert len(heard) == 1, (message, heard, self.raw[-1])
        assert heard[0].id == id, (id, heard[0])
        return heard[0]

    def sent(self):
        return self.order("sent", method="GET")["sent"]

    def end(self):
        self.program.terminate()
        self.program.wait(10)
        self.server.shutdown()
