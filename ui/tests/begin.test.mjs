// Somebody new is written to: their number, a template or a text, by keys alone. Who is there already is opened instead; what is
// refused in the middle keeps what was written.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browser, ended, shop, show, signIn, until } from "./harness.mjs";

const ANA = "56955500001";

describe("a new conversation", { timeout: 600_000 }, () => {
  let world;
  let chrome;
  let page;
  const dialog = (of = page) => of.getByRole("dialog");
  const field = (name, of = page) => dialog(of).getByRole("textbox", { name, exact: true });
  const press = (name, of = page) => dialog(of).getByRole("button", { name, exact: true }).click();
  const bubble = (text, of = page) => of.locator("article").filter({ hasText: text });
  const talk = (name, of = page) => of.getByRole("region", { name: `Conversación con ${name}` }).waitFor();
  const begin = async (phone, of = page) => {
    await of.getByRole("button", { name: "Nueva conversación" }).click();
    await field("Teléfono", of).fill(phone);
  };
  /** From the form to the template, and what stands in its one place. */
  const greeting = async (who, of = page) => {
    await press("Elegir una plantilla", of);
    await dialog(of).getByRole("button", { name: /^saludo/ }).click();
    await until("the name in its place", async () => (await field("Variable 1", of).inputValue()) === who);
  };
  const people = async (q) => (await world.call("GET", `/contacts?q=${encodeURIComponent(q)}`)).data;
  const messages = async (contact) => (await world.call("GET", `/contacts/${contact.id}/messages`)).data;
  const focused = (locator) => until("the focus there", async () => (await locator.evaluate((e) => e === document.activeElement)) || undefined);
  const toList = (of = page) => of.goto(`${world.url}/inbox`);

  before(async () => {
    world = await shop();
    chrome = await browser();
    page = await chrome.page();
    await world.says(ANA, "Ana Rojas", "Hola, ¿tienen hora?");
    await world.contact("Ana Rojas");
    for (const name of ["saludo", "aviso_de_retiro"])
      await world.call("POST", "/templates", {
        channel_id: world.channel.id, name, language: "es_CL", category: "UTILITY",
        components: [{ type: "BODY", text: `Hola {{1}}, te escribimos de la tienda (${name}).`, example: { body_text: [["Ana"]] } }],
      });
    await world.order("settle", {});
    await world.call("POST", "/templates/sync", { channel_id: world.channel.id });
    await signIn(page, world.url);
    await page.getByRole("link", { name: /Ana Rojas/ }).waitFor();
  });
  after(() => ended(chrome, world));

  it("is begun by keys alone", async () => {
    await page.keyboard.press("?");
    await dialog().getByText("Nueva conversación").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await focused(field("Teléfono"));
    await page.keyboard.type("(9) 5550-0123");
    await dialog().getByText("Se lee como +56 9 5550 0123").waitFor();
    await page.keyboard.press("Tab");
    await focused(field("Nombre (opcional)"));
    await page.keyboard.type("Marta Vidal");
    await dialog().getByText("Por WhatsApp", { exact: true }).waitFor();
    await show(page, "begin");
    await page.keyboard.press("Enter");
    await focused(field("Buscar"));
    await dialog().getByText("Para Marta Vidal · +56 9 5550 0123, por WhatsApp").waitFor();
    await show(page, "begin-template");
    await page.keyboard.type("saludo");
    await page.keyboard.press("Enter");
    await focused(field("Variable 1"));
    await until("the name in its place", async () => (await field("Variable 1").inputValue()) === "Marta");
    await page.keyboard.press("Enter");
    await talk("Marta Vidal");
    await bubble("Hola Marta, te escribimos").getByRole("img", { name: "Entregado" }).waitFor();
    await page.getByText("Todavía no ha escrito. WhatsApp solo permite empezar con una plantilla.").waitFor();
    const [marta, ...others] = await people("+56955500123");
    assert.deepEqual([marta.name, marta.phone, others.length, (await messages(marta)).length], ["Marta Vidal", "+56955500123", 0, 1]);
    await page.getByRole("link", { name: /Marta Vidal/ }).waitFor();
  });

  it("says who is there already, and opens them", async () => {
    const before = (await people("")).length;
    // In a conversation N is a note.
    await page.keyboard.press("Shift+N");
    await focused(field("Teléfono"));
    await page.keyboard.type("955500001");
    await dialog().getByText("Ya existe: Ana Rojas").waitFor();
    await show(page, "begin-known");
    assert.equal(await field("Nombre (opcional)").count(), 0);
    await page.keyboard.press("Enter");
    await talk("Ana Rojas");
    await bubble("¿tienen hora?").waitFor();
    assert.equal((await people("")).length, before);
  });

  it("waits for the answer whether they are there, however fast somebody is", async () => {
    await page.route("**/api/v1/structuring/preview", async (route) => {
      await new Promise((done) => setTimeout(done, 400));
      await route.continue();
    });
    await toList();
    await begin("+56 9 5550 0001");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await talk("Ana Rojas");
    await page.unroute("**/api/v1/structuring/preview");
  });

  it("writes to a contact that nobody has written to, and makes no second one", async () => {
    const card = await fetch(`${world.url}/api/public/customer/upsert/info`, {
      method: "POST",
      headers: { "x-api-key": world.key, "content-type": "application/json" },
      body: JSON.stringify({ channel: "whatsapp", channel_phone_number: "+56955500100", contact_phone_number: "+56955500140", contact_name: "Rita Sola" }),
    });
    assert.equal(card.status, 201);
    await begin("9 5550 0140");
    await dialog().getByText("Ya está entre los contactos: Rita Sola. Aún no se le ha escrito.").waitFor();
    await greeting("Rita");
    await press("Enviar plantilla");
    await talk("Rita Sola");
    await bubble("Hola Rita").waitFor();
    assert.equal((await people("+56955500140")).length, 1);
  });

  it("refuses at the field what is no phone", async () => {
    await toList();
    await page.getByRole("button", { name: "Nueva conversación" }).click();
    await press("Elegir una plantilla");
    await dialog().getByRole("alert").filter({ hasText: "Es obligatorio." }).waitFor();
    await focused(field("Teléfono"));
    await field("Teléfono").fill("de Ana");
    assert.equal(await dialog().getByRole("alert").count(), 0);
    await page.keyboard.press("Enter");
    await dialog().getByRole("alert").filter({ hasText: "No es un número de teléfono posible. Escríbelo con el código del país, como +56 9 5550 0123." }).waitFor();
    await focused(field("Teléfono"));
    await show(page, "begin-refused");
    // What only the server can say: it comes back to the field, and what was filled in is kept.
    await field("Teléfono").fill("9 5550 015015015");
    await field("Nombre (opcional)").fill("Luis Parra");
    await press("Elegir una plantilla");
    await dialog().getByRole("button", { name: /^saludo/ }).click();
    await field("Variable 1").fill("don Luis");
    await press("Enviar plantilla");
    await dialog().getByRole("alert").filter({ hasText: "No es un número de teléfono posible." }).waitFor();
    await focused(field("Teléfono"));
    assert.equal((await people("Luis Parra")).length, 0);
    await field("Teléfono").fill("9 5550 0150");
    await greeting("don Luis");
    await press("Enviar plantilla");
    await talk("Luis Parra");
    await bubble("Hola don Luis").waitFor();
  });

  it("is closed by Escape and by going back, a layer at a time, and gives the focus back", async () => {
    await toList();
    const plus = page.getByRole("button", { name: "Nueva conversación" });
    assert.equal(await plus.getAttribute("title"), "Nueva conversación");
    await plus.focus();
    await page.keyboard.press("Enter");
    await field("Teléfono").fill("9 5550 0160");
    await press("Elegir una plantilla");
    await field("Buscar").waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await field("Teléfono").inputValue(), "9 5550 0160");
    await press("Elegir una plantilla");
    await press("Volver");
    assert.equal(await field("Teléfono").inputValue(), "9 5550 0160");
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await focused(plus);
    await page.waitForURL((url) => url.search === "");

    await page.goto(`${world.url}/inbox?view=unread`);
    await plus.click();
    await field("Teléfono").waitFor();
    await page.waitForURL((url) => url.search === "?view=unread&new=1");
    await page.goBack();
    await dialog().waitFor({ state: "detached" });
    await page.waitForURL((url) => url.search === "?view=unread");
    // Come by a link, there is nothing behind it to go back to.
    await page.goto(`${world.url}/inbox?new=${encodeURIComponent("+56 9 5550 0160")}`);
    await until("the number of the link", async () => (await field("Teléfono").inputValue()) === "+56 9 5550 0160");
    await focused(field("Teléfono"));
    await press("Cancelar");
    await dialog().waitFor({ state: "detached" });
    await page.waitForURL((url) => url.pathname === "/inbox");
  });

  it("makes one of a double press, and of one whose answer was lost", async () => {
    let asked = 0;
    await page.route("**/api/v1/messages", async (route) => {
      asked += 1;
      await new Promise((done) => setTimeout(done, 300));
      await route.continue();
    });
    await begin("9 5550 0170");
    await greeting("");
    await field("Variable 1").fill("Nora");
    await dialog().getByRole("button", { name: "Enviar plantilla" }).dblclick();
    await bubble("Hola Nora").waitFor();
    assert.equal(asked, 1);
    await page.unroute("**/api/v1/messages");

    await page.route("**/api/v1/messages", async (route) => (await route.fetch(), route.abort()), { times: 1 });
    await toList();
    await begin("9 5550 0171");
    await field("Nombre (opcional)").fill("Olga Paz");
    await greeting("Olga");
    await press("Enviar plantilla");
    await dialog().getByRole("alert").filter({ hasText: "No se puede alcanzar el servidor." }).waitFor();
    assert.equal(await field("Variable 1").inputValue(), "Olga");
    await press("Enviar plantilla");
    await talk("Olga Paz");
    const [olga, ...others] = await people("+56955500171");
    assert.deepEqual([others.length, (await messages(olga)).length], [0, 1]);
  });

  it("tells who closed it meanwhile that nothing went out", async () => {
    let free;
    const gate = new Promise((done) => (free = done));
    await page.route("**/api/v1/messages", async (route) => (await gate, route.abort()), { times: 1 });
    await toList();
    await begin("9 5550 0175");
    await greeting("");
    await field("Variable 1").fill("Iris");
    await press("Enviar plantilla");
    await until("it to be on its way", async () => (await dialog().getByRole("button", { name: "Enviar plantilla" }).isDisabled()) || undefined);
    await page.keyboard.press("Escape");
    await field("Teléfono").waitFor();
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    free();
    await page.getByText("No se puede alcanzar el servidor.").waitFor();
    assert.equal((await people("+56955500175")).length, 0);
  });

  it("leads to who came in meanwhile, with what was written and why it did not go", async () => {
    await page.route("**/api/v1/messages", async (route) => {
      await world.says("56955500180", "Tito Lagos", "Yo primero");
      const tito = await world.contact("Tito Lagos");
      await world.call("POST", `/conversations/${tito.id}/block`);
      await route.continue();
    }, { times: 1 });
    await toList();
    await begin("9 5550 0180");
    await greeting("");
    await field("Variable 1").fill("Tito");
    await press("Enviar plantilla");
    await talk("Tito Lagos");
    await bubble("Yo primero").waitFor();
    await bubble("Hola Tito").getByRole("alert").waitFor();
    await bubble("Hola Tito").getByRole("button", { name: "Enviar de nuevo" }).waitFor();
    await show(page, "begin-refused-later");
    await bubble("Hola Tito").getByRole("button", { name: "Descartar" }).click();
  });

  it("shows in the conversation what WhatsApp refuses, and saves a name later", async () => {
    await toList();
    await world.order("faults", { then: { error: 131026 }, times: 1 });
    await page.route(/\/api\/v1\/contacts\/[0-9a-f-]+$/, (route) => (route.request().method() === "PATCH" ? route.abort() : route.fallback()));
    await begin("9 5550 0190");
    await field("Nombre (opcional)").fill("Úrsula Mena");
    await greeting("Úrsula");
    await press("Enviar plantilla");
    await bubble("Hola Úrsula").getByRole("alert").waitFor();
    await page.getByText("El mensaje va en camino, pero el nombre «Úrsula Mena» no se guardó: No se puede alcanzar el servidor.").waitFor();
    await page.unroute(/\/api\/v1\/contacts\/[0-9a-f-]+$/);
    await page.getByRole("button", { name: "Intentar de nuevo" }).click();
    await talk("Úrsula Mena");
    await bubble("Hola Úrsula").getByRole("button", { name: "Enviar de nuevo" }).click();
    await bubble("Hola Úrsula").getByRole("img", { name: "Entregado" }).waitFor();
  });

  it("is found by the palette, and where a search for a number finds nobody", async () => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("nueva conv");
    await page.getByRole("option", { name: "Nueva conversación" }).waitFor();
    await page.getByRole("combobox").fill("9 5550 0195");
    await page.getByRole("option", { name: "Nueva conversación con 9 5550 0195" }).waitFor();
    await page.keyboard.press("Enter");
    await until("the number that was looked for", async () => (await field("Teléfono").inputValue()) === "9 5550 0195");
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "detached" });
    await page.goto(`${world.url}/board`);
    await page.locator("section[data-stage]").first().waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("nueva conv");
    await page.keyboard.press("Enter");
    await field("Teléfono").waitFor();

    await page.goto(`${world.url}/inbox?q=${encodeURIComponent("9 5550 0195")}`);
    await page.getByRole("button", { name: "Nueva conversación con 9 5550 0195" }).click();
    await until("the number of the search", async () => (await field("Teléfono").inputValue()) === "9 5550 0195");
    await page.keyboard.press("Escape");
  });

  it("takes what is typed while it, or the palette, is still on its way", async () => {
    const slow = await chrome.page();
    let free;
    const freed = () => new Promise((resolve) => (free = resolve));
    await signIn(slow, world.url);
    for (const [part, keys, typed, field] of [
      ["palette", "Control+k", "tablx\b", () => slow.getByRole("combobox")],
      ["dialog", "n", "9 5550 0177", () => dialog(slow).getByRole("textbox", { name: "Teléfono", exact: true })],
    ]) {
      const gate = freed();
      let listed = false;
      let asked = false;
      await slow.route(new RegExp(`/assets/${part}-[^/]*\\.js`), async (route) => {
        // Other parts are called so as well, and were there with the list.
        if (part === "dialog" && !listed) return route.fallback();
        asked = true;
        await gate;
        await route.fallback();
      });
      await slow.goto(`${world.url}/inbox`);
      await slow.getByRole("link", { name: /Ana Rojas/ }).waitFor();
      listed = true;
      await slow.keyboard.press(keys);
      for (const key of typed) await slow.keyboard.press(key === "\b" ? "Backspace" : key === " " ? "Space" : key);
      await until(`${part} to be asked for`, async () => asked);
      free();
      await field().waitFor();
      await until(`what was typed for ${part}`, async () => (await field().inputValue()) === typed.replace("x\b", ""));
      // And it goes on where it was typed.
      await slow.keyboard.type("0");
      assert.equal(await field().inputValue(), `${typed.replace("x\b", "")}0`);
      await slow.keyboard.press("Escape");
      await slow.unrouteAll({ behavior: "ignoreErrors" });
    }
    await slow.context().close();
  });

  it("is for who may write messages, and wants a channel that can begin", async () => {
    const other = await chrome.page();
    await other.route("**/api/v1/session", async (route) => {
      const response = await route.fetch();
      const session = await response.json();
      await route.fulfill({ response, json: { ...session, permissions: session.permissions?.filter((p) => p !== "messages:write") } });
    });
    await signIn(other, world.url);
    await other.getByRole("link", { name: /Ana Rojas/ }).waitFor();
    await other.keyboard.press("n");
    await other.keyboard.press("?");
    await dialog(other).getByText("Buscar conversaciones").waitFor();
    assert.equal(await other.getByText("Nueva conversación").count(), 0);
    await other.goto(`${world.url}/inbox?new=1`);
    await other.getByRole("link", { name: /Ana Rojas/ }).waitFor();
    assert.equal(await dialog(other).count(), 0);
    await other.context().close();

    const bare = await chrome.page();
    await bare.route("**/api/v1/channels?*", async (route) => {
      const response = await route.fetch();
      const all = await response.json();
      await route.fulfill({ response, json: { ...all, data: all.data.map((c) => ({ ...c, type: "webchat" })) } });
    });
    await signIn(bare, world.url, undefined, "/inbox?new=1");
    await dialog(bare).getByText("Ningún canal puede empezar una conversación").waitFor();
    await show(bare, "begin-no-channel");
    await press("Conectar un canal", bare);
    await bare.waitForURL("**/channels");
    await bare.context().close();
  });

  it("takes a text where a channel knows no 24 hours, and keeps it for who is there", async () => {
    const second = await world.call("POST", "/channels", { type: "web-whatsapp", name: "Recepción", country: "CL", phone_number: "+56955500200" });
    const other = await chrome.page();
    // No phone is paired in a test: the page is told that one is, so that the channel is among those that can begin.
    let connected = false;
    await other.route("**/api/v1/channels?*", async (route) => {
      const response = await route.fetch();
      const all = await response.json();
      await route.fulfill({ response, json: { ...all, data: all.data.map((c) => (connected && c.id === second.id ? { ...c, status: "connected" } : c)) } });
    });
    await signIn(other, world.url, undefined, "/inbox?new=1");
    await dialog(other).getByText("Por WhatsApp", { exact: true }).waitFor();
    connected = true;
    await other.reload();
    const channel = dialog(other).getByLabel("Canal");
    await channel.selectOption({ label: "Recepción · +56 9 5550 0200" });
    await field("Teléfono", other).fill("9 5550 0210");
    await field("Nombre (opcional)", other).fill("Vera Ríos");
    await press("Enviar", other);
    await dialog(other).getByRole("alert").filter({ hasText: "Es obligatorio." }).waitFor();
    await focused(field("Mensaje", other));
    await field("Mensaje", other).fill("Hola Vera, ¿te llamo mañana?");
    await show(other, "begin-text");
    await field("Mensaje", other).press("Control+Enter");
    await talk("Vera Ríos", other);
    await bubble("¿te llamo mañana?", other).waitFor();
    const [vera] = await people("+56955500210");
    assert.deepEqual([vera.channel_id, vera.name, (await messages(vera)).length], [second.id, "Vera Ríos", 1]);

    // Ana is there by the other channel: her conversation can be opened instead, and with the text.
    await other.keyboard.press("Shift+N");
    await channel.selectOption({ label: "Recepción · +56 9 5550 0200" });
    await field("Mensaje", other).fill("Sí, a las cinco");
    await field("Teléfono", other).fill("9 5550 0001");
    await dialog(other).getByText("Ana Rojas ya tiene una conversación por WhatsApp.").waitFor();
    await show(other, "begin-elsewhere");
    await press("Abrir la conversación", other);
    await talk("Ana Rojas", other);
    await until("the draft", async () => (await other.getByRole("textbox", { name: /^Mensaje para/ }).inputValue()) === "Sí, a las cinco");
    assert.equal(await bubble("Sí, a las cinco", other).count(), 0);
    await other.context().close();
  });
});
