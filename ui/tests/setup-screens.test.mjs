// Channels, API, templates, settings: each shown in both themes and sizes, and what matters most on each done once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { DEMO, browser, ended, freePort, recado, show, signIn, until } from "./harness.mjs";

describe("setting things up", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;
  let receiver;
  let receiverPort;

  before(async () => {
    server = await recado(["--demo", "--webhooks-allow", "127.0.0.0/8"]);
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url, DEMO, "/channels");
    receiverPort = await freePort();
    receiver = createServer((request, response) => request.resume().on("end", () => response.end("heard"))).listen(receiverPort, "127.0.0.1");
  });
  after(() => ended(chrome, server, receiver));

  const go = async (path, what) => {
    await page.goto(`${server.url}${path}`);
    await page.getByText(what).first().waitFor();
  };

  it("shows channels with their state, and what a test finds", async () => {
    await go("/channels", "WhatsApp de recepción");
    await show(page, "channels");
    await page.getByRole("link", { name: /WhatsApp de recepción/ }).click();
    await page.getByText("Esta versión todavía no puede emparejar un teléfono").waitFor();
    await page.getByRole("button", { name: "Probar ahora" }).click();
    await page.getByText("not_paired").waitFor();
    await show(page, "channel-web");
    // The way from waiting to connected, and back, as a server says it that can pair.
    for (const [status, heading, reached] of [
      ["paired", "Emparejado", 2],
      ["connected", "Conectado", 3],
      ["logged_out", "Sesión cerrada", 0],
    ]) {
      await page.route("**/api/v1/channels**", async (route) => {
        const response = await route.fetch();
        const body = await response.json();
        for (const one of body.data ?? [body]) if (one.type === "web-whatsapp") one.status = status;
        await route.fulfill({ response, json: body });
      });
      await page.reload();
      const pairing = page.getByRole("region", { name: heading });
      await pairing.waitFor();
      await until("where it stands", async () => (await pairing.locator("li[aria-current=step]").count()) === (reached === 0 ? 0 : 1));
      await until("what is done", async () => (await pairing.locator("li svg").count()) === Math.max(0, reached - 1));
      await show(page, `channel-web-${status}`);
      await page.unroute("**/api/v1/channels**");
    }
    // What this version cannot do leads nowhere, and the keys know the places that came later.
    await go("/channels/new", "todavía no está en esta versión");
    await show(page, "channel-kinds");
    assert.equal(await page.getByRole("link", { name: /WhatsApp Web/ }).count(), 0);
    // As fingers roll over them: the second does not wait until a busy page has taken the first.
    await Promise.all(["g", "l"].map((key) => page.keyboard.press(key)));
    await page.waitForURL(/\/playground/);
    await go("/channels/new/whatsapp", "Qué hacer en Meta");
    await show(page, "channel-new");
    await page.getByLabel("Nombre", { exact: true }).fill("Sucursal");
    await page.getByLabel("Identificador del número").fill("not digits");
    await page.getByRole("button", { name: "Crear el canal" }).click();
    await page.getByRole("alert").first().waitFor();
    await go("/channels/new/webchat", "Chat web");
    await page.getByLabel("Nombre", { exact: true }).fill("Chat de la tienda");
    await page.getByLabel("Páginas que pueden mostrarlo").fill("https://tienda.example.com");
    await page.getByRole("button", { name: "Crear el canal" }).click();
    await page.getByText("webchat.js").waitFor();
    const widget = page.getByRole("form", { name: "Cómo se ve y qué pregunta" });
    await widget.getByLabel("Título").fill("Panadería Luz");
    await widget.getByLabel("Saludo").fill("¿Pan o torta?");
    await widget.getByLabel("Color").fill("#ffd400");
    await widget.getByRole("button", { name: "Agregar una pregunta" }).click();
    await widget.getByLabel("Lo que lee la visita").fill("¿Cómo te llamas?");
    await widget.getByLabel("English").uncheck();
    for (const text of ["Panadería Luz", "¿Pan o torta?", "¿Cómo te llamas?"]) await widget.getByRole("figure").getByText(text).waitFor();
    await widget.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("El canal está guardado").waitFor();
    await show(page, "channel-webchat");
    await page.reload();
    await widget.getByRole("figure").getByText("¿Cómo te llamas?").waitFor();
    assert.equal(await widget.getByLabel("Color").inputValue(), "#ffd400");
    assert.equal(await widget.getByLabel("English").isChecked(), false);
  });

  it("makes a key, shows it once, and takes it back", async () => {
    await go("/api-keys", "First key");
    await page.getByRole("button", { name: "Clave nueva" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Nombre").fill("Formulario");
    await show(page, "key-new");
    await dialog.getByRole("button", { name: "Guardar" }).click();
    assert.match(await dialog.locator("code").innerText(), /^rk_/);
    await dialog.getByRole("button", { name: "Ya lo copié" }).click();
    await page.getByText("Formulario").waitFor();
    await show(page, "keys");
    await page.getByRole("button", { name: "Revocar: Formulario" }).click();
    await dialog.getByRole("button", { name: "Revocar" }).click();
    await page.getByText("La clave está revocada").waitFor();
  });

  it("sends a webhook a test, shows the call, gives a new secret", async () => {
    await go("/api-keys/webhooks", "Todavía no hay webhooks");
    await page.getByRole("button", { name: "Webhook nuevo" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Dirección").fill(`http://127.0.0.1:${receiverPort}/hook`);
    await dialog.getByRole("button", { name: "Guardar" }).click();
    await dialog.getByText(/^whsec_/).waitFor();
    await dialog.getByRole("button", { name: "Ya lo copié" }).click();
    await show(page, "webhooks");
    await page.getByRole("link", { name: /\/hook/ }).click();
    await page.getByRole("button", { name: "Enviar una prueba" }).click();
    await page.getByRole("button", { name: /Ver esta llamada/ }).first().click();
    await dialog.getByText("heard").waitFor();
    await show(page, "webhook-call");
    await page.keyboard.press("Escape");
    await show(page, "webhook");
    await page.getByRole("button", { name: "Secreto nuevo" }).click();
    await dialog.getByRole("button", { name: "Secreto nuevo" }).click();
    await dialog.getByText(/^whsec_/).waitFor();
    await dialog.getByRole("button", { name: "Ya lo copié" }).click();
    await page.getByText("Ambos secretos firman hasta").waitFor();
  });

  it("says what goes away, who still calls it, and what to call instead", async () => {
    const key = /rk_[\w-]+/.exec(server.output())[0];
    await fetch(`${server.url}/api/public/whatsapp/contact/contacts?phone_number=%2B56955500100`, { headers: { "x-api-key": key } });
    await go("/api-keys/sunsets", "Ingresar a una persona con una nota");
    await show(page, "sunsets");
    const one = page.locator("[data-operation=note-send]");
    await one.getByText(/quedan \d+ días/).waitFor();
    await one.getByRole("button", { name: "Traducir una solicitud" }).click();
    await one.getByLabel("Cuerpo antiguo").fill("[]");
    await one.locator("form").getByRole("button", { name: "Traducir" }).click();
    await one.getByText("Esto no es un objeto JSON.").waitFor();
  });

  it("writes a template with its preview", async () => {
    await go("/templates", "recordatorio_de_cita");
    await show(page, "templates");
    await page.getByRole("button", { name: "Plantilla nueva" }).click();
    await page.getByLabel("Nombre").fill("Recordatorio de cita");
    assert.equal(await page.getByLabel("Nombre").inputValue(), "recordatorio_de_cita");
    await page.getByLabel("Texto", { exact: true }).fill("Hola {{1}}, te esperamos.");
    await page.getByRole("button", { name: "Enviar a revisión" }).click();
    await page.getByText("WhatsApp pide un ejemplo.").waitFor();
    await page.getByLabel("Ejemplo para {{1}}").fill("Ana");
    await page.getByText("Hola Ana, te esperamos.").waitFor();
    await show(page, "template");
    const hostile = `<img src=x onerror="document.title='owned'">`;
    await page.getByLabel("Texto", { exact: true }).fill(`${hostile} {{1}}`);
    await page.getByText(`${hostile} Ana`).waitFor();
    assert.equal(await page.locator("main img[src='x']").count(), 0);
  });

  it("orders stages by keys, and fields and tags are made", async () => {
    await go("/settings/pipelines", "Consulta nueva");
    await show(page, "settings-pipelines");
    const grip = page.getByRole("button", { name: /Mover Consulta nueva/ });
    await grip.focus();
    await page.keyboard.press("ArrowDown");
    await page.locator("section li").nth(1).getByText("Consulta nueva").waitFor();
    await page.keyboard.press("ArrowUp");
    await page.locator("section li").nth(0).getByText("Consulta nueva").waitFor();
    // A stage with tickets does not go without a word.
    await page.getByRole("button", { name: "Eliminar: Consulta nueva" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Eliminar" }).click();
    await page.getByRole("dialog").getByText("Todavía está en uso.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancelar" }).click();

    const dialog = page.getByRole("dialog");
    await go("/settings/fields", "De clientes");
    await show(page, "settings-fields");
    await page.getByRole("button", { name: "Campo nuevo" }).click();
    await dialog.getByLabel("Nombre del campo").fill("Color favorito");
    await dialog.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("color_favorito").waitFor();

    await go("/settings/tags", "VIP");
    await page.getByRole("button", { name: "Etiqueta nueva" }).click();
    await dialog.getByLabel("Etiqueta", { exact: true }).fill("Ortodoncia 2027");
    await show(page, "tag-new");
    await dialog.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("Ortodoncia 2027").waitFor();
    await show(page, "settings-tags");
  });

  it("draws the reports, and gives them as files", async () => {
    await go("/reports", "Esperando ahora");
    const messages = page.locator("[data-report=messages]");
    const chart = messages.getByRole("img", { name: "Mensajes" });
    await chart.waitFor();
    const heights = () => chart.locator("rect").evaluateAll((all) => all.map((r) => Number(r.getAttribute("height"))));
    await until("bars of more than one height", async () => new Set(await heights()).size > 2);
    const funnel = page.locator("[data-report=funnel]");
    await funnel.getByText("Consulta nueva").first().waitFor();
    await show(page, "reports");

    const [file] = await Promise.all([page.waitForEvent("download"), messages.getByRole("link", { name: "Mensajes en CSV" }).click()]);
    assert.match(file.suggestedFilename(), /\.csv$/);
    const [head, ...rows] = readFileSync(await file.path(), "utf8").trim().split(/\r?\n/);
    assert.match(head, /inbound/);
    assert.ok(rows.length > 0);
    await messages.getByRole("button", { name: "Como tabla" }).click();
    await messages.getByRole("columnheader", { name: "Entrantes" }).waitFor();
    await page.getByLabel("Por", { exact: true }).selectOption("channel");
    await messages.getByText("WhatsApp de recepción").first().waitFor();
    await page.waitForURL(/group=channel/);
  });

  it("keeps ready answers", async () => {
    const dialog = page.getByRole("dialog");
    await go("/settings/canned", "Respuesta nueva");
    await page.getByRole("button", { name: "Respuesta nueva" }).click();
    await dialog.getByLabel("Atajo").fill("estacionamiento");
    await dialog.getByLabel("Texto").fill("Hay estacionamiento en el edificio.");
    await dialog.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("/estacionamiento").waitFor();
    await show(page, "settings-canned");
    await page.getByRole("button", { name: "Editar: estacionamiento" }).click();
    await dialog.getByLabel("Texto").fill("Hay estacionamiento a la vuelta.");
    await dialog.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("Hay estacionamiento a la vuelta.").waitFor();
    await page.getByRole("button", { name: "Eliminar: estacionamiento" }).click();
    await dialog.getByRole("button", { name: "Eliminar" }).click();
    await page.getByText("/estacionamiento").waitFor({ state: "detached" });
  });

  it("gives new tickets out as it is told", async () => {
    await go("/settings/assignment", "Cómo se reparten los tickets nuevos");
    await page.getByLabel("Por turnos").check();
    await page.getByLabel("Solo estos miembros").check();
    await page.getByRole("button", { name: "Guardar" }).click();
    await page.getByRole("alert").first().waitFor();
    await page.getByRole("checkbox", { name: "Carolina Fuentes" }).check();
    await page.getByLabel("Solo hasta cierto número").check();
    await page.getByLabel("Tickets abiertos por persona").fill("500");
    await page.getByLabel("Solo quienes tienen Recado abierto").check();
    await page.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("Puede recibir el próximo").waitFor();
    await show(page, "settings-assignment");
    const key = /rk_[\w-]+/.exec(server.output())[0];
    const headers = { "x-api-key": key, "content-type": "application/json" };
    const call = async (path, init) => (await fetch(`${server.url}${path}`, { headers, ...init })).json();
    const open = async () => (await call("/api/v1/assignment")).members[0].open_tickets;
    const before = await open();
    const stage = (await call("/api/public/pipeline"))[0].stages[0].id;
    const made = await call("/api/public/customer/upsert/info", {
      method: "POST",
      body: JSON.stringify({ channel: "playground", channel_phone_number: (await call("/api/v1/channels")).data.find((c) => c.type === "playground").phone_number, contact_phone_number: "+56955512345", stageId: stage }),
    });
    assert.ok(made.id, JSON.stringify(made));
    // By the ticket itself: others that were nobody's may be given out meanwhile.
    await until("a ticket for somebody", async () => (await call(`/api/v1/tickets?contact_id=${made.id}`)).data[0]?.agent_id);
    assert.ok((await open()) > before);
    await page.getByLabel("No se reparten").check();
    await page.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("Cómo está ahora").waitFor({ state: "detached" });
    await page.reload();
    await until("what was saved", () => page.getByLabel("No se reparten").isChecked());
  });

  it("deletes what is old only after saying how much", async () => {
    const dialog = page.getByRole("dialog");
    await go("/settings/retention", "Todavía no se borró nada por sí solo.");
    await page.getByLabel("Mensajes y notas, días").fill("30");
    await page.getByRole("button", { name: "Guardar" }).click();
    await dialog.getByText(/Mensajes: \d/).waitFor();
    await show(page, "settings-retention-ask");
    await dialog.getByRole("button", { name: "Cancelar" }).click();
    await page.reload();
    assert.equal(await page.getByLabel("Mensajes y notas, días").inputValue(), "", "nothing was saved");
    await page.getByLabel("Mensajes y notas, días").fill("365");
    await page.getByLabel("Archivos, días").fill("90");
    await page.getByRole("button", { name: "Guardar" }).click();
    await dialog.getByRole("button", { name: "Guardar y borrar" }).click();
    await page.getByText(/La próxima empieza el/).waitFor();
    await show(page, "settings-retention");
    await page.getByRole("button", { name: "Borrar ahora lo antiguo" }).click();
    await dialog.getByRole("button", { name: "Borrar ahora" }).click();
    await page.getByText("Empieza en menos de un minuto").waitFor();
    await page.getByLabel("Mensajes y notas, días").fill("");
    await page.getByLabel("Archivos, días").fill("");
    await page.getByRole("button", { name: "Guardar" }).click();
    await page.getByText("Ninguna regla borra nada.").waitFor();
    assert.equal(await dialog.count(), 0, "what keeps is saved at once");
  });

  it("tries structuring, and writes down who changed what", async () => {
    await go("/settings/structuring", "Pruébalo");
    await page.getByRole("button", { name: "Estructurar" }).click();
    await page.getByText("ana@example.com").waitFor();
    await show(page, "settings-structuring");
    await go("/settings/audit", "Quién");
    await page.getByRole("cell", { name: "Carolina Fuentes" }).first().waitFor();
    await page.getByText("creó · Etiqueta").first().waitFor();
    await show(page, "settings-audit");
    await go("/settings/organization", "Zona horaria");
    await show(page, "settings-organization");
  });

  it("invites an agent, who sees their work and nothing else", async () => {
    await go("/settings/members", "Rodrigo Sepúlveda");
    await page.getByRole("button", { name: "Invitar" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Correo").fill("nueva@example.com");
    await dialog.getByRole("button", { name: "Invitar" }).click();
    const link = await dialog.locator("code").innerText();
    await show(page, "invitation");
    await dialog.getByRole("button", { name: "Cerrar" }).last().click();
    await show(page, "settings-members");

    const agent = await chrome.page();
    await agent.goto(`${server.url}/${link.replace(/^https?:\/\/[^/]+\//, "")}`);
    await agent.getByLabel("Tu nombre").fill("Nueva Agente");
    await agent.getByLabel("Contraseña", { exact: true }).fill("cinco patos en el río");
    await agent.getByRole("button", { name: /Entrar|Unirme|Aceptar/ }).click();
    await agent.getByRole("navigation", { name: "Navegación principal" }).waitFor();
    await agent.goto(`${server.url}/settings/members`);
    await agent.getByText("Tu rol puede ver esto, no cambiarlo.").waitFor();
    assert.equal(await agent.getByRole("button", { name: "Invitar" }).count(), 0);
    await agent.goto(`${server.url}/settings/audit`);
    await agent.getByText("Esto es para administradores.").waitFor();
    await agent.goto(`${server.url}/api-keys`);
    await agent.getByText("son para administradores").waitFor();
    await agent.goto(`${server.url}/channels`);
    await agent.getByText("WhatsApp de recepción").waitFor();
    assert.equal(await agent.getByRole("button", { name: "Agregar un canal" }).count(), 0);
    await show(agent, "channels-agent");
    await agent.context().close();
  });
});
