// The whole dashboard over the fixtures, as a reader meets it.

import { RouterProvider, createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";

import { Providers, newClient } from "../src/app/Providers";
import { newRouter } from "../src/app/router";
import { answer } from "./fixtures/api.mjs";

export interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

/** Answers `fetch` from the fixtures; returns the calls that were made. */
export function serve(world: Record<string, unknown> = {}): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    const at = new URL(url, "http://localhost");
    const method = init.method ?? "GET";
    calls.push({
      method, path: at.pathname, query: at.searchParams, headers: new Headers(init.headers),
      body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    });
    const { status, body } = answer(method, at.pathname, world);
    return new Response(body === null ? null : JSON.stringify(body), { status });
  });
  return calls;
}

export function open(path: string) {
  const client = newClient();
  const router = newRouter(createMemoryHistory({ initialEntries: [path] }));
  const view = render(
    <Providers client={client}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return { ...view, client, router };
}
