// What the server answers when it refuses: problem+json (docs/errors.md), made into one error that forms and toasts read.
import { t, tx } from "../i18n";
import { phoneExample } from "../i18n/format";

export interface FieldError {
  /** JSON pointer into the body, `/password`; or the name of a query parameter. */
  pointer: string;
  code: string;
  message: string;
}

export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: FieldError[];
  readonly requestId: string | undefined;
  /** Seconds, from `Retry-After`. */
  readonly retryAfter: number | undefined;
  /** The whole body, for what a single operation adds to it. */
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>, retryAfter?: string | null) {
    super(typeof body.detail === "string" ? body.detail : typeof body.title === "string" ? body.title : `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = typeof body.code === "string" ? body.code : status === 0 ? "offline" : `http_${status}`;
    this.errors = Array.isArray(body.errors) ? (body.errors as FieldError[]) : [];
    this.requestId = typeof body.request_id === "string" ? body.request_id : undefined;
    const seconds = Number(retryAfter);
    this.retryAfter = retryAfter && Number.isFinite(seconds) ? seconds : undefined;
    this.body = body;
  }

  /** The server was not reached, or was too busy: the same may work later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }

  /** What is wrong with `field` (`"password"`, `"settings/waba_id"`) or with something in it, in words for people, or undefined. */
  field(field: string): string | undefined {
    const found = this.errors.find((e) => e.pointer === `/${field}` || e.pointer === field) ?? this.errors.find((e) => e.pointer.startsWith(`/${field}/`));
    return found && partText(found);
  }
}

/**
 * What is wrong with a part, in the language in use: by its code, and by how many numbers the server's sentence has, which are
 * the limits (`too_long_2`). A code that whole answers have as well needs no words of its own. The server's own sentence where there are no words for its code.
 */
export function partText(error: FieldError): string {
  const [a, b] = error.message.match(/\d+/g)?.map(Number) ?? [];
  const values = { detail: error.message, phone: phoneExample(), a: a ?? "", b: b ?? "" };
  const numbers = b !== undefined ? 2 : a !== undefined ? 1 : 0;
  return tx("refusals", `field_${error.code}_${numbers}`, tx("refusals", `field_${error.code}`, tx("refusals", error.code, error.message, values), values), values);
}

/** Whether a script or style of ours could not be fetched; browsers have their own words for it, and Vite as well. */
export const isMissingPart = (error: unknown): boolean => error instanceof Error && /preload CSS|module script|imported module/i.test(error.message);

/** What to tell a person about any error: our words where we have some for its code, else the server's. */
export function explain(error: unknown): string {
  if (isMissingPart(error)) return t("common.error_part");
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return t("common.error_offline");
  // Beside no field, a part has to say which it is.
  if (error.errors.length > 0) return error.errors.map((e) => [e.pointer.replace(/^\//, ""), partText(e)].filter(Boolean).join(": ")).join(" ");
  const values = { seconds: error.retryAfter ?? 0, detail: error.message, request: error.requestId ?? "" };
  return tx("common", `error_${error.code}`, tx("refusals", error.code, error.message, values), values);
}
