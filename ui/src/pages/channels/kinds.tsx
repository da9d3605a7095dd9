// The kinds of channels, and how one does, in words and colours.
import type { JSX } from "solid-js";
import type { Channel } from "../../api/types";
import { tx } from "../../i18n";
import { Badge, type Tone } from "../../parts/badge";
import { GlobeIcon, MessageIcon, PhoneIcon, PlayIcon } from "../../parts/icons";

export const KINDS = ["whatsapp", "web-whatsapp", "webchat", "playground"] as const satisfies readonly Channel["type"][];
export type Kind = (typeof KINDS)[number];
/** Known to the API, but there is nothing behind it yet that could connect a number. */
export const NOT_YET: readonly Kind[] = ["web-whatsapp"];

export function KindIcon(props: { type: string; size?: number }): JSX.Element {
  const size = () => props.size ?? 20;
  return props.type === "webchat" ? <GlobeIcon size={size()} /> : props.type === "playground" ? <PlayIcon size={size()} /> : props.type === "web-whatsapp" ? <PhoneIcon size={size()} /> : <MessageIcon size={size()} />;
}

const TONES: Record<string, Tone> = {
  ready: "success",
  connected: "success",
  unchecked: "neutral",
  attention: "warning",
  unpaired: "warning",
  waiting: "warning",
  paired: "info",
};

/** How a channel does, live: the reference data follows `channel.status`. */
export function Status(props: { status: string }) {
  return <Badge tone={TONES[props.status] ?? "danger"}>{tx("channels", `status_${props.status}`, props.status)}</Badge>;
}
