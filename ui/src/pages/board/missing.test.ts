import { expect, it } from "vitest";
import type { CustomField, Ticket } from "../../api/types";
import { missingIn } from "./missing";

const field = (key: string, entity: string, required: boolean) => ({ key, entity, required }) as CustomField;
const fields = [field("motivo", "ticket", true), field("plan", "ticket", true), field("nota", "ticket", false), field("rut", "customer", true)];
const ticket = (values: Record<string, unknown>) => ({ custom_fields: Object.entries(values).map(([key, value]) => ({ key, value })) }) as unknown as Ticket;

it("wants of a ticket what must be filled in of tickets and is not", () => {
  expect(missingIn(ticket({ plan: "A" }), fields).map((f) => f.key)).toEqual(["motivo"]);
  expect(missingIn(ticket({ plan: null, motivo: false }), fields).map((f) => f.key)).toEqual(["plan"]);
  expect(missingIn(ticket({}), [])).toEqual([]);
});
