// One value: what was read, of whom, out of what, how sure; afterwards what was decided and learnt.
import { A } from "@solidjs/router";
import { Match, Show, Switch } from "solid-js";
import { t, tx } from "../../i18n";
import { percent, phone, shortTime } from "../../i18n/format";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { CheckIcon } from "../../parts/icons";
import { Learnt } from "./learnt";
import type { Row as Data } from "./queue";
import { originOf, refusedText, targetName, valueText } from "./words";
import s from "./reviews.module.css";

interface Props {
  row: Data;
  lit: boolean;
  chosen: boolean;
  mayDecide: boolean;
  onLight: () => void;
  onChoose: (on: boolean) => void;
  onOverwrite: () => void;
  onForgot: (rule: string) => void;
}

export function Row(props: Props) {
  const r = () => props.row.review;
  const who = () => r().contact.name || phone(r().contact.phone) || r().contact.email || t("common.nameless");
  const value = () => valueText(r().target, r().key, r().value);
  const done = () => props.row.state === "done";
  return (
    <li
      id={`review-${r().id}`}
      class={s.row}
      classList={{ [s.lit!]: props.lit, [s.done!]: done(), [s.busy!]: props.row.state === "busy" }}
      tabindex={props.lit ? 0 : -1}
      aria-label={`${targetName(r().target, r().key)}: ${value()} · ${who()}`}
      onFocusIn={() => props.onLight()}
      data-state={props.row.state}
    >
      <Show when={props.mayDecide && !done()} fallback={<span class={s.tick}>{done() ? <CheckIcon size={16} /> : null}</span>}>
        <input type="checkbox" class={s.box} tabindex="-1" aria-label={t("reviews.select", { value: value(), name: who() })} checked={props.chosen} onChange={(e) => props.onChoose(e.currentTarget.checked)} />
      </Show>
      <div class={s.what}>
        <span class={s.target}>{targetName(r().target, r().key)}</span>
        <strong class={s.value}>{value()}</strong>
        <Show when={r().current && valueText(r().target, r().key, r().current!.value) !== value()}>
          <span class={s.known}>{t("reviews.known", { value: valueText(r().target, r().key, r().current!.value) || t("common.none") })}</span>
        </Show>
      </div>
      <div class={s.origin}>
        <A class={s.who} href={`/inbox/${r().contact.id}`} tabindex="-1">
          {who()}
        </A>
        <span class={s.from}>
          {originOf(r()) ? t("reviews.from_key", { path: originOf(r()) }) : t("reviews.from_text")} · {r().source} · {shortTime(r().created_at)}
        </span>
      </div>
      <div class={s.state}>
        <Switch>
          <Match when={done()}>
            <Badge tone={r().status === "rejected" ? "neutral" : "success"}>{tx("reviews", `done_${r().status}`, r().status)}</Badge>
          </Match>
          <Match when={true}>
            <Badge tone={r().reason === "low_confidence" ? "neutral" : "warning"}>{tx("reviews", `reason_${r().reason}`, r().reason)}</Badge>
            <span class={s.sure}>
              <progress class={s.meter} max="100" value={r().confidence * 100} aria-hidden="true" />
              {t("reviews.sure", { percent: percent(r().confidence) })}
            </span>
          </Match>
        </Switch>
      </div>
      <Show when={props.row.state === "failed" && props.row.error}>
        {(error) => (
          <p class={s.error} role="alert">
            {refusedText(error())}
            <Show when={error().code === "changed_since"}>
              <Button small onClick={() => props.onOverwrite()}>
                {t("reviews.overwrite")}
              </Button>
            </Show>
          </p>
        )}
      </Show>
      <Show when={done() && props.row.rule}>{(rule) => <Learnt rule={rule()} onForgot={() => props.onForgot(rule().id)} />}</Show>
    </li>
  );
}
