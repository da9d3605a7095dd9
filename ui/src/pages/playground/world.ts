// The people of a playground channel, and what is done in their name. Who they are stays in this browser; what they say is in
// the inbox like anybody's.
import { createSignal } from "solid-js";
import { api, call, json } from "../../api/client";
import type { Contact, Message } from "../../api/types";

export interface Person {
  /** E.164 */
  phone: string;
  name: string;
}

export interface Knobs {
  hold: boolean;
  duplicates: boolean;
  shuffle: boolean;
  delivered_after_ms: number | null;
  read_after_ms: number | null;
  fail_with: number | null;
}

const KEY = "recado:playground:people";
const FIRST: Person[] = [
  { phone: "+56955500001", name: "Ana Prueba" },
  { phone: "+56955500002", name: "Bruno Ensayo" },
];
const NAMES = ["Carla Muestra", "Diego Simulado", "Elena Modelo", "Félix Borrador", "Gloria Demo", "Hugo Ejemplo"];
export const MOST_PEOPLE = FIRST.length + NAMES.length;

function remembered(): Person[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "");
    if (Array.isArray(found) && found.length > 0) return found as Person[];
  } catch {
    // Nothing there, or nothing that can be read.
  }
  return FIRST;
}

const [people, setPeople] = createSignal<Person[]>(remembered());
export { people };

function keep(next: Person[]): void {
  setPeople(next);
  try {
    localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // This page knows them, the next one will not.
  }
}

export function addPerson(): void {
  const known = people();
  for (let n = 1; n <= MOST_PEOPLE; n += 1) {
    const phone = `+5695550${String(n).padStart(4, "0")}`;
    if (known.some((person) => person.phone === phone)) continue;
    const name = FIRST.find((person) => person.phone === phone)?.name ?? NAMES[n - FIRST.length - 1] ?? phone;
    return keep([...known, { phone, name }]);
  }
}

export function removePerson(phone: string): void {
  keep(people().filter((person) => person.phone !== phone));
}

/** The person's contact on the channel, once they have written. */
export async function contactOf(channel: string, person: Person): Promise<Contact | null> {
  const query = { channel_id: channel, q: person.phone.slice(1), limit: 10 };
  const found = await call(api.GET("/api/v1/contacts", { params: { query } }));
  return (found.data as Contact[]).find((contact) => contact.phone === person.phone) ?? null;
}

const MOST_PAGES = 10;

/** What the person's phone shows: everything but notes, and what has not reached it. */
export async function messagesOf(contact: string): Promise<Message[]> {
  const all: Message[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { limit: 200, ...(cursor === undefined ? {} : { cursor }) };
    const found = await call(api.GET("/api/v1/contacts/{id}/messages", { params: { path: { id: contact }, query } }));
    all.push(...(found.data as Message[]));
    cursor = found.next_cursor ?? undefined;
    if (cursor === undefined) break;
  }
  const arrived = ["sent", "delivered", "read", "played", "received"];
  return all.filter((message) => message.direction !== "note" && arrived.includes(message.status));
}

export interface Written {
  text?: string;
  image?: object;
  audio?: object;
  location?: object;
  reaction?: object;
  press?: string;
  message_id?: string;
}

export function write(channel: string, person: Person, what: Written): Promise<unknown> {
  return json("POST", `/channels/${channel}/playground/messages`, { body: { from: person.phone, name: person.name, ...what } });
}

export function tellStatus(channel: string, message: string, status: "delivered" | "read" | "failed", times = 1): Promise<unknown> {
  return json("POST", `/channels/${channel}/playground/statuses`, { body: { message_id: message, status, times } });
}

export function setWindow(channel: string, contact: string, open: boolean): Promise<unknown> {
  return json("POST", `/channels/${channel}/playground/window`, { body: { contact_id: contact, open } });
}

export const knobsOf = (channel: string): Promise<Knobs> => json("GET", `/channels/${channel}/playground/knobs`);

export function turn(channel: string, change: Partial<Knobs>): Promise<Knobs> {
  return json("PATCH", `/channels/${channel}/playground/knobs`, { body: change });
}
