// The phones of the demo: a customer writes, the team answers, the window shuts. Wants a program with the UI in it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, picture } from "../browser.mjs";
import { Program } from "../program.mjs";

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
  // By the same calls as the page: what the page for signing in looks like is another test's.
  const response = await context.request.post(`${program.url}/api/v1/session`, {
    headers: { origin: program.url },
    data: { email: "carolina.fuentes@losaromos.example.com", password: "demo-los-aromos" },
  });
  assert.equal(response.status(), 201, await response.text());
  const page = await context.newPage();
  await page.goto(`${program.url}/playground`);
  return page;
}

async function contactOf(phone) {
  for (let turn = 0; turn < 200; turn += 1) {
    const { data } = await program.get(`/api/v1/contacts?q=${phone.slice(1)}`);
    if (data[0]) return data[0];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${phone} never wrote`);
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
  const sent = await program.post("/api/v1/messages", { contact_id: contact.id, text: "Sí, a las diez" });
  await ana.getByText("Sí, a las diez").waitFor();
  await ana.getByRole("button", { name: "Leerlo" }).click();
  for (let turn = 0; ; turn += 1) {
    const { data } = await program.get(`/api/v1/contacts/${contact.id}/messages`);
    if (data.find((message) => message.id === sent.id).status === "read") break;
    assert.ok(turn < 100, "it was never read");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await ana.getByRole("button", { name: "Enviar una imagen" }).click();
  await ana.locator("img").waitFor();
  await picture(page, "playground");
  await ana.getByRole("button", { name: "Cerrar la ventana de 24 h" }).click();
  await ana.getByRole("button", { name: "Abrir la ventana de 24 h" }).waitFor();
  await assert.rejects(program.post("/api/v1/messages", { contact_id: contact.id, text: "¿Hola?" }), /outside_service_window/);
  await page.getByRole("button", { name: "Otro teléfono" }).click();
  await page.getByRole("region", { name: /Carla Muestra/ }).waitFor();
});

test("in the dark, on a phone", async (t) => {
  const page = await signedIn(t, { colorScheme: "dark", viewport: { width: 390, height: 800 } });
  await page.getByRole("region", { name: /Ana Prueba/ }).waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.equal(wide, false);
  await picture(page, "playground-phone-dark");
});
