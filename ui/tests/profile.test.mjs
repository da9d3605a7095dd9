import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { DEMO, browser, ended, recado, show, signIn, until } from "./harness.mjs";

const KEY = "rk_cmVjYWRvIGRlbW86IGV2ZXJ5Ym9keSBrbm93cyBpdCE";

describe("the profile", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;
  let contact;
  const pane = (of = page) => of.getByRole("complementary", { name: "Perfil" });

  const upsert = async (meta_data) => {
    const response = await fetch(`${server.url}/api/public/customer/upsert/info`, {
      method: "POST",
      headers: { "x-api-key": KEY, "content-type": "application/json" },
      body: JSON.stringify({ channel: "whatsapp", channel_phone_number: "+56955500100", stageId: "019b76da-a800-7007-8bd2-22fb7fd8d03b", meta_data }),
    });
    assert.ok(response.ok, await response.clone().text());
    return response.json();
  };

  before(async () => {
    server = await recado(["--demo"]);
    chrome = await browser();
    page = await chrome.page();
    await upsert({ "Nombre Completo": "Martina Rojas Vidal", Celular: "9 5550 7788", previsión: "fonasa", "correo electrónico": "martina.rojas@example.com", mascota: "gato" });
    await upsert({ "Nombre Completo": "Martina R. Vidal", Celular: "9 5550 7799" });
    const found = await fetch(`${server.url}/api/v1/contacts?q=Martina%20Rojas%20Vidal`, { headers: { "x-api-key": KEY } });
    contact = (await found.json()).data[0].id;
    await signIn(page, server.url, DEMO, `/inbox/${contact}`);
    await pane().getByText("martina.rojas@example.com").waitFor();
  });
  after(() => ended(chrome, server));

  it("changes a value where it stands, by keyboard", async () => {
    await pane().getByRole("button", { name: "Martina Rojas Vidal" }).press("Enter");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Martina Rojas");
    await page.keyboard.press("Enter");
    await pane().getByRole("button", { name: "Martina Rojas", exact: true }).waitFor();
    await page.reload();
    await pane().getByRole("button", { name: "Martina Rojas", exact: true }).waitFor();
  });

  it("refuses what is no e-mail, and says so at the field", async () => {
    await pane().getByRole("button", { name: "martina.rojas@example.com" }).click();
    await pane().locator("input[type=email]").evaluate((e) => (e.type = "text"));
    await page.keyboard.press("Control+a");
    await page.keyboard.type("martina");
    await page.keyboard.press("Enter");
    await pane().getByRole("alert").waitFor();
    await page.keyboard.press("Escape");
    await pane().getByRole("button", { name: "martina.rojas@example.com" }).waitFor();
  });

  const api = async (method, path, body) => {
    const response = await fetch(`${server.url}/api/v1${path}`, { method, headers: { "x-api-key": KEY, "content-type": "application/json" }, body: body && JSON.stringify(body) });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const phoneOf = (number) => pane().getByRole("button", { name: number, exact: true });
  const write = async (number) => {
    await page.keyboard.press("Control+a");
    await page.keyboard.type(number);
    await page.keyboard.press("Enter");
  };

  it("corrects a number that reached nobody, and says what is none", async () => {
    await phoneOf("+56 9 5550 7788").click();
    await write("12");
    await pane().getByRole("alert").filter({ hasText: "No es un número de teléfono posible." }).waitFor();
    await write("9 5550 7711");
    await phoneOf("+56 9 5550 7711").waitFor();
    await until("the number on the server", async () => (await api("GET", `/contacts/${contact}`)).phone === "+56955507711");
  });

  it("leads from a number that another has to merging the two", async () => {
    await phoneOf("+56 9 5550 7711").click();
    await write("+56 9 5550 7799");
    await pane().getByRole("alert").filter({ hasText: "Otro contacto de este canal ya tiene ese número." }).waitFor();
    await pane().getByRole("button", { name: "Unir con quien lo tiene" }).click();
    const sure = page.getByRole("dialog", { name: "¿Son la misma persona?" });
    await sure.getByText("Martina R. Vidal").waitFor();
    await sure.getByRole("button", { name: "Cancelar" }).click();
    await phoneOf("+56 9 5550 7711").waitFor();
  });

  it("keeps the number that a conversation goes by, and says why", async () => {
    const { data } = await api("GET", "/conversations?limit=50");
    const talks = data.find((c) => c.platform === "whatsapp" && c.last_message?.direction === "inbound" && c.phone);
    await page.goto(`${server.url}/inbox/${talks.id}`);
    const number = pane().getByRole("button", { name: /^\+56 9/ });
    await number.click();
    await write("+56 9 5550 7712");
    await pane().getByRole("alert").filter({ hasText: "Ya hubo mensajes con este número" }).waitFor();
    await page.keyboard.press("Escape");
    await number.waitFor();
    await page.goto(`${server.url}/inbox/${contact}`);
    await phoneOf("+56 9 5550 7711").waitFor();
  });

  it("asks whether two are the same, and does not ask again", async () => {
    const webchat = (await api("GET", "/channels")).data.find((c) => c.type === "webchat");
    const visitor = async (user) => {
      const response = await fetch(`${server.url}/api/public/customer/upsert/info`, {
        method: "POST",
        headers: { "x-api-key": KEY, "content-type": "application/json" },
        body: JSON.stringify({ channel: "webchat", channel_id: webchat.id, external_user_id: user, contact_name: `Visita ${user}`, note: "Preguntó" }),
      });
      const { id } = await response.json();
      await api("PATCH", `/contacts/${id}`, { phone: "+56955507711" });
      return id;
    };
    const [one, other] = [await visitor("uno"), await visitor("dos")];
    const proposal = pane().getByRole("listitem").filter({ hasText: "Quizás ya se conoce: igual teléfono, +56 9 5550 7711" });
    await page.goto(`${server.url}/inbox/${one}?profile=1`);
    await proposal.getByRole("link", { name: "Martina Rojas" }).waitFor();
    await proposal.scrollIntoViewIfNeeded();
    await show(page, "proposal");
    await proposal.getByRole("button", { name: "No es la misma persona" }).click();
    await proposal.waitFor({ state: "detached" });
    await until("no proposal on the server", async () => (await api("GET", `/contacts/${one}/identity`)).merge_proposals.length === 0);
    await page.goto(`${server.url}/inbox/${other}?profile=1`);
    await proposal.getByRole("button", { name: "Unir", exact: true }).click();
    await page.getByRole("dialog", { name: "¿Son la misma persona?" }).getByRole("button", { name: "Unir", exact: true }).click();
    await page.getByText("Unidos", { exact: true }).waitFor();
    await pane().getByRole("link", { name: "WhatsApp" }).first().waitFor();
    await proposal.waitFor({ state: "detached" });
    const { merges } = await api("GET", `/contacts/${contact}/identity`);
    await api("POST", `/merges/${merges[0].id}/undo`);
    await page.goto(`${server.url}/inbox/${contact}`);
    await phoneOf("+56 9 5550 7711").waitFor();
  });

  it("shows and changes what an open ticket has of its own", async () => {
    await api("POST", "/tags", { value: "Espera hora", entity_type: "TICKET" });
    const { data } = await api("GET", `/tickets?contact_id=${contact}`);
    const ticket = () => api("GET", `/tickets/${data[0].id}`);
    const one = pane().getByRole("listitem").filter({ has: page.getByText("Ver historia") });
    const field = (await api("GET", "/custom_fields")).data.find((f) => f.entity === "ticket" && f.type === "date");
    const label = one.getByText(field.name, { exact: true });
    await label.locator("xpath=..").getByRole("button").click();
    await page.keyboard.type("03142027");
    await page.keyboard.press("Enter");
    await until("the date", async () => (await ticket()).custom_fields.some((f) => f.key === field.key));
    await one.getByRole("button", { name: "Etiqueta del ticket" }).click();
    await page.getByRole("option", { name: "Espera hora" }).click();
    await page.keyboard.press("Escape");
    const taken = one.getByRole("button", { name: "Quitar etiqueta Espera hora" });
    await taken.waitFor();
    await until("the tag", async () => (await ticket()).tags.length === 1);
    // What somebody else changes shows.
    await api("PATCH", `/tickets/${data[0].id}`, { remove_tag_ids: [(await ticket()).tags[0].id] });
    await taken.waitFor({ state: "detached" });
  });

  it("tells two who change the same value", async () => {
    const other = await chrome.page();
    await signIn(other, server.url, DEMO, `/inbox/${contact}`);
    await pane(other).getByRole("button", { name: "Martina Rojas", exact: true }).waitFor();
    // One changes it while the other has it open: what stands there comes anew, and is not what the other began from.
    await pane(other).getByRole("button", { name: "Martina Rojas", exact: true }).click();
    await pane().getByRole("button", { name: "Martina Rojas", exact: true }).click();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Martina Uno");
    await page.keyboard.press("Enter");
    await pane().getByRole("button", { name: "Martina Uno" }).waitFor();
    await other.getByRole("heading", { name: "Martina Uno" }).waitFor();

    await other.keyboard.press("Control+a");
    await other.keyboard.type("Martina Dos");
    await other.keyboard.press("Enter");
    await pane(other).getByText("Otra persona acaba de cambiar esto a «Martina Uno».").waitFor();
    await pane(other).getByRole("button", { name: "Guardar «Martina Dos»" }).click();
    await pane().getByRole("button", { name: "Martina Dos" }).waitFor();
    await other.close();
  });

  it("keeps an amount half written while the contact changes, and reads it as it is written here", async () => {
    await pane().getByRole("button", { name: "Agregar monto" }).click();
    const amount = pane().getByRole("textbox", { name: "Monto" });
    await amount.fill("450.000");
    const { status } = await fetch(`${server.url}/api/v1/contacts/${contact}`, { method: "PATCH", headers: { "x-api-key": KEY, "content-type": "application/json" }, body: JSON.stringify({ email: "martina@example.com" }) });
    assert.equal(status, 200);
    await pane().getByText("martina@example.com").waitFor();
    assert.equal(await amount.inputValue(), "450.000");
    await pane().getByText("= $450.000").waitFor();
    await amount.press("Enter");
    await pane().getByRole("button", { name: "$450.000" }).waitFor();
    await until("the amount on the server", async () => Number((await api("GET", `/tickets?contact_id=${contact}`)).data[0].amount) === 450000);
  });

  it("gives a conversation to another, instead of to both", async () => {
    const give = async (name) => {
      await page.getByRole("button", { name: /^(Asignar|Asignada a)/ }).click();
      await page.getByRole("option", { name }).click();
    };
    await give(/^Rodrigo Sepúlveda/);
    await page.getByRole("button", { name: /^Asignada a Rodrigo/ }).waitFor();
    await give(/^Valentina/);
    await page.getByRole("button", { name: /^Asignada a Valentina$/ }).waitFor();
    await give(/^También Rodrigo/);
    await page.getByRole("button", { name: /^Asignada a Valentina ?\+1$/ }).waitFor();
    await until("two of them", async () => (await page.evaluate(async (id) => (await (await fetch(`/api/v1/conversations/${id}`)).json()).agent_ids.length, contact)) === 2);
  });

  it("says where a value came from, and takes it back", async () => {
    await pane().getByText("Fonasa", { exact: true }).waitFor();
    const mark = pane().locator("div").filter({ hasText: /^Previsión/ }).getByRole("button", { name: /^Encontrado por la estructuración/ });
    await mark.click();
    await page.getByText("previsión", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Deshacer", exact: true }).click();
    await until("the value to go", async () => (await pane().getByText("Fonasa", { exact: true }).count()) === 0);
  });

  /** The dialog that looks for another contact, with the one who was found. */
  const twin = async (of) => {
    await pane(of).getByRole("button", { name: "Unir con otro contacto" }).click();
    const dialog = of.getByRole("dialog", { name: "Unir con otro contacto" });
    await dialog.getByLabel("¿Quién?").fill("Martina R. Vidal");
    const found = dialog.getByRole("button", { name: /Martina R\. Vidal/ });
    await found.waitFor();
    return { dialog, found };
  };

  it("shows who is found within the dialog, and their numbers whole", async () => {
    for (const [width, height] of [[1440, 900], [390, 844]]) {
      const other = await chrome.page({ viewport: { width, height } });
      await signIn(other, server.url, DEMO);
      await other.goto(`${server.url}/inbox/${contact}?profile=1`);
      const { dialog, found } = await twin(other);
      const cut = await dialog.evaluate((element) => [...element.querySelectorAll("div, ul, li button")].filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className));
      assert.deepEqual(cut, [], `${width} px`);
      // Where its line is cut, it is cut behind the number.
      const whole = await found.getByText("+56 9 5550 7799").evaluate((line) => {
        const range = document.createRange();
        range.setStart(line.firstChild, 0);
        range.setEnd(line.firstChild, "+56 9 5550 7799".length);
        return range.getBoundingClientRect().right <= line.getBoundingClientRect().right;
      });
      assert.ok(whole, `${width} px`);
      await other.screenshot({ path: fileURLToPath(new URL(`../screens/merge-${width}-light.png`, import.meta.url)) });
      await other.context().close();
    }
  });

  it("makes two contacts one, and two again", async () => {
    const { found } = await twin(page);
    await found.click();
    await page.getByRole("button", { name: "Unir", exact: true }).click();
    await page.getByText("Unidos", { exact: true }).waitFor();
    const undo = pane().getByRole("listitem").filter({ hasText: /^Unido/ }).getByRole("button", { name: "Deshacer" });
    await undo.click();
    // The word of it may be the one about the value, which stands for four seconds.
    await undo.waitFor({ state: "detached" });
    await page.getByText("Deshecho").last().waitFor();
  });

  it("is fit to be shown", async () => {
    await page.goto(`${server.url}/inbox/${contact}?profile=1`);
    await pane().waitFor();
    await show(page, "profile");
  });

  it("gives all that is kept of a person, and erases it, once their name is typed", async () => {
    const download = page.waitForEvent("download");
    await pane().getByRole("button", { name: "Descargar todo" }).click();
    const file = JSON.parse(await readFile(await (await download).path(), "utf8"));
    assert.ok(JSON.stringify(file).includes("martina.rojas@example.com"));
    await pane().getByRole("button", { name: "Borrar a esta persona" }).click();
    const dialog = page.getByRole("alertdialog").or(page.getByRole("dialog")).filter({ hasText: "para siempre" });
    await show(page, "erase-person");
    await dialog.getByRole("textbox").fill("Martín");
    await dialog.getByRole("button", { name: "Borrar para siempre" }).click();
    await dialog.getByText("Aquí debe decir «Martina Dos».").waitFor();
    assert.equal((await fetch(`${server.url}/api/v1/contacts/${contact}`, { headers: { "x-api-key": KEY } })).status, 200);
    await dialog.getByRole("textbox").fill("martina dos");
    await dialog.getByRole("button", { name: "Borrar para siempre" }).click();
    await page.getByText("Borrada. El resto se borra en segundo plano.").waitFor();
    await page.waitForURL(/\/inbox$/);
    assert.equal((await fetch(`${server.url}/api/v1/contacts/${contact}`, { headers: { "x-api-key": KEY } })).status, 404);
    await until("the list to forget them", async () => (await page.locator(`li[data-id="${contact}"]`).count()) === 0);
  });
});
