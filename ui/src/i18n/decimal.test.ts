import { describe, expect, it } from "vitest";
import { readDecimal, writeDecimal } from "./decimal";

describe("numbers as they are typed", () => {
  it.each([
    ["450.000", "es-CL", "CLP", "450000"],
    ["450,000", "es-CL", "CLP", "450000"],
    ["$ 1.250.000", "es-CL", "CLP", "1250000"],
    ["450000", "es-CL", "CLP", "450000"],
    ["CLP 450.000", "es-CL", "CLP", "450000"],
    ["1.250", "es-CL", "USD", "1250"],
    ["1,250", "es-CL", "KWD", "1.250"],
    ["1.250,50", "es-AR", "ARS", "1250.50"],
    ["1,250.50", "es-AR", "ARS", "1250.50"],
    ["12,5", "es", undefined, "12.5"],
    ["12.5", "es", undefined, "12.5"],
    ["1.250", "es", undefined, "1250"],
    ["0.125", "es", undefined, "0.125"],
    ["-1.250", "es", undefined, "-1250"],
    ["R$ 1.250,50", "pt-BR", "BRL", "1250.50"],
    ["1.250", "pt-BR", "BRL", "1250"],
    ["US$1,250.50", "en-US", "USD", "1250.50"],
    ["1,250", "en-US", "USD", "1250"],
    ["1.250", "en-US", "USD", "1.250"],
    ["1,250.50", "es-MX", "MXN", "1250.50"],
    ["1 250,50", "fr", "EUR", "1250.50"],
    ["37,85", "es-CL", "UF", "37.85"],
  ])("%s in %s, %s", (text, tag, currency, wanted) => expect(readDecimal(text, tag, currency)).toBe(wanted));

  it.each(["", "cien", "1.2.3", "1.250.00", "1,2,3", "12.", ".5", "1..000", "1.000,5.0", "1e5"])("refuses %s", (text) => expect(readDecimal(text, "es-CL", "USD")).toBeNull());

  it.each(["1250.5", "1.125", "450000", "-0.5", "1000.125"])("reads back %s", (n) => {
    for (const tag of ["es-CL", "es-MX", "pt-BR", "en-US"]) expect(readDecimal(writeDecimal(n, tag), tag)).toBe(n);
  });
});
