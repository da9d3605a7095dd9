import { A } from "@solidjs/router";
import { For, Show, createMemo } from "solid-js";
import type { CannedReply } from "../../../api/contract";
import { reference } from "../../../data/reference";
import { t } from "../../../i18n";
import { may } from "../../../session";
import { matching } from "./canned";
import s from "./composer.module.css";

export function CannedList(props: { word: string; at: number; onPick: (reply: CannedReply) => void }) {
  const found = createMemo(() => matching(reference.canned, props.word));
  return (
    <div class={s.canned}>
      <Show when={found().length > 0} fallback={<p class={s.cannedNone}>{reference.canned.length > 0 ? t("inbox.no_canned") : <None />}</p>}>
        <ul role="listbox" id="canned" aria-label={t("inbox.canned")}>
          <For each={found()}>
            {(reply, i) => (
              <li
                id={`canned-${i()}`}
                role="option"
                aria-selected={i() === props.at}
                onMouseDown={(e) => {
                  e.preventDefault();
                  props.onPick(reply);
                }}
              >
                <strong>/{reply.shortcut}</strong>
                <span class="clip">{reply.text}</span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
}

function None() {
  return (
    <>
      {t("inbox.canned_empty")}{" "}
      <Show when={may("setup:write")} fallback={t("inbox.canned_ask")}>
        <A href="/settings/canned">{t("inbox.canned_make")}</A>
      </Show>
    </>
  );
}
