// An organization with nothing in it yet: each screen says what to do next. And what is nobody's screen: an address that
// leads nowhere, the word against plain HTTP.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bare, browser, ended, show, signIn, until } from "./harness.mjs";

describe("with nothing in it", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;

  before(async () => {
    server = await bare(["--trusted-proxies", "127.0.0.0/8"]);
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url);
  });
  after(() => ended(chrome, server));

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

  for (const [name, path, title, next] of [
    ["empty-canned", "/settings/canned", "Todavía no hay respuestas rápidas", "Respuesta nueva"],
    ["empty-tags", "/settings/tags", "Todavía no hay etiquetas", "Etiqueta nueva"],
  ])
    it(`shows ${name}, and opens the form of the first`, async () => {
      await go(path, title);
      await show(page, name);
      assert.equal(await page.getByRole("button", { name: next }).count(), 1);
      await page.getByRole("button", { name: next }).click();
      await page.getByRole("dialog", { name: next }).waitFor();
    });

  it("says of a search without a hit what to try, and takes it back", async () => {
    await go("/inbox?q=zzz", "Nada encontrado");
    await page.getByText("ni hay mensajes con «zzz»").waitFor();
    await show(page, "empty-search");
    await page.getByRole("button", { name: "Borrar búsqueda" }).last().click();
    await page.getByRole("heading", { name: "Aún no hay conversaciones" }).waitFor();
    await until("the field to be empty", async () => (await page.getByRole("searchbox").inputValue()) === "");
    await go("/inbox?view=waiting", "Nada por aquí");
    await page.getByRole("button", { name: "Ver todas" }).click();
    await page.waitForURL(/\/inbox$/);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Buscar en todo" }).fill("zz");
    await page.getByText("Escribe al menos tres letras o cifras.").waitFor();
    await page.getByRole("combobox", { name: "Buscar en todo" }).fill("zzz");
    await page.getByText("Prueba con menos palabras o parte del teléfono.").last().waitFor();
    await page.keyboard.press("Escape");
  });

  it("shows a log in which nobody did that, and all of it again", async () => {
    await go("/settings/audit?thing=webhook", "Nada encontrado");
    await show(page, "empty-audit");
    await page.getByRole("button", { name: "Ver todos los cambios" }).click();
    await page.waitForURL(/\/settings\/audit$/);
  });

  it("shows a board without tickets, and reports of nothing", async () => {
    await page.goto(`${server.url}/board`);
    await page.locator("section[data-stage]").first().getByText("Un ticket aparece aquí cuando alguien escribe").waitFor();
    assert.equal(await page.getByText("Un ticket aparece aquí").count(), 1);
    await show(page, "empty-board");
    await go("/reports", "Informes");
    await page.locator("[data-report=waiting]").waitFor();
    await page.getByText("Cargando").first().waitFor({ state: "detached" });
    await show(page, "empty-reports");
  });

  it("shows templates of a channel that has none, and a search among them", async () => {
    const channel = await server.call("POST", "/channels", { type: "playground", name: "Simulador", phone_number: "+56955500300" });
    // It comes with two of its own.
    const own = await until("its templates", async () => {
      const { data } = await server.call("GET", `/templates?channel_id=${channel.id}`);
      return data.length === 2 && data;
    });
    for (const one of own) await server.call("DELETE", `/templates/${one.id}`);
    await go("/templates", "Todavía no hay plantillas");
    assert.equal(await page.getByRole("button", { name: "Plantilla nueva" }).count(), 1);
    await show(page, "empty-templates-channel");
    await go("/templates?q=zzz", "Nada encontrado");
    await page.getByRole("button", { name: "Ver todas" }).click();
    await page.getByRole("heading", { name: "Todavía no hay plantillas" }).waitFor();
  });

  // Last, since everything else needs what these take away.
  it("shows a board without a pipeline, and leads to where one is made", async () => {
    for (const one of (await server.call("GET", "/pipelines")).data) await server.call("DELETE", `/pipelines/${one.id}`);
    await go("/board", "Todavía no hay embudos");
    await show(page, "empty-pipelines");
    await page.getByRole("button", { name: "Crear un embudo" }).click();
    await page.waitForURL(/\/settings\/pipelines$/);
    await page.getByRole("heading", { name: "Todavía no hay embudos" }).waitFor();
    await page.getByRole("button", { name: "Embudo nuevo" }).click();
    await page.getByRole("dialog", { name: "Embudo nuevo" }).waitFor();
  });

  it("shows that there is no key, and makes the first", async () => {
    for (const one of (await server.call("GET", "/api_keys")).data) await server.call("DELETE", `/api_keys/${one.id}`);
    await go("/api-keys", "Todavía no hay claves");
    await show(page, "empty-keys");
    await page.getByRole("button", { name: "Clave nueva" }).click();
    await page.getByRole("dialog").getByLabel("Nombre").waitFor();
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
