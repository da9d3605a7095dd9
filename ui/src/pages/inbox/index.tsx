// The inbox: list, conversation, profile. What is open and which are listed stands in the address.
import { useNavigate, useParams, useSearchParams } from "@solidjs/router";
import { ErrorBoundary, Show, Suspense, createEffect, createMemo, createSignal, lazy, on, onCleanup } from "solid-js";
import type { Conversation } from "../../api/contract";
import { moreWords, t, tn } from "../../i18n";
import { forgetKeys } from "../../keys/held";
import { useShortcuts } from "../../keys/registry";
import { Button } from "../../parts/button";
import { MessageIcon } from "../../parts/icons";
import { Empty, Failed, Skeleton } from "../../parts/state";
import { json } from "../../api/client";
import { Problem } from "../../api/problem";
import { setTitle } from "../../shell/title";
import { Over } from "../../parts/over";
import { mayBegin } from "./begin/way";
import { readFilter } from "./filter";
import { createConversations } from "./list/conversations";
import { ConversationList } from "./list/list";
import { tell, tellError } from "../../parts/toast";
import { tellUnseen } from "./thread/outbox";
import { ThreadPane } from "./thread/thread";
import { nameOf } from "./words";
import { followTyping } from "./typing";
import { followViewing } from "./viewing";
import s from "./inbox.module.css";

const ProfilePane = lazy(() => import("./profile/pane").then((m) => ({ default: m.ProfilePane })));
const NewConversation = lazy(async () => (await Promise.all([import("./begin/dialog"), moreWords()]))[0]);

