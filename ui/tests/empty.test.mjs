// An organization with nothing in it yet: each screen says what to do next. And what is nobody's screen: an address that
// leads nowhere, the word against plain HTTP.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bare, browser, show, signIn } from "./harness.mjs";

describe("with nothing in it", { timeout: 180_000 }, () => {
  let server;
  let chrome;
  let page;

  before(async () => {
    server = await bare(["--trusted-proxies", "127.0.0.0/8"]);
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url);
  });
  after(async () => {
    // The browser first: a server that goes away is a mistake on every page.
    try {
      await chrome?.done();
    } finally {
      await server?.stop();
    }
  });

  const go = async (path, title) => {
    await page.goto(`${server.url}${path}`);
    await page.getByRole("heading", { name: title, exact: true }).waitFor();
  };

  for (const [name, path, title, next, leadsTo] of [
    ["empty-inbox", "/inbox", "Aún no hay conversaciones", "Conectar un canal", /\/channels$/],
    ["empty-reviews", "/reviews", "Nada por revisar"],
    ["empty-channels", "/channels", "Todavía no hay canales", "Agregar un canal", /\/channels\/new$/],
    ["empty-templates", "/templates", "Las plantillas son de un canal de WhatsApp", "Agregar un canal", /\/channels\/new\/whatsapp$/],
    ["empty-playground", "/playground", "Todavía no hay simulador", "Empezar"],
    ["empty-webhooks", "/api-keys/webhooks", "Todavía no hay webhooks", "Webhook nuevo"],
    ["not-found", "/no/such/place", "Aquí no hay nada", "A la bandeja", /\/inbox$/],
    ["conversation-gone", "/inbox/019b76da-a800-7007-8bd2-000000000000?view=mine", "Aquí no hay nada", "A la bandeja", /\/inbox\?view=mine$/],
  ])
    it(`shows ${name}, and a way on`, async () => {
      await go(path, title);
      const button = next && page.getByRole("button", { name: next });
      await button?.waitFor();
      await show(page, name);
      if (!leadsTo) return;
      // Also where the thumb finds no rail beside it.
      await page.setViewportSize({ width: 390, height: 844 });
      await button.click();
      await page.waitForURL(leadsTo);
      await page.setViewportSize({ width: 1440, height: 900 });
    });

  it("shows a board without tickets, and reports of nothing", async () => {
    await page.goto(`${server.url}/board`);
    await page.locator("section[data-stage]").first().waitFor();
    await show(page, "empty-board");
    await go("/reports", "Informes");
    await page.locator("[data-report=waiting]").waitFor();
    await page.getByText("Cargando").first().waitFor({ state: "detached" });
    await show(page, "empty-reports");
  });

  it("says in place of every page why nobody signs in over plain HTTP", async () => {
    const beyond = await chrome.page({ extraHTTPHeaders: { "x-forwarded-for": "203.0.113.7" } });
    for (const path of ["/login", "/inbox", "/setup"]) {
      assert.equal((await beyond.goto(`${server.url}${path}`)).status(), 403);
      await beyond.getByRole("heading", { name: "Not over plain HTTP" }).waitFor();
      assert.equal(await beyond.locator("input").count(), 0);
    }
    for (const words of ["No por HTTP sin cifrar", "Não por HTTP sem criptografia"]) await beyond.getByRole("heading", { name: words }).waitFor();
    const sized = await beyond.locator("body").evaluate((body) => getComputedStyle(body).maxWidth);
    assert.notEqual(sized, "none", "its style sheet is not there");
    await show(beyond, "in-clear");
    await beyond.context().close();
  });
});
