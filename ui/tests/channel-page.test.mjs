// A Cloud API number's own page: what a live test finds and says, a token that no longer works and one that does, its fields,
// its end.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browser, ended, shop, show, signIn, until } from "./harness.mjs";

const ANA = "56955500001";

describe("a number of the Cloud API", { timeout: 600_000 }, () => {
  let world;
  let chrome;
  let page;
  const section = (name) => page.getByRole("region", { name });
  const settings = () => page.getByRole("form", { name: "Configuración" });
  const test = () => section("Prueba en vivo").getByRole("button", { name: "Probar ahora" }).click();
  const bubble = (text, of = page) => of.locator("article").filter({ hasText: text });

  before(async () => {
    world = await shop();
    chrome = await browser();
    page = await chrome.page();
    await world.says(ANA, "Ana Rojas", "Hola");
    await world.contact("Ana Rojas");
    await signIn(page, world.url, undefined, `/channels/${world.channel.id}`);
    await page.getByRole("heading", { name: "WhatsApp", exact: true }).waitFor();
  });
  after(() => ended(chrome, world));

  it("is found well by a live test, and leads to what Meta has to be told", async () => {
    await page.getByText("+56 9 5550 0100").waitFor();
    await test();
    await section("Prueba en vivo").getByText("WhatsApp responde y no falta nada.").waitFor();
    await section("Qué hacer en Meta").getByText(`${world.url}/hooks/whatsapp/${world.channel.id}`).waitFor();
    await section("Qué hacer en Meta").getByText("Meta solo llama a direcciones https").waitFor();
    // The address is the one that answers Meta's handshake.
    const asked = `hub.mode=subscribe&hub.challenge=4711&hub.verify_token=verify-me-please`;
    assert.equal(await (await fetch(`${world.url}/hooks/whatsapp/${world.channel.id}?${asked}`)).text(), "4711");
    for (const name of ["Token de acceso", "Clave secreta de la app", "Token de verificación"]) {
      assert.equal(await settings().getByLabel(name).inputValue(), "", "a secret is not shown again");
      assert.equal(await settings().getByLabel(name).getAttribute("placeholder"), "••••••••");
    }
    await show(page, "channel-cloud");
  });

  it("says that its token has expired, what helps, and what waits", async () => {
    await world.order("knobs", { token: "expired" }, "PATCH");
    const ana = await world.contact("Ana Rojas");
    await world.call("POST", "/messages", { contact_id: ana.id, text: "Mañana a las diez" });
    // Nobody asked: sending found out, and every page hears of it.
    await section("Prueba en vivo").getByText("Acceso rechazado").waitFor();
    await section("Prueba en vivo").getByText("El token de acceso ya no sirve.").waitFor();
    await section("Prueba en vivo").getByText("1 mensaje espera salir").waitFor();
    await section("Prueba en vivo").getByText("Mientras tanto nada sale por este canal").waitFor();
    await test();
    await section("Prueba en vivo").getByText("Código token_expired").waitFor();
    assert.equal(await section("Prueba en vivo").getByText("El token de acceso venció.").count(), 1, "said once");
    await show(page, "channel-cloud-token");
    const desk = await page.context().newPage();
    await desk.goto(`${world.url}/channels`);
    await desk.getByRole("link", { name: /WhatsApp/ }).filter({ hasText: "Acceso rechazado" }).waitFor();
    await desk.goto(`${world.url}/inbox/${ana.id}`);
    await bubble("Mañana a las diez", desk).getByRole("img", { name: "Espera para enviarse" }).waitFor();

    // Meta takes the token of this channel again: with it what waits goes out.
    await world.order("knobs", { token: "valid" }, "PATCH");
    await settings().getByLabel("Token de acceso").fill("simulator-access-token");
    await settings().getByRole("button", { name: "Guardar" }).click();
    await page.getByText("El canal está guardado").waitFor();
    await section("Prueba en vivo").getByText("WhatsApp responde y no falta nada.").waitFor();
    await until("the old word to go", async () => (await section("Prueba en vivo").getByText("token_expired").count()) === 0);
    await until("the secret to go", async () => (await settings().getByLabel("Token de acceso").inputValue()) === "");
    await bubble("Mañana a las diez", desk).getByRole("img", { name: "Entregado" }).waitFor();
    await desk.close();
  });

  it("is renamed, and refuses what is no number, at the field", async () => {
    await page.goto(`${world.url}/channels/${world.channel.id}`);
    await settings().getByLabel("Nombre", { exact: true }).fill("Ventas y posventa");
    await settings().getByLabel("Identificador del número").fill("no es un número");
    await settings().getByRole("button", { name: "Guardar" }).click();
    await settings().getByLabel("Identificador del número").and(page.locator("[aria-invalid=true]")).waitFor();
    assert.equal((await world.call("GET", `/channels/${world.channel.id}`)).name, "WhatsApp", "half of it was saved");
    await settings().getByLabel("Identificador del número").fill("105550100200300");
    await settings().getByRole("button", { name: "Guardar" }).click();
    await page.getByRole("heading", { name: "Ventas y posventa" }).waitFor();
  });

  it("is archived after a word of warning, and its conversations stay", async () => {
    await settings().getByRole("button", { name: "Archivar el canal" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Ya no entra ni sale nada por Ventas y posventa. Sus conversaciones quedan.").waitFor();
    await dialog.getByRole("button", { name: "Archivar el canal" }).click();
    await page.getByText("El canal está archivado").waitFor();
    await page.waitForURL(/\/channels$/);
    await page.getByRole("link", { name: /Ventas y posventa/ }).waitFor({ state: "detached" });
    await page.goto(`${world.url}/inbox`);
    await page.getByRole("link", { name: /Ana Rojas/ }).click();
    await bubble("Mañana a las diez").waitFor();
    await page.getByText("El canal de esta conversación está archivado").waitFor();
    assert.equal(await page.getByRole("textbox", { name: /^Mensaje para/ }).isVisible(), false);
    await show(page, "channel-archived-conversation");
  });
});
