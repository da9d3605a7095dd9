import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { browser, ended, recado, show, totp } from "./harness.mjs";

const OWNER = { email: "ines@example.com", password: "cuatro gatos bajo la mesa" };

describe("the doors", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;

  before(async () => {
    server = await recado();
    chrome = await browser();
    page = await chrome.page();
  });
  after(() => ended(chrome, server));

  it("sets up an empty server, with the token that it printed", async () => {
    await page.goto(server.url);
    await page.getByRole("heading", { name: "Instalar Recado" }).waitFor();
    await show(page, "setup");
    const link = /\S+\/setup#token=\S+/.exec(server.output())?.[0];
    assert.ok(link, server.output());

    await page.getByLabel("Código de un solo uso").fill("not-the-token");
    await page.getByLabel("Organización", { exact: true }).fill("Panadería Luz");
    await page.getByLabel("Tu nombre").fill("Inés Campos");
    await page.getByLabel("Correo", { exact: true }).fill(OWNER.email);
    await page.getByLabel("Contraseña", { exact: true }).fill(OWNER.password);
    await page.getByRole("button", { name: "Crear" }).click();
    await page.getByRole("alert").first().waitFor();

    await page.getByLabel("Código de un solo uso").fill(link.split("token=")[1]);
    await page.getByRole("button", { name: "Crear" }).click();
    await page.getByRole("heading", { name: /Inés/ }).waitFor();
    await show(page, "welcome");
  });

  it("lets nobody in with a wrong password, and comes back to where one was going", async () => {
    const other = await chrome.page();
    await other.goto(`${server.url}/settings`);
    await other.waitForURL(/\/login/);
    await show(other, "login");
    await other.getByLabel("Correo", { exact: true }).fill(OWNER.email);
    await other.getByLabel("Contraseña", { exact: true }).fill("otra cosa cualquiera");
    await other.getByRole("button", { name: "Entrar", exact: true }).click();
    await other.getByText("El correo o la contraseña no son correctos.").waitFor();
    await other.getByLabel("Contraseña", { exact: true }).fill(OWNER.password);
    await other.getByRole("button", { name: "Entrar", exact: true }).click();
    await other.waitForURL(/\/settings/);
    await other.close();
  });

  it("asks for the second factor where there is one", async () => {
    const post = (path, body) =>
      page.evaluate(
        async ([path, body]) => {
          const csrf = (await (await fetch("/api/v1/session")).json()).csrf_token;
          const response = await fetch(`/api/v1${path}`, { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify(body) });
          return response.json();
        },
        [path, body],
      );
    const { secret } = await post("/session/totp", { password: OWNER.password });
    const { recovery_codes } = await post("/session/totp/confirm", { code: totp(secret) });
    assert.ok(recovery_codes.length > 0);

    const other = await chrome.page();
    await other.goto(`${server.url}/login`);
    await other.getByLabel("Correo", { exact: true }).fill(OWNER.email);
    await other.getByLabel("Contraseña", { exact: true }).fill(OWNER.password);
    await other.getByRole("button", { name: "Entrar", exact: true }).click();
    await other.getByLabel("Código", { exact: true }).fill("000000");
    await other.getByRole("button", { name: "Entrar", exact: true }).click();
    await other.getByText("El código no es correcto").waitFor();
    // The code that confirmed it has been used: the next one is taken a little early.
    await other.getByLabel("Código", { exact: true }).fill(totp(secret, 1));
    await other.getByRole("button", { name: "Entrar", exact: true }).click();
    await other.getByRole("navigation", { name: "Navegación principal" }).waitFor();
    await other.close();
  });

  it("takes in who was invited, once, and shows an agent what is an agent's", async () => {
    const made = await page.evaluate(async () => {
      const csrf = (await (await fetch("/api/v1/session")).json()).csrf_token;
      const response = await fetch("/api/v1/invitations", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify({ email: "leo@example.com", role: "agent" }) });
      return response.json();
    });
    const other = await chrome.page();
    const link = new URL(made.link, server.url);
    await other.goto(`${server.url}${link.pathname}${link.search}${link.hash}`);
    await other.getByRole("heading", { name: /Panadería Luz/ }).waitFor();
    await show(other, "invite");
    await other.getByLabel("Tu nombre").fill("Leo Paredes");
    await other.getByLabel("Contraseña", { exact: true }).fill("nubes y pan tostado");
    await other.getByRole("button", { name: "Aceptar y entrar" }).click();
    await other.getByRole("navigation", { name: "Navegación principal" }).waitFor();
    const refused = await other.evaluate(async () => {
      const csrf = (await (await fetch("/api/v1/session")).json()).csrf_token;
      const response = await fetch("/api/v1/api_keys", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify({ name: "x", scopes: [] }) });
      return response.status;
    });
    assert.equal(refused, 403);
    await other.close();

    const late = await chrome.page();
    await late.goto(`${server.url}${link.pathname}${link.search}${link.hash}`);
    await late.getByText("Esta invitación ya no es válida").waitFor();
    await late.close();
  });

  it("lets in again who forgot the password, by a link, once", async () => {
    await page.goto(`${server.url}/settings/members`);
    await page.getByRole("button", { name: /^Enlace de acceso: / }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("checkbox").check();
    await show(page, "reset-make");
    await dialog.getByRole("button", { name: "Crear el enlace" }).click();
    const link = await dialog.locator("code").innerText();
    assert.match(link, /\/reset#token=/);
    await dialog.getByRole("button", { name: "Cerrar" }).last().click();
    const guest = await chrome.page();
    await guest.goto(link);
    await guest.getByRole("heading", { name: /^Una contraseña nueva para / }).waitFor();
    await guest.getByText("tu segundo factor se quita").waitFor();
    await show(guest, "reset");
    await guest.getByLabel("Contraseña nueva", { exact: true }).fill("corta");
    await guest.getByRole("button", { name: "Guardar y entrar" }).click();
    await guest.getByRole("alert").first().waitFor();
    await guest.getByLabel("Contraseña nueva", { exact: true }).fill("una contraseña que sí recuerdo");
    await guest.getByRole("button", { name: "Guardar y entrar" }).click();
    await guest.waitForURL(/\/inbox/);
    await guest.goto("about:blank");
    await guest.goto(link);
    await guest.getByRole("heading", { name: "Este enlace ya no es válido" }).waitFor();
    await guest.close();
  });

  it("speaks three languages, and remembers which", async () => {
    const other = await chrome.page({ locale: "pt-BR" });
    await other.goto(`${server.url}/login`);
    await other.getByRole("button", { name: "Entrar", exact: true }).waitFor();
    await other.getByLabel("Senha", { exact: true }).waitFor();
    await other.getByRole("button", { name: "English" }).click();
    await other.getByRole("button", { name: "Sign in" }).waitFor();
    await other.reload();
    await other.getByRole("button", { name: "Sign in" }).waitFor();
    await other.close();
  });

  it("signs out", async () => {
    await page.goto(`${server.url}/inbox`);
    await page.getByRole("button", { name: /^Cuenta de/ }).click();
    await page.getByRole("menuitem", { name: "Salir" }).click();
    await page.waitForURL(/\/login/);
  });
});
