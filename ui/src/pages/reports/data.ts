// Reports as the server has them: columns, rows, one more row of all together.
import { json } from "../../api/client";

export const REPORTS = ["waiting", "first_response", "resolution", "messages", "funnel"] as const;
export type Report = (typeof REPORTS)[number];
export type Cell = string | number | null;

export interface Answer {
  columns: string[];
  rows: Cell[][];
  totals: Cell[];
  /** There was more than a report looks at. */
  cut: boolean;
}

export interface Query {
  from: string;
  to: string;
  channel_id?: string | undefined;
  pipeline_id?: string | undefined;
  agent_id?: string | undefined;
  group?: string | undefined;
}

export const queryOf = (report: Report, q: Query): Record<string, string | undefined> => ({ ...q, group: report === "funnel" ? undefined : q.group });

export const fetchReport = (report: Report, q: Query): Promise<Answer> => json<Answer>("GET", `/reports/${report}`, { query: queryOf(report, q) });

/** Where the same comes as a file. */
export function csvHref(report: Report, q: Query): string {
  const query = new URLSearchParams({ format: "csv" });
  for (const [name, value] of Object.entries(queryOf(report, q))) if (value) query.set(name, value);
  return `/api/v1/reports/${report}?${query}`;
}

/** The last `days` up to the end of today by this browser's clock, so that the address stays the same through the day. */
export function span(days: number, now = Date.now()): { from: string; to: string } {
  const end = new Date(now);
  end.setHours(24, 0, 0, 0);
  return { from: new Date(end.getTime() - days * 86_400_000).toISOString(), to: end.toISOString() };
}

/** Days without anything are days too: a gap in the rows would lie about time. */
export function withGaps(answer: Answer, from: string, to: string): Answer {
  if (answer.columns[0] === "hour") return { ...answer, rows: fill(answer, Array.from({ length: 24 }, (_, h) => String(h).padStart(2, "0"))) };
  if (answer.columns[0] !== "day") return answer;
  const days: string[] = [];
  const end = Date.parse(to);
  for (let at = Date.parse(from); at < end && days.length < 100; at += 86_400_000) days.push(local(at + 43_200_000));
  return { ...answer, rows: fill(answer, days) };
}

const local = (ms: number) => {
  const d = new Date(ms);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-${String(d.getDate()).padStart(2, "0")}`;
};

function fill(answer: Answer, keys: string[]): Cell[][] {
  const have = new Map(answer.rows.map((row) => [String(row[0]), row]));
  const all = [...new Set([...keys, ...have.keys()])].sort();
  return all.map((key) => have.get(key) ?? [key, ...answer.columns.slice(1).map((c) => (c.endsWith("seconds") ? null : 0))]);
}
