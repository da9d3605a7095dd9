// The shapes of signing in and of conversations, as the server and this program agreed on them.
import type { Member, Organization } from "./types";

export interface Notifications {
  desktop: boolean;
  sound: boolean;
  /** Channels that neither ring nor show. */
  muted_channels: string[];
}

export interface Session {
  member: Omit<Member, "present"> & {
    locale: "es" | "pt" | "en" | null;
    theme: "light" | "dark" | null;
    notifications: Notifications;
    /** Whether a second factor is asked for. */
    totp: boolean;
  };
  organization: Organization;
  /** What this member may do: names of scopes, as API keys have them. */
  permissions: string[];
  csrf_token: string;
  expires_at: string;
}

export interface SetupState {
  /** No organization yet. */
  needed: boolean;
  demo: boolean;
  /** Plays WhatsApp for channels of type playground. */
  playground: boolean;
  version: string;
}

export interface LastMessage {
  id: string;
  direction: "inbound" | "outbound" | "note";
  type: string;
  /** At most 160 characters. */
  body: string;
  status: string;
  sent_at: string;
}

/** A contact with a message or an open ticket; `id` is the contact's. */
export interface Conversation {
  id: string;
  name: string | null;
  phone: string | null;
  username: string | null;
  channel_id: string;
  platform: string;
  customer_id: string;
  last_message: LastMessage | null;
  last_activity_at: string;
  unread: number;
  /** First inbound message that nobody answered. */
  waiting_since: string | null;
  service_window_ends_at: string | null;
  agent_ids: string[];
  tag_ids: number[];
  open_ticket: { id: string; pipeline_id: string; stage_id: string } | null;
  blocked: boolean;
  opted_out_at: string | null;
  /** One's own. */
  draft: string | null;
}

export type View = "all" | "mine" | "unassigned" | "unread" | "waiting";
export type Counts = Record<View, number> & { /** Of the unread ones the member's own and nobody's. */ unread_mine_or_unassigned: number | null };

export interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

export interface CannedReply {
  id: string;
  shortcut: string;
  text: string;
}

export interface SearchAnswer {
  contacts: { id: string; name: string | null; phone: string | null; channel_id: string }[];
  messages: { id: string; contact_id: string; contact_name: string | null; snippet: string; sent_at: string }[];
  tickets: { id: string; contact_id: string; contact_name?: string | null; pipeline_id: string; stage_id: string }[];
}
