// Writing to somebody first: their number, what they are called, by which channel, and what they get. Who is known already
// is not made twice.
import { useNavigate } from "@solidjs/router";
import { For, Show, Suspense, createEffect, createMemo, createSignal, lazy, on, onCleanup, onMount } from "solid-js";
import { Problem, partText } from "../../../api/problem";
import { isStopped, reference } from "../../../data/reference";
import { t } from "../../../i18n";
import { phone as asPhone } from "../../../i18n/format";
import { Button } from "../../../parts/button";
import { Dialog } from "../../../parts/dialog";
import { FormError, SelectField, TextArea, TextField } from "../../../parts/field";
import { createSubmit } from "../../../parts/form";
import form from "../../../parts/form.module.css";
import { ChannelsIcon } from "../../../parts/icons";
import { Empty } from "../../../parts/state";
import { tellError } from "../../../parts/toast";
import { may } from "../../../session";
import { draftOf } from "../composer/draft";
import { post } from "../thread/outbox";
import { nameOf } from "../words";
import { canBegin, needsTemplate } from "./channels";
import { isPhoneLike, look, type Known, type Looked } from "./known";
import { callThem, createStart } from "./start";
import { AlreadyThere, StoppedChannel } from "./notes";
import s from "./begin.module.css";

const TemplatePicker = lazy(() => import("../composer/templates").then((m) => ({ default: m.TemplatePicker })));
/** Letters of a message, and of a name. */
const LONGEST = 4096;
const LONGEST_NAME = 255;

interface Props {
  /** Stands in the field already. */
  phone: string;
  /** The channel that the list is narrowed to. */
  channel: string | undefined;
  onClose: () => void;
  /** A conversation to be shown instead. */
  onOpen: (contact: string) => void;
}

