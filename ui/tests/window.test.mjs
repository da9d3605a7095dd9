// WhatsApp's 24 hours, and what may be sent without them: the composer as the window runs out, is shut and opens; a template
// chosen, filled in, refused while something is missing, sent.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browser, ended, shop, show, signIn, until } from "./harness.mjs";

const ANA = "56955500001";
const BETO = "56955500002";
const CARLA = "56955500003";
const HOUR = 3600;

describe("the 24 hours", { timeout: 600_000 }, () => {
  let world;
  let chrome;
  let page;
  const ago = (seconds) => ({ at: Math.floor(Date.now() / 1000) - seconds });
  const bubble = (text, of = page) => of.locator("article").filter({ hasText: text });
  const box = (of = page) => of.getByRole("textbox", { name: /^Mensaje para/ });
  const open = async (name, of = page) => {
    await of.getByRole("link", { name }).click();
    await of.getByRole("region", { name: new RegExp(`Conversación con ${name.source}`) }).waitFor();
  };
  const template = (name, components, more = {}) =>
    world.call("POST", "/templates", { channel_id: world.channel.id, name, language: "es_CL", category: "UTILITY", components, ...more });
  const body = (text, ...examples) => ({ type: "BODY", text, ...(examples.length > 0 && { example: { body_text: [examples] } }) });
  const picker = () => page.getByRole("dialog");

  before(async () => {
    world = await shop();
    chrome = await browser();
    page = await chrome.page();
    await world.says(ANA, "Ana Rojas", "¿Me avisan cuando llegue?", ago(50 * HOUR));
    await world.says(BETO, "Beto Díaz", "¿Siguen abiertos?", ago(23 * HOUR + 20 * 60));
    await world.says(CARLA, "Carla Muñoz", "Gracias, quedo atenta", ago(25 * HOUR));
    for (const name of ["Ana Rojas", "Beto Díaz", "Carla Muñoz"]) await world.contact(name);
    await template("pedido_listo", [
      { type: "HEADER", format: "TEXT", text: "Pedido {{1}}", example: { header_text: ["A-12"] } },
      body("Hola {{1}}, tu pedido está listo. Puedes retirarlo hasta el {{2}}.", "Ana", "viernes"),
      { type: "FOOTER", text: "Tienda de prueba" },
      { type: "BUTTONS", buttons: [{ type: "URL", text: "Ver el pedido", url: "https://tienda.example.com/pedidos/{{1}}", example: ["https://tienda.example.com/pedidos/A-12"] }, { type: "QUICK_REPLY", text: "No alcanzo" }] },
    ]);
    await template("saludo_de_vuelta", [body("¡Hola de nuevo! ¿Seguimos conversando?")]);
    await template("oferta_de_invierno", [body("Hola {{1}}, hasta el domingo todo el calzado de invierno va con descuento.", "Ana")], { category: "MARKETING" });
    await world.order("settle", {});
    await world.call("POST", "/templates/sync", { channel_id: world.channel.id });
    await until("three that are approved", async () => (await world.call("GET", "/templates?status=APPROVED")).data.length === 3);
    await signIn(page, world.url);
  });
  after(() => ended(chrome, world));

  it("has its five views in one row, with how many are in each", async () => {
    const views = page.getByRole("navigation", { name: "Vistas" }).getByRole("button");
    await views.filter({ hasText: /^Esperando3$/ }).waitFor();
    for (const width of [1440, 1024, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await until(`five in one row at ${width}`, async () => {
        const tops = await views.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
        return tops.length === 5 && new Set(tops).size === 1;
      });
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it("counts the last hour down, and turns to templates when it is over", async () => {
    await open(/Beto Díaz/);
    await page.getByText(/^(39|40) min para responder libremente/).waitFor();
    await box().fill("Sí, hasta las ocho");
    await show(page, "window-last-hour");
    // The page's clock goes on by an hour: the window ends while one looks.
    const later = await chrome.page();
    await later.clock.install();
    await signIn(later, world.url);
    await open(/Beto Díaz/, later);
    await until("the draft there", async () => (await box(later).inputValue()) === "Sí, hasta las ocho");
    await later.clock.fastForward(41 * 60_000);
    await later.getByText("Pasaron las 24 horas para responder libremente.").waitFor();
    await later.getByText("Lo que escribiste se conserva.").waitFor();
    // It is there to be read and copied.
    assert.equal(await box(later).isEditable(), false);
    await later.context().close();
    await box().fill("");
  });

  it("says why it did not go where a page thought that it still could", async () => {
    // A machine whose clock is three hours behind.
    const behind = await chrome.page();
    await behind.clock.install({ time: Date.now() - 3 * HOUR * 1000 });
    await signIn(behind, world.url);
    await open(/Carla Muñoz/, behind);
    await box(behind).fill("¿Sigue ahí?");
    await box(behind).press("Enter");
    await bubble("¿Sigue ahí?", behind).getByRole("alert").filter({ hasText: "Ahora solo se puede enviar una plantilla." }).waitFor();
    await behind.context().close();
    assert.ok(!(await world.sent()).includes("¿Sigue ahí?"));
  });

  it("offers a template where the window is shut, and lets notes be written", async () => {
    await open(/Ana Rojas/);
    await page.getByText("Pasaron las 24 horas para responder libremente. Envía una plantilla; cuando responda, podrás escribir de nuevo.").waitFor();
    assert.equal(await box().isVisible(), false);
    assert.equal(await page.getByRole("button", { name: "Adjuntar archivos" }).isDisabled(), true);
    await show(page, "window-shut");
    await page.getByRole("button", { name: "Escribir una nota" }).click();
    await page.getByRole("textbox", { name: /^Una nota/ }).fill("Avisar el viernes");
    await page.keyboard.press("Enter");
    await bubble("Avisar el viernes").waitFor();
  });

  it("finds a template, and says where none fits", async () => {
    await page.keyboard.press("t");
    const search = picker().getByRole("textbox", { name: "Buscar" });
    await search.waitFor();
    await until("all three", async () => (await picker().getByRole("listitem").count()) === 3);
    await show(page, "template-picker");
    await search.fill("zzz");
    await picker().getByText("Ninguna plantilla aprobada tiene esas palabras.").waitFor();
    await picker().getByRole("button", { name: "Borrar búsqueda" }).click();
    await search.fill("esta PEDIDO");
    await until("one that fits", async () => (await picker().getByRole("listitem").count()) === 1);
    await search.press("Enter");
    await picker().getByRole("heading", { name: "pedido_listo" }).waitFor();
  });

  it("shows what is filled in, and sends nothing that has a gap", async () => {
    const preview = picker().getByRole("group", { name: "Vista previa" });
    await preview.getByText("Hola Ana, tu pedido está listo. Puedes retirarlo hasta el {{2}}.").waitFor();
    await picker().getByRole("button", { name: "Enviar plantilla" }).click();
    const gaps = picker().locator("[aria-invalid=true]");
    await until("three gaps", async () => (await gaps.count()) === 3);
    assert.equal(await picker().getByRole("alert").filter({ hasText: "Es obligatorio." }).count(), 3);
    await until("the first gap to have the focus", () => gaps.first().evaluate((field) => field === document.activeElement));
    await picker().getByLabel("Variable del encabezado").fill("B-77");
    await picker().getByLabel("Variable del botón «Ver el pedido»").fill("B-77");
    await show(page, "template-gaps");
    await picker().getByLabel("Variable 2").fill("viernes a las <b>18</b>");
    await until("no gap", async () => (await gaps.count()) === 0);
    await preview.getByText("Pedido B-77").waitFor();
    await preview.getByText("hasta el viernes a las <b>18</b>.").waitFor();
    await picker().getByText("Abre https://tienda.example.com/pedidos/B-77").waitFor();
    // Another one is looked at, and what was filled in is still there.
    await picker().getByRole("button", { name: "Volver" }).click();
    await picker().getByRole("listitem").first().getByRole("button").click();
    await until("what was filled in", async () => (await picker().getByLabel("Variable del encabezado").inputValue()) === "B-77");
  });

  it("sends it, and it stands in the conversation as it was previewed", async () => {
    await picker().getByLabel("Variable 2").press("Enter");
    await picker().waitFor({ state: "detached" });
    const sent = bubble("Pedido B-77");
    await sent.getByRole("img", { name: "Entregado" }).waitFor();
    for (const text of ["Hola Ana, tu pedido está listo. Puedes retirarlo hasta el viernes a las <b>18</b>.", "Tienda de prueba", "Plantilla pedido_listo"]) await sent.getByText(text).waitFor();
    assert.equal(await sent.count(), 1);
    const given = JSON.parse(await world.sent()).sent.map((one) => one.body.template).filter(Boolean);
    const values = (part) => part.parameters.map((one) => one.text);
    assert.deepEqual(
      given.map((one) => [one.name, one.components.map((part) => [part.type, ...values(part)])]),
      [["pedido_listo", [["header", "B-77"], ["body", "Ana", "viernes a las <b>18</b>"], ["button", "B-77"]]]],
    );
    await show(page, "template-sent");
    // It does not open the window: only an answer does.
    assert.equal(await box().isVisible(), false);
  });

  it("opens as soon as they write, on a page that stands there", async () => {
    await world.says(ANA, "Ana Rojas", "¡Voy el viernes!");
    await bubble("¡Voy el viernes!").waitFor();
    await box().waitFor();
    await page.getByText(/^(23 h|24 h|1 d) para responder libremente/).waitFor();
    await box().fill("La esperamos");
    await box().press("Enter");
    await bubble("La esperamos").getByRole("img", { name: "Entregado" }).waitFor();
  });

  it("keeps the draft of who thinks better of a template", async () => {
    await box().fill("A medio escribir");
    await page.getByRole("button", { name: "Elegir una plantilla" }).click();
    await picker().getByRole("button", { name: /saludo_de_vuelta/ }).click();
    await picker().getByText("No hay nada que completar.").waitFor();
    await page.keyboard.press("Escape");
    await picker().waitFor({ state: "detached" });
    assert.equal(await box().inputValue(), "A medio escribir");
    await page.getByRole("button", { name: "Elegir una plantilla" }).click();
    await picker().getByRole("button", { name: /saludo_de_vuelta/ }).click();
    await picker().getByRole("button", { name: "Enviar plantilla" }).click();
    await bubble("¿Seguimos conversando?").getByRole("img", { name: "Entregado" }).waitFor();
    assert.equal(await box().inputValue(), "A medio escribir");
  });
});
