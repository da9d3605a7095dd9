// What a message holds beside its text, by type. Inbound content is as WhatsApp wrote it, outbound as it was asked for;
// nothing of it is trusted to have any shape.
import { For, Match, Show, Switch, type JSX } from "solid-js";
import type { Message } from "../../../api/types";
import { channelById } from "../../../data/reference";
import { t, tx } from "../../../i18n";
import { phone } from "../../../i18n/format";
import { ClickIcon, ContactIcon, ExternalIcon, ListIcon, MapPinIcon, QuestionIcon, ReplyIcon } from "../../../parts/icons";
import { Media } from "./media";
import { RichText } from "./richtext";
import s from "./content.module.css";

type Loose = Record<string, unknown>;
const object = (v: unknown): Loose => (v && typeof v === "object" && !Array.isArray(v) ? (v as Loose) : {});
const list = (v: unknown): Loose[] => (Array.isArray(v) ? v.map(object) : []);
const text = (v: unknown): string => (typeof v === "string" ? v : typeof v === "number" ? String(v) : "");

const MEDIA = /^(image|video|audio|document|sticker)$/;

export function Content(props: { message: Message }) {
  const m = () => props.message;
  const content = () => object(m().content);
  // A web chat shows its visitor the signs themselves.
  const plain = () => m().direction !== "note" && channelById(m().channel_id)?.type === "webchat";
  return (
    <Switch fallback={<Unknown message={m()} />}>
      <Match when={m().deleted_at}>
        <p class={s.gone}>{t("inbox.deleted")}</p>
      </Match>
      <Match when={m().type === "text" || m().direction === "note"}>
        <Body text={m().body} plain={plain()} />
      </Match>
      <Match when={MEDIA.test(m().type)}>
        <Files message={m()} content={content()} />
      </Match>
      <Match when={m().type === "location"}>
        <Place content={object(content().location ?? content())} />
      </Match>
      <Match when={m().type === "contacts"}>
        <Cards cards={list(content().contacts)} />
      </Match>
      <Match when={m().type === "interactive" || m().type === "button"}>
        <Interactive message={m()} content={content()} />
      </Match>
      <Match when={m().type === "template"}>
        <Body text={m().body} />
        <Show when={text(content().name)}>
          <p class={s.small}>{t("inbox.template_named", { name: text(content().name) })}</p>
        </Show>
      </Match>
      <Match when={m().type === "order"}>
        <Order order={object(content().order)} body={m().body} />
      </Match>
      <Match when={m().type === "system"}>
        <p class={s.gone}>{m().body}</p>
      </Match>
    </Switch>
  );
}

function Body(props: { text: string; plain?: boolean }) {
  // A few emoji alone are drawn big.
  const big = () => /^(\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}]?\uFE0F?(\u200D\p{Extended_Pictographic}\uFE0F?)*\s*){1,3}$/u.test(props.text);
  return (
    <p class={s.text} classList={{ [s.big!]: big() }}>
      <RichText text={props.text} plain={props.plain} />
    </p>
  );
}

