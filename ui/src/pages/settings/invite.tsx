// An invitation: e-mail and role; its link is shown once.
import { For, Show, createSignal } from "solid-js";
import { json } from "../../api/client";
import type { Invitation } from "../../api/setup";
import type { Member } from "../../api/types";
import { t } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Copyable } from "../../parts/secret";
import { grantable } from "./members";

export function Invite(props: { onClose: () => void; onDone: () => void }) {
  const [email, setEmail] = createSignal("");
  const [name, setName] = createSignal("");
  const [role, setRole] = createSignal<Member["role"]>("agent");
  const [made, setMade] = createSignal<Invitation>();
  const form = createSubmit();
  const submit = async () => {
    const body = { email: email().trim(), role: role(), ...(name().trim() ? { name: name().trim() } : {}) };
    if (await form.run(async () => setMade(await json<Invitation>("POST", "/invitations", { body })))) props.onDone();
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={made() ? t("settings.invite_link") : t("settings.invite_title")}
      actions={
        <Show when={!made()} fallback={<Button look="primary" onClick={() => props.onClose()}>{t("common.close")}</Button>}>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={form.busy()} onClick={() => void submit()}>{t("settings.invite")}</Button>
        </Show>
      }
    >
      <Show
        when={made()}
        fallback={
          <form
            class={css.form}
            onSubmit={(e) => {
              e.preventDefault();
              void submit();
            }}
          >
            <FormError message={form.whole("email", "role", "name")} />
            <TextField autofocus type="email" label={t("settings.email")} required error={form.wrong("email")} value={email()} onInput={(e) => setEmail(e.currentTarget.value)} />
            <TextField label={`${t("settings.name")} (${t("common.optional")})`} error={form.wrong("name")} value={name()} onInput={(e) => setName(e.currentTarget.value)} />
            <fieldset class={css.group}>
              <legend>{t("settings.role")}</legend>
              <For each={grantable()}>
                {(r) => (
                  <label>
                    <input type="radio" name="role" value={r} checked={role() === r} onChange={() => setRole(r)} /> <strong>{t(`settings.role_${r}`)}</strong>{" "}
                    <span class="muted">{t(`settings.role_${r}_about`)}</span>
                  </label>
                )}
              </For>
            </fieldset>
            <button type="submit" hidden />
          </form>
        }
      >
        {(i) => (
          <>
            <p>{t("settings.invite_link_text", { time: dateTime(i().expires_at) })}</p>
            <Copyable label={t("settings.invite_link")} text={i().link ?? ""} />
          </>
        )}
      </Show>
    </Dialog>
  );
}
