// The board, on the demo's clinic: moved by mouse, by keys and by menu; what closing asks for; what others do is seen.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { DEMO, bare, browser, ended, recado, show, signIn, until } from "./harness.mjs";

describe("the board", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;

  before(async () => {
    server = await recado(["--demo"]);
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url, DEMO, "/board");
    await page.locator("article[data-ticket]").first().waitFor();
  });
  after(() => ended(chrome, server));

  const column = (n) => page.locator("section[data-stage]").nth(n);
  const card = (id, n) => column(n).locator(`article[data-ticket="${id}"]`);
  const firstOf = (n) => column(n).locator("article").first().getAttribute("data-ticket");
  const said = () => page.locator("[data-said]").textContent();
  const shown = (what, look) => until(what, async () => (await look()) || undefined);

  it("shows each stage with how many and how much", async () => {
    await show(page, "board");
    await shown("five stages", async () => (await page.locator("section[data-stage]").count()) === 5);
    await shown("how much is in one", async () => /\$[\d.]+/.test(await column(2).locator("header").innerText()));
  });

  it("moves a card by mouse, and back by what is offered then", async () => {
    const id = await firstOf(0);
    await card(id, 0).dragTo(column(1).locator("ul"));
    await card(id, 1).waitFor();
    await page.getByRole("button", { name: "Deshacer" }).first().click();
    await card(id, 0).waitFor();
  });

  it("moves a card by keys, and says so", async () => {
    const id = await firstOf(0);
    await page.locator(`#card-${id}`).focus();
    await page.keyboard.press("Space");
    assert.match(await said(), /tomada en Consulta nueva/);
    await page.keyboard.press("ArrowRight");
    assert.match(await said(), /Evaluación agendada, columna 2 de 5/);
    await page.keyboard.press("Escape");
    assert.match(await said(), /sigue en Consulta nueva/);
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    await card(id, 1).waitFor();
    await shown("the word that it moved", async () => /pasó a Evaluación agendada/.test(await said()));
    await shown("the focus on the card", () => page.evaluate((i) => document.activeElement?.id === `card-${i}`, id));
  });

  it("does one move of a card after the other, however fast they come", async () => {
    const id = await firstOf(0);
    let free;
    const gate = new Promise((resolve) => (free = resolve));
    await page.route("**/api/v1/tickets/*/move", async (route) => (await gate, route.continue()), { times: 1 });
    const move = async () => {
      await page.locator(`#card-${id}`).focus();
      for (const key of ["Space", "ArrowRight", "Space"]) await page.keyboard.press(key);
    };
    await move();
    await card(id, 1).waitFor();
    await move();
    free();
    await card(id, 2).waitFor();
    await shown("the word that it moved on", async () => /pasó a Presupuesto enviado/.test(await said()));
    await shown("the server to have it there", async () => (await page.evaluate(async (one) => (await (await fetch(`/api/v1/tickets/${one}`)).json()).stage_id, id)) === (await column(2).getAttribute("data-stage")));
  });

  it("keeps its cards, and the one in the hand, when the line comes back", async () => {
    const slow = await chrome.page();
    let free;
    const gate = new Promise((resolve) => (free = resolve));
    await slow.route("**/api/v1/events/stream*", async (route) => (await gate, route.continue()), { times: 1 });
    await signIn(slow, server.url, DEMO, "/board");
    const first = slow.locator("section[data-stage]").first().locator("article").first();
    await first.waitFor();
    const id = await first.getAttribute("data-ticket");
    await slow.locator(`#card-${id}`).focus();
    await slow.keyboard.press("Space");
    // What the columns are asked for anew waits, so that it could be seen if there were nothing meanwhile.
    let asked = 0;
    await slow.route("**/api/v1/tickets?*", async (route) => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
      await route.continue();
    });
    free();
    await shown("the columns asked for anew", async () => asked >= 5);
    assert.ok((await slow.locator("article[data-ticket]").count()) > 5);
    await slow.keyboard.press("ArrowRight");
    await shown("the card still in the hand", async () => /columna 2 de/.test(await slow.locator("[data-said]").textContent()));
    await slow.keyboard.press("Escape");
    await slow.unrouteAll({ behavior: "ignoreErrors" });
    await slow.context().close();
  });

  it("moves a card by touch, by its menu", async () => {
    const phone = await chrome.page({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await signIn(phone, server.url, DEMO, "/board");
    const first = phone.locator("section[data-stage]").nth(0);
    const id = await first.locator("article").first().getAttribute("data-ticket");
    await first.locator(`article[data-ticket="${id}"]`).getByRole("button").tap();
    await phone.getByRole("menuitem", { name: "Mover a Evaluación agendada" }).tap();
    await phone.locator("section[data-stage]").nth(1).locator(`article[data-ticket="${id}"]`).waitFor();
    await phone.context().close();
  });

  it("asks before a ticket is won, and closes it with its amount", async () => {
    const id = await firstOf(2);
    await page.locator(`#card-${id}`).focus();
    for (const key of ["Space", "ArrowRight", "Space"]) await page.keyboard.press(key);
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await show(page, "board-won");
    await dialog.getByLabel("Monto").fill("cien");
    await dialog.getByRole("button", { name: "Cerrar como ganado" }).click();
    await dialog.getByText("Un número").waitFor();
    await dialog.getByLabel("Monto").fill("123.456");
    for (const select of await dialog.locator("select").all()) await select.selectOption({ index: 1 });
    for (const field of await dialog.locator("input[type=date]").all()) await field.fill("2026-12-01");
    await dialog.getByRole("button", { name: "Cerrar como ganado" }).click();
    await card(id, 3).filter({ hasText: /123[.,]456/ }).waitFor();
  });

  it("shows the ticket that a link leads to, wherever it stands in its column", async () => {
    const all = await page.evaluate(async (stage) => (await (await fetch(`/api/v1/tickets?status=open&limit=200&stage_id=${stage}`)).json()).data, await column(0).getAttribute("data-stage"));
    const last = all.toSorted((a, b) => a.stage_since.localeCompare(b.stage_since))[0];
    await page.goto(`${server.url}/board/${last.pipeline_id}?ticket=${last.id}`);
    await shown("the focus on it", () => page.evaluate((id) => document.activeElement?.id === `card-${id}`, last.id));
    await page.goto(`${server.url}/board`);
    await page.locator("article[data-ticket]").first().waitFor();
  });

  it("takes a move back that the server refuses", async () => {
    const id = await firstOf(1);
    await page.route("**/api/v1/tickets/*/move", (route) => route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify({ code: "ticket_closed", detail: "This ticket is closed.", errors: [] }) }));
    await card(id, 1).dragTo(column(0).locator("ul"));
    await page.getByRole("alert").filter({ hasText: "El ticket está cerrado." }).waitFor();
    await card(id, 1).waitFor();
    await page.unroute("**/api/v1/tickets/*/move");
  });

  it("shows an archived stage until its tickets are moved out, and takes none in", async () => {
    const call = (method, path) =>
      page.evaluate(
        async ([method, path]) => {
          const session = await (await fetch("/api/v1/session")).json();
          const response = await fetch(`/api/v1${path}`, { method, headers: { "X-CSRF-Token": session.csrf_token } });
          return response.json();
        },
        [method, path],
      );
    const pipeline = (await call("GET", "/pipelines")).data[0];
    const stage = pipeline.stages[1];
    assert.equal((await call("DELETE", `/pipelines/${pipeline.id}/stages/${stage.id}?archive=true`)).archived, true);
    const gone = page.locator(`section[data-stage="${stage.id}"]`);
    await gone.getByText("archivada", { exact: true }).waitFor();
    await shown("it behind the others", async () => (await column(4).getAttribute("data-stage")) === stage.id);
    await show(page, "board-archived");
    const id = await gone.locator("article").first().getAttribute("data-ticket");
    // A conversation knows its ticket as an open one.
    const { contact_id } = await call("GET", `/tickets/${id}`);
    await page.goto(`${server.url}/inbox/${contact_id}`);
    await page.getByRole("button", { name: new RegExp(`^Etapa: ${stage.name}`) }).waitFor();
    await page.goto(`${server.url}/board`);
    await page.locator(`#card-${id}`).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowRight");
    assert.match(await said(), /sobre Consulta nueva, columna 1 de 4/);
    await page.keyboard.press("Space");
    await card(id, 0).waitFor();
    await card(id, 0).getByRole("button", { name: /^Qué hacer con/ }).click();
    await page.getByRole("menuitem", { name: `Mover a ${pipeline.stages[2].name}` }).waitFor();
    assert.equal(await page.getByRole("menuitem", { name: `Mover a ${stage.name}` }).count(), 0);
    await page.keyboard.press("Escape");
    // With its last ticket it goes.
    const { data } = await call("GET", `/tickets?stage_id=${stage.id}&status=open&limit=100`);
    for (const one of data)
      await page.evaluate(
        async ([id, stage_id]) => {
          const session = await (await fetch("/api/v1/session")).json();
          const body = JSON.stringify({ stage_id });
          await fetch(`/api/v1/tickets/${id}/move`, { method: "POST", body, headers: { "X-CSRF-Token": session.csrf_token, "Content-Type": "application/json" } });
        },
        [one.id, pipeline.stages[0].id],
      );
    await gone.waitFor({ state: "detached" });
  });

  it("sees what somebody else moves, and holds the filter over a reload", async () => {
    const other = await chrome.page();
    await signIn(other, server.url, DEMO, "/board");
    await other.locator("article[data-ticket]").first().waitFor();
    const id = await firstOf(0);
    await card(id, 0).dragTo(column(1).locator("ul"));
    await other.locator("section[data-stage]").nth(1).locator(`article[data-ticket="${id}"]`).waitFor();

    const name = await page.locator(`#card-${id}`).innerText();
    await page.getByLabel("Buscar por nombre o teléfono").fill(name);
    await page.waitForURL((url) => url.searchParams.get("q") === name);
    await page.reload();
    await card(id, 1).waitFor();
    await shown("the filter", async () => (await page.getByLabel("Buscar por nombre o teléfono").inputValue()) === name);
    await other.context().close();
  });
});

