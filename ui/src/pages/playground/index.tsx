// A phone beside the inbox, or several: whoever tries Recado plays its customers here. What they write comes in by the signed
// hook and what they are sent goes out by the Graph API, to a simulator within the program.
import { A } from "@solidjs/router";
import { For, Show, createMemo, createResource, createSignal } from "solid-js";
import { api, call, json } from "../../api/client";
import type { SetupState } from "../../api/contract";
import { reference, refresh } from "../../data/reference";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { PhoneIcon, PlusIcon } from "../../parts/icons";
import { Page } from "../../parts/page";
import { Empty, Skeleton } from "../../parts/state";
import { tellError } from "../../parts/toast";
import { may } from "../../session";
import { INVENTED } from "../channels/form";
import { Phone } from "./phone";
import s from "./playground.module.css";
import { Weather } from "./weather";
import { MOST_PEOPLE, addPerson, people } from "./world";

/** None yet: one is made with a click, and then waits for the moment until its simulator is there. */
function Begin() {
  const [state] = createResource(() => json<SetupState>("GET", "/setup"));
  const [busy, setBusy] = createSignal(false);
  const made = () => busy() || reference.channels.some((one) => one.type === "playground");
  const begin = () => {
    setBusy(true);
    const stage = reference.pipelines[0]?.stages.find((one) => one.outcome === "open")?.id ?? null;
    const body = { type: "playground", name: t("playground.title"), phone_number: INVENTED, default_stage_id: stage };
    call(api.POST("/api/v1/channels", { body: body as never }))
      .then(() => refresh("channels"))
      .catch((problem: unknown) => {
        setBusy(false);
        tellError(problem);
      });
  };
  return (
    <Empty
      icon={<PhoneIcon size={26} />}
      title={t("playground.none")}
      action={
        <Show when={state()?.playground && !made() && may("setup:write")}>
          <Button look="primary" onClick={begin}>
            {t("playground.begin")}
          </Button>
        </Show>
      }
    >
      <Show when={state()?.playground} fallback={t("playground.none_text")}>
        <Show when={!made()} fallback={<Skeleton lines={2} />}>
          {t("playground.begin_text")}
        </Show>
      </Show>
    </Empty>
  );
}

export default function Playground() {
  const channel = createMemo(() => reference.channels.find((one) => one.type === "playground" && one.has_secrets));
  return (
    <Page
      title={t("playground.title")}
      wide
      actions={
        <>
          <Show when={channel()}>
            <Button icon={<PlusIcon size={16} />} disabled={people().length >= MOST_PEOPLE} onClick={addPerson}>
              {t("playground.add_person")}
            </Button>
          </Show>
          <A href="/inbox" class={s.away!}>{t("playground.to_inbox")}</A>
        </>
      }
    >
      <Show when={reference.ready} fallback={<Skeleton lines={6} />}>
        <Show
          when={channel()}
          fallback={<Begin />}
        >
          {(found) => (
            <div class={s.field}>
              <div class={s.phones}>
                <For each={people()}>{(person) => <Phone channel={found().id} business={found().name} person={person} />}</For>
              </div>
              <Weather channel={found().id} />
            </div>
          )}
        </Show>
      </Show>
    </Page>
  );
}
