// The right pane: who this is.
import { For, Show, createSignal } from "solid-js";
import { api, call } from "../../../api/client";
import { reference } from "../../../data/reference";
import { t } from "../../../i18n";
import { dateTime } from "../../../i18n/format";
import { Avatar } from "../../../parts/avatar";
import { Badge } from "../../../parts/badge";
import { IconButton } from "../../../parts/button";
import { BanIcon, CloseIcon, CopyIcon } from "../../../parts/icons";
import { Failed, Skeleton } from "../../../parts/state";
import { tell, tellError } from "../../../parts/toast";
import { may } from "../../../session";
import { Editable, fieldProps } from "./editable";
import { Personal } from "./personal";
import { MergeDialog, People, Proposals, type Mergeable } from "./people";
import { createProfile } from "./profile";
import { Tags } from "./tags";
import { Tickets } from "./tickets";
import s from "./profile.module.css";

export function ProfilePane(props: { contact: string; onClose: () => void }) {
  const profile = createProfile(() => props.contact);
  // The one to merge with, where somebody has chosen already.
  const [other, setOther] = createSignal<Mergeable>();
  const offer = (id: string) => call(api.GET("/api/v1/contacts/{id}", { params: { path: { id } } })).then(setOther, tellError);
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
                <Editable
                  label={t("profile.phone")}
                  type="phone"
                  value={c().phone}
                  target={{ target: "phone" }}
                  profile={profile}
                  onTaken={(id) => void offer(id)}
                  after={
                    <Show when={c().phone}>
                      <IconButton label={t("profile.copy_phone")} small onClick={() => copy(c().phone!)}>
                        <CopyIcon size={13} />
                      </IconButton>
                    </Show>
                  }
                />
                <Show when={c().username ?? (c().phone ? null : c().external_user_id)}>
                  {(user) => (
                    <div class={s.item}>
                      <span class={s.label}>{t("profile.user")}</span>
                      <span class={s.value}>
                        <span class={s.plainValue}>{user()}</span>
                      </span>
                    </div>
                  )}
                </Show>
                <Editable label={t("profile.email")} type="email" value={c().email} target={{ target: "email" }} profile={profile} />
                <Proposals contact={c()} identity={profile.identity()} onChanged={profile.again} />
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
              <Show when={may("admin")}>
                <Personal contact={c()} />
              </Show>
              <Show when={other()}>
                {(o) => <MergeDialog contact={c()} chosen={o()} onClose={() => setOther(undefined)} onMerged={profile.again} />}
              </Show>
              <p class={s.since}>{t("profile.since", { time: dateTime(c().created_at) })}</p>
            </>
          )}
        </Show>
      </Show>
    </aside>
  );
}
