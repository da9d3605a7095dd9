// A dialog that is a form; what it made is a secret that is shown this once.
import { Show, type JSX } from "solid-js";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError } from "../../parts/field";
import type { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { Copyable } from "../../parts/secret";

export function SecretDialog(props: {
  title: string;
  /** Once it is there, with what it is called. */
  secret: string;
  secretTitle: string;
  secretText: string;
  form: ReturnType<typeof createSubmit>;
  fields: readonly string[];
  onSubmit: () => Promise<void>;
  onClose: () => void;
  children: JSX.Element;
}) {
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.secret ? props.secretTitle : props.title}
      actions={
        <Show when={!props.secret} fallback={<Button look="primary" onClick={() => props.onClose()}>{t("api.copied_it")}</Button>}>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={props.form.busy()} onClick={() => void props.onSubmit()}>
            {t("common.save")}
          </Button>
        </Show>
      }
    >
      <Show
        when={!props.secret}
        fallback={
          <>
            <p>{props.secretText}</p>
            <Copyable label={props.secretTitle} text={props.secret} />
          </>
        }
      >
        <form
          class={css.form}
          onSubmit={(e) => {
            e.preventDefault();
            void props.onSubmit();
          }}
        >
          <FormError message={props.form.whole(...props.fields)} />
          {props.children}
          <button type="submit" hidden />
        </form>
      </Show>
    </Dialog>
  );
}
