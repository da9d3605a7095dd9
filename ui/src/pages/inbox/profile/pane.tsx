// The right pane: who this is.
import { For, Show } from "solid-js";
import { reference } from "../../../data/reference";
import { t } from "../../../i18n";
import { dateTime, phone } from "../../../i18n/format";
import { Avatar } from "../../../parts/avatar";
import { Badge } from "../../../parts/badge";
import { IconButton } from "../../../parts/button";
import { BanIcon, CloseIcon, CopyIcon } from "../../../parts/icons";
import { Failed, Skeleton } from "../../../parts/state";
import { tell, tellError } from "../../../parts/toast";
import { Editable, fieldProps } from "./editable";
import { People } from "./people";
import { createProfile } from "./profile";
import { Provenance } from "./provenance";
import { Tags } from "./tags";
import { Tickets } from "./tickets";
import s from "./profile.module.css";

export function ProfilePane(props: { contact: string; onClose: () => void }) {
  const profile = createProfile(() => props.contact);
  const copy = (text: string) => void navigator.clipboard.writeText(text).then(() => tell(t("common.copied")), tellError);
  return (
    <aside class={s.pane} aria-label={t("inbox.profile")}>
      <IconButton class={s.close} label={t("common.close")} small onClick={() => props.onClose()}>
        <CloseIcon size={17} />
      </IconButton>
      <Show when={!profile.error()} fallback={<Failed error={profile.error()} onRetry={profile.again} />}>
        <Show when={profile.contact()} fallback={<Skeleton lines={8} />}>
          {(c) => (
            <>
              <header class={s.top}>
                <Avatar name={c().name} of={c().id} size="l" />
                <Editable big label={t("profile.name")} type="name" value={c().name} target={{ target: "name" }} profile={profile} />
                <Show when={c().blocked}>
                  <Badge tone="danger" icon={<BanIcon />}>
                    {t("inbox.blocked")}
                  </Badge>
                </Show>
                <Show when={c().opted_out_at}>
                  <Badge tone="warning" title={dateTime(c().opted_out_at!)}>
                    {t("profile.opted_out")}
                  </Badge>
                </Show>
              </header>
              <section class={s.section}>
                <div class={s.item}>
                  <span class={s.label}>{t("profile.phone")}</span>
                  <span class={s.value}>
                    <Show when={c().phone} fallback={<span class={s.plainValue}>{c().username ?? c().external_user_id ?? "–"}</span>}>
                      <button type="button" class={s.press} title={t("common.copy")} onClick={() => copy(c().phone!)}>
                        <span>{phone(c().phone)}</span>
                        <CopyIcon size={13} />
                      </button>
                    </Show>
                    <Provenance target={{ target: "phone" }} profile={profile} onCorrect={() => undefined} />
                  </span>
                </div>
                <Editable label={t("profile.email")} type="email" value={c().email} target={{ target: "email" }} profile={profile} />
              </section>
              <section class={s.section}>
                <h2>{t("profile.tags")}</h2>
                <Tags contact={c()} onChanged={profile.again} />
              </section>
              <section class={s.section}>
                <h2>{t("profile.tickets")}</h2>
                <Tickets tickets={profile.tickets()} onChanged={profile.again} />
              </section>
              <section class={s.section}>
                <h2>{t("profile.fields")}</h2>
                <For each={reference.fields.filter((f) => f.entity === "customer")} fallback={<p class="muted">{t("profile.no_fields")}</p>}>
                  {(f) => (
                    <Editable {...fieldProps(f)} value={c().custom_fields.find((v) => v.key === f.key)?.value} target={{ target: "field", key: f.key }} profile={profile} />
                  )}
                </For>
              </section>
              <Show when={Object.keys(c().metadata).length > 0}>
                <section class={s.section}>
                  <h2>{t("profile.metadata")}</h2>
                  <dl class={s.metadata}>
                    <For each={Object.entries(c().metadata)}>
                      {([key, value]) => (
                        <>
                          <dt>{key}</dt>
                          <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
                        </>
                      )}
                    </For>
                  </dl>
                </section>
              </Show>
              <section class={s.section}>
                <h2>{t("profile.elsewhere")}</h2>
                <People contact={c()} identity={profile.identity()} onChanged={profile.again} />
              </section>
              <p class={s.since}>{t("profile.since", { time: dateTime(c().created_at) })}</p>
            </>
          )}
        </Show>
      </Show>
    </aside>
  );
}
