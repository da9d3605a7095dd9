import { describe, expect, it } from "vitest";
import { calendarDate, clock, money, percent, phone, setHome } from "./format";

describe("phones", () => {
  // As libphonenumber writes them, its hyphens as blanks.
  it.each([
    ["+56955500001", "+56 9 5550 0001"],
    ["+56221234567", "+56 2 2123 4567"],
    ["+56322123456", "+56 32 212 3456"],
    ["+12025550123", "+1 202 555 0123"],
    ["+5511955552924", "+55 11 95555 2924"],
    ["+551133334444", "+55 11 3333 4444"],
    ["+525512345678", "+52 55 1234 5678"],
    ["+522221234567", "+52 222 123 4567"],
    ["+5491155551234", "+54 9 11 5555 1234"],
    ["+5493515551234", "+54 9 351 555 1234"],
    ["+543514445555", "+54 351 444 5555"],
    ["+51987654321", "+51 987 654 321"],
    ["+573211234567", "+57 321 1234567"],
    ["+593991234567", "+593 99 123 4567"],
    ["+59899123456", "+598 99 123 456"],
    ["+34612345678", "+34 612 34 56 78"],
    ["+50671234567", "+506 7123 4567"],
    ["visitor-1", "visitor-1"],
    [null, ""],
  ])("%s", (from, to) => expect(phone(from)).toBe(to));
});

describe("money", () => {
  it("is written as the organization's country does", () => {
    setHome({ country: "CL", currency: "CLP" });
    // The language is English until one is chosen.
    expect(money("1560000", "CLP")).toBe("$1,560,000");
    expect(money("37.85", "UF")).toBe("37.85 UF");
    expect(money("1250.5", "USD")).toMatch(/^USD\s1,250\.50$/);
    setHome({ country: "BR", currency: "BRL" });
    expect(money("1250.5", "USD")).toBe("$1,250.50");
    expect(money("1250.5", "BRL")).toBe("R$1,250.50");
    setHome(null);
    expect(money("1560000", "CLP")).toMatch(/^CLP\s?1,560,000$/);
  });
});

describe("times in English", () => {
  it("are the organization's country's, not always America's", () => {
    const evening = new Date(2026, 10, 27, 23, 13).toISOString();
    setHome({ country: "CL", currency: "CLP" });
    expect([clock(evening), calendarDate("2026-11-27"), percent(0.97)]).toEqual(["23:13", "27 Nov 2026", "97%"]);
    setHome({ country: "US", currency: "USD" });
    expect([clock(evening).replace(/\s/, " "), calendarDate("2026-11-27")]).toEqual(["11:13 PM", "Nov 27, 2026"]);
    setHome(null);
  });
});