export default function Inbox() {
  const params = useParams<{ id?: string }>();
  const [search, setSearch] = useSearchParams<Record<string, string>>();
  const navigate = useNavigate();
  const filter = createMemo(() => readFilter(search), undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) });
  const conversations = createConversations(filter, () => params.id, (from, to) => {
    // Merged away while it was looked at: it goes on as the one who stayed.
    if (params.id !== from) return;
    tell(t("inbox.merged_away", { name: nameOf(to) }));
    navigate(`/inbox/${to.id}${query()}`, { replace: true });
  });
  let move: (by: number) => void = () => {};
  // Kept when this page is left: what was written here may fail while another one is shown.
  tellUnseen((item) => tellError(new Error(t("inbox.not_sent_to", { name: item.name })), { label: t("inbox.not_sent_open"), run: () => navigate(`/inbox/${item.contact}`) }));
  followTyping();
  followViewing();

  // Addresses keep the filter, and lose the message that one of them showed, and what lies over the page.
  const query = () => {
    const kept = new URLSearchParams();
    for (const [name, value] of Object.entries(search)) if (value && !/^(message|profile|new)$/.test(name)) kept.set(name, String(value));
    const text = kept.toString();
    return text ? `?${text}` : "";
  };
  const href = (id: string) => `/inbox/${id}${query()}`;
  const back = () => `/inbox${query()}`;

  // One that the list does not have (a link, another filter) is asked for by itself.
  const [missing, setMissing] = createSignal<unknown>();
  createEffect(
    on(
      () => params.id,
      (id) => {
        setMissing(undefined);
        if (!id || conversations.of(id)) return;
        json<Conversation>("GET", `/conversations/${id}`)
          .then((c) => {
            conversations.take(c);
            // An id of somebody who was merged answers as the one who stayed.
            if (c.id !== id && params.id === id) navigate(`/inbox/${c.id}${query()}`, { replace: true });
          })
          .catch((problem: unknown) => params.id === id && setMissing(problem));
      },
    ),
  );
  const open = () => (params.id ? conversations.of(params.id) : undefined);
  // Erased while it was looked at.
  createEffect(on(() => open()?.id, (now, before) => !now && before && before === params.id && setMissing(new Problem(404, { code: "not_found" })), { defer: true }));

  const [wide, setWide] = createSignal(matchMedia("(min-width: 1240px)").matches);
  const media = matchMedia("(min-width: 1240px)");
  const resized = () => setWide(media.matches);
  media.addEventListener("change", resized);
  onCleanup(() => media.removeEventListener("change", resized));
  const wished = () => wide() || search.profile === "1";
  const [profile, setProfile] = createSignal(wished());
  createEffect(on(wide, () => setProfile(wished()), { defer: true }));
  // On a narrow screen the profile lies over the conversation, and a new conversation begins without it.
  createEffect(on(() => params.id, () => !wide() && setProfile(search.profile === "1"), { defer: true }));

  // A new conversation is in the address too: back closes it. Where it was opened here, closing it is going back.
  let wentThere = false;
  createEffect(on(() => search.new, (now, before) => (wentThere = Boolean(now) && !before), { defer: true }));
  const stay = () => {
    forgetKeys();
    if (!wentThere) return setSearch({ new: undefined }, { replace: true });
    wentThere = false;
    navigate(-1);
  };

  // Not of each that is passed by with J and K.
  const [profiled, setProfiled] = createSignal<string>();
  createEffect(
    on(
      () => open()?.id,
      (id) => {
        const timer = setTimeout(() => setProfiled(id), profiled() ? 150 : 0);
        onCleanup(() => clearTimeout(timer));
      },
    ),
  );

  createEffect(() => {
    const c = open();
    const name = c ? nameOf(c) : t("common.inbox");
    setTitle(name);
  });

  useShortcuts({
    keys: "Escape",
    label: () => t("inbox.key_close"),
    group: () => t("common.inbox"),
    // The profile lies over the conversation where there is no room beside it.
    run: () => (params.id && profile() && !wide() ? setProfile(false) : params.id && navigate(back())),
  });

  return (
    <div class={s.inbox} classList={{ [s.opened!]: Boolean(params.id), [s.profiled!]: profile() && Boolean(open()) }}>
      <ConversationList conversations={conversations} filter={filter()} open={params.id} href={href} onMove={(m) => (move = m)} />
      <div class={s.middle}>
        <Show
          when={params.id}
          keyed
          fallback={
            <>
              <h1 class="sr">{t("common.inbox")}</h1>
              <Show when={conversations.order().length > 0}>
                <Empty icon={<MessageIcon size={24} />} title={t("inbox.choose")}>
                  {(conversations.counts()?.waiting ?? 0) > 0 ? tn("inbox.waiting_now", conversations.counts()!.waiting) : t("inbox.choose_text")}
                </Empty>
              </Show>
            </>
          }
        >
          {(id) => (
            <Show when={!missing()} fallback={<Gone error={missing()} onBack={() => navigate(back())} />}>
              <Show when={conversations.of(id)} fallback={<Skeleton lines={7} />}>
                {(c) => (
                  <ThreadPane
                    conversation={c()}
                    back={back()}
                    goTo={search.message}
                    profileOpen={profile()}
                    onProfile={() => setProfile(!profile())}
                    onNext={() => move(1)}
                    onChanged={(next) => (next ? conversations.take(next) : conversations.touch(id))}
                  />
                )}
              </Show>
            </Show>
          )}
        </Show>
      </div>
      <Show when={profile() && open() && profiled()} keyed>
        {(id) => (
          <div class={s.profile}>
            <ErrorBoundary fallback={(error, reset) => <Failed error={error} onRetry={reset} />}>
            <Suspense fallback={<Skeleton lines={8} />}>
              <ProfilePane contact={id} onClose={() => (setProfile(false), search.profile && setSearch({ profile: undefined }, { replace: true }))} />
            </Suspense>
            </ErrorBoundary>
          </div>
        )}
      </Show>
      <Suspense>
        <Show when={search.new && mayBegin()}>
          <Over onClose={stay}>
            <NewConversation
              phone={search.new === "1" ? "" : search.new!}
              channel={filter().channel_id}
              onClose={stay}
              onOpen={(id) => {
                conversations.touch(id);
                navigate(href(id), { replace: true });
              }}
            />
          </Over>
        </Show>
      </Suspense>
    </div>
  );
}

function Gone(props: { error: unknown; onBack: () => void }) {
  return (
    <Show when={props.error instanceof Problem && props.error.status === 404} fallback={<Failed error={props.error} />}>
      <Empty
        icon={<MessageIcon size={24} />}
        title={t("common.not_found")}
        action={
          <Button look="primary" onClick={() => props.onBack()}>
            {t("common.to_inbox")}
          </Button>
        }
      >
        {t("inbox.gone_text")}
      </Empty>
    </Show>
  );
}
