import { Match, Switch } from "solid-js";
import { tx } from "../../../i18n";
import { AlertIcon, CheckDoubleIcon, CheckIcon, ClockIcon, CloseIcon, QuestionIcon } from "../../../parts/icons";
import s from "./ticks.module.css";

/** How far an outbound message has come. */
export function Ticks(props: { status: string }) {
  const words = () => tx("inbox", `status_${props.status}`, props.status);
  return (
    <span class={`${s.ticks} ${s[props.status] ?? ""}`} role="img" aria-label={words()} title={words()}>
      <Switch fallback={<ClockIcon size={13} />}>
        <Match when={props.status === "sent"}>
          <CheckIcon size={15} />
        </Match>
        <Match when={/^(delivered|read|played)$/.test(props.status)}>
          <CheckDoubleIcon size={15} />
        </Match>
        <Match when={props.status === "failed"}>
          <AlertIcon size={14} />
        </Match>
        <Match when={props.status === "unknown"}>
          <QuestionIcon size={14} />
        </Match>
        <Match when={props.status === "cancelled"}>
          <CloseIcon size={14} />
        </Match>
      </Switch>
    </span>
  );
}
