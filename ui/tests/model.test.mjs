// The language model that improves structuring: configured, tried, asked, failing, switched off; with a model on loopback.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { DEMO, browser, ended, recado, show, signIn, until } from "./harness.mjs";

const KEY = "rk_cmVjYWRvIGRlbW86IGV2ZXJ5Ym9keSBrbm93cyBpdCE";

describe("the language model", { timeout: 600_000 }, () => {
  let server;
  let chrome;
  let page;
  let model;
  let url;
  let status = 200;
  const asked = [];

  before(async () => {
    model = createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => (body += piece)).on("end", () => {
        asked.push({ path: request.url, key: request.headers.authorization, body });
        const answer = JSON.stringify({ placements: [], spans: [] });
        response.writeHead(status, { "content-type": "application/json" });
        response.end(
          status === 200
            ? JSON.stringify({ message: { role: "assistant", content: answer }, prompt_eval_count: 400, eval_count: 12 })
            : JSON.stringify({ error: { code: "model_not_found" } }),
        );
      });
    });
    await new Promise((ready) => model.listen(0, "127.0.0.1", ready));
    url = `http://127.0.0.1:${model.address().port}`;
    server = await recado(["--demo", "--models-allow", "127.0.0.0/8"]);
    chrome = await browser();
    page = await chrome.page();
    await signIn(page, server.url, DEMO, "/settings/structuring");
    await page.getByRole("heading", { name: "Modelo de lenguaje" }).waitFor();
  });
  after(() => ended(chrome, server, model));

  const section = () => page.getByRole("region", { name: "Modelo de lenguaje" });
  const save = async () => {
    await section().getByRole("button", { name: "Guardar" }).click();
    await page.getByText("Guardado").first().waitFor();
  };
  const state = async () => (await fetch(`${server.url}/api/v1/structuring/model`, { headers: { "x-api-key": KEY } })).json();

  it("is off until somebody says otherwise, and says what that means", async () => {
    await section().getByText("Desactivado: no se envía nada a ninguna parte.").waitFor();
    assert.equal(await section().getByRole("button", { name: "Probar con diez registros" }).isDisabled(), true);
    await section().getByLabel("Preguntar al modelo").selectOption("leftovers");
    await section().getByRole("button", { name: "Guardar" }).click();
    // What is missing is said where it is missing.
    await section().getByLabel("Dirección").and(page.locator("[aria-invalid=true]")).waitFor();
    await show(page, "settings-model-off");
  });

  it("is configured, and its key is not seen again", async () => {
    await section().getByLabel("Tipo", { exact: true }).selectOption("ollama");
    await section().getByLabel("Modelo", { exact: true }).fill("llama-de-prueba");
    await section().getByLabel("Dirección").fill("http://10.1.2.3:11434");
    await section().getByRole("button", { name: "Guardar" }).click();
    await section().getByText("Esa dirección no está en la internet pública").waitFor();
    await section().getByLabel("Dirección").fill(url);
    await section().getByLabel("Clave de API").fill("clave-que-no-se-ve");
    await save();
    await section().getByText("En uso.").waitFor();
    await section().getByText("Hay una guardada.").waitFor();
    assert.ok(!(await page.content()).includes("clave-que-no-se-ve"));
    assert.equal((await state()).mode, "leftovers");
  });

  it("is tried on ten records", async () => {
    await section().getByRole("button", { name: "Probar con diez registros" }).click();
    await section().getByText("10 de 10, 0 al segundo intento").waitFor();
    await section().getByText("4.120 tokens en 10 llamadas").waitFor();
    assert.equal(asked.length, 10);
    assert.ok(asked.every((one) => one.path === "/api/chat" && one.key === "Bearer clave-que-no-se-ve"));
    await section().getByText("10 de 500 llamadas").waitFor();
    await show(page, "settings-model");
  });

  it("says what is wrong with it", async () => {
    status = 404;
    await fetch(`${server.url}/api/public/customer/upsert/info`, {
      method: "POST",
      headers: { "x-api-key": KEY, "content-type": "application/json" },
      body: JSON.stringify({ ...(await somebody()), meta_data: { q77: "algo que nadie ubica" } }),
    });
    await until("the failure", async () => (await state()).state.failures > 0);
    await page.reload();
    await section().getByText("Respondió con el estado HTTP 404 (model_not_found). Revisa la dirección y el nombre del modelo.").waitFor();
    await section().getByText("La última llamada falló; se vuelve a intentar.").waitFor();
    await show(page, "settings-model-failing");
    await section().getByLabel("Preguntar al modelo").selectOption("off");
    await save();
    await section().getByText("Desactivado: no se envía nada").waitFor();
    await until("nothing to wait any more", async () => (await state()).state.waiting === 0);
  });

  /** A phone channel of the demo, and somebody on it. */
  async function somebody() {
    const channels = await (await fetch(`${server.url}/api/v1/channels`, { headers: { "x-api-key": KEY } })).json();
    const one = channels.data.find((channel) => channel.phone_number && channel.type !== "webchat");
    return { channel: one.type, channel_phone_number: one.phone_number, contact_phone_number: "+56955507788" };
  }
});
