// What goes wrong at a desk: the line, the server, a second device, a colleague. Nothing that was written may get lost, and
// nothing may be said to be done that is not.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browser, ended, shop, signIn, until } from "./harness.mjs";

const ANA = "56955500001";
const BETO = "56955500002";

describe("a desk", { timeout: 600_000 }, () => {
  let world;
  let chrome;
  let page;
  let ana;
  const bubble = (text, of = page) => of.locator("article").filter({ hasText: text });
  const box = (of = page) => of.getByRole("textbox", { name: /^Mensaje para/ });
  const row = (name, of = page) => of.getByRole("link", { name });
  const open = async (name, of = page) => {
    await row(name, of).click();
    await of.getByRole("region", { name: new RegExp(`Conversación con ${name.source}`) }).waitFor();
  };
  const conversation = async (contact) => (await page.evaluate(async (id) => (await fetch(`/api/v1/conversations/${id}`)).json(), contact.id));

  before(async () => {
    world = await shop();
    chrome = await browser();
    page = await chrome.page();
    await world.says(ANA, "Ana Rojas", "Hola");
    await world.says(BETO, "Beto Díaz", "Buenas");
    ana = await world.contact("Ana Rojas");
    await world.contact("Beto Díaz");
    await signIn(page, world.url);
    await open(/Ana Rojas/);
  });
  after(() => ended(chrome, world));

  it("tells of a message that fails after one has gone on, and keeps it over a reload", async () => {
    let free;
    const gate = new Promise((done) => (free = done));
    await page.route("**/api/v1/messages", async (route) => (await gate, route.abort()));
    await box().fill("No te vayas");
    await box().press("Enter");
    await bubble("No te vayas").waitFor();
    // While it hangs, what others say is shown.
    await world.says(ANA, "Ana Rojas", "¿Siguen ahí?");
    await bubble("¿Siguen ahí?").waitFor();
    await open(/Beto Díaz/);
    free();
    const said = page.getByRole("alert").filter({ hasText: "Tu mensaje a Ana Rojas no se pudo enviar." });
    await said.getByRole("button", { name: "Abrir" }).click();
    await bubble("No te vayas").getByRole("alert").waitFor();
    await page.reload();
    await page.unroute("**/api/v1/messages");
    await bubble("No te vayas").getByRole("button", { name: "Enviar de nuevo" }).click();
    await bubble("No te vayas").getByRole("img", { name: "Entregado" }).waitFor();
    assert.equal(await bubble("No te vayas").count(), 1);
  });

  it("shows what came in although it could not be fetched at first", async () => {
    let refused = 0;
    await page.route(/\/api\/v1\/messages\/[0-9a-f-]{36}$/, (route) => ((refused += 1) < 2 ? route.abort() : route.continue()));
    await world.says(ANA, "Ana Rojas", "Se cortó el wifi");
    await bubble("Se cortó el wifi").waitFor();
    assert.ok(refused >= 2);
    await page.unroute(/\/api\/v1\/messages\/[0-9a-f-]{36}$/);
  });

  it("leaves unread what was marked as unread, until something new comes", async () => {
    await page.keyboard.press("Escape");
    await open(/Ana Rojas/);
    // What came in before has been read: else it is unread in any case, and is read afterwards.
    await until("it to be read", async () => (await conversation(ana)).unread === 0);
    await page.getByRole("button", { name: "Más sobre esta conversación" }).click();
    await page.getByRole("menuitem", { name: "Marcar como no leída" }).click();
    await until("it to be unread", async () => (await conversation(ana)).unread > 0);
    await page.waitForTimeout(800);
    assert.equal((await conversation(ana)).unread, 1);
    await open(/Ana Rojas/);
    await until("it to be read again", async () => (await conversation(ana)).unread === 0);
  });

  it("asks how a ticket ended before it closes it", async () => {
    await page.locator("article").first().waitFor();
    await page.getByRole("button", { name: /^Etapa: / }).waitFor();
    await page.keyboard.press("e");
    await page.getByRole("dialog", { name: "Cerrar ticket" }).getByRole("button", { name: "Ganado" }).click();
    await page.getByRole("button", { name: "Cerrar como ganado" }).click();
    // The line in the conversation says it as well.
    await page.getByRole("status").filter({ hasText: "Ticket cerrado" }).waitFor();
    await until("it to be closed", async () => (await conversation(ana)).open_ticket === null);
    const [ticket] = (await world.call("GET", `/tickets?contact_id=${ana.id}`)).data;
    assert.equal(ticket.outcome, "won");
  });

  it("says what was done when somebody is blocked, and let in again", async () => {
    const menu = async (item) => {
      await page.getByRole("button", { name: "Más sobre esta conversación" }).click();
      await page.getByRole("menuitem", { name: item }).click();
    };
    await menu("Bloquear");
    await page.getByRole("status").filter({ hasText: /^Bloquead/ }).waitFor();
    await menu("Desbloquear");
    await page.getByRole("status").filter({ hasText: /^Desbloquead/ }).waitFor();
  });

  it("keeps a note half written apart from the message", async () => {
    await box().fill("Para Ana");
    await page.getByRole("button", { name: "Escribir una nota" }).click();
    const note = page.getByRole("textbox", { name: /^Una nota/ });
    await note.fill("Pagó la mitad");
    await note.press("Escape");
    assert.equal(await box().inputValue(), "Para Ana");
    await open(/Beto Díaz/);
    await open(/Ana Rojas/);
    await page.getByRole("button", { name: "Escribir una nota" }).click();
    await until("the note", async () => (await note.inputValue()) === "Pagó la mitad");
    await note.fill("");
    await note.press("Escape");
    await box().fill("");
  });

  it("does not give a draft back that another device has sent", async () => {
    await box().fill("Nos vemos el jueves");
    await until("the draft on the server", async () => (await conversation(ana)).draft === "Nos vemos el jueves");
    await open(/Beto Díaz/);
    const laptop = await chrome.page();
    await signIn(laptop, world.url, undefined, `/inbox/${ana.id}`);
    await until("the draft there", async () => (await box(laptop).inputValue()) === "Nos vemos el jueves");
    await box(laptop).press("Enter");
    await bubble("Nos vemos el jueves", laptop).getByRole("img", { name: "Entregado" }).waitFor();
    await until("the draft to go", async () => (await conversation(ana)).draft === null);
    await open(/Ana Rojas/);
    await bubble("Nos vemos el jueves").waitFor();
    await until("the field to be empty", async () => (await box().inputValue()) === "");
    await laptop.context().close();
  });

  it("finds who is searched for slowly, and goes on by keys after a box was ticked", async () => {
    const field = page.getByRole("searchbox");
    await field.pressSequentially("ana ");
    await page.waitForURL(/q=ana/);
    await page.waitForTimeout(300);
    await field.pressSequentially("rojas");
    await page.waitForURL(/q=ana(%20|\+)rojas/);
    assert.equal(await field.inputValue(), "ana rojas");
    await row(/Ana Rojas/).waitFor();
    await field.press("Escape");
    await row(/Beto Díaz/).waitFor();
    await page.getByRole("checkbox", { name: /Beto Díaz/ }).check();
    const at = page.url();
    for (const key of ["j", "k"]) await page.keyboard.press(key);
    await page.keyboard.press("j");
    await until("another conversation", async () => page.url() !== at);
    await page.getByRole("checkbox", { name: /Beto Díaz/ }).uncheck();
  });

  it("rings in one tab, and in none while one looks", async () => {
    const stub = () => {
      globalThis.rang = 0;
      globalThis.AudioContext = class {
        constructor() {
          const nothing = () => ({ frequency: {}, gain: { setValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (x) => x, start() {}, stop() {} });
          Object.assign(this, { currentTime: 0, destination: {}, createGain: nothing });
          this.createOscillator = () => ((globalThis.rang += 0.5), nothing());
        }
      };
    };
    const front = await chrome.page();
    await front.addInitScript(stub);
    await signIn(front, world.url, undefined, `/inbox/${ana.id}`);
    await front.evaluate(async () => {
      const csrf = (await (await fetch("/api/v1/session")).json()).csrf_token;
      await fetch("/api/v1/session/member", { method: "PATCH", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify({ notifications: { sound: true } }) });
    });
    await front.reload();
    await bubble("Nos vemos el jueves", front).waitFor();
    const behind = [];
    for (let i = 0; i < 2; i += 1) {
      const tab = await front.context().newPage();
      await tab.addInitScript(stub);
      await tab.addInitScript(() => (document.hasFocus = () => false));
      await tab.goto(`${world.url}/board`);
      await tab.getByRole("heading", { name: "Ventas" }).waitFor();
      behind.push(tab);
    }
    const rings = async () => (await Promise.all([front, ...behind].map((tab) => tab.evaluate(() => globalThis.rang)))).reduce((a, b) => a + b);
    await world.says(ANA, "Ana Rojas", "Te veo");
    await bubble("Te veo", front).waitFor();
    await front.waitForTimeout(1500);
    assert.equal(await rings(), 0);
    await world.says(BETO, "Beto Díaz", "Yo también");
    await until("a ring", async () => (await rings()) > 0);
    await front.waitForTimeout(1500);
    assert.equal(await rings(), 1);
    await front.context().close();
  });

  it("leads to the door when the session has ended, and is live again after signing in", async () => {
    await page.goto(`${world.url}/board`);
    await page.getByRole("heading", { name: "Ventas" }).waitFor();
    // As another device ends it: nothing on this page is asked.
    await page.evaluate(async () => {
      const csrf = (await (await fetch("/api/v1/session")).json()).csrf_token;
      await fetch("/api/v1/session", { method: "DELETE", headers: { "x-csrf-token": csrf } });
    });
    await page.waitForURL(/\/login/, { timeout: 30_000 });
    await signIn(page, world.url, undefined, `/inbox/${ana.id}`);
    await world.says(ANA, "Ana Rojas", "¿Volviste?");
    await bubble("¿Volviste?").waitFor();
  });
});
