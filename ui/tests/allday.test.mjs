// What an agent runs into who answers all day: keys that reach only what is on screen, the focus after a click, the next
// conversation after an answer, a colleague who is in it as well, a channel or a line that is down.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { browser, ended, shop, show, signIn, until } from "./harness.mjs";

const PEOPLE = ["Ana Rojas", "Beto Díaz", "Carla Soto", "Dora Vidal", "Elsa Mora"];
const number = (i) => `5695550020${i}`;

describe("all day in the inbox", { timeout: 600_000 }, () => {
  let world;
  let chrome;
  let page;
  const ids = {};
  const bubble = (text, of = page) => of.locator("article").filter({ hasText: text });
  const box = (of = page) => of.getByRole("textbox", { name: /^Mensaje para/ });
  const head = (name) => page.getByRole("heading", { level: 1, name });
  const conversation = (name) => world.call("GET", `/conversations/${ids[name]}`);
  // Two keys that belong together, as fingers roll over them: the second does not wait until a busy page has taken the first.
  const inOneGo = (of, ...keys) => Promise.all(keys.map((key) => of.keyboard.press(key)));
  const open = async (name) => {
    await page.goto(`${world.url}/inbox/${ids[name]}`);
    await head(name).waitFor();
    await page.locator("article").first().waitFor();
  };

  before(async () => {
    world = await shop();
    chrome = await browser();
    page = await chrome.page();
    // One after the other: Elsa is the newest, on top.
    for (const [i, name] of PEOPLE.entries()) {
      await world.says(number(i), name, `Hola, soy ${name}`);
      ids[name] = (await world.contact(name)).id;
    }
    await signIn(page, world.url);
    await page.getByRole("link", { name: /Ana Rojas/ }).waitFor();
  });
  after(() => ended(chrome, world));

  it("forgets the keys of conversations that were left", async () => {
    const written = [];
    page.on("request", (r) => r.method() !== "GET" && !/viewing|\/read$/.test(r.url()) && written.push(r.url()));
    for (const name of ["Elsa Mora", "Dora Vidal", "Carla Soto"]) {
      await page.keyboard.press("j");
      await head(name).waitFor();
    }
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Atajos de teclado" }).waitFor();
    assert.equal(await page.getByText("Marcar como no leída", { exact: true }).count(), 1);
    await page.keyboard.press("Escape");
    await inOneGo(page, "g", "b");
    await page.locator("section[data-stage]").first().waitFor();
    for (const key of ["a", "u"]) await page.keyboard.press(key);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Atajos de teclado" }).waitFor();
    assert.equal(await page.getByText("Marcar como no leída", { exact: true }).count(), 0);
    await page.keyboard.press("Escape");
    assert.deepEqual(written, []);
    assert.match(page.url(), /\/board/);
  });

  it("goes on writing where somebody sends by mouse", async () => {
    await open("Ana Rojas");
    await box().fill("Buenas");
    await page.getByRole("button", { name: "Enviar", exact: true }).click();
    await page.keyboard.type("una cosa mas");
    assert.equal(await box().inputValue(), "una cosa mas");
    await box().fill("");
  });

  it("goes on to who stood below, though the answer moved this one to the top", async () => {
    await page.goto(`${world.url}/inbox`);
    await page.getByRole("link", { name: /Dora Vidal/ }).click();
    await head("Dora Vidal").waitFor();
    await box().fill("Le respondo");
    await box().press("Enter");
    await bubble("Le respondo").waitFor();
    await until("Dora on top", async () => /Dora/.test(await page.locator("li[data-id]").first().innerText()));
    await page.keyboard.press("Escape");
    await page.keyboard.press("j");
    await head("Carla Soto").waitFor();
    // And in one go: sent, and on to the next, where the caret stands.
    await box().fill("También a usted");
    await page.keyboard.press("Control+Shift+Enter");
    await head("Beto Díaz").waitFor();
    await until("the caret there", () => page.getByRole("textbox", { name: "Mensaje para Beto Díaz" }).evaluate((field) => field === document.activeElement));
    await page.keyboard.type("hola");
    assert.equal(await box().inputValue(), "hola");
    await box().fill("");
  });

  it("opens the first that is found by Enter", async () => {
    await page.getByRole("searchbox").fill("Carla");
    await page.keyboard.press("Enter");
    await head("Carla Soto").waitFor();
    await page.goto(`${world.url}/inbox`);
  });

  it("does not send a ready answer that is called otherwise", async () => {
    await world.call("POST", "/canned_replies", { shortcut: "saludo", text: "Hola {nombre}, ¿en qué ayudamos?" });
    await open("Ana Rojas");
    await box().pressSequentially("/zzz");
    await box().press("Enter");
    await page.getByText("Ninguna respuesta rápida coincide.").waitFor();
    assert.equal(await box().inputValue(), "/zzz");
    await box().fill("");
    await box().pressSequentially("Buenos días. /sld");
    await page.getByRole("option", { name: /saludo/ }).waitFor();
    await box().press("Enter");
    await until("it behind what was written", async () => (await box().inputValue()) === "Buenos días. Hola Ana, ¿en qué ayudamos?");
    await box().fill("");
  });

  it("closes the list of ready answers by Escape, and leaves what was written", async () => {
    await open("Ana Rojas");
    await box().pressSequentially("Le mando el presupuesto. /sal");
    await page.getByRole("option", { name: /saludo/ }).waitFor();
    await box().press("Escape");
    await page.getByRole("option", { name: /saludo/ }).waitFor({ state: "detached" });
    assert.equal(await box().inputValue(), "Le mando el presupuesto. /sal");
    // It stays closed as one writes on, and the next slash opens it.
    await box().pressSequentially("u /sal");
    await page.getByRole("option", { name: /saludo/ }).waitFor();
    await box().press("Enter");
    await until("the answer in place of the second", async () => (await box().inputValue()) === "Le mando el presupuesto. /salu Hola Ana, ¿en qué ayudamos?");
    await box().fill("");
  });

  it("keeps a file and the message that is answered while one looks at somebody else", async () => {
    await open("Ana Rojas");
    await bubble("soy Ana Rojas").hover();
    await bubble("soy Ana Rojas").getByRole("button", { name: "Responder" }).click();
    const quote = page.getByRole("button", { name: "No citar" });
    await quote.waitFor();
    await box().fill("Va adjunto");
    await page.locator("input[type=file]").setInputFiles({ name: "cotizacion.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") });
    await page.getByText("cotizacion.pdf").waitFor();
    await page.locator(`li[data-id="${ids["Beto Díaz"]}"]`).getByRole("link").click();
    await head("Beto Díaz").waitFor();
    assert.equal(await page.getByText("cotizacion.pdf").count(), 0);
    assert.equal(await quote.count(), 0);
    await page.locator(`li[data-id="${ids["Ana Rojas"]}"]`).getByRole("link").click();
    await head("Ana Rojas").waitFor();
    await page.getByText("cotizacion.pdf").waitFor();
    await quote.waitFor();
    assert.equal(await box().inputValue(), "Va adjunto");
    // A file is the tab's, and goes with it; the quote is the draft's.
    await page.reload();
    await quote.waitFor();
    assert.equal(await box().inputValue(), "Va adjunto");
    await box().press("Enter");
    await bubble("Va adjunto").getByRole("img", { name: /Enviado|Entregado/ }).waitFor();
    await bubble("Va adjunto").getByRole("button", { name: /soy Ana Rojas/ }).waitFor();
    assert.equal(await quote.count(), 0);
    await page.reload();
    await bubble("Va adjunto").waitFor();
    assert.equal(await quote.count(), 0);
  });

  it("says what went wrong beside what is being written and pressed", async () => {
    await open("Ana Rojas");
    await page.route("**/api/v1/conversations/bulk", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: "{}" }));
    await page.keyboard.press("a");
    const said = page.getByRole("region", { name: "Avisos", exact: true }).getByRole("alert");
    await said.waitFor();
    const before = page.viewportSize();
    for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
      await page.setViewportSize({ width, height });
      const under = await said.evaluate((toast) => {
        const a = toast.getBoundingClientRect();
        const over = (b) => b.width > 0 && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
        const inSight = a.left >= 0 && a.top >= 0 && a.right <= innerWidth && a.bottom <= innerHeight;
        const those = [...document.querySelectorAll("a, button, input, textarea, select, footer")].filter((e) => !e.closest("[role=log], [popover]") && over(e.getBoundingClientRect()));
        return [...(inSight ? [] : ["out of sight"]), ...those.map((e) => e.ariaLabel || e.textContent)];
      });
      assert.deepEqual(under, [], `${width} px`);
      await page.screenshot({ path: fileURLToPath(new URL(`../screens/toast-${width}-light.png`, import.meta.url)) });
    }
    await page.setViewportSize(before);
    await page.unroute("**/api/v1/conversations/bulk");
    await said.getByRole("button", { name: "Cerrar" }).click();
  });

  it("takes a file that is dropped on the messages, and none beside", async () => {
    await open("Ana Rojas");
    const drop = (where) =>
      page.evaluate((where) => {
        const data = new DataTransfer();
        data.items.add(new File(["%PDF-1.4"], "presupuesto.pdf", { type: "application/pdf" }));
        const event = (type) => new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
        const element = document.querySelector(where);
        element.dispatchEvent(event("dragover"));
        const e = event("drop");
        element.dispatchEvent(e);
        return e.defaultPrevented;
      }, where);
    // Nobody takes it there, and neither does the browser.
    assert.equal(await drop("nav"), true);
    assert.equal(await page.getByText("presupuesto.pdf").count(), 0);
    assert.equal(await drop("[role=log]"), true);
    await page.getByText("presupuesto.pdf").waitFor();
    await page.getByRole("button", { name: "Quitar presupuesto.pdf" }).click();
  });

  it("says what comes in while somebody reads further up, and leaves it unread", async () => {
    await open("Elsa Mora");
    // Read to its end, it opens there from now on, and not at the first message that is new.
    await until("her first words to be read", async () => (await conversation("Elsa Mora")).unread === 0);
    for (let i = 0; i < 30; i += 1) await world.call("POST", `/contacts/${ids["Elsa Mora"]}/notes`, { text: `Nota ${i}\ncon dos líneas` });
    await bubble("Nota 29").waitFor();
    await page.getByRole("log").hover();
    // The last note may be here before the others are, and there is nothing to scroll yet.
    await until("the end to be out of sight", async () => {
      await page.mouse.wheel(0, -1500);
      return (await bubble("Nota 29").count()) === 0;
    });
    // WhatsApp's times are whole seconds: within the notes' own second it would stand above them.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await world.says(number(4), "Elsa Mora", "Nuevo mientras leo arriba");
    const arrow = page.getByRole("button", { name: "Al mensaje más nuevo: 1 nuevo" });
    await arrow.waitFor();
    assert.equal((await conversation("Elsa Mora")).unread, 1);
    await arrow.click();
    await until("it to be read", async () => (await conversation("Elsa Mora")).unread === 0);
  });

  it("follows somebody who is merged into another while they are looked at", async () => {
    await open("Dora Vidal");
    await box().fill("Sigo con usted");
    // The older one stays.
    await world.call("POST", `/contacts/${ids["Dora Vidal"]}/merge`, { contact_id: ids["Carla Soto"] });
    // It is said for four seconds: looked for first.
    await page.getByRole("status").filter({ hasText: /^Se unió con Carla Soto/ }).waitFor();
    await page.waitForURL((url) => url.pathname.endsWith(ids["Carla Soto"]));
    await bubble("Hola, soy Dora Vidal").waitFor();
    await until("what was being written", async () => (await box().inputValue()) === "Sigo con usted");
    await box().press("Enter");
    await bubble("Sigo con usted").getByRole("img", { name: /Enviado|Entregado/ }).waitFor();
  });

  it("takes it from a colleague aloud, and gives it back", async () => {
    const mine = page.getByRole("button", { name: /^Asignada a / });
    const nobodys = page.getByRole("button", { name: "Asignar", exact: true });
    const undo = page.getByRole("status").filter({ hasText: "Asignada a ti." }).getByRole("button", { name: "Deshacer" });
    const had = async () => (await conversation("Ana Rojas")).agent_ids.length;
    await open("Ana Rojas");
    await nobodys.waitFor();
    await page.keyboard.press("a");
    // The way back is offered for eight seconds: taken before anything else is looked at.
    await undo.click();
    await until("nobody to have it", async () => (await had()) === 0);
    await nobodys.waitFor();
    // Again is not "nobody's".
    await page.keyboard.press("a");
    await mine.waitFor();
    await page.keyboard.press("a");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Atajos de teclado" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await had(), 1);
    await mine.click();
    await page.getByRole("option", { name: /^Elena/ }).first().click();
    await until("nobody to have it", async () => (await had()) === 0);
  });

  it("closes a ticket where the board would, and asks what the board asks", async () => {
    const { open_ticket } = await conversation("Ana Rojas");
    const stage = world.pipeline.stages.find((x) => x.outcome === "won");
    await page.getByRole("button", { name: /^Etapa/ }).click();
    await page.getByRole("option", { name: "Ganado" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Ana Rojas: ganado" });
    await dialog.getByLabel("Monto").fill("1.250.000");
    await show(page, "close-from-inbox");
    await dialog.getByRole("button", { name: "Cerrar como ganado" }).click();
    await dialog.waitFor({ state: "detached" });
    const ticket = await world.call("GET", `/tickets/${open_ticket.id}`);
    assert.deepEqual([ticket.status, ticket.outcome, ticket.stage_id, Number(ticket.amount)], ["closed", "won", stage.id, 1_250_000]);
    await page.getByRole("status").filter({ hasText: "Ticket cerrado" }).getByRole("button", { name: "Deshacer" }).click();
    await until("it to be open again", async () => (await conversation("Ana Rojas")).open_ticket?.stage_id === open_ticket.stage_id);
    // By its key: the first of the ways has the focus, arrows go on.
    await page.getByRole("button", { name: /^Etapa: / }).waitFor();
    await page.keyboard.press("e");
    await page.getByRole("dialog", { name: "Cerrar ticket" }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Ana Rojas: perdido" }).waitFor();
    await page.keyboard.press("Escape");
  });

  it("sends once what the server took though its answer was lost, and shows it once", async () => {
    await open("Ana Rojas");
    let lost = 0;
    await page.route("**/api/v1/messages", async (route) => {
      if (lost > 0) return route.continue();
      lost += 1;
      await route.fetch();
      await route.abort();
    });
    await box().fill("Llegó sin respuesta");
    await box().press("Enter");
    await bubble("Llegó sin respuesta").getByRole("img", { name: "Entregado" }).waitFor();
    assert.equal(lost, 1);
    assert.equal(await bubble("Llegó sin respuesta").count(), 1);
    assert.equal((await world.sent()).split("Llegó sin respuesta").length, 2, "sent once");
    await page.unroute("**/api/v1/messages");
  });

  it("shows in the list and beside it what did not go out", async () => {
    await page.route("**/api/v1/messages", (route) => route.abort());
    await box().fill("Esto se queda");
    await box().press("Enter");
    await bubble("Esto se queda").getByRole("alert").waitFor();
    await page.getByRole("link", { name: /Beto Díaz/ }).click();
    await head("Beto Díaz").waitFor();
    await page.getByRole("link", { name: /Ana Rojas.*No enviado: Esto se queda/ }).waitFor();
    await page.getByRole("navigation", { name: "Navegación principal" }).getByText("1 mensaje sin enviar").waitFor();
    await page.unroute("**/api/v1/messages");
    await page.getByRole("link", { name: /Ana Rojas/ }).click();
    await bubble("Esto se queda").getByRole("button", { name: "Enviar de nuevo" }).click();
    await bubble("Esto se queda").getByRole("img", { name: "Entregado" }).waitFor();
    await until("the list to say nothing more", async () => (await page.getByText("No enviado:").count()) === 0);
  });

  it("keeps what is being written, and the focus in it, when the 24 hours end", async () => {
    await open("Beto Díaz");
    await box().fill("Le cuento que");
    const one = `**/api/v1/conversations/${ids["Beto Díaz"]}`;
    await page.route(one, async (route) => {
      const response = await route.fetch();
      if (route.request().method() !== "GET") return route.fulfill({ response });
      return route.fulfill({ response, json: { ...(await response.json()), service_window_ends_at: new Date(Date.now() - 60_000).toISOString() } });
    });
    await world.call("POST", `/contacts/${ids["Beto Díaz"]}/notes`, { text: "Pasó el día" });
    await page.getByText("Lo que escribiste se conserva.").waitFor();
    await page.keyboard.type(" una cosa");
    assert.equal(await box().inputValue(), "Le cuento que");
    assert.ok(page.url().endsWith(ids["Beto Díaz"]));
    await page.unroute(one);
    await world.call("POST", `/contacts/${ids["Beto Díaz"]}/notes`, { text: "Otra vez" });
    await until("the field to be open", () => box().isEditable());
    await box().fill("");
  });

  it("lists who waits longest first, and opens a hit where it stands", async () => {
    await page.goto(`${world.url}/inbox?view=waiting`);
    await page.locator("li[data-id]").first().waitFor();
    const shown = () => page.locator("li[data-id]").evaluateAll((rows) => rows.sort((a, b) => a.offsetTop - b.offsetTop).map((r) => r.dataset.id).join());
    // Of two that wrote within the same second the id decides.
    const waiting = (await world.call("GET", "/conversations?view=waiting")).data.sort((a, b) => (a.waiting_since === b.waiting_since ? (a.id < b.id ? -1 : 1) : a.waiting_since < b.waiting_since ? -1 : 1));
    await until("all of them in this order", async () => (await shown()) === waiting.map((c) => c.id).join());
    await page.goto(`${world.url}/inbox?q=${encodeURIComponent("soy Elsa")}`);
    const row = page.getByRole("link", { name: /Elsa Mora.*Hola, soy Elsa/ });
    await row.click();
    await bubble("Hola, soy Elsa Mora").waitFor();
    assert.match(page.url(), /message=/);
  });

  it("shows a card where the server has it, though a move of one's own failed meanwhile, and says when it is gone", async () => {
    const [nuevo, cotizado, ganado] = world.pipeline.stages;
    const id = (await conversation("Elsa Mora")).open_ticket.id;
    const card = (stage) => page.locator(`section[data-stage="${stage.id}"] article[data-ticket="${id}"]`);
    const move = async (to) => {
      await page.locator(`article[data-ticket="${id}"]`).getByRole("button", { name: /^Qué hacer con/ }).click();
      await page.getByRole("menuitem", { name: `Mover a ${to.name}` }).click();
    };
    await page.goto(`${world.url}/board/${world.pipeline.id}`);
    await card(nuevo).waitFor();
    let free;
    const gate = new Promise((done) => (free = done));
    await page.route("**/tickets/*/move", async (route) => (await gate, route.abort()));
    await move(ganado);
    await page.getByRole("button", { name: "Cerrar como ganado" }).click();
    await world.call("POST", `/tickets/${id}/move`, { stage_id: cotizado.id });
    // The news of it comes while one's own is under way, which is before what is told next.
    await world.call("PATCH", `/contacts/${ids["Ana Rojas"]}`, { name: "Ana Rojas Vera" });
    await page.locator("article", { hasText: "Ana Rojas Vera" }).waitFor();
    await world.call("PATCH", `/contacts/${ids["Ana Rojas"]}`, { name: "Ana Rojas" });
    free();
    await card(cotizado).waitFor();
    await page.unroute("**/tickets/*/move");
    await move(ganado);
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Monto").fill("5000");
    await world.call("POST", `/tickets/${id}/close`, { outcome: "lost" });
    await dialog.getByText("Alguien cerró o quitó este ticket mientras tanto.").waitFor();
    assert.equal(await dialog.getByRole("button", { name: "Cerrar como ganado" }).isDisabled(), true);
    await page.keyboard.press("Escape");
  });

  it("says that a channel is stopped, and that what is written waits", async () => {
    await open("Ana Rojas");
    await world.order("faults", { then: { error: 190 }, times: 1 });
    await box().fill("¿Sale?");
    await box().press("Enter");
    await page.getByText("Por «WhatsApp» no sale nada por ahora: WhatsApp no acepta su clave de acceso.").waitFor();
    await bubble("¿Sale?").getByText("espera", { exact: true }).waitFor();
    await page.getByRole("navigation", { name: "Navegación principal" }).getByText("1 canal no envía").waitFor();
    await show(page, "channel-stopped");
  });

  it("does without a part that cannot be fetched, and loads itself anew after an upgrade", async () => {
    const other = await chrome.page();
    await other.route("**/assets/pane-*.js", (route) => route.abort());
    await signIn(other, world.url, undefined, `/inbox/${ids["Ana Rojas"]}`);
    await other.getByText("Falta una parte de Recado").waitFor();
    // The conversation stands beside it.
    await box(other).fill("Aquí sigo");
    await other.getByRole("button", { name: "Recargar" }).first().waitFor();
    // A server that was upgraded: other names, and the old ones are gone.
    await other.evaluate(() => ((window.old = true), document.activeElement.blur()));
    let upgraded = 0;
    await other.route("**/*", (route) => {
      const url = new URL(route.request().url());
      if (/\/assets\/board-/.test(url.pathname)) return upgraded ? route.fallback() : route.fulfill({ status: 404 });
      if (url.pathname !== "/" || route.request().isNavigationRequest()) return route.fallback();
      upgraded += 1;
      return route.fulfill({ contentType: "text/html", body: '<script type="module" crossorigin src="/assets/index-otro.js"></script>' });
    });
    await inOneGo(other, "g", "b");
    await until("the page to be another one", () => other.evaluate(() => window.old === undefined).catch(() => false));
    await other.getByRole("navigation", { name: "Navegación principal" }).waitFor();
    await other.context().close();
  });
});
