// Canned replies: everybody uses them; who may set things up writes them.
import { For, Show, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { json } from "../../api/client";
import type { CannedReply } from "../../api/contract";
import { reference, refresh } from "../../data/reference";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { TextArea, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { PlusIcon, ZapIcon } from "../../parts/icons";
import { Empty } from "../../parts/state";
import { may } from "../../session";
import { FormDialog } from "./formdialog";
import { Removal } from "./removal";
import s from "./settings.module.css";

export default function Canned() {
  const [editing, setEditing] = createSignal<CannedReply | "new">();
  const [removing, setRemoving] = createSignal<CannedReply>();
  const mayChange = () => may("setup:write");
  return (
    <>
      <Show when={mayChange()} fallback={<p class="muted">{t("settings.read_only")}</p>}>
        <div class={css.buttons}>
          <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => setEditing("new")}>{t("settings.new_canned")}</Button>
        </div>
      </Show>
      <Show when={reference.canned.length > 0} fallback={<Empty icon={<ZapIcon size={24} />} title={t("settings.no_canned")}>{t("settings.no_canned_text")}</Empty>}>
        <ul class={s.list} aria-label={t("settings.canned")}>
          <For each={reference.canned}>
            {(c) => (
              <li>
                <span class={s.grow}>
                  <code class={css.mono}>/{c.shortcut}</code>
                  <span class={s.sub}>{c.text}</span>
                </span>
                <Show when={mayChange()}>
                  <Button small aria-label={`${t("common.edit")}: ${c.shortcut}`} onClick={() => setEditing(c)}>{t("common.edit")}</Button>
                  <Button small look="quiet" aria-label={`${t("common.delete")}: ${c.shortcut}`} onClick={() => setRemoving(c)}>{t("common.delete")}</Button>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={editing()} keyed>
        {(c) => <Edit reply={c === "new" ? undefined : c} onClose={() => setEditing(undefined)} />}
      </Show>
      <Show when={removing()} keyed>
        {(c) => (
          <Removal
            name={c.shortcut}
            text={t("settings.delete_canned_text")}
            onClose={() => setRemoving(undefined)}
            onRemove={async () => {
              await json("DELETE", `/canned_replies/${c.id}`);
              await refresh("canned");
            }}
          />
        )}
      </Show>
    </>
  );
}

function Edit(props: { reply: CannedReply | undefined; onClose: () => void }) {
  const [values, setValues] = createStore({ shortcut: props.reply?.shortcut ?? "", text: props.reply?.text ?? "" });
  const form = createSubmit();
  const save = async () => {
    const body = { shortcut: values.shortcut.trim().replace(/^\//, ""), text: values.text.trim() };
    if (props.reply) await json("PATCH", `/canned_replies/${props.reply.id}`, { body });
    else await json("POST", "/canned_replies", { body });
    await refresh("canned");
  };
  return (
    <FormDialog title={props.reply?.shortcut ?? t("settings.new_canned")} form={form} fields={["shortcut", "text"]} onSave={save} onClose={props.onClose}>
      <TextField autofocus label={t("settings.shortcut")} hint={t("settings.shortcut_hint")} required maxLength={40} error={form.wrong("shortcut")} value={values.shortcut} onInput={(e) => setValues("shortcut", e.currentTarget.value)} />
      <TextArea label={t("settings.text")} required rows={6} maxLength={4096} error={form.wrong("text")} value={values.text} onInput={(e) => setValues("text", e.currentTarget.value)} />
    </FormDialog>
  );
}
