import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OWNER, browser, ended, shop, show, signIn, until } from "./harness.mjs";

const ANA = "56955500001";
const HOSTILE = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

describe("the inbox", { timeout: 600_000 }, () => {
  let world;
  let chrome;
  let page;
  const bubble = (text, of = page) => of.locator("article").filter({ hasText: text });
  const box = (of = page) => of.getByRole("textbox", { name: /^Mensaje para/ });

  before(async () => {
    world = await shop();
    chrome = await browser();
    page = await chrome.page();
    await world.says(ANA, "Ana Rojas", "Hola, ¿tienen hora?");
    await world.contact("Ana Rojas");
    await signIn(page, world.url);
  });
  after(() => ended(chrome, world));

  it("shows who wrote, opens it, and it is read", async () => {
    const row = page.getByRole("link", { name: /Ana Rojas/ });
    await row.waitFor();
    await row.click();
    await bubble("¿tienen hora?").waitFor();
    assert.match(page.url(), /\/inbox\/[0-9a-f-]{36}/);
    await until("the row to be read", async () => (await row.getByText("1 mensaje no leído").count()) === 0);
  });

  it("shows what comes in, in two browsers at once, without a reload", async () => {
    const other = await chrome.page();
    await signIn(other, world.url, undefined, new URL(page.url()).pathname);
    await bubble("¿tienen hora?", other).waitFor();
    await world.says(ANA, "Ana Rojas", "¿El martes?");
    await bubble("¿El martes?").waitFor();
    await bubble("¿El martes?", other).waitFor();
    assert.equal(await bubble("¿El martes?").count(), 1);

    await box().fill("Sí, el martes a las *10*");
    await box().press("Enter");
    await bubble("el martes a las 10").waitFor();
    await bubble("el martes a las 10", other).waitFor();
    await bubble("el martes a las 10").getByRole("img", { name: "Entregado" }).waitFor();
    assert.equal(await bubble("el martes a las 10").count(), 1, "sent once");
    assert.equal(await bubble("el martes a las 10").locator("strong", { hasText: "10" }).count(), 1);
    await other.close();
  });

  it("shows a message at once, and when it fails why, and sends it again", async () => {
    await world.order("faults", { then: { error: 131026 }, times: 1 });
    await box().fill("Esto no llega");
    await box().press("Enter");
    await bubble("Esto no llega").waitFor();
    await bubble("Esto no llega").getByRole("alert").waitFor();
    await bubble("Esto no llega").getByRole("button", { name: "Enviar de nuevo" }).click();
    await bubble("Esto no llega").getByRole("img", { name: "Entregado" }).waitFor();
  });

  it("says why it failed only once it has the words for it", async () => {
    await world.order("faults", { then: { error: 131026 }, times: 1 });
    await box().fill("Tampoco esto");
    await box().press("Enter");
    await bubble("Tampoco esto").getByRole("alert").waitFor();
    let free;
    const gate = new Promise((done) => (free = done));
    await page.route(/\/assets\/more-/, async (route) => (await gate, route.fallback()));
    await page.reload();
    await bubble("Tampoco esto").waitFor();
    assert.doesNotMatch(await bubble("Tampoco esto").innerText(), /recipient|deliver|number/i);
    assert.equal(await bubble("Tampoco esto").getByRole("alert").count(), 0);
    free();
    await bubble("Tampoco esto").getByRole("alert").filter({ hasText: "No se pudo entregar: el número no tiene WhatsApp" }).waitFor();
    await page.unroute(/\/assets\/more-/);
    await bubble("Tampoco esto").getByRole("button", { name: "Descartar" }).click();
    await bubble("Tampoco esto").getByRole("alert").waitFor({ state: "detached" });
  });

  it("says after a reload as well why it was refused, and where nobody knows, so", async () => {
    const refused = { code: "contact_blocked", detail: "This contact is blocked.", errors: [] };
    await page.route("**/api/v1/messages", (route) => route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify(refused) }));
    await box().fill("Lo que no pasa");
    await box().press("Enter");
    const said = bubble("Lo que no pasa").getByRole("alert").locator("span").first();
    await said.waitFor();
    const before = await said.innerText();
    // This one is amid it when the page goes.
    await page.route("**/api/v1/messages", () => undefined);
    await box().fill("Lo que quedó a medias");
    await box().press("Enter");
    await bubble("Lo que quedó a medias").waitFor();
    await page.reload();
    await said.waitFor();
    assert.equal(await said.innerText(), before);
    await bubble("Lo que quedó a medias").getByRole("alert").filter({ hasText: "Enviarlo de nuevo no lo duplica." }).waitFor();
    await page.unroute("**/api/v1/messages");
    for (const text of ["Lo que no pasa", "Lo que quedó a medias"]) {
      await bubble(text).getByRole("button", { name: "Descartar" }).click();
      await bubble(text).waitFor({ state: "detached" });
    }
  });

  it("keeps a message that the server did not take, and takes it once", async () => {
    await page.route("**/api/v1/messages", (route) => route.abort());
    await box().fill("Sin servidor");
    await box().press("Enter");
    await bubble("Sin servidor").getByRole("alert").waitFor();
    await page.unroute("**/api/v1/messages");
    await bubble("Sin servidor").getByRole("button", { name: "Enviar de nuevo" }).click();
    await bubble("Sin servidor").getByRole("img", { name: "Entregado" }).waitFor();
    assert.equal(await bubble("Sin servidor").count(), 1);
  });

  it("writes a note that stays here, and gives the draft back", async () => {
    await box().fill("A medio escribir");
    await page.getByRole("button", { name: "Escribir una nota" }).click();
    const note = page.getByRole("textbox", { name: /^Una nota/ });
    await note.fill("Prefiere las mañanas");
    await note.press("Enter");
    await bubble("Prefiere las mañanas").getByText("Nota de Elena Duarte").waitFor();
    assert.equal(await box().inputValue(), "A medio escribir");
    assert.ok(!(await world.sent()).includes("Prefiere las mañanas"), "a note went out");
  });

  it("puts in a ready answer by its word", async () => {
    await world.call("POST", "/canned_replies", { shortcut: "horario", text: "Hola {nombre}, atendemos de 9 a 18." });
    await box().fill("");
    await box().pressSequentially("/hor");
    await page.getByRole("option", { name: /horario/ }).waitFor();
    await box().press("Enter");
    await until("the answer in the field", async () => (await box().inputValue()).trim() === "Hola Ana, atendemos de 9 a 18.");
    assert.equal(await bubble("atendemos de 9 a 18").count(), 0, "it was sent by itself");
  });

  it("keeps the draft over a reload, and on another device", async () => {
    await box().fill("Para después");
    await until("the draft on the server", async () => {
      const response = await page.evaluate(async (id) => (await fetch(`/api/v1/conversations/${id}`)).json(), page.url().split("/").pop());
      return response.draft === "Para después";
    });
    await page.reload();
    await until("the draft in the field", async () => (await box().inputValue()) === "Para después");
    const other = await chrome.page();
    await signIn(other, world.url, undefined, new URL(page.url()).pathname);
    await until("the draft there", async () => (await box(other).inputValue()) === "Para después");
    await other.close();
    await box().fill("");
  });

  it("takes every key, and keeps what was written, while nothing answers", async () => {
    const id = page.url().split("/").pop();
    const onServer = () => page.evaluate(async (id) => (await (await fetch(`/api/v1/conversations/${id}`)).json()).draft, id);
    await until("no draft", async () => (await onServer()) === null);
    let free;
    const gate = new Promise((done) => (free = done));
    const held = [];
    let answered = 0;
    await page.route("**/api/**", async (route) => {
      held.push(`${route.request().method()} ${new URL(route.request().url()).pathname}`);
      await gate;
      answered += 1;
      await route.continue();
    });
    const kept = () => page.evaluate((id) => Object.entries(localStorage).find(([key]) => key.startsWith("recado.draft.") && key.endsWith(id))?.[1], id);
    await box().focus();
    await page.keyboard.type("Le escribo sin esperar a nadie");
    assert.equal(await box().inputValue(), "Le escribo sin esperar a nadie");
    await until("the draft on this device", async () => JSON.parse(await kept()).text === "Le escribo sin esperar a nadie");
    // It is on its way to the server, and hangs there: the next keys do not wait for it either.
    await until("the draft to be on its way", () => held.includes(`PUT /api/v1/conversations/${id}/draft`));
    await page.keyboard.type(", y sigo");
    assert.equal(await box().inputValue(), "Le escribo sin esperar a nadie, y sigo");
    await until("all of it on this device", async () => JSON.parse(await kept()).text === "Le escribo sin esperar a nadie, y sigo");
    assert.ok(held.includes(`POST /api/v1/conversations/${id}/typing`));
    assert.equal(answered, 0);
    free();
    await page.unrouteAll({ behavior: "wait" });
    await until("the draft on the server", async () => (await onServer()) === "Le escribo sin esperar a nadie, y sigo");
    assert.equal(await box().inputValue(), "Le escribo sin esperar a nadie, y sigo");
    await box().fill("");
    await until("the draft to go", async () => (await onServer()) === null);
  });

  it("never makes markup of what customers write", async () => {
    await world.says("56955500666", HOSTILE.slice(0, 120), HOSTILE);
    await world.says("56955500666", HOSTILE.slice(0, 120), null, { type: "document", document: { filename: `${HOSTILE}.pdf`, mime_type: "application/pdf" } });
    await page.getByRole("link", { name: /onerror/ }).click();
    await bubble("<script>").first().waitFor();
    await bubble(".pdf").waitFor();
    assert.equal(await page.locator("main img[src='x']").count(), 0);
    assert.equal(await page.locator("main script").count(), 0);
    assert.ok(!(await page.title()).startsWith("owned"));
  });

  it("goes back, forward and to a link, with its filter", async () => {
    await page.goto(`${world.url}/inbox?view=unassigned&q=Ana`);
    await page.getByRole("link", { name: /Ana Rojas/ }).click();
    await bubble("¿tienen hora?").waitFor();
    const link = page.url();
    assert.match(link, /view=unassigned/);
    await page.goBack();
    await page.getByText("Elige una conversación").waitFor();
    await page.goForward();
    await bubble("¿tienen hora?").waitFor();
    await page.goto(link);
    await bubble("¿tienen hora?").waitFor();
    await until("the words of the link", async () => (await page.getByRole("searchbox").inputValue()) === "Ana");
  });

  it("offers no stage that no conversation can stand in, and says so of a link that has one", async () => {
    const [open, won] = ["open", "won"].map((outcome) => world.pipeline.stages.find((x) => x.outcome === outcome));
    await page.goto(`${world.url}/inbox`);
    await page.getByRole("link", { name: /Ana Rojas/ }).waitFor();
    await page.getByRole("button", { name: "Filtros" }).click();
    const stage = page.getByLabel("Etapa", { exact: true });
    await stage.selectOption(open.id);
    assert.ok(!(await stage.innerText()).includes(won.name));
    await page.goto(`${world.url}/inbox?stage_id=${won.id}`);
    await page.getByText(`En «${won.name}» quedan los tickets cerrados`).waitFor();
    await page.getByRole("button", { name: /^Filtros/ }).click();
    assert.equal(await page.getByLabel("Etapa", { exact: true }).inputValue(), won.id);
    await page.getByRole("button", { name: /^(Quitar|Borrar).*filtros/ }).last().click();
    await page.getByRole("link", { name: /Ana Rojas/ }).waitFor();
  });

  it("says that the line is lost, and misses nothing", async () => {
    await page.goto(`${world.url}/inbox`);
    await page.getByRole("link", { name: /Ana Rojas/ }).click();
    await bubble("¿tienen hora?").waitFor();
    await box().fill("Escrito sin línea");
    await world.halt();
    await page.getByText("Se perdió la conexión").waitFor();
    // Sending says that it did not go, and what is written next is kept as well.
    await box().press("Enter");
    await bubble("Escrito sin línea").getByRole("alert").filter({ hasText: "No se puede alcanzar el servidor." }).waitFor();
    await box().fill("Y esto a medias");
    await show(page, "line-lost");
    await world.again();
    await world.says(ANA, "Ana Rojas", "Mientras tanto");
    await bubble("Mientras tanto").waitFor();
    await until("the word to go", async () => (await page.getByText("Se perdió la conexión").count()) === 0);
    assert.equal(await bubble("Mientras tanto").count(), 1);
    assert.equal(await box().inputValue(), "Y esto a medias");
    // What could not be read meanwhile is read now, and what did not go goes by itself.
    await bubble("Escrito sin línea").getByRole("img", { name: "Entregado" }).waitFor();
    await until("the other words to go", async () => (await page.getByText("No se puede alcanzar el servidor.").count()) === 0);
    assert.equal(await bubble("Escrito sin línea").count(), 1);
    assert.equal((await world.sent()).split("Escrito sin línea").length, 2, "sent once");
    // Nothing is missing between, and nothing is there twice, also after a reload.
    const said = () => page.locator("article").allInnerTexts();
    const before = await said();
    await page.reload();
    await bubble("Escrito sin línea").waitFor();
    await until("as many as before", async () => (await said()).length === before.length);
    await until("the draft", async () => (await box().inputValue()) === "Y esto a medias");
    await box().fill("");
  });

  it("tells of each event once, though the stream hands it out again", async () => {
    const twice = await chrome.page();
    // A page that nobody looks at, whose notes can be counted; without locks, as over plain HTTP, each is this page's own.
    await twice.addInitScript(() => {
      globalThis.notes = [];
      globalThis.Notification = class {
        static permission = "granted";
        constructor(_, options) {
          globalThis.notes.push(options.body);
        }
      };
      document.hasFocus = () => false;
      delete Navigator.prototype.locks;
    });
    await signIn(twice, world.url);
    await twice.evaluate(async () => {
      const csrf = (await (await fetch("/api/v1/session")).json()).csrf_token;
      await fetch("/api/v1/session/member", { method: "PATCH", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify({ notifications: { desktop: true } }) });
    });
    let events;
    let streams = 0;
    const frames = (...list) => [": \n", ...list.map((e) => `id: ${e.sequence}\ndata: ${JSON.stringify(e)}\n`)].map((f) => `${f}\n`).join("");
    await twice.route("**/api/v1/events/stream*", async (route) => {
      await until("the events", () => events);
      streams += 1;
      const [again, last] = events;
      // Twice in one stream; again where it is resumed; then what tells that all of it was read.
      const body = [frames(again, again), frames(again), frames(last)][streams - 1];
      if (body) await route.fulfill({ contentType: "text/event-stream", body });
    });
    const ids = [];
    twice.on("request", (request) => /\/api\/v1\/messages\/[0-9a-f-]{36}$/.test(request.url()) && ids.push(request.url().split("/").pop()));
    await twice.reload();
    await twice.getByRole("link", { name: /Ana Rojas/ }).click();
    await bubble("¿tienen hora?", twice).waitFor();
    const from = (await world.call("GET", "/events?topic=message.received&limit=200")).last_sequence;
    const heard = async () => (await world.call("GET", `/events?topic=message.received&after=${from}`)).data;
    // The second once the first is there: two webhooks are under way at once, and either may come first.
    await world.says(ANA, "Ana Rojas", "Una sola vez");
    await until("the first in the log", async () => (await heard()).length === 1);
    await world.says(ANA, "Ana Rojas", "La última");
    await until("both in the log", async () => {
      const data = await heard();
      if (data.length === 2) events = data;
      return events;
    });
    await until("the note of the last one", () => twice.evaluate(() => globalThis.notes.includes("La última")));
    assert.deepEqual(await twice.evaluate(() => globalThis.notes), ["Una sola vez", "La última"]);
    assert.ok(streams >= 3, `${streams} streams`);
    await bubble("La última", twice).waitFor();
    assert.equal(await bubble("Una sola vez", twice).count(), 1);
    assert.deepEqual(ids, events.map((e) => e.data.message_id));
    await twice.context().close();
  });

  it("opens one stream for many tabs, and another tab takes over when that one goes", async () => {
    const streams = [];
    const first = await chrome.page();
    await signIn(first, world.url);
    const tabs = [first];
    for (let i = 0; i < 7; i += 1) {
      const tab = await first.context().newPage();
      tab.on("request", (request) => request.url().includes("/events/stream") && streams.push(i));
      await tab.goto(first.url());
      tabs.push(tab);
    }
    const last = tabs.at(-1);
    await last.getByRole("link", { name: /Ana Rojas/ }).click();
    await world.says(ANA, "Ana Rojas", "Con ocho pestañas");
    await bubble("Con ocho pestañas", last).waitFor();
    assert.deepEqual(streams, []);
    await first.close();
    await world.says(ANA, "Ana Rojas", "Con siete");
    await bubble("Con siete", last).waitFor();
    assert.equal(await bubble("Con siete", last).count(), 1);
    assert.equal(streams.length, 1);
    await last.context().close();
  });

  it("listens itself where the tab that listens has fallen asleep", async () => {
    const asleep = await chrome.page();
    await asleep.addInitScript(() => {
      const say = BroadcastChannel.prototype.postMessage;
      BroadcastChannel.prototype.postMessage = function (message) {
        if (!globalThis.asleep) say.call(this, message);
      };
    });
    await signIn(asleep, world.url);
    await asleep.getByRole("link", { name: /Ana Rojas/ }).waitFor();
    const awake = await asleep.context().newPage();
    await awake.clock.install();
    const streams = [];
    awake.on("request", (request) => request.url().includes("/events/stream") && streams.push(request.url()));
    await awake.goto(`${world.url}/inbox`);
    await awake.getByRole("link", { name: /Ana Rojas/ }).waitFor();
    await awake.bringToFront();
    assert.equal(streams.length, 0);
    await asleep.evaluate(() => (globalThis.asleep = true));
    await until("a stream of its own", async () => {
      await awake.clock.runFor(10_000);
      return streams.length > 0;
    });
    await world.says("56955500777", "Despierta", "¿Hay alguien?");
    await awake.getByRole("link", { name: /Despierta/ }).waitFor();
    await asleep.context().close();
  });

  it("shows who of the team is there", async () => {
    const id = (await world.call("POST", "/members", { name: "Nora Núñez", email: "nora@example.com" })).id;
    const dot = async () => {
      await page.goto(`${world.url}/settings/members`);
      const row = page.locator("[data-member]").filter({ hasText: "Nora Núñez" });
      await row.waitFor();
      return (await row.locator("[class*=presence]").getAttribute("class")).includes("online");
    };
    assert.equal(await dot(), false, "chosen, and not there");
    assert.equal((await world.call("GET", `/members/${id}`)).present, false);
    const own = page.locator("[data-member]").filter({ hasText: OWNER.name });
    await until("oneself", async () => (await own.locator("[class*=presence]").getAttribute("class")).includes("online"));
  });

  it("can be worked by keyboard alone", async () => {
    await page.goto(`${world.url}/inbox`);
    await page.getByRole("link", { name: /Ana Rojas/ }).waitFor();
    await page.keyboard.press("j");
    await page.waitForURL(/\/inbox\/./);
    await page.locator("article").first().waitFor();
    await box().waitFor();
    await page.keyboard.press("r");
    await page.keyboard.type("Con el teclado");
    await page.keyboard.press("Enter");
    await bubble("Con el teclado").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    const sheet = page.getByRole("dialog", { name: "Atajos de teclado" });
    // Of the shell, of the list and of the conversation: all that does something here.
    for (const [what, keys] of [["Buscar en todo", /^Ctrl\s*K$/], ["Escribir una respuesta", /^R$/], ["Escribir una nota", /^N$/], ["Bandeja", /^G\s*I$/]])
      assert.match(await sheet.locator("dl > div").filter({ has: page.locator("dt", { hasText: new RegExp(`^${what}$`) }) }).locator("dd").innerText(), keys, what);
    await show(page, "shortcuts");
    await page.keyboard.press("Escape");
    await sheet.waitFor({ state: "detached" });
  });

  it("finds anything by keyboard, and gives the focus back to who thinks better of it", async () => {
    const find = page.getByRole("combobox", { name: "Buscar en todo" });
    await page.keyboard.press("r");
    await page.keyboard.type("A medio decir");
    await page.keyboard.press("Control+k");
    await find.waitFor();
    await page.keyboard.type("ana rojas");
    const option = page.getByRole("option", { name: /Ana Rojas/ }).first();
    await option.waitFor();
    // What the arrows are at is said to who hears it.
    assert.equal(await find.getAttribute("aria-activedescendant"), await option.getAttribute("id"));
    assert.equal(await option.getAttribute("aria-selected"), "true");
    await show(page, "palette");
    await page.keyboard.press("Escape");
    await find.waitFor({ state: "detached" });
    await page.keyboard.type(", y sigo");
    assert.equal(await box().inputValue(), "A medio decir, y sigo");
    await box().fill("");
    await page.goto(`${world.url}/board`);
    await page.getByRole("heading", { name: "Ventas" }).waitFor();
    await page.keyboard.press("Control+k");
    await find.waitFor();
    await page.keyboard.type("ana rojas");
    await option.waitFor();
    await page.keyboard.press("Enter");
    await bubble("¿tienen hora?").waitFor();
  });

  it("chooses many by touch, and opens by touch where none is chosen", async () => {
    const phone = await chrome.page({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await signIn(phone, world.url);
    const row = phone.getByRole("link", { name: /Ana Rojas/ });
    // It stands still, and nothing lies over it.
    await row.tap({ trial: true });
    const box = await row.boundingBox();
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const touch = await phone.context().newCDPSession(phone);
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [at] });
    await phone.getByRole("checkbox", { name: /Ana Rojas/, checked: true }).waitFor();
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    assert.match(phone.url(), /\/inbox$/);
    await phone.getByRole("link", { name: /onerror/ }).tap();
    await phone.getByRole("checkbox", { name: /onerror/, checked: true }).waitFor();
    await phone.getByRole("button", { name: "Elegir varias" }).tap();
    await until("none to be chosen", async () => (await phone.getByRole("checkbox", { checked: true }).count()) === 0);
    await row.tap();
    await bubble("¿tienen hora?", phone).waitFor();
    await phone.context().close();
  });

  it("is fit to be shown", async () => {
    await page.goto(`${world.url}/inbox`);
    await page.getByRole("link", { name: /Ana Rojas/ }).waitFor();
    await show(page, "inbox");
    await page.getByRole("link", { name: /Ana Rojas/ }).click();
    await bubble("¿tienen hora?").waitFor();
    await show(page, "conversation");
  });
});
