// The shapes of invitations, of reset links and of the audit log, as docs/sign-in.md has them.
import type { Member } from "./types";

export interface Invitation {
  id: string;
  email: string;
  role: Member["role"];
  expires_at: string;
  /** Only in the answer that made it. */
  link?: string;
}

export interface ResetLink {
  member_id: string;
  removes_totp: boolean;
  expires_at: string;
  /** Only in this answer. */
  link: string;
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
