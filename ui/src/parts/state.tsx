// What stands where there is nothing yet: an empty place that says what to do next, a skeleton while it loads, an error
// with a way on.
import { For, Show, type JSX } from "solid-js";
import { explain, isMissingPart } from "../api/problem";
import { t } from "../i18n";
import { Button } from "./button";
import { AlertIcon, RefreshIcon } from "./icons";
import s from "./state.module.css";

export function Empty(props: { icon?: JSX.Element; title: string; children?: JSX.Element; action?: JSX.Element }) {
  return (
    <div class={s.empty}>
      <Show when={props.icon}>
        <span class={s.icon}>{props.icon}</span>
      </Show>
      <h2>{props.title}</h2>
      <Show when={props.children}>
        <p>{props.children}</p>
      </Show>
      {props.action}
    </div>
  );
}

/** Grey bars in the shape of what comes. `lines`: how many rows; `avatar`: with a picture before each. */
export function Skeleton(props: { lines?: number; avatar?: boolean }) {
  return (
    <div class={s.skeletons} role="status">
      <span class="sr">{t("common.loading")}</span>
      <For each={Array.from({ length: props.lines ?? 3 })}>
        {(_, i) => (
          <div class={s.row} aria-hidden="true">
            <Show when={props.avatar}>
              <span class={s.round} />
            </Show>
            <span class={`${s.bar} ${s[`w${i() % 4}`]}`} />
          </div>
        )}
      </For>
    </div>
  );
}

export function Failed(props: { error: unknown; onRetry?: () => void; /** Instead of "try again". */ retry?: string | undefined }) {
  return (
    <div class={s.empty} role="alert">
      <span class={s.icon}>
        <AlertIcon size={26} />
      </span>
      <h2>{t("common.failed")}</h2>
      <p>{explain(props.error)}</p>
      {/* What a browser could not fetch once it does not ask for again. */}
      <Show when={isMissingPart(props.error)}>
        <Button icon={<RefreshIcon size={16} />} onClick={() => window.location.reload()}>
          {t("common.reload")}
        </Button>
      </Show>
      <Show when={props.onRetry && !isMissingPart(props.error)}>
        <Button icon={<RefreshIcon size={16} />} onClick={() => props.onRetry?.()}>
          {props.retry ?? t("common.try_again")}
        </Button>
      </Show>
    </div>
  );
}
