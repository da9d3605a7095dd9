// A link by which a member sets a password anew: shown once, to be passed on.
import { Show, createSignal } from "solid-js";
import { json } from "../../api/client";
import type { ResetLink } from "../../api/setup";
import type { Member } from "../../api/types";
import { t } from "../../i18n";
import { dateTime } from "../../i18n/format";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { Checkbox, FormError } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Copyable } from "../../parts/secret";
import { tell } from "../../parts/toast";

export function Reset(props: { member: Member; onClose: () => void }) {
  const [second, setSecond] = createSignal(false);
  const [made, setMade] = createSignal<ResetLink>();
  const form = createSubmit();
  const path = () => `/members/${props.member.id}/reset_link`;
  const make = () => form.run(async () => setMade(await json<ResetLink>("POST", path(), { body: { removes_totp: second() } })));
  const withdraw = () =>
    form.run(async () => {
      await json("DELETE", path());
      tell(t("settings.reset_withdrawn"));
      props.onClose();
    });
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={made() ? t("settings.invite_link") : t("settings.reset_title", { name: props.member.name })}
      actions={
        <Show
          when={!made()}
          fallback={
            <>
              <Button busy={form.busy()} onClick={() => void withdraw()}>{t("settings.invite_cancel")}</Button>
              <Button look="primary" onClick={() => props.onClose()}>{t("common.close")}</Button>
            </>
          }
        >
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={form.busy()} onClick={() => void make()}>{t("settings.reset_make")}</Button>
        </Show>
      }
    >
      <FormError message={form.whole()} />
      <Show
        when={made()}
        fallback={
          <div class={css.form}>
            <p>{t("settings.reset_text", { name: props.member.name })}</p>
            <Checkbox label={t("settings.reset_second")} checked={second()} onChange={(e) => setSecond(e.currentTarget.checked)} />
          </div>
        }
      >
        {(link) => (
          <>
            <p>{t("settings.invite_link_text", { time: dateTime(link().expires_at) })}</p>
            <Copyable label={t("settings.invite_link")} text={link().link} />
          </>
        )}
      </Show>
    </Dialog>
  );
}
