// The shapes of sessions, invitations, the second factor and the audit log, as docs/sign-in.md has them.
import type { Member } from "./types";

export interface OwnSession {
  id: string;
  created_at: string;
  last_used_at: string;
  user_agent: string | null;
  current: boolean;
}

export interface SecondFactor {
  secret: string;
  otpauth_url: string;
  /** A drawing, as SVG text. */
  qr_svg: string;
}

export interface Invitation {
  id: string;
  email: string;
  role: Member["role"];
  expires_at: string;
  /** Only in the answer that made it. */
  link?: string;
}

export interface AuditEntry {
  id: string;
  at: string;
  actor: { type: string; id: string | null; name: string | null };
  thing: string;
  thing_id: string;
  change: string;
  details: Record<string, unknown>;
  previous: Record<string, unknown> | null;
}
