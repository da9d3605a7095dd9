// Who works here, with their roles; who is invited.
import { For, Show, createResource, createSignal } from "solid-js";
import { api, call, json } from "../../api/client";
import type { Invitation } from "../../api/setup";
import type { Member } from "../../api/types";
import { reference, refresh } from "../../data/reference";
import { t } from "../../i18n";
import { shortTime } from "../../i18n/format";
import { Avatar } from "../../parts/avatar";
import { Badge } from "../../parts/badge";
import { Button } from "../../parts/button";
import { SelectField } from "../../parts/field";
import css from "../../parts/form.module.css";
import { UserPlusIcon } from "../../parts/icons";
import { tell, tellError } from "../../parts/toast";
import { may, me } from "../../session";
import { Invite } from "./invite";
import { Removal } from "./removal";
import { Reset } from "./reset";
import s from "./settings.module.css";

export const ROLES = ["owner", "admin", "agent"] as const;
/** Owners are made, changed and taken out by owners. */
export const grantable = () => ROLES.filter((r) => r !== "owner" || may("owner"));

export default function Members() {
  const [inviting, setInviting] = createSignal(false);
  const [removing, setRemoving] = createSignal<Member>();
  const [resetting, setResetting] = createSignal<Member>();
  const [invitations, { refetch, mutate }] = createResource(
    () => may("admin"),
    async () => {
      const answer = await json<{ data: Invitation[] } | Invitation[]>("GET", "/invitations");
      return Array.isArray(answer) ? answer : answer.data;
    },
  );
  const members = () => [...reference.members].sort((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name));
  const mayChange = (m: Member) => may("admin") && m.id !== me().id && (m.role !== "owner" || may("owner"));
  const patch = async (m: Member, body: Partial<Pick<Member, "role" | "active">>) => {
    try {
      await call(api.PATCH("/api/v1/members/{id}", { params: { path: { id: m.id } }, body }));
    } catch (error) {
      tellError(error);
    }
    await refresh("members").catch(tellError);
  };
  const withdraw = async (id: string) => {
    mutate((all) => all?.filter((x) => x.id !== id));
    await json("DELETE", `/invitations/${id}`).catch((error: unknown) => (tellError(error), void refetch()));
  };
  return (
    <>
      <Show when={may("admin")} fallback={<p class="muted">{t("settings.read_only")}</p>}>
        <div class={css.buttons}>
          <Button look="primary" icon={<UserPlusIcon size={16} />} onClick={() => setInviting(true)}>{t("settings.invite")}</Button>
        </div>
      </Show>
      <ul class={s.list} aria-label={t("settings.members")}>
        <For each={members()}>
          {(m) => (
            <li data-member={m.id}>
              <Avatar name={m.name} of={m.id} presence={m.active ? m.availability : undefined} />
              <span class={s.grow}>
                <strong>{m.name}</strong>
                <Show when={m.id === me().id}> ({t("settings.you")})</Show>
                <span class={s.sub}>{m.email}</span>
              </span>
              <Show when={m.active} fallback={<Badge>{t("settings.inactive")}</Badge>}>
                <Show when={mayChange(m)} fallback={<Badge tone={m.role === "agent" ? "neutral" : "accent"}>{t(`settings.role_${m.role}`)}</Badge>}>
                  <SelectField label={`${t("settings.role")}: ${m.name}`} hideLabel onChange={(e) => void patch(m, { role: e.currentTarget.value as Member["role"] })}>
                    <For each={grantable()}>{(r) => <option value={r} selected={r === m.role}>{t(`settings.role_${r}`)}</option>}</For>
                  </SelectField>
                </Show>
              </Show>
              <Show when={mayChange(m)}>
                <Show when={m.active} fallback={<Button small onClick={() => void patch(m, { active: true })}>{t("settings.reactivate")}</Button>}>
                  <Button small aria-label={`${t("settings.reset")}: ${m.name}`} onClick={() => setResetting(m)}>{t("settings.reset")}</Button>
                  <Button small aria-label={`${t("settings.deactivate")}: ${m.name}`} onClick={() => setRemoving(m)}>{t("settings.deactivate")}</Button>
                </Show>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={(invitations.latest?.length ?? 0) > 0}>
        <h3>{t("settings.invitations")}</h3>
        <ul class={s.list} aria-label={t("settings.invitations")}>
          <For each={invitations.latest}>
            {(i) => (
              <li>
                <span class={s.grow}>
                  {i.email}
                  <span class={s.sub}>{t("settings.invite_expires", { time: shortTime(i.expires_at) })}</span>
                </span>
                <Badge>{t(`settings.role_${i.role}`)}</Badge>
                <Button small aria-label={`${t("settings.invite_cancel")}: ${i.email}`} onClick={() => void withdraw(i.id)}>{t("settings.invite_cancel")}</Button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={inviting()}>
        <Invite onClose={() => setInviting(false)} onDone={() => void refetch()} />
      </Show>
      <Show when={resetting()} keyed>
        {(m) => <Reset member={m} onClose={() => setResetting(undefined)} />}
      </Show>
      <Show when={removing()} keyed>
        {(m) => (
          <Removal
            name={m.name}
            text={t("settings.deactivate_text", { name: m.name })}
            targetLabel={t("settings.move_to")}
            targets={reference.members.filter((x) => x.active && x.id !== m.id).map((x) => ({ id: x.id, label: x.name }))}
            confirm={t("settings.deactivate")}
            onClose={() => setRemoving(undefined)}
            onRemove={async (move_to) => {
              await call(api.DELETE("/api/v1/members/{id}", { params: { path: { id: m.id }, query: move_to ? { move_to } : { archive: true } } }));
              tell(t("settings.deactivated", { name: m.name }));
              await refresh("members");
            }}
          />
        )}
      </Show>
    </>
  );
}
