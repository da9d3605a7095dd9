// The same person elsewhere: other contacts of the customer, merges, and saying that two are one.
import { A } from "@solidjs/router";
import { For, Show, createEffect, createSignal, on, onCleanup } from "solid-js";
import { api, call } from "../../../api/client";
import { explain } from "../../../api/problem";
import type { Contact, Identity } from "../../../api/types";
import { channelById, reference } from "../../../data/reference";
import { t, tx } from "../../../i18n";
import { phone, shortTime } from "../../../i18n/format";
import { Avatar } from "../../../parts/avatar";
import { Button } from "../../../parts/button";
import { Confirm, Dialog } from "../../../parts/dialog";
import { TextField } from "../../../parts/field";
import { MergeIcon } from "../../../parts/icons";
import { tell, tellError } from "../../../parts/toast";
import s from "./profile.module.css";

export type Mergeable = Pick<Contact, "id" | "name" | "phone" | "channel_id">;

/** Who may be the same person, for somebody to say whether they are. */
export function Proposals(props: { contact: Contact; identity: Identity | undefined; onChanged: () => void }) {
  const [chosen, setChosen] = createSignal<Mergeable>();
  const dismiss = (kind: string, value: string) =>
    void call(api.POST("/api/v1/contacts/{id}/merge_proposals/dismiss", { params: { path: { id: props.contact.id } }, body: { kind, value } })).then(
      () => (tell(t("profile.not_same_kept")), props.onChanged()),
      tellError,
    );
  const kindName = (kind: string) =>
    reference.fields.find((f) => `field:${f.key}` === kind)?.name ?? tx("profile", `kind_${kind}`, kind);
  return (
    <Show when={(props.identity?.merge_proposals.length ?? 0) > 0}>
      <ul class={s.people}>
        <For each={props.identity?.merge_proposals ?? []}>
          {(p) => (
            <li class={s.proposal}>
              <p>{t("profile.maybe_same", { kind: kindName(p.kind), value: p.kind === "phone" ? phone(p.value) : p.value })}</p>
              <div class={s.buttons}>
                <Show when={p.contacts[0]}>
                  {(other) => (
                    <>
                      <A href={`/inbox/${other().id}`}>{label(other())}</A>
                      <Button small look="primary" icon={<MergeIcon size={14} />} onClick={() => setChosen(other())}>
                        {t("profile.merge_do")}
                      </Button>
                    </>
                  )}
                </Show>
                <Button small onClick={() => dismiss(p.kind, p.value)}>
                  {t("profile.not_same")}
                </Button>
              </div>
            </li>
          )}
        </For>
      </ul>
      <Show when={chosen()}>
        {(other) => <MergeDialog contact={props.contact} chosen={other()} onClose={() => setChosen(undefined)} onMerged={props.onChanged} />}
      </Show>
    </Show>
  );
}

export function People(props: { contact: Contact; identity: Identity | undefined; onChanged: () => void }) {
  const [merging, setMerging] = createSignal(false);
  const others = () => props.identity?.contacts.filter((c) => c.id !== props.contact.id) ?? [];
  const undo = (merge: string) => void call(api.POST("/api/v1/merges/{id}/undo", { params: { path: { id: merge } } })).then(() => (tell(t("common.undone")), props.onChanged()), tellError);
  const done = () => props.identity?.merges.filter((m) => m.status === "done") ?? [];
  return (
    <>
      <ul class={s.people}>
        <For each={others()}>
          {(c) => (
            <li>
              <A href={`/inbox/${c.id}`}>
                {channelById(c.channel_id)?.name ?? c.platform}
              </A>
            </li>
          )}
        </For>
        <For each={done()}>
          {(m) => (
            <li class={s.merge}>
              <span>{t("profile.merged_at", { time: shortTime(m.created_at) })}</span>
              <button type="button" class={s.more} onClick={() => undo(m.id)}>
                {t("common.undo")}
              </button>
            </li>
          )}
        </For>
      </ul>
      <Show when={others().length === 0 && done().length === 0}>
        <p class="muted">{t("profile.only_here")}</p>
      </Show>
      <Button small icon={<MergeIcon size={14} />} onClick={() => setMerging(true)}>
        {t("profile.merge")}
      </Button>
      <Show when={merging()}>
        <MergeDialog contact={props.contact} onClose={() => setMerging(false)} onMerged={props.onChanged} />
      </Show>
    </>
  );
}

const label = (c: Mergeable) => c.name ?? (phone(c.phone) || t("common.nameless"));

/** `chosen`: the other one, where it is known already; then only the last question is asked. */
export function MergeDialog(props: { contact: Contact; chosen?: Mergeable; onClose: () => void; onMerged: () => void }) {
  const [text, setText] = createSignal("");
  const [found, setFound] = createSignal<Mergeable[]>([]);
  const [problem, setProblem] = createSignal("");
  const [chosen, setChosen] = createSignal<Mergeable | undefined>(props.chosen);
  const [busy, setBusy] = createSignal(false);
  createEffect(
    on(text, (q) => {
      setProblem("");
      if (q.trim().length < 3) {
        setFound([]);
        return;
      }
      const cut = new AbortController();
      const timer = setTimeout(() => {
        call(api.GET("/api/v1/contacts", { params: { query: { q: q.trim(), limit: 8 } }, signal: cut.signal }))
          .then((page) => setFound(page.data.filter((c) => c.id !== props.contact.id) as Mergeable[]))
          .catch((e: unknown) => !cut.signal.aborted && setProblem(explain(e)));
      }, 150);
      onCleanup(() => (clearTimeout(timer), cut.abort()));
    }),
  );
  const merge = async (other: Mergeable) => {
    setBusy(true);
    try {
      const done = await call(api.POST("/api/v1/contacts/{id}/merge", { params: { path: { id: props.contact.id } }, body: { contact_id: other.id } }));
      props.onClose();
      props.onMerged();
      tell(t("profile.merged"), {
        label: t("common.undo"),
        run: () => void call(api.POST("/api/v1/merges/{id}/undo", { params: { path: { id: done.id } } })).then(props.onMerged, tellError),
      });
    } catch (error) {
      if (props.chosen) {
        tellError(error);
        return props.onClose();
      }
      setChosen(undefined);
      setProblem(explain(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Dialog open={!props.chosen} onClose={props.onClose} title={t("profile.merge")}>
        <p>{t("profile.merge_text", { name: label(props.contact) })}</p>
        <TextField label={t("profile.merge_who")} placeholder={t("common.find_placeholder")} error={problem() || undefined} autofocus value={text()} onInput={(e) => setText(e.currentTarget.value)} />
        <ul>
          <For each={found()}>
            {(c) => (
              <li>
                <button type="button" class={s.candidate} onClick={() => setChosen(c)}>
                  <Avatar name={c.name} of={c.id} size="s" />
                  {/* The number before the channel: where there is no room for both, it is whole. */}
                  <span class={s.candidateText}>
                    <span class="clip">{label(c)}</span>
                    <span class="muted clip">{[c.name ? phone(c.phone) : "", channelById(c.channel_id)?.name].filter(Boolean).join(" · ")}</span>
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </Dialog>
      <Confirm
        open={chosen() !== undefined}
        title={t("profile.merge_sure")}
        text={chosen() ? t("profile.merge_sure_text", { one: label(props.contact), other: label(chosen()!) }) : ""}
        confirm={t("profile.merge_do")}
        busy={busy()}
        onConfirm={() => void merge(chosen()!)}
        onClose={() => (props.chosen ? props.onClose() : setChosen(undefined))}
      />
    </>
  );
}
