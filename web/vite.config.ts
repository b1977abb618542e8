import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The development server hands everything under /api to a running `outlay serve`.
const server = process.env.OUTLAY_ADDRESS ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // Everything is a file of the same origin, so that a strict content policy holds.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { "/api": { target: server, ws: true } } },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    css: false,
    // Whole pages on a busy machine.
    testTimeout: 30_000,
  },
});
