// Canned replies: everybody uses them; who may set things up writes them.
import { createStore } from "solid-js/store";
import { json } from "../../api/client";
import type { CannedReply } from "../../api/contract";
import { reference, refresh } from "../../data/reference";
import { t } from "../../i18n";
import { TextArea, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { ZapIcon } from "../../parts/icons";
import { Entries } from "./entries";
import { FormDialog } from "./formdialog";
import s from "./settings.module.css";

export default function Canned() {
  return (
    <Entries
      label={t("settings.canned")}
      rows={reference.canned}
      name={(c) => c.shortcut}
      row={(c) => (
        <span class={s.grow}>
          <code class={css.mono}>/{c.shortcut}</code>
          <span class={s.sub}>{c.text}</span>
        </span>
      )}
      add={t("settings.new_canned")}
      empty={{ icon: <ZapIcon size={24} />, title: t("settings.no_canned"), text: t("settings.no_canned_text") }}
      form={(c, close) => <Edit reply={c} onClose={close} />}
      removal={t("settings.delete_canned_text")}
      onRemove={async (c) => {
        await json("DELETE", `/canned_replies/${c.id}`);
        await refresh("canned");
      }}
    />
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
