// A message as it stands on the person's phone.
import { For, Match, Show, Switch } from "solid-js";
import type { Attachment, Message } from "../../api/types";
import { t } from "../../i18n";
import { clock } from "../../i18n/format";
import { CheckDoubleIcon, CheckIcon } from "../../parts/icons";
import s from "./playground.module.css";

interface Choice {
  id: string;
  title: string;
}
/** The parts of an interactive message that can be pressed, as the server keeps them. */
interface Interactive {
  buttons?: Choice[];
  list?: { sections: { rows: Choice[] }[] };
}

function choices(message: Message): Choice[] {
  if (message.type !== "interactive" || !message.content) return [];
  const content = message.content as Interactive;
  return content.buttons ?? content.list?.sections.flatMap((section) => section.rows) ?? [];
}

/** `grew`: a picture took its room after the message was there. */
export function Bubble(props: { message: Message; press: (what: string) => void; grew: () => void }) {
  const own = () => props.message.direction === "inbound";
  return (
    <div class={s.bubble} classList={{ [s.own!]: own() }} data-status={props.message.status}>
      <For each={props.message.attachments}>{(file) => <File file={file} grew={props.grew} />}</For>
      <Show when={props.message.body} fallback={<Show when={props.message.attachments.length === 0}>{props.message.type}</Show>}>
        <span class={s.text}>{props.message.body}</span>
      </Show>
      <For each={choices(props.message)}>
        {(choice) => (
          <button type="button" class={s.choice} onClick={() => props.press(choice.id)}>
            {choice.title}
          </button>
        )}
      </For>
      <For each={props.message.reactions}>{(reaction) => <span class={s.reaction}>{reaction.emoji}</span>}</For>
      <span class={s.time}>
        {clock(props.message.sent_at)}
        <Show when={own()}>
          <CheckDoubleIcon size={14} />
        </Show>
        <Show when={!own() && props.message.status === "sent"}>
          <CheckIcon size={14} aria-label={t("playground.not_delivered")} />
        </Show>
      </span>
    </div>
  );
}

function File(props: { file: Attachment; grew: () => void }) {
  const name = () => props.file.file_name ?? props.file.type;
  return (
    <Show when={props.file.url} fallback={<span>{name()}…</span>}>
      {(url) => (
        <Switch fallback={<a href={`${url()}?download=true`}>{name()}</a>}>
          <Match when={props.file.type === "image" || props.file.type === "sticker"}>
            <img class={s.picture} src={url()} alt={name()} onLoad={() => props.grew()} />
          </Match>
          <Match when={props.file.type === "audio"}>
            <audio class={s.sound} controls preload="none" src={url()} />
          </Match>
          <Match when={props.file.type === "video"}>
            <video class={s.picture} controls preload="none" src={url()} />
          </Match>
        </Switch>
      )}
    </Show>
  );
}
