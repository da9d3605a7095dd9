// What is worth knowing before somebody is written to: that they are there already, that the channel is stopped.
import { A } from "@solidjs/router";
import { Show } from "solid-js";
import type { Channel } from "../../../api/types";
import { channelById, isStopped } from "../../../data/reference";
import { t, tx } from "../../../i18n";
import { Avatar } from "../../../parts/avatar";
import { Button } from "../../../parts/button";
import { AlertIcon } from "../../../parts/icons";
import { may } from "../../../session";
import { nameOf } from "../words";
import type { Known } from "./known";
import s from "./begin.module.css";

/** Who has the number: on this channel, else on another one, whose conversation can be opened instead. */
export function AlreadyThere(props: { here: Known | undefined; elsewhere: Known | undefined; onOpen: (known: Known) => void }) {
  const said = (known: Known) => {
    const name = nameOf(known);
    if (!props.here) return t("begin.elsewhere", { name, channel: channelById(known.channel_id)?.name ?? "" });
    return t(known.conversation ? "begin.exists" : "begin.exists_silent", { name });
  };
  return (
    <Show when={props.here ?? props.elsewhere}>
      {(known) => (
        <p class={s.known}>
          <Avatar name={nameOf(known())} of={known().id} size="s" />
          <span>{said(known())}</span>
          <Show when={!props.here}>
            <Button small onClick={() => props.onOpen(known())}>
              {t("begin.open")}
            </Button>
          </Show>
        </p>
      )}
    </Show>
  );
}

/** Nothing goes out by it for now: the words of the composer. */
export function StoppedChannel(props: { channel: Channel }) {
  return (
    <Show when={isStopped(props.channel)}>
      <p class={s.stopped} role="status">
        <AlertIcon size={15} />
        <span>
          {t("inbox.stopped", { channel: props.channel.name, why: tx("inbox", `stopped_${props.channel.status}`, t("inbox.stopped_other")) })}
          <Show when={may("setup:write")}>
            {" "}
            <A href={`/channels/${props.channel.id}`}>{t("inbox.see_channel")}</A>
          </Show>
        </span>
      </p>
    </Show>
  );
}
