"""Recado sends to a double of WhatsApp's Cloud API that others made, and what the double recorded is what was to be sent.

Somebody writes (a webhook, signed here) and gets three texts. What the double does not know (a location) is refused by it, which must
be told as what it is.
"""

import hashlib
import hmac
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL, KEY, DOUBLE, RECORD = (os.environ[name] for name in ("RECADO_URL", "RECADO_KEY", "DOUBLE_URL", "DOUBLE_RECORD"))
NUMBER, TOKEN, SECRET, PERSON = "200000000000001", os.environ["DOUBLE_TOKEN"], "a-secret-of-ours", "56955501234"
PATIENCE = 60


def call(method, path, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    headers = headers or {"x-api-key": KEY, "content-type": "application/json"}
    request = urllib.request.Request(URL + path, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def until(what, done):
    end = time.monotonic() + PATIENCE
    while True:
        found = done()
        if found:
            return found
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}")
        time.sleep(0.05)


def writes(channel, text):
    message = {"from": PERSON, "id": "wamid.IN1", "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550001000", "phone_number_id": NUMBER},
             "contacts": [{"profile": {"name": "Ana"}, "wa_id": PERSON}], "messages": [message]}
    payload = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
    signature = hmac.new(SECRET.encode(), json.dumps(payload).encode(), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": "sha256=" + signature}
    call("POST", f"/hooks/whatsapp/{channel}", payload, headers)


def recorded():
    with open(RECORD, encoding="utf-8") as lines:
        calls = [json.loads(line) for line in lines]
    return [call["body"] for call in calls if call["method"] == "POST" and call["accepted"]]


def main():
    channel = call("POST", "/api/v1/channels", {
        "type": "whatsapp", "name": "Nube", "phone_number": "+15550001000", "phone_number_id": NUMBER, "waba_id": "1",
        "access_token": TOKEN, "app_secret": SECRET, "verify_token": "x", "graph_base_url": DOUBLE})["id"]
    writes(channel, "¿Hay stock?")
    contact = call("GET", f"/api/public/contacts/search?phone={PERSON}")[0]["id"]
    texts = [f"Hola Ana, «{n}» 🦩\n\"línea\" \\ dos" for n in range(3)]
    sent = [call("POST", "/api/v1/messages", {"contact_id": contact, "text": text})["id"] for text in texts]

    def message(one):
        return call("GET", f"/api/v1/messages/{one}")

    for one in sent:
        until("it was taken", lambda one=one: message(one)["status"] == "sent")
        assert message(one)["provider_id"].startswith("wamid.FAKE"), message(one)
    bodies = recorded()
    assert [body["text"]["body"] for body in bodies] == texts, bodies
    assert [body["biz_opaque_callback_data"] for body in bodies] == sent, bodies
    for body in bodies:
        expected = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": PERSON, "type": "text"}
        assert expected.items() <= body.items(), body
    # What it does not take is failed with its words, and holds nobody up.
    place = call("POST", "/api/v1/messages", {"contact_id": contact, "location": {"latitude": -40.57, "longitude": -73.13}})["id"]
    after = call("POST", "/api/v1/messages", {"contact_id": contact, "text": "y otra"})["id"]
    until("the next was taken", lambda: message(after)["status"] == "sent")
    refused = message(place)
    assert (refused["status"], refused["error"]["code"]) == ("failed", "100"), refused
    print(f"{len(recorded())} messages taken by a double of others', one refused")


main()