export default function NewConversation(props: Props) {
  const navigate = useNavigate();
  const channels = createMemo(() => reference.channels.filter(canBegin));
  const [chosen, setChosen] = createSignal(props.channel);
  const channel = createMemo(() => channels().find((c) => c.id === chosen()) ?? channels().find((c) => !isStopped(c)) ?? channels()[0]);
  const [phone, setPhone] = createSignal(props.phone);
  const [name, setName] = createSignal("");
  const [text, setText] = createSignal("");
  /** The number was left: from then on it is said what is wrong with it. */
  const [tried, setTried] = createSignal(false);
  /** Going on was tried: from then on it is said what is missing. */
  const [pressed, setPressed] = createSignal(false);
  const [choosing, setChoosing] = createSignal(false);
  const filled = new Map<string, Record<string, string>>();
  onMount(() => void TemplatePicker.preload().catch(() => undefined));
  const submit = createSubmit();
  /** Closed while something was on its way: who went on is not called back, and told only of what failed. */
  let left = false;
  onCleanup(() => (left = true));
  const start = createStart();

  // Asked for while it is typed, so that who is known already is seen before a word is written to them.
  const [looked, setLooked] = createSignal<Looked>();
  const asked = () => `${channel()?.id} ${phone().trim()}`;
  const answers = new Map<string, Promise<Looked>>();
  const lookNow = (): Promise<Looked> => {
    const what = asked();
    const known = answers.get(what) ?? look(phone(), channel()!);
    answers.set(what, known);
    return known.then(
      (found) => (what === asked() && setLooked(found), found),
      (problem) => (answers.delete(what), Promise.reject(problem)),
    );
  };
  createEffect(
    on(asked, () => {
      setLooked(undefined);
      if (!channel() || !isPhoneLike(phone())) return;
      // Without an answer nothing is said: whoever goes on asks again.
      const timer = setTimeout(() => void lookNow().catch(() => undefined), 250);
      onCleanup(() => clearTimeout(timer));
    }),
  );
  const here = () => looked()?.here;
  const conversation = () => here()?.conversation;
  const byTemplate = () => needsTemplate(channel());

  const phoneError = () => {
    if (submit.wrong("phone")) return submit.wrong("phone");
    if (!phone().trim()) return pressed() ? t("refusals.field_required") : undefined;
    if (!tried()) return undefined;
    return isPhoneLike(phone()) ? undefined : partText({ pointer: "/phone", code: "invalid_phone", message: "" });
  };
  const readAs = () => {
    const number = looked()?.number;
    return number && asPhone(number) !== phone().trim() ? t("begin.read_as", { phone: asPhone(number) }) : undefined;
  };
  const textError = () => {
    if ([...text().trim()].length > LONGEST) return t("begin.too_long", { most: LONGEST });
    return pressed() && !text().trim() ? t("refusals.field_required") : undefined;
  };

  let inner!: HTMLFormElement;
  const toWrong = () => queueMicrotask(() => inner.querySelector<HTMLElement>("[aria-invalid]")?.focus());

  /** Opens what is there, with what was written for it as its draft. */
  function goTo(known: Known): void {
    const there = known.conversation;
    if (text().trim() && there) {
      const draft = draftOf(known.id, () => undefined);
      const before = draft.read(there.draft);
      draft.write([before, text().trim()].filter(Boolean).join("\n"));
      draft.flush();
    }
    props.onOpen(known.id);
  }

  async function onward(): Promise<void> {
    setTried(true);
    if (!phone().trim() || phoneError()) return setPressed(true), toWrong();
    let found: Looked | undefined;
    // A press while it is asked is none.
    if (!(await submit.run(async () => (found = await lookNow())))) return;
    if (found?.here?.conversation) return goTo(found.here);
    if (byTemplate()) return void setChoosing(true);
    setPressed(true);
    if (textError()) return toWrong();
    await send({ text: text().trim() }, { type: "text", body: text().trim() });
  }

  async function send(content: Record<string, unknown>, preview: { type: string; body: string }): Promise<void> {
    const known = here();
    const to = known ? { contact_id: known.id } : { phone: looked()?.number ?? phone().trim(), channel_id: channel()!.id };
    const called = known?.name ? "" : name().trim();
    await submit.run(async () => {
      try {
        const contact = await start(to, content);
        if (called) await callThem(contact, called);
        if (!left) props.onOpen(contact);
      } catch (problem) {
        if (left) return tellError(problem);
        if (!(problem instanceof Problem) || problem.passing || problem.field("phone")) throw problem;
        // They are there since this was begun, perhaps blocked: shown, with what was written and why it did not go out.
        answers.clear();
        const found = await lookNow().catch(() => undefined);
        if (left || !found?.here?.conversation) throw problem;
        post(found.here.id, nameOf(found.here), { content, preview }, null);
        props.onOpen(found.here.id);
      }
    });
    if (submit.wrong("phone")) {
      setChoosing(false);
      toWrong();
    }
  }

  const whom = () => {
    const number = asPhone(looked()?.number) || phone().trim();
    const called = here()?.name || name().trim();
    return t("begin.to", { who: called ? `${called} · ${number}` : number, channel: channel()?.name ?? "" });
  };

  return (
    <Show
      when={!choosing() || !channel()}
      fallback={
        <Suspense>
          <TemplatePicker
            channel={channel()!.id}
            contactName={here()?.name || name().trim() || null}
            filled={filled}
            to={whom()}
            sending={{ busy: submit.busy(), problem: submit.whole("phone") }}
            onClose={() => (submit.clear(), setChoosing(false))}
            onSend={(template, body) => void send({ template }, { type: "template", body })}
          />
        </Suspense>
      }
    >
      {/* With its fields, the first of which takes the focus. */}
      <Dialog
        open={reference.ready}
        onClose={props.onClose}
        title={t("inbox.begin")}
        actions={
          channels().length > 0 && (
            <>
              <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
              <Button look="primary" busy={submit.busy()} onClick={() => void onward()}>
                {conversation() ? t("begin.open") : byTemplate() ? t("inbox.choose_template") : t("inbox.send")}
              </Button>
            </>
          )
        }
      >
        <Show when={channels().length > 0} fallback={<NoChannel onChannels={() => navigate("/channels")} />}>
          <form
            ref={inner}
            class={form.form}
            noValidate
            onSubmit={(e) => {
              e.preventDefault();
              void onward();
            }}
          >
            <FormError message={submit.whole("phone")} />
            <TextField
              label={t("begin.phone")}
              type="tel"
              required
              maxLength={64}
              value={phone()}
              hint={readAs()}
              error={phoneError()}
              onInput={(e) => {
                setPhone(e.currentTarget.value);
                submit.clear();
                setTried(false);
              }}
              onChange={() => setTried(true)}
            />
            {/* There from the beginning, so that what appears in it is read aloud. */}
            <div role="status" class={s.status}>
              <AlreadyThere here={here()} elsewhere={looked()?.elsewhere} onOpen={goTo} />
            </div>
            <Show when={!conversation() && !here()?.name && may("contacts:write")}>
              <TextField label={t("begin.name")} maxLength={LONGEST_NAME} value={name()} onInput={(e) => setName(e.currentTarget.value)} />
            </Show>
            <Show when={channels().length > 1} fallback={<p class="muted">{t("begin.by", { channel: channel()!.name })}</p>}>
              <SelectField label={t("inbox.channel")} onChange={(e) => setChosen(e.currentTarget.value)}>
                <For each={channels()}>
                  {(c) => (
                    <option value={c.id} selected={c.id === channel()?.id}>
                      {[c.name, asPhone(c.phone_number)].filter(Boolean).join(" · ")}
                    </option>
                  )}
                </For>
              </SelectField>
            </Show>
            <Show when={!conversation() && channel()}>
              {(c) => (
                <>
                  <StoppedChannel channel={c()} />
                  <Show when={!byTemplate()} fallback={<p class="muted">{t("begin.template_first")}</p>}>
                    <TextArea
                      label={t("begin.message")}
                      value={text()}
                      error={textError()}
                      onInput={(e) => setText(e.currentTarget.value)}
                      onKeyDown={(e) => {
                        if (e.key !== "Enter" || !(e.ctrlKey || e.metaKey) || e.isComposing) return;
                        e.preventDefault();
                        void onward();
                      }}
                    />
                  </Show>
                </>
              )}
            </Show>
            <button type="submit" hidden />
          </form>
        </Show>
      </Dialog>
    </Show>
  );
}

/** Nobody can be written to first: why, and who can change it. */
function NoChannel(props: { onChannels: () => void }) {
  return (
    <Empty
      icon={<ChannelsIcon size={24} />}
      title={t("begin.none")}
      action={
        <Show when={may("setup:write")}>
          <Button look="primary" onClick={() => props.onChannels()}>
            {t("begin.connect")}
          </Button>
        </Show>
      }
    >
      {t(may("setup:write") ? "begin.none_text" : "begin.none_ask")}
    </Empty>
  );
}
