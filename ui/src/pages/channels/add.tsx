// A new channel: what kind, then its fields; the checklist of the Cloud API stands beside them.
import { A, useBeforeLeave, useNavigate } from "@solidjs/router";
import { For, Show, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import { refresh } from "../../data/reference";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/dialog";
import { FormError } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Page } from "../../parts/page";
import { tell } from "../../parts/toast";
import { may } from "../../session";
import { Checklist } from "./checklist";
import { FIELDS, Fields, bodyOf, createValues } from "./form";
import { KINDS, KindIcon, NOT_YET, type Kind } from "./kinds";
import s from "./channels.module.css";

export function Add(props: { type: string | undefined }) {
  const kind = () => KINDS.find((k) => k === props.type && !NOT_YET.includes(k));
  const about = (k: Kind) => (
    <>
      <span class={s.icon}>
        <KindIcon type={k} />
      </span>
      <strong>{t(`channels.type_${k}`)}</strong>
      <span class={s.sub}>{t(NOT_YET.includes(k) ? "channels.not_yet" : `channels.about_${k}`)}</span>
    </>
  );
  return (
    <Show when={may("setup:write")} fallback={<Page title={t("channels.add")}><p>{t("channels.read_only")}</p></Page>}>
      <Show
        when={kind()}
        keyed
        fallback={
          <Page title={t("channels.choose")}>
            <ul class={s.kinds}>
              <For each={KINDS}>
                {(k) => (
                  <li>
                    <Show when={!NOT_YET.includes(k)} fallback={<div class={`${s.kind} ${s.notYet}`}>{about(k)}</div>}>
                      <A href={`/channels/new/${k}`} class={s.kind}>
                        {about(k)}
                      </A>
                    </Show>
                  </li>
                )}
              </For>
            </ul>
          </Page>
        }
      >
        {(k) => <New kind={k} />}
      </Show>
    </Show>
  );
}

function New(props: { kind: Kind }) {
  const navigate = useNavigate();
  const [values, setValues] = createValues(props.kind);
  const form = createSubmit();
  const begun = JSON.stringify(values);
  let made = false;
  const [leaving, setLeaving] = createSignal<() => void>();
  // Six secrets copied from Meta are not to be lost by a slip.
  useBeforeLeave((e) => {
    if (made || e.defaultPrevented || JSON.stringify(values) === begun) return;
    e.preventDefault();
    setLeaving(() => () => e.retry(true));
  });
  const submit = () =>
    form.run(async () => {
      const channel = await call(api.POST("/api/v1/channels", { body: { type: props.kind, ...bodyOf(props.kind, values) } as never }));
      made = true;
      await refresh("channels");
      tell(t("channels.created"));
      navigate(`/channels/${(channel as { id: string }).id}`, { replace: true });
    });
  return (
    <Page title={`${t("channels.add")}: ${t(`channels.type_${props.kind}`)}`}>
      <p class="muted">{t(`channels.about_${props.kind}`)}</p>
      <div class={s.columns}>
        <form
          class={css.card}
          onSubmit={(e) => {
            e.preventDefault();
            void submit();
          }}
        >
          <FormError message={form.whole(...FIELDS)} />
          <Fields kind={props.kind} values={values} set={(name, value) => setValues(name, value)} wrong={form.wrong} />
          <div class={`${css.buttons} ${css.end}`}>
            <Button onClick={() => navigate("/channels/new")}>{t("common.back")}</Button>
            <Button look="primary" type="submit" busy={form.busy()}>
              {t("channels.create")}
            </Button>
          </div>
        </form>
        <Show when={props.kind === "whatsapp"}>
          <Checklist />
        </Show>
      </div>
      <Confirm
        open={Boolean(leaving())}
        title={t("channels.leave_title")}
        text={t("channels.leave_text")}
        confirm={t("channels.leave")}
        danger
        onConfirm={() => {
          const go = leaving();
          setLeaving(undefined);
          go?.();
        }}
        onClose={() => setLeaving(undefined)}
      />
    </Page>
  );
}
