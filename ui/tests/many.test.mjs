// What is done with many conversations at once, on the demo's clinic: handed over, closed, and taken back.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DEMO, browser, ended, recado, show, signIn, until } from "./harness.mjs";

const KEY = "rk_cmVjYWRvIGRlbW86IGV2ZXJ5Ym9keSBrbm93cyBpdCE";

describe("many at once", { timeout: 180_000 }, () => {
  let server;
  let chrome;
  let page;
  let members;
  let three;
  const call = async (method, path, body) => {
    const response = await fetch(`${server.url}/api/v1${path}`, { method, headers: { "x-api-key": KEY, "content-type": "application/json" }, body: body && JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const all = () => Promise.all(three.map((c) => call("GET", `/conversations/${c.id}`)));
  const agents = async () => (await all()).map((c) => [...c.agent_ids].sort());
  const bar = () => page.getByRole("toolbar");
  const choose = async () => {
    for (const c of three) await page.locator(`li[data-id="${c.id}"]`).getByRole("checkbox").check();
  };
  const toast = (text) => page.getByRole("status").filter({ hasText: text });

  before(async () => {
    server = await recado(["--demo"]);
    chrome = await browser();
    page = await chrome.page();
    members = (await call("GET", "/members")).data.filter((m) => m.active);
    three = (await call("GET", "/conversations?limit=50")).data.filter((c) => c.open_ticket).slice(0, 3);
    await signIn(page, server.url, DEMO);
    await page.locator(`li[data-id="${three[0].id}"]`).waitFor();
  });
  after(() => ended(chrome, server));

  it("hands them over to one, instead of to whoever had them, and gives them back", async () => {
    const [rodrigo, valentina] = ["Rodrigo", "Valentina"].map((name) => members.find((m) => m.name.startsWith(name)));
    for (const c of three) await call("POST", "/conversations/bulk", { ids: [c.id], action: "unassign" });
    for (const c of three.slice(0, 2)) await call("POST", "/conversations/bulk", { ids: [c.id], action: "assign", member_id: rodrigo.id });
    await page.reload();
    await choose();
    const give = async (name) => {
      await bar().getByRole("button", { name: "Asignar" }).click();
      await page.getByRole("option", { name }).click();
    };
    await give(/^Valentina/);
    const said = toast(`3 conversaciones son ahora de ${valentina.name}. Antes, de ${rodrigo.name}.`);
    await said.waitFor();
    assert.deepEqual(await agents(), three.map(() => [valentina.id]));
    await said.getByRole("button", { name: "Deshacer" }).click();
    await until("each with whom it was", async () => JSON.stringify(await agents()) === JSON.stringify([[rodrigo.id], [rodrigo.id], []]));
    await choose();
    await give(/^También Valentina/);
    await toast(`3 conversaciones son ahora también de ${valentina.name}.`).waitFor();
    assert.deepEqual(await agents(), [[rodrigo.id, valentina.id].sort(), [rodrigo.id, valentina.id].sort(), [valentina.id]]);
  });

  it("asks for the fields and the reason once, closes all with them, and opens them again", async () => {
    await call("POST", "/custom_fields", { key: "motivo_cierre", name: "Motivo de cierre", entity: "ticket", type: "text", required: true });
    await call("PATCH", `/tickets/${three[0].open_ticket.id}`, { metadata: { motivo_cierre: "Ya lo tenía" } });
    await page.reload();
    await page.locator(`li[data-id="${three[0].id}"]`).waitFor();
    await choose();
    await bar().getByRole("button", { name: "Cerrar ticket" }).click();
    await page.getByRole("dialog", { name: "Cerrar ticket" }).getByRole("button", { name: "Perdido" }).click();
    const dialog = page.getByRole("dialog", { name: "3 elegidas: perdido" });
    await dialog.getByLabel("Por qué se perdió (opcional)").fill("Campaña terminada");
    await dialog.getByRole("button", { name: "Cerrar como perdido" }).click();
    await dialog.getByLabel("Motivo de cierre").and(page.locator("[aria-invalid=true]")).waitFor();
    await show(page, "close-many");
    await dialog.getByLabel("Motivo de cierre").fill("Sin respuesta");
    await dialog.getByRole("button", { name: "Cerrar como perdido" }).click();
    await dialog.waitFor({ state: "detached" });
    const tickets = await Promise.all(three.map((c) => call("GET", `/tickets/${c.open_ticket.id}`)));
    assert.deepEqual(
      tickets.map((x) => [x.status, x.outcome, x.reason, x.custom_fields.find((f) => f.key === "motivo_cierre").value]),
      ["Ya lo tenía", "Sin respuesta", "Sin respuesta"].map((value) => ["closed", "lost", "Campaña terminada", value]),
    );
    await toast("Hecho con 3 conversaciones").getByRole("button", { name: "Deshacer" }).click();
    await until("all of them to be open where they were", async () => JSON.stringify((await all()).map((c) => c.open_ticket?.stage_id)) === JSON.stringify(three.map((c) => c.open_ticket.stage_id)));
  });
});
