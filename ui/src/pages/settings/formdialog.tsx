// A dialog that is a form: fields, what was wrong, cancel and save.
import type { JSX } from "solid-js";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError } from "../../parts/field";
import type { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";

export function FormDialog(props: { title: string; form: ReturnType<typeof createSubmit>; fields: readonly string[]; save?: string; onSave: () => Promise<unknown>; onClose: () => void; children: JSX.Element }) {
  const submit = async () => {
    if (await props.form.run(() => props.onSave())) props.onClose();
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.title}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={props.form.busy()} onClick={() => void submit()}>
            {props.save ?? t("common.save")}
          </Button>
        </>
      }
    >
      <form
        class={css.form}
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <FormError message={props.form.whole(...props.fields)} />
        {props.children}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
