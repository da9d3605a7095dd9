import { A, useNavigate } from "@solidjs/router";
import { For, Show } from "solid-js";
import { whatsappWords } from "../../api/whatsapp";
import { reference } from "../../data/reference";
import { t, tx } from "../../i18n";
import { phone } from "../../i18n/format";
import { Button } from "../../parts/button";
import { ChannelsIcon, ChevronRightIcon, PlusIcon } from "../../parts/icons";
import { Page } from "../../parts/page";
import { Empty } from "../../parts/state";
import { may } from "../../session";
import { KindIcon, Status } from "./kinds";
import s from "./channels.module.css";

export function List() {
  const navigate = useNavigate();
  const add = () => (
    <Show when={may("setup:write")}>
      <Button look="primary" icon={<PlusIcon size={16} />} onClick={() => navigate("/channels/new")}>
        {t("channels.add")}
      </Button>
    </Show>
  );
  return (
    <Page title={t("common.channels")} wide={reference.channels.length === 0} actions={<Show when={reference.channels.length > 0}>{add()}</Show>}>
      <Show
        when={reference.channels.length > 0}
        fallback={
          <Empty icon={<ChannelsIcon size={24} />} title={t("channels.empty")} action={add()}>
            {t("channels.empty_text")}
          </Empty>
        }
      >
        <ul class={s.list}>
          <For each={reference.channels}>
            {(c) => (
              <li>
                <A href={`/channels/${c.id}`} class={s.one}>
                  <span class={s.icon}>
                    <KindIcon type={c.type} />
                  </span>
                  <span class={s.text}>
                    <strong class="clip">{c.name}</strong>
                    <span class={s.sub}>{[t(`channels.type_${c.type}`), phone(c.phone_number)].filter(Boolean).join(" · ")}</span>
                    <Show when={c.problem}>{(p) => <span class={s.problem}>{tx("refusals", `check_${p().code}`, whatsappWords(p().code) || p().title, { detail: p().title })}</span>}</Show>
                  </span>
                  <Status status={c.status} />
                  <ChevronRightIcon size={18} />
                </A>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Page>
  );
}
