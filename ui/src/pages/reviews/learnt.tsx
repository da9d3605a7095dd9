// The rule that a decision taught, with the way back.
import { Show, createSignal } from "solid-js";
import { api, call } from "../../api/client";
import type { Rule } from "../../api/types";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { SparklesIcon } from "../../parts/icons";
import { tell, tellError } from "../../parts/toast";
import { ruleText } from "./words";
import s from "./reviews.module.css";

export async function forget(id: string): Promise<void> {
  await call(api.DELETE("/api/v1/structuring/rules/{id}", { params: { path: { id } } }));
  tell(t("reviews.forgotten"));
}

export function Learnt(props: { rule: Rule; onForgot: () => void }) {
  const [busy, setBusy] = createSignal(false);
  const run = async () => {
    setBusy(true);
    try {
      await forget(props.rule.id);
      props.onForgot();
    } catch (error) {
      tellError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <p class={s.learnt}>
      <SparklesIcon size={15} />
      <span>
        {t("reviews.learnt")}: {ruleText(props.rule)}
        <Show when={props.rule.standing === "counting"}> ({t("reviews.rule_counting", { votes: props.rule.votes })})</Show>
      </span>
      <Button small look="quiet" busy={busy()} onClick={() => void run()}>
        {t("reviews.forget")}
      </Button>
    </p>
  );
}
