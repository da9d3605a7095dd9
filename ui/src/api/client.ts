// The one way to the server: openapi-fetch over the types that openapi.json gives, with the session's cookie and CSRF
// token. `call` turns an answer into its data or a thrown Problem.
import createClient, { type Middleware } from "openapi-fetch";
import { moreWords } from "../i18n";
import type { paths } from "./schema";
import { Problem } from "./problem";

/** Milliseconds. */
const WORDS_WITHIN = 2000;

let csrf: string | null = null;
let onSignedOut: () => void = () => {};

/** Set by the session: the token that unsafe requests carry, and what to do when the session has ended. */
export function authorize(token: string | null, signedOut: () => void): void {
  csrf = token;
  onSignedOut = signedOut;
}

const unsafe = /^(POST|PUT|PATCH|DELETE)$/;

const withSession: Middleware = {
  onRequest({ request }) {
    if (csrf && unsafe.test(request.method)) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  onResponse({ response }) {
    if (response.status === 401 && csrf) onSignedOut();
    return response;
  },
};

export const api = createClient<paths>({ baseUrl: "", credentials: "same-origin" });
api.use(withSession);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws Problem where it is none. */
export async function call<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, { code: "offline", detail: String(error) });
  }
  if (!answer.response.ok) throw await problemOf(answer.response, answer.error);
  return answer.data as T;
}

/** The same with the `ETag`, for a later `If-Match`. */
export async function callTagged<T>(request: Promise<Answer<T>>): Promise<{ data: T; etag: string | null }> {
  let etag: string | null = null;
  const data = await call(request.then((answer) => ((etag = answer.response.headers.get("ETag")), answer)));
  return { data, etag };
}

/** For bodies that are no JSON: files in, CSV out. Same rules, the response as it is. */
export async function raw(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (csrf && unsafe.test(init.method ?? "GET")) headers.set("X-CSRF-Token", csrf);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: "same-origin" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, { code: "offline", detail: String(error) });
  }
  if (response.status === 401 && csrf) onSignedOut();
  if (!response.ok) throw await problemOf(response, await response.json().catch(() => ({})));
  return response;
}

async function problemOf(response: Response, body: unknown): Promise<Problem> {
  const object = body && typeof body === "object" ? (body as Record<string, unknown>) : {};
  // The words for refusals come after the first load; whoever is refused at once waits for them a little rather than read
  // English. That nobody is signed in is no refusal to be shown.
  if (object.code !== "unauthorized") await Promise.race([moreWords().catch(() => undefined), new Promise((done) => setTimeout(done, WORDS_WITHIN))]);
  return new Problem(response.status, object, response.headers.get("Retry-After"));
}

interface JsonOptions {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** JSON in, JSON out, for operations whose types stand in contract.ts. Null and undefined leave a query parameter out. */
export async function json<T>(method: string, path: string, options: JsonOptions = {}): Promise<T> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(options.query ?? {})) if (value != null && value !== "") query.set(name, String(value));
  const text = query.toString();
  const response = await raw(`/api/v1${path}${text ? `?${text}` : ""}`, {
    method,
    headers: { ...options.headers, ...(options.body === undefined ? {} : { "Content-Type": "application/json" }) },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    signal: options.signal,
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}
