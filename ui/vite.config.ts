import { defineConfig } from "vitest/config";
import solid from "vite-plugin-solid";

// The server that `npm run dev` hands API calls to.
const server = process.env.RECADO_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [solid()],
  build: {
    outDir: "dist",
    // A data: address in a style sheet would want another Content-Security-Policy.
    assetsInlineLimit: 0,
    target: "es2022",
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": server, "/hooks": server, "/docs": server, "/openapi.json": server } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
