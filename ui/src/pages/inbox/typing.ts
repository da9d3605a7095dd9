// Who of the team is writing where. Only of the moment: forgotten after ten seconds without a word of it.
import { createSignal, onCleanup } from "solid-js";
import { json } from "../../api/client";
import { memberById } from "../../data/reference";
import { onMoment } from "../../live/stream";
import { session } from "../../session";

const LASTS = 10_000;
const [writing, setWriting] = createSignal<ReadonlyMap<string, ReadonlyMap<string, number>>>(new Map());

const THEM = "them";

/** First names of who is writing in a conversation, oneself left out; `name` is the person's on the other side. */
export const typingIn = (contact: string, name: string): string[] =>
  [...(writing().get(contact)?.keys() ?? [])].map((id) => (id === THEM ? name : (memberById(id)?.first_name ?? "…")));

export function followTyping(): void {
  const change = (contact: string, member: string, until: number | null) =>
    setWriting((all) => {
      const next = new Map(all);
      const members = new Map(next.get(contact));
      if (until === null) members.delete(member);
      else members.set(member, until);
      if (members.size > 0) next.set(contact, members);
      else next.delete(contact);
      return next;
    });
  onCleanup(
    onMoment("typing", ({ contact_id, member_id, state }) => {
      if (member_id === session()?.member.id) return;
      change(contact_id, member_id ?? THEM, state === "typing" ? Date.now() + LASTS : null);
    }),
  );
  const sweep = setInterval(() => {
    const at = Date.now();
    for (const [contact, members] of writing()) for (const [member, until] of members) if (until < at) change(contact, member, null);
  }, 1000);
  onCleanup(() => (clearInterval(sweep), setWriting(new Map())));
}

let told = { contact: "", at: 0 };

/** Tells the others; at most each four seconds, and never waited for. */
export function tellTyping(contact: string, state: "typing" | "stopped"): void {
  const at = Date.now();
  if (state === "typing" && told.contact === contact && at - told.at < 4000) return;
  if (state === "stopped" && told.contact !== contact) return;
  told = state === "typing" ? { contact, at } : { contact: "", at: 0 };
  json("POST", `/conversations/${contact}/typing`, { body: { state } }).catch(() => undefined);
}