function Files(props: { message: Message; content: Loose }) {
  const m = () => props.message;
  const own = () => object(props.content[m().type] ?? props.content);
  const link = () => text(own().link);
  const name = () => m().attachments[0]?.file_name ?? (text(own().file_name) || text(own().filename));
  const caption = () => (m().body && m().body !== name() ? m().body : "");
  return (
    <>
      <For each={m().attachments}>{(a) => <Media attachment={a} voice={own().voice === true} />}</For>
      <Show when={m().attachments.length === 0}>
        <Show when={/^https?:\/\//.test(link())} fallback={<p class={s.gone}>{tx("inbox", `type_${m().type}`, m().type)}</p>}>
          <a class={s.action} href={link()} target="_blank" rel="noopener noreferrer">
            <ExternalIcon size={15} />
            {name() || tx("inbox", `type_${m().type}`, m().type)}
          </a>
        </Show>
      </Show>
      <Show when={caption()}>
        <Body text={caption()} />
      </Show>
    </>
  );
}

function Place(props: { content: Loose }) {
  const at = () => [Number(props.content.latitude), Number(props.content.longitude)] as const;
  const known = () => at().every(Number.isFinite);
  return (
    <div class={s.card}>
      <span class={s.round}>
        <MapPinIcon />
      </span>
      <div>
        <strong>{text(props.content.name) || t("inbox.type_location")}</strong>
        <Show when={text(props.content.address)}>
          <p>{text(props.content.address)}</p>
        </Show>
        <Show when={known()}>
          <a href={`https://www.openstreetmap.org/?mlat=${at()[0]}&mlon=${at()[1]}#map=16/${at()[0]}/${at()[1]}`} target="_blank" rel="noopener noreferrer">
            {at()[0].toFixed(5)}, {at()[1].toFixed(5)}
          </a>
        </Show>
      </div>
    </div>
  );
}

function Cards(props: { cards: Loose[] }) {
  const name = (c: Loose) => text(object(c.name).formatted_name) || text(c.formatted_name) || t("common.nameless");
  const values = (v: unknown, key: string) => (Array.isArray(v) ? v.map((x: unknown) => text(x) || text(object(x)[key])).filter(Boolean) : []);
  return (
    <For each={props.cards}>
      {(c) => (
        <div class={s.card}>
          <span class={s.round}>
            <ContactIcon />
          </span>
          <div>
            <strong>{name(c)}</strong>
            <For each={values(c.phones, "phone")}>{(p) => <p>{phone(p.replace(/[^\d+]/g, "")) || p}</p>}</For>
            <For each={values(c.emails, "email")}>{(e) => <p>{e}</p>}</For>
          </div>
        </div>
      )}
    </For>
  );
}

function Interactive(props: { message: Message; content: Loose }) {
  const inner = () => object(props.content.interactive);
  const answered = () => props.message.direction === "inbound";
  const detail = () => text(object(inner().list_reply).description);
  const buttons = () => list(props.content.buttons).map((b) => text(b.title));
  const rows = () => list(object(props.content.list).sections).flatMap((x) => list(x.rows).map((r) => text(r.title)));
  const linked = () => object(props.content.link);
  return (
    <Show
      when={answered()}
      fallback={
        <>
          <Show when={text(props.content.header)}>
            <strong>{text(props.content.header)}</strong>
          </Show>
          <Body text={props.message.body} />
          <Show when={text(props.content.footer)}>
            <p class={s.small}>{text(props.content.footer)}</p>
          </Show>
          <Offered labels={buttons()} icon={<ReplyIcon size={14} />} />
          <Offered labels={rows()} icon={<ListIcon size={14} />} />
          <Offered labels={[text(linked().title)].filter(Boolean)} icon={<ExternalIcon size={14} />} />
        </>
      }
    >
      <p class={s.pressed}>
        <ClickIcon size={15} />
        <span>{props.message.body || t("inbox.type_interactive")}</span>
      </p>
      <Show when={detail()}>
        <p class={s.small}>{detail()}</p>
      </Show>
    </Show>
  );
}

function Offered(props: { labels: string[]; icon: JSX.Element }) {
  return (
    <Show when={props.labels.length > 0}>
      <ul class={s.offered}>
        <For each={props.labels}>
          {(label) => (
            <li>
              {props.icon}
              {label}
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

function Order(props: { order: Loose; body: string }) {
  const items = () => list(props.order.product_items);
  return (
    <>
      <strong>{t("inbox.type_order")}</strong>
      <Show when={items().length > 0} fallback={<Body text={props.body} />}>
        <ul class={s.items}>
          <For each={items()}>
            {(x) => (
              <li>
                <span>
                  {text(x.quantity)} × {text(x.product_retailer_id)}
                </span>
                <span>
                  {text(x.item_price)} {text(x.currency)}
                </span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </>
  );
}

/** A type that is not known here, or not handed over: said so, with what words there are. */
function Unknown(props: { message: Message }) {
  const words = () => (/^\[.*\]$/.test(props.message.body) ? "" : props.message.body);
  return (
    <>
      <p class={s.gone}>
        <QuestionIcon size={15} />
        {tx("inbox", `type_${props.message.type}`, t("inbox.type_other", { type: props.message.type }))}
      </p>
      <Show when={words()}>
        <Body text={words()} />
      </Show>
    </>
  );
}
