// A page of another origin embeds the web chat; a visitor talks, leaves, comes back, loses the network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, picture, serious, site } from "../browser.mjs";
import { until } from "../process.mjs";
import { Program } from "../program.mjs";

let program, shop, browser, channel;

before(async () => {
  program = await Program.start();
  shop = await site((path) => ({
    body: `<h1>Zapatos</h1><p>Página de la tienda</p><button id="own">Comprar</button>
           <script async src="${program.url}/webchat.js" data-channel="${channel}"></script>`,
    // As strict as a page can be that lets the chat in: nothing inline.
    csp: path === "/strict" ? `default-src 'none'; script-src ${program.url}; connect-src ${program.url}; img-src blob:` : null,
  }));
  const made = await program.post("/api/v1/channels", {
    type: "webchat", name: "Sitio", allowed_origins: [shop.origin],
    widget: { title: "Zapatería Sur", greeting: "¿En qué te ayudamos?", color: "#aa0044" },
  });
  channel = made.id;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  shop?.end();
  await program?.end();
});

async function visit(t, options = {}, path = "/") {
  const context = await browser.newContext({ locale: "es-CL", ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(90_000);
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(`ERROR ${error}`));
  await page.goto(`${options.at ?? shop.origin}${path}`);
  return { page, context, said };
}

const launcher = (page) => page.locator("#recado-webchat .launcher");
const panel = (page) => page.getByRole("dialog");
const box = (page) => page.getByRole("textbox", { name: "Mensaje" });
const bubble = (page, text) => page.locator("#recado-webchat .b", { hasText: text });

async function say(page, text) {
  await box(page).fill(text);
  await box(page).press("Enter");
}

/** The contact whose last message this is; waits until it is there. */
function contactWho(said) {
  return until(`somebody to say ${said}`, async () => {
    const { data } = await program.get(`/api/v1/contacts?channel_id=${channel}&limit=100`);
    for (const { id } of data) {
      const messages = (await program.get(`/api/v1/contacts/${id}/messages?limit=200`)).data;
      if (messages.some((message) => message.text === said || message.body === said)) return { id, messages };
    }
    return undefined;
  });
}

function answer(contact, text) {
  return program.post("/api/v1/messages", { contact_id: contact, text });
}

test("a visitor writes, is answered, and finds it all again", async (t) => {
  const { page, said } = await visit(t, {}, "/strict");
  await launcher(page).click();
  await assert.doesNotReject(bubble(page, "¿En qué te ayudamos?").waitFor());
  await say(page, "¿Tienen en 38?");
  const { id } = await contactWho("¿Tienen en 38?");
  await answer(id, "Sí, en negro. Mira https://shop.example.com/negros.");
  await bubble(page, "Sí, en negro.").waitFor();
  const link = page.locator("#recado-webchat .b a");
  assert.equal(await link.getAttribute("href"), "https://shop.example.com/negros");
  assert.match(await link.getAttribute("rel"), /noopener/);
  await picture(page, "conversation");
  // Somebody looked at it: the team sees that.
  await until("the answer to be read", async () => (await contactWho("¿Tienen en 38?")).messages[1]?.status === "read");
  await page.reload();
  await bubble(page, "¿Tienen en 38?").waitFor();
  await bubble(page, "Sí, en negro.").waitFor();
  assert.equal(await bubble(page, "¿Tienen en 38?").count(), 1);
  assert.deepEqual(said.filter((line) => /ERROR|Recado|Content Security/.test(line)), []);
});

test("what the team offers is chosen, and what it has read is shown", async (t) => {
  const { page } = await visit(t);
  await launcher(page).click();
  await say(page, "Quiero reservar");
  const { id } = await contactWho("Quiero reservar");
  const receipt = (text) => page.locator("#recado-webchat .m.visitor .meta", { hasText: text });
  await receipt("Enviado").waitFor();
  await program.post(`/api/v1/conversations/${id}/read`, {});
  await receipt("Leído").waitFor();
  const asked = await program.post("/api/v1/messages", {
    contact_id: id, interactive_text: "¿Qué número?", list: { button: "Ver", sections: [{ rows: [{ id: "37", title: "Talla 37" }, { id: "38", title: "Talla 38", description: "La última" }] }] },
  });
  const choice = (name) => page.getByRole("button", { name });
  await choice(/Talla 38/).click();
  const chosen = (await contactWho("Talla 38")).messages.at(-1);
  assert.deepEqual([chosen.type, chosen.reply_to], ["interactive", asked.id]);
  assert.equal(chosen.content.interactive.list_reply.id, "38");
  await until("the choice to stand", () => choice(/Talla 37/).isDisabled());
  await receipt("Enviado").waitFor();
  await until("only the last one to say how far it got", async () => (await receipt("Leído").count()) === 0);
  await picture(page, "choice");
  // Found again as it was.
  await page.reload();
  await choice(/Talla 38/).waitFor();
  await until("the choice to stand", () => choice(/Talla 38/).isDisabled());
  // Without the network it waits like a text.
  await program.post("/api/v1/messages", { contact_id: id, interactive_text: "¿Confirmas?", buttons: [{ id: "si", title: "Sí" }, { id: "no", title: "No" }] });
  await choice("Sí").waitFor();
  await page.context().setOffline(true);
  await page.getByText("Sin conexión").waitFor();
  await choice("Sí").click();
  await until("the choice to be made", () => choice("No").isDisabled());
  await page.context().setOffline(false);
  await contactWho("Sí");
});

test("what comes while the panel is shut is counted", async (t) => {
  const { page } = await visit(t);
  await launcher(page).click();
  await say(page, "Avísenme");
  const { id } = await contactWho("Avísenme");
  await bubble(page, "Avísenme").waitFor();
  await page.keyboard.press("Escape");
  await answer(id, "Ya llegó");
  await answer(id, "En todos los números");
  const badge = page.locator("#recado-webchat .badge");
  await badge.filter({ hasText: "2" }).waitFor();
  await until("the button to say so", async () => /2 sin leer/.test(await launcher(page).getAttribute("aria-label")));
  // Also on another page, without opening it.
  await page.goto(`${shop.origin}/otra`);
  await badge.filter({ hasText: "2" }).waitFor();
  await picture(page, "badge");
  await launcher(page).click();
  await bubble(page, "Ya llegó").waitFor();
  await badge.waitFor({ state: "hidden" });
});

test("without the network nothing is lost, and nothing comes twice", async (t) => {
  const { page, context } = await visit(t);
  await launcher(page).click();
  await say(page, "Antes");
  const { id } = await contactWho("Antes");
  await context.setOffline(true);
  await page.getByText("Sin conexión").waitFor();
  await say(page, "Durante uno");
  await say(page, "Durante dos");
  await answer(id, "Nadie te oye");
  await picture(page, "offline");
  await context.setOffline(false);
  await bubble(page, "Nadie te oye").waitFor();
  const { messages } = await contactWho("Durante dos");
  const inbound = messages.filter((message) => message.direction === "inbound").map((message) => message.text ?? message.body);
  assert.deepEqual(inbound, ["Antes", "Durante uno", "Durante dos"], "once each, in order");
  await page.getByText("Sin conexión").waitFor({ state: "hidden" });
  // The server itself goes away, as by a power cut, and comes back.
  await program.kill();
  await page.getByText("Sin conexión").waitFor();
  await say(page, "¿Siguen ahí?");
  await program.restart();
  await contactWho("¿Siguen ahí?");
  await answer(id, "Aquí estamos");
  await bubble(page, "Aquí estamos").waitFor();
  for (const text of ["Antes", "Durante uno", "Durante dos", "Nadie te oye", "¿Siguen ahí?", "Aquí estamos"]) {
    await until(`${text}, once`, async () => (await bubble(page, text).count()) === 1);
  }
});

test("two tabs are one visitor", async (t) => {
  const { page, context } = await visit(t);
  await launcher(page).click();
  await say(page, "Primera pestaña");
  const { id } = await contactWho("Primera pestaña");
  const other = await context.newPage();
  await other.goto(`${shop.origin}/otra`);
  await bubble(other, "Primera pestaña").waitFor();
  await say(other, "Segunda pestaña");
  await bubble(page, "Segunda pestaña").waitFor();
  assert.equal((await contactWho("Segunda pestaña")).id, id);
  // Who signs out in one has signed out in both.
  await other.evaluate(() => window.recadoWebchat.logout());
  await bubble(page, "Primera pestaña").waitFor({ state: "detached" });
  await bubble(other, "Primera pestaña").waitFor({ state: "detached" });
});

test("a file goes up and its picture is shown", async (t) => {
  const { page } = await visit(t, {}, "/strict");
  await launcher(page).click();
  // One green pixel.
  const png = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
  await page.locator("#recado-webchat input[type=file]").setInputFiles({ name: "zapato.png", mimeType: "image/png", buffer: png });
  await page.locator("#recado-webchat img.picture").waitFor();
  await page.locator("#recado-webchat progress").waitFor({ state: "detached" });
  const file = await until("the file on the server", async () => {
    const { data } = await program.get(`/api/v1/contacts?channel_id=${channel}&limit=1`);
    return (await program.get(`/api/v1/contacts/${data[0].id}/messages`)).data.at(-1).attachments[0];
  });
  const response = await fetch(`${program.url}/api/v1/media/${file.id}`, { headers: { "x-api-key": program.key } });
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), png);
  // The team sends one too: it is saved, under its name.
  await page.reload();
  await page.locator("#recado-webchat img.picture").waitFor();
  // Too large is said before anything is sent.
  await page.locator("#recado-webchat input[type=file]").setInputFiles({ name: "video.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(10 * 1024 * 1024 + 1) });
  await page.getByText("supera los 10 MB").waitFor();
  await picture(page, "file");
});

test("what is typed is never markup", async (t) => {
  const { page } = await visit(t);
  await launcher(page).click();
  const hostile = `<img src=x onerror="window.hacked=1"><script>window.hacked=2</script> javascript:alert(1) https://a.example/"onmouseover="x`;
  await say(page, hostile);
  const { id } = await contactWho(hostile);
  await answer(id, hostile);
  await page.locator("#recado-webchat .m.team .b", { hasText: "onerror" }).waitFor();
  const made = await page.evaluate(() => {
    const root = document.querySelector("#recado-webchat").shadowRoot;
    return {
      hacked: window.hacked ?? null,
      elements: root.querySelectorAll(".log img, .log script").length,
      addresses: [...root.querySelectorAll(".log a")].map((link) => link.getAttribute("href")),
      handlers: root.querySelectorAll("[onmouseover],[onerror]").length,
    };
  });
  assert.deepEqual(made, { hacked: null, elements: 0, addresses: ["https://a.example/", "https://a.example/"], handlers: 0 });
  await page.locator("#recado-webchat input[type=file]").setInputFiles({ name: `<b onclick=x>.html`, mimeType: "text/html", buffer: Buffer.from("<script>window.hacked=3</script>") });
  await page.locator("#recado-webchat .file", { hasText: "<b onclick=x>.html" }).waitFor();
  assert.equal(await page.evaluate(() => window.hacked ?? null), null);
});

test("another origin is refused, and its console says why", async (t) => {
  const { page, said } = await visit(t, { at: `http://localhost:${shop.port}` });
  await until("the console to say why", () => said.some((line) => line.includes("origin_not_allowed")) && said.some((line) => line.includes("allowed_origins"))).catch((error) => assert.fail(`${error.message}\n${said.join("\n")}`));
  assert.equal(await page.locator("#recado-webchat").count(), 0);
  // Nor by hand, past the widget.
  const status = await page.evaluate(
    ([url, channel]) => fetch(`${url}/webchat/${channel}/session`, { method: "POST", body: "{}" }).then((r) => r.status, () => "blocked"),
    [program.url, channel],
  );
  assert.equal(status, 403);
});

test("by keyboard, and back where one was", async (t) => {
  const { page } = await visit(t, { viewport: { width: 390, height: 760 } });
  await launcher(page).focus();
  await page.keyboard.press("Enter");
  await panel(page).waitFor();
  assert.equal(await panel(page).getAttribute("aria-modal"), "true", "it covers the page");
  const focused = () => page.evaluate(() => {
    const active = document.activeElement?.shadowRoot?.activeElement;
    return active?.getAttribute("aria-label") ?? active?.tagName ?? null;
  });
  await until("the focus in the field", async () => (await focused()) === "Mensaje");
  const seen = new Set();
  for (let n = 0; n < 12; n += 1) {
    await page.keyboard.press("Tab");
    seen.add(await focused());
  }
  assert.ok(seen.has("Cerrar el chat") && seen.has("Conversación") && !seen.has(null), [...seen].join());
  await picture(page, "phone");
  await page.keyboard.press("Escape");
  await until("the focus where it was", async () => (await focused()) === "Abrir el chat");
  await panel(page).waitFor({ state: "hidden" });
});

test("beside the page it hides nothing of it: the keyboard goes on to the page", async (t) => {
  const { page } = await visit(t, { viewport: { width: 1280, height: 800 } });
  await launcher(page).click();
  await panel(page).waitFor();
  assert.equal(await panel(page).getAttribute("aria-modal"), "false");
  const within = () => page.evaluate(() => document.activeElement?.id === "recado-webchat");
  await until("the focus within", within);
  for (let n = 0; n < 12 && (await within()); n += 1) await page.keyboard.press("Tab");
  assert.ok(!(await within()), "out of the chat");
  assert.ok(await panel(page).isVisible());
  await page.setViewportSize({ width: 390, height: 760 });
  await page.waitForFunction(() => document.querySelector("#recado-webchat").shadowRoot.querySelector("[role=dialog]").getAttribute("aria-modal") === "true");
});

test("the form before the chat, in the dark and in another language", async (t) => {
  await program.call("PATCH", `/api/v1/channels/${channel}`, {
    widget: { pre_chat: [{ key: "name", type: "name", required: true }, { key: "email", type: "email" }], languages: ["pt", "en"] },
  });
  t.after(() => program.call("PATCH", `/api/v1/channels/${channel}`, { widget: null }));
  const { page } = await visit(t, { colorScheme: "dark", locale: "en-GB" });
  // The page says Spanish, which this chat does not speak; the browser's English goes before the first of its languages.
  await launcher(page).click();
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByText("This is needed.").waitFor();
  await page.getByRole("textbox", { name: "Name" }).fill("Ana Rojas");
  await page.getByRole("textbox", { name: "E-mail" }).fill("ana@");
  await picture(page, "form-dark");
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByText("Check the e-mail address.").waitFor();
  await page.getByRole("textbox", { name: "E-mail" }).fill("ana@example.com");
  await page.getByRole("button", { name: "Begin" }).click();
  const english = page.getByRole("textbox", { name: "Message" });
  await english.fill("Hello");
  await english.press("Enter");
  const { id } = await contactWho("Hello");
  const contact = await program.get(`/api/v1/contacts/${id}`);
  assert.deepEqual([contact.name, contact.email], ["Ana Rojas", "ana@example.com"]);
  await picture(page, "dark");
  await page.reload();
  await english.waitFor();
});

for (const theme of ["light", "dark"]) {
  test(`nothing serious for axe, ${theme}`, async (t) => {
    const settings = (widget) => program.call("PATCH", `/api/v1/channels/${channel}`, { widget });
    await settings({ title: "Zapatería Sur", greeting: "¿En qué te ayudamos?" });
    t.after(() => settings(null));
    const look = { colorScheme: theme, reducedMotion: "reduce" };
    const { page } = await visit(t, look);
    const sound = async (page, what) => {
      for (const [width, height] of [[1440, 900], [390, 844]]) {
        await page.setViewportSize({ width, height });
        const log = page.getByRole("log");
        const below = () => log.evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight);
        if (await log.isVisible()) await until(`the end in sight, ${what}, ${width}`, async () => (await below()) < 2);
        await picture(page, `${what}-${width}-${theme}`);
        assert.deepEqual(await serious(page), [], `${what}, ${width}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what}, ${width}: sideways`);
      }
    };
    await launcher(page).waitFor();
    await sound(page, "closed");
    await launcher(page).click();
    await bubble(page, "¿En qué te ayudamos?").waitFor();
    await sound(page, "open");
    await say(page, `Hola de ${theme}`);
    const { id } = await contactWho(`Hola de ${theme}`);
    await answer(id, "Mira https://shop.example.com/negros");
    await program.post("/api/v1/messages", { contact_id: id, interactive_text: "¿Lo reservamos?", buttons: [{ id: "si", title: "Sí" }, { id: "no", title: "No" }] });
    await page.locator("#recado-webchat input[type=file]").setInputFiles({ name: "lista.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") });
    await page.locator("#recado-webchat .file").waitFor();
    await page.getByRole("button", { name: "Sí" }).waitFor();
    await sound(page, "talk");
    await page.getByRole("button", { name: "Sí" }).click();
    await page.context().setOffline(true);
    await page.getByText("Sin conexión").waitFor();
    await sound(page, "talk-offline");
    await page.context().setOffline(false);
    await settings({ pre_chat: [{ key: "name", type: "name", required: true }, { key: "email", type: "email" }] });
    // Another browser: this one keeps the settings for a minute.
    const { page: form } = await visit(t, look);
    await launcher(form).click();
    await form.getByRole("button", { name: "Comenzar" }).click();
    await form.getByText("Este dato es necesario.").waitFor();
    await sound(form, "form");
  });
}
