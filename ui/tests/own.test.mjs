// One's own account: what rings, the password, the second factor, the devices.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OWNER, bare, browser, ended, show, signIn, totp, until } from "./harness.mjs";

const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

describe("one's own account", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;
  let secret;
  let codes;
  const who = { ...OWNER };
  const section = (name, of = page) => of.getByRole("region", { name, exact: true });
  const go = async () => {
    await page.goto(`${server.url}/settings/account`);
    await section("Dónde has entrado").getByText("esta", { exact: true }).waitFor();
  };
  /** The door's answer to these two, and a code where one is asked for. */
  const knock = async (page, password) => {
    await page.goto(`${server.url}/login`);
    await page.getByLabel("Correo", { exact: true }).fill(who.email);
    await page.getByLabel("Contraseña", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Entrar", exact: true }).click();
  };
  const give = async (page, code) => {
    await page.getByLabel("Código", { exact: true }).fill(code);
    await page.getByRole("button", { name: "Entrar", exact: true }).click();
  };
  const inside = (page) => page.getByRole("navigation", { name: "Navegación principal" }).waitFor();

  before(async () => {
    server = await bare();
    for (const name of ["Sucursal centro", "Chat de la tienda"]) await server.call("POST", "/channels", { type: "webchat", name, allowed_origins: ["https://tienda.example.com"] });
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url);
  });
  after(() => ended(chrome, server));

  it("keeps what rings, and for which channels", async () => {
    await go();
    await show(page, "account");
    const rings = section("Notificaciones");
    const wishes = () => page.evaluate(async () => (await (await fetch("/api/v1/session")).json()).member.notifications);
    const before = await wishes();
    assert.deepEqual(before.muted_channels, []);
    const sound = rings.getByLabel("Reproducir un sonido");
    await sound.setChecked(!before.sound);
    await until("the sound", async () => (await wishes()).sound === !before.sound);
    await rings.getByLabel("Chat de la tienda").uncheck();
    await until("the channel to be muted", async () => (await wishes()).muted_channels.length === 1);
    await go();
    const ticked = (label, wanted) => until(`${label}: ${wanted}`, async () => (await rings.getByLabel(label).isChecked()) === wanted);
    await ticked("Reproducir un sonido", !before.sound);
    await ticked("Chat de la tienda", false);
    await ticked("Sucursal centro", true);
  });

  it("changes the name, and refuses a phone that is none", async () => {
    const self = section("Tú");
    await self.getByLabel("Nombre").fill("Elena María");
    await self.getByLabel("Teléfono").fill("doce");
    await self.getByRole("button", { name: "Guardar" }).click();
    await self.getByRole("alert").waitFor();
    await self.getByLabel("Teléfono").fill("+56 9 5550 0100");
    await self.getByRole("button", { name: "Guardar" }).click();
    await page.getByRole("button", { name: "Cuenta de Elena María Duarte" }).waitFor();
  });

  it("goes back to the browser's language, also before anybody signs in", async () => {
    const other = await chrome.page();
    await signIn(other, server.url, who, "/settings/account");
    await other.getByLabel("Idioma", { exact: true }).selectOption("en");
    await other.getByLabel("Language", { exact: true }).selectOption("");
    await other.getByLabel("Idioma", { exact: true }).waitFor();
    await until("the server to know", () => other.evaluate(async () => (await (await fetch("/api/v1/session")).json()).member.locale === null));
    await other.reload();
    await other.getByLabel("Idioma", { exact: true }).waitFor();
    await other.context().clearCookies();
    await other.goto(`${server.url}/login`);
    await other.getByLabel("Contraseña", { exact: true }).waitFor();
    await other.context().close();
  });

  it("changes the password only for who knows the old one, and ends the other sessions", async () => {
    const other = await chrome.page();
    await signIn(other, server.url, who);
    const form = section("Contraseña");
    const change = async (now, next) => {
      await form.getByLabel("Contraseña actual", { exact: true }).fill(now);
      await form.getByLabel("Contraseña nueva", { exact: true }).fill(next);
      await form.getByRole("button", { name: "Cambiar contraseña" }).click();
    };
    await change("no es esta", "siete ranas en la acequia");
    await form.getByRole("alert").filter({ hasText: "Esa no es tu contraseña." }).waitFor();
    await show(page, "account-password", form);
    await change(who.password, "corta");
    await form.getByRole("alert").filter({ hasNotText: "Esa no es tu contraseña." }).waitFor();
    await change(who.password, "siete ranas en la acequia");
    await page.getByText("Contraseña cambiada").waitFor();
    await until("the fields to be empty", async () => (await form.getByLabel("Contraseña actual", { exact: true }).inputValue()) === "");
    await other.waitForURL(/\/login/, { timeout: 30_000 });
    await knock(other, who.password);
    await other.getByText("El correo o la contraseña no son correctos.").waitFor();
    who.password = "siete ranas en la acequia";
    await knock(other, who.password);
    await inside(other);
    await other.context().close();
  });

  it("puts on a second factor: picture, letters, a code that fits, codes for the day without the phone", async () => {
    const second = section("Segundo factor");
    await second.getByText("Desactivado").waitFor();
    await second.getByRole("button", { name: "Activar" }).click();
    await second.getByLabel("Contraseña", { exact: true }).fill("no es esta");
    await second.getByRole("button", { name: "Siguiente" }).click();
    await second.getByRole("alert").filter({ hasText: /^Esa no es tu contraseña\.$/ }).waitFor();
    await second.getByLabel("Contraseña", { exact: true }).fill(who.password);
    await second.getByRole("button", { name: "Siguiente" }).click();
    const qr = second.getByRole("img", { name: "Código QR para la app de autenticación" });
    await qr.waitFor();
    assert.ok(await qr.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), "the picture is none");
    secret = /[A-Z2-7]{32,}/.exec((await second.innerText()).replace(/(?<=[A-Z2-7]) (?=[A-Z2-7])/g, ""))[0];
    await show(page, "account-second", second);
    await second.getByLabel("Código", { exact: true }).fill(totp(secret, 9));
    await second.getByRole("button", { name: "Confirmar" }).click();
    await second.getByRole("alert").waitFor();
    await second.getByLabel("Código", { exact: true }).fill(totp(secret));
    await second.getByRole("button", { name: "Confirmar" }).click();
    await second.getByText("Guarda estos códigos de recuperación").waitFor();
    codes = await second.getByRole("listitem").allInnerTexts();
    assert.ok(codes.length >= 8 && new Set(codes).size === codes.length, `${codes}`);
    await second.getByText("Activado", { exact: true }).waitFor();
    await show(page, "account-codes", second);
    await second.getByRole("button", { name: "Ya los guardé" }).click();
    await second.getByRole("button", { name: "Desactivar" }).waitFor();
    await go();
    assert.ok(!(await page.content()).includes(codes[0]), "the codes are shown once");
  });

  it("lets in with the app's code, or with each of the others once", async () => {
    const phone = await chrome.page({ userAgent: SAFARI });
    await knock(phone, who.password);
    // The code that confirmed it has been used: the next one is taken a little early.
    await give(phone, totp(secret, 1));
    await inside(phone);
    const laptop = await chrome.page({ userAgent: FIREFOX });
    await knock(laptop, who.password);
    await give(laptop, codes[0]);
    await inside(laptop);
    const third = await chrome.page();
    await knock(third, who.password);
    await give(third, codes[0]);
    await third.getByText("El código no es correcto o ya se usó.").waitFor();
    await third.context().close();

    // The devices: one is ended, then all others.
    await go();
    const devices = section("Dónde has entrado");
    await show(page, "account-devices", devices);
    const one = (name) => devices.getByRole("listitem").filter({ hasText: name });
    await one("Firefox, Windows").getByRole("button", { name: "Terminar: Firefox, Windows" }).click();
    await one("Firefox, Windows").waitFor({ state: "detached" });
    await laptop.waitForURL(/\/login/, { timeout: 30_000 });
    await one("Safari, iOS").waitFor();
    await devices.getByRole("button", { name: "Terminar todas las demás" }).click();
    await one("Safari, iOS").waitFor({ state: "detached" });
    await phone.waitForURL(/\/login/, { timeout: 30_000 });
    await until("this one alone", async () => (await devices.getByRole("listitem").count()) === 1);
    await laptop.context().close();
    await phone.context().close();
  });

  it("takes the second factor off with password and code", async () => {
    const second = section("Segundo factor");
    await second.getByRole("button", { name: "Desactivar" }).click();
    await second.getByLabel("Contraseña", { exact: true }).fill(who.password);
    await second.getByLabel("Código", { exact: true }).fill(codes[0]);
    await second.getByRole("button", { name: "Siguiente" }).click();
    await second.getByRole("alert").waitFor();
    await second.getByLabel("Código", { exact: true }).fill(codes[1]);
    await second.getByRole("button", { name: "Siguiente" }).click();
    await page.getByText("El segundo factor está desactivado").waitFor();
    await second.getByText("Desactivado", { exact: true }).waitFor();
    const other = await chrome.page();
    await knock(other, who.password);
    await inside(other);
    await other.context().close();
  });
});
