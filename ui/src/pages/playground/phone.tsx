// One person's phone: what they see, and what they can do.
import { For, Show, createEffect, createResource, createSignal, on, onCleanup } from "solid-js";
import type { LogEvent, Message } from "../../api/types";
import { t } from "../../i18n";
import { phone as written } from "../../i18n/format";
import { epoch, onEvents } from "../../live/stream";
import { Avatar } from "../../parts/avatar";
import { Button, IconButton } from "../../parts/button";
import { CloseIcon, ImageIcon, MapPinIcon, MicIcon, SendIcon } from "../../parts/icons";
import { Failed } from "../../parts/state";
import { tellError } from "../../parts/toast";
import { Bubble } from "./bubble";
import s from "./playground.module.css";
import { type Person, type Written, contactOf, messagesOf, removePerson, setWindow, tellStatus, write } from "./world";

const TOPICS = ["message.received", "message.sent", "message.status", "contact.updated"];

export function Phone(props: { channel: string; business: string; person: Person }) {
  const [text, setText] = createSignal("");
  const [shut, setShut] = createSignal(false);
  let log!: HTMLDivElement;

  const load = async () => {
    const contact = await contactOf(props.channel, props.person);
    return { contact, messages: contact ? await messagesOf(contact.id) : [] };
  };
  const [shown, { refetch }] = createResource(epoch, load);
  const contact = () => shown.latest?.contact ?? null;
  const messages = () => shown.latest?.messages ?? [];

  // Many events at once are one look.
  let soon: ReturnType<typeof setTimeout> | undefined;
  const about = (event: LogEvent) => (event.data as { contact_id?: string }).contact_id;
  onCleanup(
    onEvents(TOPICS, (event) => {
      if (contact() !== null && about(event) !== contact()?.id) return;
      clearTimeout(soon);
      soon = setTimeout(() => void refetch(), 80);
    }),
  );
  onCleanup(() => clearTimeout(soon));
  const toEnd = () => log.scrollTo({ top: log.scrollHeight });
  createEffect(on(() => messages().length, () => queueMicrotask(toEnd)));

  const say = (what: Written) => write(props.channel, props.person, what).catch(tellError);
  const send = (event: Event) => {
    event.preventDefault();
    const said = text().trim();
    if (said === "") return;
    setText("");
    void say({ text: said });
  };
  const last = (): Message | undefined => messages().findLast((message) => message.direction === "outbound");
  const tell = (status: "read" | "failed" | "delivered", times = 1) => {
    const message = last();
    if (message) tellStatus(props.channel, message.id, status, times).catch(tellError);
  };
  const toggleWindow = () => {
    const of = contact();
    if (!of) return;
    const open = shut();
    setWindow(props.channel, of.id, open).then(() => setShut(!open), tellError);
  };

  return (
    <section class={s.phone} aria-label={t("playground.phone_of", { name: props.person.name })}>
      <header class={s.head}>
        <Avatar name={props.person.name} of={props.person.phone} />
        <div class={s.who}>
          <strong>{props.person.name}</strong>
          <span>{written(props.person.phone)}</span>
        </div>
        <IconButton small label={t("playground.put_away", { name: props.person.name })} onClick={() => removePerson(props.person.phone)}>
          <CloseIcon size={16} />
        </IconButton>
      </header>
      <div class={s.log} ref={log} role="log" tabindex="0" aria-label={t("playground.with", { business: props.business })}>
        <Show when={!shown.error} fallback={<Failed error={shown.error} onRetry={refetch} />}>
          <For each={messages()} fallback={<p class={s.hint}>{t("playground.first_word")}</p>}>
            {(message) => <Bubble message={message} press={(what) => void say({ press: what, message_id: message.id })} grew={toEnd} />}
          </For>
        </Show>
      </div>
      <Show when={last()}>
        <div class={s.acts} role="group" aria-label={t("playground.last_message")}>
          <Button small look="quiet" onClick={() => tell("read")}>
            {t("playground.read_it")}
          </Button>
          <Button small look="quiet" onClick={() => tell("read", 3)}>
            {t("playground.read_thrice")}
          </Button>
          <Button small look="quiet" onClick={() => tell("failed")}>
            {t("playground.let_fail")}
          </Button>
          <Button small look="quiet" onClick={() => void say({ reaction: { emoji: "👍" }, message_id: last()?.id })}>
            👍
          </Button>
        </div>
      </Show>
      <Show when={contact()}>
        <Button small look="quiet" onClick={toggleWindow} aria-pressed={shut()}>
          {t(shut() ? "playground.open_window" : "playground.shut_window")}
        </Button>
      </Show>
      <form class={s.composer} onSubmit={send}>
        <IconButton small label={t("playground.send_image")} onClick={() => void say({ image: { caption: t("playground.a_picture") } })}>
          <ImageIcon size={18} />
        </IconButton>
        <IconButton small label={t("playground.send_voice")} onClick={() => void say({ audio: { voice: true } })}>
          <MicIcon size={18} />
        </IconButton>
        <IconButton small label={t("playground.send_place")} onClick={() => void say({ location: { latitude: -40.5734, longitude: -73.1336, name: "Osorno" } })}>
          <MapPinIcon size={18} />
        </IconButton>
        <input
          class={s.input}
          value={text()}
          maxlength={4096}
          aria-label={t("playground.write_as", { name: props.person.name })}
          placeholder={t("playground.write")}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <IconButton small type="submit" label={t("playground.send")} disabled={text().trim() === ""}>
          <SendIcon size={18} />
        </IconButton>
      </form>
    </section>
  );
}
