// The phones of the demo: a customer writes, the team answers, ticks turn blue, the window shuts, a template goes out; and what is
// told late, twice, or is a failure. Wants a program with the UI in it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, picture, serious } from "../browser.mjs";
import { until } from "../process.mjs";
import { DEMO, Program } from "../program.mjs";

let program, browser;

before(async () => {
  program = await Program.demo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await program?.end();
});

async function signedIn(t, options = {}) {
  const context = await browser.newContext({ locale: "es-CL", viewport: { width: 1280, height: 800 }, ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(90_000);
  // By the same calls as the page: what the page for signing in looks like is another test's.
  const response = await context.request.post(`${program.url}/api/v1/session`, {
    headers: { origin: program.url },
    data: DEMO,
  });
  assert.equal(response.status(), 201, await response.text());
  const page = await context.newPage();
  await page.goto(`${program.url}/playground`);
  return page;
}

function contactOf(phone) {
  return until(`${phone} to write`, async () => (await program.get(`/api/v1/contacts?q=${phone.slice(1)}`)).data[0]);
}

async function messagesOf(contact) {
  return (await program.get(`/api/v1/contacts/${contact.id}/messages?limit=200`)).data;
}

/** The team's last message, once it is as wanted. */
function lastSent(contact, status) {
  return until(`a message to be ${status}`, async () => {
    const last = (await messagesOf(contact)).findLast((message) => message.direction === "outbound");
    return last?.status === status && last;
  });
}

/** Turns a knob, until the simulator has it. */
async function turn(page, name, on) {
  const told = page.waitForResponse((response) => response.request().method() === "PATCH" && response.url().endsWith("/playground/knobs"));
  await page.getByRole("checkbox", { name }).setChecked(on);
  assert.ok((await told).ok());
}

test("several phones at once, from the hook to the ticks", async (t) => {
  const page = await signedIn(t);
  const ana = page.getByRole("region", { name: /Ana Prueba/ });
  const bruno = page.getByRole("region", { name: /Bruno Ensayo/ });
  await ana.getByRole("textbox").fill("¿Tienen hora <b>mañana</b>?");
  await ana.getByRole("textbox").press("Enter");
  await bruno.getByRole("textbox").fill("Soy Bruno");
  await bruno.getByRole("textbox").press("Enter");
  await ana.getByText("¿Tienen hora <b>mañana</b>?").waitFor();
  await bruno.getByText("Soy Bruno").waitFor();
  const contact = await contactOf("+56955500001");

  // The team answers where it works, and its ticks turn blue there.
  const inbox = await page.context().newPage();
  await inbox.goto(`${program.url}/inbox/${contact.id}`);
  const box = inbox.getByRole("textbox", { name: /^Mensaje para/ });
  await box.fill("Sí, a las diez");
  await box.press("Enter");
  const bubble = (text) => inbox.getByRole("article").filter({ hasText: text });
  await bubble("Sí, a las diez").getByRole("img", { name: "Entregado" }).waitFor();
  await ana.getByText("Sí, a las diez").waitFor();
  await ana.getByRole("button", { name: "Leerlo" }).click();
  await bubble("Sí, a las diez").getByRole("img", { name: "Leído" }).waitFor();
  const answer = await lastSent(contact, "read");

  // Late: that it was delivered is told after it was read. It stays read, and what is told thereafter arrives.
  const playground = `/api/v1/channels/${answer.channel_id}/playground`;
  await program.post(`${playground}/statuses`, { message_id: answer.id, status: "delivered" });
  await ana.getByRole("textbox").fill("Ahí estaré");
  await ana.getByRole("textbox").press("Enter");
  await bubble("Ahí estaré").waitFor();
  await lastSent(contact, "read");
  assert.equal(await bubble("Sí, a las diez").getByRole("img", { name: "Leído" }).count(), 1);

  // Twice: each webhook comes again, and nothing is there again.
  await turn(page, "Todo se avisa dos veces", true);
  await ana.getByRole("textbox").fill("Una sola vez");
  await ana.getByRole("textbox").press("Enter");
  await bubble("Una sola vez").waitFor();
  await turn(page, "Todo se avisa dos veces", false);
  await ana.getByRole("button", { name: "Enviar una imagen" }).click();
  await ana.locator("img").waitFor();
  assert.equal((await messagesOf(contact)).filter((message) => message.body === "Una sola vez").length, 1);
  assert.equal(await bubble("Una sola vez").count(), 1);
  await picture(page, "playground");

  // Nobody can be reached: it was taken, then it failed, and the phone never shows it.
  await turn(page, "Nadie es alcanzable", true);
  await box.fill("Esto no llega");
  await box.press("Enter");
  await bubble("Esto no llega").getByRole("alert").waitFor();
  assert.equal((await lastSent(contact, "failed")).error.code, "131026");
  await ana.getByText("Esto no llega").waitFor({ state: "detached" });
  await turn(page, "Nadie es alcanzable", false);
  await picture(inbox, "playground-inbox");

  // A day later only a template goes.
  await ana.getByRole("button", { name: "Cerrar la ventana de 24 h" }).click();
  await ana.getByRole("button", { name: "Abrir la ventana de 24 h" }).waitFor();
  await assert.rejects(program.post("/api/v1/messages", { contact_id: contact.id, text: "¿Hola?" }), /outside_service_window/);
  const template = { name: "recordatorio_de_cita", variables: ["Ana", "martes a las 10:30"] };
  await program.post("/api/v1/messages", { contact_id: contact.id, template });
  await ana.getByText(/martes a las 10:30/).waitFor();
  await lastSent(contact, "delivered");
  // Until the person writes.
  await ana.getByRole("textbox").fill("Gracias");
  await ana.getByRole("textbox").press("Enter");
  await ana.getByRole("button", { name: "Cerrar la ventana de 24 h" }).waitFor();
  await page.getByRole("button", { name: "Otro teléfono" }).click();
  await page.getByRole("region", { name: /Carla Muestra/ }).waitFor();
});

for (const [theme, width, height] of [["light", 1440, 900], ["dark", 1440, 900], ["light", 390, 844], ["dark", 390, 844]]) {
  test(`nothing serious for axe, ${theme}, ${width}`, async (t) => {
    const page = await signedIn(t, { colorScheme: theme, viewport: { width, height } });
    await page.getByRole("region", { name: /Ana Prueba/ }).getByText("Ahí estaré").waitFor();
    await page.getByRole("checkbox", { name: "En cualquier orden" }).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false);
    await picture(page, `playground-${width}-${theme}`);
    assert.deepEqual(await serious(page), []);
  });
}