describe("the board of a stage that has filled up", { timeout: 180_000 }, () => {
  const ENDED = 55;
  let server;
  let chrome;
  let page;
  let won;
  let at;
  const column = () => page.locator(`section[data-stage="${won.id}"]`);
  const find = (text) => page.getByLabel("Buscar por nombre o teléfono").fill(text);

  before(async () => {
    server = await bare();
    const { call } = server;
    const pipeline = await call("POST", "/pipelines", { name: "Ventas", stages: [{ name: "Nuevo", outcome: "open" }, { name: "Ganado", outcome: "won" }] });
    const start = pipeline.stages[0].id;
    won = pipeline.stages[1];
    at = `/board/${pipeline.id}`;
    await call("POST", "/channels", { type: "playground", name: "Simulador", phone_number: "+56955500300", default_stage_id: start });
    for (let i = 0; i < ENDED; i += 1) {
      const phone = `+569555020${String(i).padStart(2, "0")}`;
      const response = await fetch(`${server.url}/api/public/customer/upsert/info`, {
        method: "POST",
        headers: { "x-api-key": server.key, "content-type": "application/json" },
        // The first of all is the furthest down.
        body: JSON.stringify({ channel: "playground", channel_phone_number: "+56955500300", stageId: start, contact_phone_number: phone, meta_data: i === 0 ? { "Nombre Completo": "Úrsula Antigua" } : i === 2 ? { "Nombre Completo": "Benito Rojas" } : {} }),
      });
      assert.ok(response.ok, await response.clone().text());
    }
    const { data } = await call("GET", `/tickets?stage_id=${start}&limit=200`);
    assert.equal(data.length, ENDED);
    for (const x of data.toReversed()) {
      await call("PATCH", `/tickets/${x.id}`, { amount: "1000", currency: "CLP" });
      await call("POST", `/tickets/${x.id}/move`, { stage_id: won.id });
    }
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url, undefined, at);
    await column().locator("article").first().waitFor();
  });
  after(() => ended(chrome, server));

  it("says that its sum is of a part, and not where it is of all", async () => {
    assert.match(await column().locator("header").innerText(), /50\+[\s\S]*\$50\.000\+/);
    await column().locator("article").first().hover();
    for (const way of ["End", "End"]) {
      await column().locator("[tabindex='-1']").evaluate((el) => el.scrollTo({ top: el.scrollHeight }));
      await page.keyboard.press(way);
    }
    await until("the sum of all", async () => /\$55\.000(?!\+)/.test(await column().locator("header").innerText()) || undefined);
  });

  it("finds by name and by number who has no card here yet", async () => {
    await page.goto(`${server.url}${at}`);
    await column().locator("article").first().waitFor();
    const asked = [];
    page.on("request", (r) => /\/tickets\?/.test(r.url()) && asked.push(r.url()));
    await find("ursula");
    await column().getByText("Úrsula Antigua").waitFor();
    assert.equal(await column().locator("article").count(), 1);
    assert.match(await column().locator("header").innerText(), /1[\s\S]*\$1\.000(?!\+)/);
    assert.ok(asked.every((url) => /contact_id=/.test(url)), asked.join(" "));
    await find("555020 02");
    await column().getByText("Benito Rojas").waitFor();
    await find("nadie de aquí");
    await column().getByText("Ninguno calza con el filtro").waitFor();
    // By a link, before a column is there.
    await page.goto(`${server.url}${at}?q=ursula`);
    await column().getByText("Úrsula Antigua").waitFor();
  });
});
