// Reviews and rules in words.
import { partText } from "../../api/problem";
import type { Refused } from "./queue";
import type { Review, Rule } from "../../api/types";
import { reference } from "../../data/reference";
import { t, tx } from "../../i18n";
import { shown } from "../inbox/profile/value";

/** "Phone", "E-mail", "Name", or what the field is called. */
export function targetName(target: string, key: string | null | undefined): string {
  if (target === "field") return reference.fields.find((f) => f.entity === "customer" && f.key === key)?.name ?? key ?? "";
  return tx("reviews", `target_${target}`, target);
}

export function valueText(target: string, key: string | null | undefined, value: unknown): string {
  const field = target === "field" ? reference.fields.find((f) => f.entity === "customer" && f.key === key) : undefined;
  return shown(field?.type ?? (target === "phone" ? "phone" : "text"), value, field?.currency);
}

/** The key that a value came from, as people wrote it; "" where it is a piece of text. */
export function originOf(review: Review): string {
  const origin = review.origins[0];
  if (!origin) return "";
  return origin.pointer
    .split("/")
    .slice(1)
    .map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"))
    .join(" › ");
}

type Said = Pick<Rule, "type" | "path" | "target" | "key" | "word" | "option"> & { standing?: string };

export function ruleText(rule: Said): string {
  const target = targetName(rule.target, rule.key);
  const never = rule.standing === "denied";
  if (rule.type === "option_word") return t(never ? "reviews.rule_word_never" : "reviews.rule_word", { word: rule.word ?? "", option: rule.option ?? "", target });
  return t(never ? "reviews.rule_never" : "reviews.rule_means", { path: rule.path ?? "", target });
}

/** Why a decision was refused: the part that is wrong, else the whole. */
export const refusedText = (error: Refused): string => (error.errors?.[0] ? partText(error.errors[0]) : tx("refusals", error.code, error.detail));
