import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browser, DEMO, recado, show, signIn, until } from "./harness.mjs";

const KEY = "rk_cmVjYWRvIGRlbW86IGV2ZXJ5Ym9keSBrbm93cyBpdCE";

describe("the profile", { timeout: 120_000 }, () => {
  let server;
  let chrome;
  let page;
  let contact;
  const pane = (of = page) => of.getByRole("complementary", { name: "Perfil" });

  const upsert = async (meta_data) => {
    const response = await fetch(`${server.url}/api/public/customer/upsert/info`, {
      method: "POST",
      headers: { "x-api-key": KEY, "content-type": "application/json" },
      body: JSON.stringify({ channel: "whatsapp", channel_phone_number: "+56955500100", stageId: "019b76da-a800-7007-8bd2-22fb7fd8d03b", meta_data }),
    });
    assert.ok(response.ok, await response.clone().text());
    return response.json();
  };

  before(async () => {
    server = await recado(["--demo"]);
    chrome = await browser();
    page = await chrome.page();
    await upsert({ "Nombre Completo": "Martina Rojas Vidal", Celular: "9 5550 7788", previsión: "fonasa", "correo electrónico": "martina.rojas@example.com", mascota: "gato" });
    await upsert({ "Nombre Completo": "Martina R. Vidal", Celular: "9 5550 7799" });
    const found = await fetch(`${server.url}/api/v1/contacts?q=Martina%20Rojas%20Vidal`, { headers: { "x-api-key": KEY } });
    contact = (await found.json()).data[0].id;
    await signIn(page, server.url, DEMO, `/inbox/${contact}`);
    await pane().getByText("martina.rojas@example.com").waitFor();
  });
  after(async () => {
    // The browser first: a server that goes away is a mistake on every page.
    try {
      await chrome?.done();
    } finally {
      await server?.stop();
    }
  });

  it("changes a value where it stands, by keyboard", async () => {
    await pane().getByRole("button", { name: "Martina Rojas Vidal" }).press("Enter");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Martina Rojas");
    await page.keyboard.press("Enter");
    await pane().getByRole("button", { name: "Martina Rojas", exact: true }).waitFor();
    await page.reload();
    await pane().getByRole("button", { name: "Martina Rojas", exact: true }).waitFor();
  });

  it("refuses what is no e-mail, and says so at the field", async () => {
    await pane().getByRole("button", { name: "martina.rojas@example.com" }).click();
    await pane().locator("input[type=email]").evaluate((e) => (e.type = "text"));
    await page.keyboard.press("Control+a");
    await page.keyboard.type("martina");
    await page.keyboard.press("Enter");
    await pane().getByRole("alert").waitFor();
    await page.keyboard.press("Escape");
    await pane().getByRole("button", { name: "martina.rojas@example.com" }).waitFor();
  });

  it("tells two who change the same value", async () => {
    const other = await chrome.page();
    await signIn(other, server.url, DEMO, `/inbox/${contact}`);
    await pane(other).getByRole("button", { name: "Martina Rojas", exact: true }).waitFor();
    // One changes it while the other has it open: what stands there comes anew, and is not what the other began from.
    await pane(other).getByRole("button", { name: "Martina Rojas", exact: true }).click();
    await pane().getByRole("button", { name: "Martina Rojas", exact: true }).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Martina Uno");
    await page.keyboard.press("Enter");
    await pane().getByRole("button", { name: "Martina Uno" }).waitFor();
    await other.getByRole("heading", { name: "Martina Uno" }).waitFor();

    await other.keyboard.press("Control+a");
    await other.keyboard.type("Martina Dos");
    await other.keyboard.press("Enter");
    await pane(other).getByText("Otra persona acaba de cambiar esto a «Martina Uno».").waitFor();
    await pane(other).getByRole("button", { name: "Guardar «Martina Dos»" }).click();
    await pane().getByRole("button", { name: "Martina Dos" }).waitFor();
    await other.close();
  });

  it("keeps an amount half written while the contact changes, and reads it as it is written here", async () => {
    await pane().getByRole("button", { name: "Agregar monto" }).click();
    const amount = pane().getByRole("textbox", { name: "Monto" });
    await amount.fill("450.000");
    const { status } = await fetch(`${server.url}/api/v1/contacts/${contact}`, { method: "PATCH", headers: { "x-api-key": KEY, "content-type": "application/json" }, body: JSON.stringify({ email: "martina@example.com" }) });
    assert.equal(status, 200);
    await pane().getByText("martina@example.com").waitFor();
    assert.equal(await amount.inputValue(), "450.000");
    await pane().getByText("= $450.000").waitFor();
    await amount.press("Enter");
    await pane().getByRole("button", { name: "$450.000" }).waitFor();
    const answer = await fetch(`${server.url}/api/v1/tickets?contact_id=${contact}`, { headers: { "x-api-key": KEY } });
    assert.equal(Number((await answer.json()).data[0].amount), 450000);
  });

  it("gives a conversation to another, instead of to both", async () => {
    const give = async (name) => {
      await page.getByRole("button", { name: /^(Asignar|Asignada a)/ }).click();
      await page.getByRole("option", { name }).click();
    };
    await give(/^Rodrigo Sepúlveda/);
    await page.getByRole("button", { name: /^Asignada a Rodrigo/ }).waitFor();
    await give(/^Valentina/);
    await page.getByRole("button", { name: /^Asignada a Valentina$/ }).waitFor();
    await give(/^También Rodrigo/);
    await page.getByRole("button", { name: /^Asignada a Valentina ?\+1$/ }).waitFor();
    await until("two of them", async () => (await page.evaluate(async (id) => (await (await fetch(`/api/v1/conversations/${id}`)).json()).agent_ids.length, contact)) === 2);
  });

  it("says where a value came from, and takes it back", async () => {
    await pane().getByText("Fonasa", { exact: true }).waitFor();
    const mark = pane().locator("div").filter({ hasText: /^Previsión/ }).getByRole("button", { name: /^Encontrado por la estructuración/ });
    await mark.click();
    await page.getByText("previsión", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Deshacer", exact: true }).click();
    await until("the value to go", async () => (await pane().getByText("Fonasa", { exact: true }).count()) === 0);
  });

  it("makes two contacts one, and two again", async () => {
    await pane().getByRole("button", { name: "Unir con otro contacto" }).click();
    const dialog = page.getByRole("dialog", { name: "Unir con otro contacto" });
    await dialog.getByLabel("¿Quién?").fill("Martina R. Vidal");
    await dialog.getByRole("button", { name: /Martina R\. Vidal/ }).click();
    await page.getByRole("button", { name: "Unir", exact: true }).click();
    await page.getByText("Unidos", { exact: true }).waitFor();
    await pane().getByRole("listitem").filter({ hasText: /^Unido/ }).getByRole("button", { name: "Deshacer" }).click();
    await page.getByText("Deshecho").last().waitFor();
  });

  it("is fit to be shown", async () => {
    await page.goto(`${server.url}/inbox/${contact}?profile=1`);
    await pane().waitFor();
    await show(page, "profile");
  });
});
