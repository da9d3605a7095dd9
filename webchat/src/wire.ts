// What the server sends and takes: docs/webchat.md has the same in words.
import type { Language } from "./texts/index.js";

export interface PreChatField {
  key: string;
  label: string | null;
  type: "name" | "email" | "phone" | "text";
  required: boolean;
}

export interface Config {
  title: string | null;
  greeting: string | null;
  away: string | null;
  color: string | null;
  position: "left" | "right";
  languages: Language[];
  pre_chat: PreChatField[];
  open: boolean;
  max_text: number;
  max_file_bytes: number;
}

export interface Session {
  /** Only where it is a new one. */
  token: string | null;
  /** Whether a signature says who it is. */
  identified: boolean;
  /** Whether the form before the chat was filled in. */
  introduced: boolean;
  unread: number;
}

export interface WireFile {
  id: string;
  name: string | null;
  mime: string;
  size: number | null;
}

/** What the visitor may choose in a message of the team's. */
export interface Choice {
  id: string;
  title: string;
  description: string | null;
}

export interface WireMessage {
  id: string;
  client_id: string | null;
  from: "visitor" | "team";
  name: string | null;
  type: string;
  text: string;
  file: WireFile | null;
  choices: Choice[];
  /** The message that this one answers. */
  reply_to: string | null;
  status: string;
  sent_at: string;
  edited: boolean;
  deleted: boolean;
}

export interface History {
  /** Oldest first. */
  data: WireMessage[];
  /** Whether there are older ones. */
  more: boolean;
  /** The visitor's newest message that the team has read. */
  seen: string | null;
  /** Where the stream goes on. */
  cursor: string;
}

/** Who the page says the visitor is. */
export interface Identity {
  externalUserId?: string;
  /** HMAC-SHA256 of the id under the channel's secret, in hexadecimal. */
  userHash?: string;
  /** JWT, HS256 under the channel's secret. */
  userToken?: string;
}
