import { expect, it } from "vitest";
import { windowOf } from "./window";

const now = Date.parse("2026-01-05T12:00:00Z");

it.each([
  [{ platform: "whatsapp", service_window_ends_at: "2026-01-05T13:00:00Z" }, "open"],
  [{ platform: "whatsapp", service_window_ends_at: "2026-01-05T12:00:00Z" }, "shut"],
  [{ platform: "whatsapp", service_window_ends_at: null }, "shut"],
  [{ platform: "playground", service_window_ends_at: null }, "shut"],
  [{ platform: "webchat", service_window_ends_at: null }, "none"],
  [{ platform: "web-whatsapp", service_window_ends_at: null }, "none"],
])("%j", (c, kind) => {
  expect(windowOf(c, now).kind).toBe(kind);
});
