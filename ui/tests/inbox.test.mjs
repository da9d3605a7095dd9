import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OWNER, browser, shop, show, signIn, until } from "./harness.mjs";

const ANA = "56955500001";
const HOSTILE = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;

describe("the inbox", { timeout: 180_000 }, () => {
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
  after(async () => {
    // The browser first: a server that goes away is a mistake on every page.
    try {
      await chrome?.done();
    } finally {
      await world?.stop();
    }
  });

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

  it("never makes markup of what customers write", async () => {
    await world.says("56955500666", HOSTILE.slice(0, 120), HOSTILE);
    await world.says("56955500666", HOSTILE.slice(0, 120), null, { type: "document", document: { filename: `${HOSTILE}.pdf`, mime_type: "application/pdf" } });
    await page.getByRole("link", { name: /onerror/ }).click();
    await bubble("<script>").first().waitFor();
    await page.getByText("onerror").last().waitFor();
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
    assert.equal(await page.getByRole("searchbox").inputValue(), "Ana");
  });

  it("says that the line is lost, and misses nothing", async () => {
    await page.goto(`${world.url}/inbox`);
    await page.getByRole("link", { name: /Ana Rojas/ }).click();
    await bubble("¿tienen hora?").waitFor();
    await box().fill("Escrito sin línea");
    await world.halt();
    await page.getByText("Se perdió la conexión").waitFor();
    await world.again();
    await world.says(ANA, "Ana Rojas", "Mientras tanto");
    await bubble("Mientras tanto").waitFor();
    await until("the word to go", async () => (await page.getByText("Se perdió la conexión").count()) === 0);
    assert.equal(await bubble("Mientras tanto").count(), 1);
    assert.equal(await box().inputValue(), "Escrito sin línea");
    await box().fill("");
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
    await page.keyboard.press("r");
    await page.keyboard.type("Con el teclado");
    await page.keyboard.press("Enter");
    await bubble("Con el teclado").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Atajos de teclado" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Buscar en todo" }).waitFor();
    await page.keyboard.type("ana rojas");
    await page.getByRole("option", { name: /Ana Rojas/ }).first().waitFor();
    await page.keyboard.press("Enter");
    await bubble("¿tienen hora?").waitFor();
  });

  it("chooses many by touch, and opens by touch where none is chosen", async () => {
    const phone = await chrome.page({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await signIn(phone, world.url);
    const row = phone.getByRole("link", { name: /Ana Rojas/ });
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
    assert.equal(await phone.getByRole("checkbox", { checked: true }).count(), 0);
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
