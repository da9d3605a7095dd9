// A phone beside the inbox, or several: whoever tries Recado plays its customers here. What they write comes in by the signed
// hook and what they are sent goes out by the Graph API, to a simulator within the program.
import { A } from "@solidjs/router";
import { For, Show, createMemo } from "solid-js";
import { reference } from "../../data/reference";
import { t } from "../../i18n";
import { Button } from "../../parts/button";
import { PhoneIcon, PlusIcon } from "../../parts/icons";
import { Page } from "../../parts/page";
import { Empty, Skeleton } from "../../parts/state";
import { Phone } from "./phone";
import s from "./playground.module.css";
import { Weather } from "./weather";
import { MOST_PEOPLE, addPerson, people } from "./world";

export default function Playground() {
  const channel = createMemo(() => reference.channels.find((one) => one.type === "playground" && one.has_secrets));
  return (
    <Page
      title={t("playground.title")}
      wide
      actions={
        <>
          <Button icon={<PlusIcon size={16} />} disabled={people().length >= MOST_PEOPLE} onClick={addPerson}>
            {t("playground.add_person")}
          </Button>
          <A href="/inbox" class={s.away!}>{t("playground.to_inbox")}</A>
        </>
      }
    >
      <Show when={reference.ready} fallback={<Skeleton lines={6} />}>
        <Show
          when={channel()}
          fallback={
            <Empty icon={<PhoneIcon size={26} />} title={t("playground.none")}>
              {t("playground.none_text")}
            </Empty>
          }
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
