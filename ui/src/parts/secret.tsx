// What is to be copied: shown whole, with a button that copies it.
import { Show } from "solid-js";
import { t } from "../i18n";
import { IconButton } from "./button";
import s from "./form.module.css";
import { CopyIcon } from "./icons";
import { tell, tellError } from "./toast";

export const copy = (text: string): void => void navigator.clipboard.writeText(text).then(() => tell(t("common.copied")), tellError);

export function Copyable(props: { text: string; label: string; block?: boolean }) {
  return (
    <div class={s.secret}>
      <Show when={props.block} fallback={<code>{props.text}</code>}>
        <pre class={s.code} tabindex="0" aria-label={props.label}>
          {props.text}
        </pre>
      </Show>
      <IconButton label={`${t("common.copy")}: ${props.label}`} small onClick={() => copy(props.text)}>
        <CopyIcon size={16} />
      </IconButton>
    </div>
  );
}
