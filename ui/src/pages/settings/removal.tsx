// Asks before something is deleted; where its things must go somewhere, where to.
import { For, Show, createSignal } from "solid-js";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError, SelectField } from "../../parts/field";
import { createSubmit } from "../../parts/form";

export function Removal(props: {
  name: string;
  text: string;
  /** Where what belongs to it can go. */
  targets?: { id: string; label: string }[];
  targetLabel?: string;
  /** What it is called to choose none of them. */
  none?: string;
  confirm?: string;
  onRemove: (moveTo: string | undefined) => Promise<unknown>;
  onClose: () => void;
}) {
  const [to, setTo] = createSignal("");
  const form = createSubmit();
  const run = async () => {
    if (await form.run(() => props.onRemove(to() || undefined))) props.onClose();
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t("settings.delete_title", { name: props.name })}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="danger" busy={form.busy()} onClick={() => void run()}>
            {props.confirm ?? t("common.delete")}
          </Button>
        </>
      }
    >
      <FormError message={form.whole()} />
      <p>{props.text}</p>
      <Show when={props.targets && props.targets.length > 0}>
        <SelectField label={props.targetLabel ?? t("settings.move_to")} onChange={(e) => setTo(e.currentTarget.value)}>
          <option value="">{props.none ?? t("settings.nobody")}</option>
          <For each={props.targets}>{(x) => <option value={x.id}>{x.label}</option>}</For>
        </SelectField>
      </Show>
    </Dialog>
  );
}
