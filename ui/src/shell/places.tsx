// The screens, in the order of the rail. `permission`: what a member must be allowed to see it.
import type { JSX } from "solid-js";
import { reference } from "../data/reference";
import { t } from "../i18n";
import {
  BoardIcon,
  ChannelsIcon,
  InboxIcon,
  KeysIcon,
  PhoneIcon,
  ReportsIcon,
  ReviewsIcon,
  SettingsIcon,
  TemplatesIcon,
} from "../parts/icons";
import { may } from "../session";

export interface Place {
  href: string;
  label: () => string;
  icon: () => JSX.Element;
  /** The two keys that lead there. */
  keys: string;
  permission?: string;
  /** Whether there is anything there at all. */
  when?: () => boolean;
  /** Stands in the bottom bar of a phone; the others are behind "more". */
  phone?: boolean;
}

/** All there are; which of them somebody sees says `places`. */
export const everyPlace: readonly Place[] = [
  { href: "/inbox", label: () => t("common.inbox"), icon: () => <InboxIcon size={20} />, keys: "g i", phone: true },
  { href: "/board", label: () => t("common.board"), icon: () => <BoardIcon size={20} />, keys: "g b", phone: true },
  { href: "/reviews", label: () => t("common.reviews"), icon: () => <ReviewsIcon size={20} />, keys: "g r", phone: true },
  { href: "/channels", label: () => t("common.channels"), icon: () => <ChannelsIcon size={20} />, keys: "g c" },
  { href: "/templates", label: () => t("common.templates"), icon: () => <TemplatesIcon size={20} />, keys: "g t" },
  {
    href: "/playground",
    label: () => t("common.playground"),
    icon: () => <PhoneIcon size={20} />,
    keys: "g l",
    permission: "setup:write",
    when: () => reference.channels.some((channel) => channel.type === "playground" && channel.has_secrets),
  },
  { href: "/reports", label: () => t("common.reports"), icon: () => <ReportsIcon size={20} />, keys: "g p" },
  { href: "/api-keys", label: () => t("common.api"), icon: () => <KeysIcon size={20} />, keys: "g a" },
  { href: "/settings", label: () => t("common.settings"), icon: () => <SettingsIcon size={20} />, keys: "g s" },
];

export const isOpen = (p: Place): boolean => (!p.permission || may(p.permission)) && (p.when?.() ?? true);
export const places = (): Place[] => everyPlace.filter(isOpen);
