// The review queue, by keys alone; the rule that a decision teaches, and the way back; proposals.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DEMO, browser, ended, recado, show, signIn, until } from "./harness.mjs";

describe("the review queue", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;

  before(async () => {
    server = await recado(["--demo"]);
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url, DEMO, "/reviews");
    await page.locator("li[data-state=pending]").first().waitFor();
  });
  after(() => ended(chrome, server));

  const done = () => page.locator("li[data-state=done]");
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };

  it("accepts, rejects and chooses many, one key each", async () => {
    await show(page, "reviews");
    await press("a");
    await done().filter({ hasText: "Aceptado" }).waitFor();
    await press("r");
    await done().filter({ hasText: "Rechazado" }).waitFor();
    await press("Shift+ArrowDown", "Shift+ArrowDown");
    await page.getByText("3 elegidos").waitFor();
    await press("a");
    await until("five that are decided", async () => (await done().count()) === 5);
    await until("none to be chosen", async () => (await page.locator("li[data-state=pending] input:checked").count()) === 0);
  });

  it("shows the rule that was learnt, and forgets it", async () => {
    await page.goto(`${server.url}/reviews?target=field%3Aprimera_visita`);
    await page.locator("li[data-state=pending]").first().waitFor();
    await press("Shift+A");
    const learnt = page.getByText(/Aprendido: .*Primera visita/);
    await learnt.waitFor();
    await show(page, "reviews-learnt");
    await page.goto(`${server.url}/reviews?view=rules`);
    await page.getByText(/es Primera visita/).waitFor();
    await show(page, "rules");
    await page.getByRole("button", { name: /Olvidar esta regla/ }).first().click();
    await page.getByText("Se olvidó la regla").waitFor();
  });

  it("changes a value by keys", async () => {
    await page.goto(`${server.url}/reviews?target=field%3Acomuna`);
    await page.locator("li[data-state=pending]").first().waitFor();
    await press("c");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("El valor correcto").fill("Ñuñoa");
    await press("Enter");
    await done().filter({ hasText: "Cambiado" }).waitFor();
  });

  it("makes a field of a key that many have", async () => {
    await page.goto(`${server.url}/reviews?view=proposals`);
    await page.getByRole("button", { name: "Crear el campo" }).first().waitFor();
    await show(page, "proposals");
    await page.getByRole("button", { name: "Crear el campo" }).first().click();
    await page.getByRole("dialog").getByRole("button", { name: "Crear el campo" }).click();
    await page.getByText("El campo ya existe").waitFor();
  });
});
