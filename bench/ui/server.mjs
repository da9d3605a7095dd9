// A server with as many conversations and messages as are asked for, made up as they are read: what the pages cost in the
// browser, without what the database costs. Only what the inbox asks for is answered.
import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("../../ui/dist", import.meta.url));
const BARE = fileURLToPath(new URL("bare.html", import.meta.url));
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml" };
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

const START = Date.UTC(2026, 0, 5, 12);
const uuid = (kind, n) => `00000000-0000-7000-800${kind}-${String(n).padStart(12, "0")}`;
const number = (id) => Number(id.slice(-12));
const NAMES = ["Ana Rojas", "Benjamín Araya", "Camila Díaz", "Diego Soto", "Elisa Vera", "Felipe Muñoz", "Gabriela Pinto"];
const WORDS = "hola quería saber si tienen hora para la próxima semana porque esta se me complica bastante gracias".split(" ");
const text = (n) => Array.from({ length: 3 + ((n * 7) % 40) }, (_, i) => WORDS[(n + i * 5) % WORDS.length]).join(" ");

const member = {
  id: uuid(1, 1), name: "Carolina Fuentes", first_name: "Carolina", last_name: "Fuentes", email: "c@example.com", phone: null, role: "owner",
  availability: "online", active: true, created_at: new Date(START).toISOString(), updated_at: new Date(START).toISOString(),
};
const session = {
  member: { ...member, locale: "es", theme: null, totp: false, notifications: { desktop: false, sound: false, muted_channels: [] } },
  organization: { id: uuid(2, 1), name: "Banco de pruebas", country: "CL", time_zone: "America/Santiago", currency: "CLP", language: "es", created_at: member.created_at },
  permissions: [], csrf_token: "x", expires_at: "2030-01-01T00:00:00Z",
};

export function message(contact, n) {
  const at = new Date(START - n * 97_000).toISOString();
  const inbound = n % 3 !== 0;
  return {
    id: uuid(4, n), contact_id: contact, channel_id: uuid(3, 1), direction: inbound ? "inbound" : "outbound", type: "text", body: text(n), content: null,
    status: inbound ? "received" : "read", actor: inbound ? { type: "contact", id: null } : { type: "member", id: member.id }, attachments: [],
    reactions: n % 50 === 7 ? [{ emoji: "👍", reactor: "contact", reacted_at: at }] : [], reply_to: null, sent_at: at, created_at: at,
  };
}

export function conversation(n) {
  const id = uuid(5, n);
  const m = message(id, n);
  return {
    id, name: `${NAMES[n % NAMES.length]} ${n}`, phone: `+5695550${String(n % 10000).padStart(4, "0")}`, username: null, channel_id: uuid(3, 1), platform: "whatsapp",
    customer_id: uuid(6, n), last_message: { id: m.id, direction: m.direction, type: "text", body: m.body.slice(0, 160), status: m.status, sent_at: m.sent_at },
    last_activity_at: m.sent_at, unread: n % 5 === 0 ? 2 : 0, waiting_since: n % 5 === 0 ? m.sent_at : null, service_window_ends_at: null,
    agent_ids: n % 2 ? [member.id] : [], tag_ids: [], open_ticket: null, blocked: false, opted_out_at: null, draft: null,
  };
}

/** Answers on a free port; `close` ends it. */
export async function serve({ conversations, messages }) {
  const channel = { id: uuid(3, 1), type: "whatsapp", name: "WhatsApp", country: "CL", status: "connected", settings: {}, has_secrets: true, reopen_within_hours: 0, created_at: member.created_at, updated_at: member.created_at };
  const lists = { members: [member], channels: [channel], pipelines: [], tags: [], custom_fields: [], canned_replies: [], tickets: [] };
  const streams = new Set();
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://x");
    const path = url.pathname.replace(/^\/api\/v1/, "");
    const json = (body, status = 200) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (path === "/bare") {
      response.writeHead(200, { "content-type": "text/html" });
      return response.end(readFileSync(BARE));
    }
    if (url.pathname === path) {
      const file = join(DIST, path);
      const found = extname(path) && existsSync(file) ? file : join(DIST, "index.html");
      response.writeHead(200, { "content-type": TYPES[extname(found)] ?? "application/octet-stream", "content-security-policy": CSP });
      return response.end(readFileSync(found));
    }
    const limit = Number(url.searchParams.get("limit") ?? 50);
    const from = Number(url.searchParams.get("cursor") ?? 0);
    if (path === "/setup") return json({ needed: false, demo: false, version: "bench" });
    if (path === "/session") return json(session);
    if (path === "/events/stream") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("id: 1\n\n");
      streams.add(response);
      return response.on("close", () => streams.delete(response));
    }
    if (path === "/conversations/counts") return json({ all: 1000, mine: 500, unassigned: 500, unread: 200, waiting: 200 });
    if (path === "/conversations") {
      const to = Math.min(conversations, from + limit);
      return json({ data: Array.from({ length: to - from }, (_, i) => conversation(from + i)), next_cursor: to < conversations ? String(to) : null });
    }
    const one = /^\/conversations\/([^/]+)/.exec(path);
    if (one) return json(conversation(number(one[1])));
    const timeline = /^\/contacts\/([^/]+)\/timeline/.exec(path);
    if (timeline) {
      const to = Math.min(messages, from + limit);
      const data = Array.from({ length: to - from }, (_, i) => message(timeline[1], from + i)).map((m) => ({ type: "message", at: m.sent_at, cursor: m.id, message: m, event: null }));
      return json({ data, next_cursor: to < messages ? String(to) : null });
    }
    const contact = /^\/contacts\/([^/]+)(\/\w+)?$/.exec(path);
    if (contact?.[2] === "/structuring") return json({ contact_id: contact[1], values: [] });
    if (contact?.[2] === "/identity") return json({ contact_id: contact[1], customer_id: uuid(6, 1), contacts: [], identifiers: [], merge_proposals: [], merges: [] });
    if (contact) return json({ ...conversation(number(contact[1])), created_at: member.created_at, updated_at: member.created_at, chat_status: "ATTENDED", is_chat_read: true, metadata: {}, custom_fields: [], tags: [], agents: [] });
    const list = lists[path.slice(1)];
    return list ? json({ data: list, next_cursor: null }) : json({ code: "not_found", detail: path }, 404);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Sends an event to all who listen. */
    emit: (event) => streams.forEach((s) => s.write(`id: ${event.sequence}\ndata: ${JSON.stringify(event)}\n\n`)),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
