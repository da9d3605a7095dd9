"""Fills the fresh organization, so that requests have something to find. Prints the ids as JSON."""

import json
import os
import sys
import urllib.error
import urllib.request

URL = os.environ["RECADO_URL"]
with open(sys.argv[1]) as made:
    MADE = json.load(made)


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"x-api-key": MADE["api_key"], "content-type": "application/json"}
    request = urllib.request.Request(URL + path, method=method, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def main():
    playground = call("POST", "/api/v1/channels", {"type": "playground", "name": "Pruebas", "phone_number": "+56223456789"})
    web = call("POST", "/api/v1/channels", {"type": "web-whatsapp", "name": "QR", "phone_number": "+56933334444"})
    call("POST", "/api/v1/channels", {"type": "webchat", "name": "Sitio", "allowed_origins": ["https://shop.example.com"]})
    field = call("POST", "/api/v1/custom_fields", {"key": "ciudad", "name": "Ciudad", "entity": "customer", "type": "text"})
    call("POST", "/api/v1/custom_fields", {"key": "folio", "name": "Folio", "entity": "ticket", "type": "number"})
    tag = call("POST", "/api/v1/tags", {"value": "vip", "entity_type": "CONTACT"})
    boards = call("GET", "/api/public/pipeline")
    stages = [stage["id"] for stage in boards[0]["stages"]]
    webhook = call("POST", "/api/webhooks", {"url": "http://127.0.0.1:9/hook"})
    contacts, tickets = [], []
    for n in range(3):
        made = call(
            "POST",
            "/api/public/customer/upsert/info",
            {
                "channel": "playground",
                "channel_phone_number": "+56223456789",
                "contact_phone_number": f"+5695550123{n}",
                "contact_name": "Ana Rojas",
                "contact_email": "ana@example.com",
                "stageId": stages[n % 2],
                "note": "Una nota",
                "meta_data": {"ciudad": "Osorno", "pedido": {"n": n}},
            },
        )
        contacts.append(made["id"])
        info = call("GET", f"/api/public/contact/{made['id']}/info")
        tickets.append(info["active_ticket"]["id"])
    ids = {
        "key": MADE["api_key"],
        "key_id": call("GET", "/api/v1/api_keys")["data"][0]["id"],
        "contact": contacts,
        "ticket": tickets,
        "stage": stages,
        "pipeline": [boards[0]["id"]],
        "channel": [playground["id"], web["id"]],
        "web": web["id"],
        "member": [MADE["owner_id"]],
        "field": [field["id"]],
        "tag": [tag["id"]],
        "webhook": [webhook["id"]],
        "ours": "+56223456789",
        "theirs": [f"+5695550123{n}" for n in range(3)],
    }
    print(json.dumps(ids))


main()
