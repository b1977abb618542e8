import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ApiError, address, get, post, rememberCsrf } from "../src/api/client";
import { Refresh, Stream, applyEvent } from "../src/api/events";
import { NO_TRAINING, train } from "../src/api/live";
import { may } from "../src/api/session";

const reply = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });

describe("requests", () => {
  afterEach(() => rememberCsrf(undefined));

  it("leave out what is empty from the address", () => {
    expect(address("/jobs", { state: "running", cursor: undefined, q: "" })).toBe("/api/jobs?state=running");
  });

  it("carry the token and a new key on writes, and neither on reads", async () => {
    const seen: Headers[] = [];
    vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
      seen.push(new Headers(init.headers));
      return reply(200, {});
    });
    rememberCsrf("secret");
    await get("/jobs");
    await post("/plans", {});
    await post("/plans", {});
    expect(seen[0]!.get("X-CSRF-Token")).toBeNull();
    expect(seen[1]!.get("X-CSRF-Token")).toBe("secret");
    expect(seen[1]!.get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
    expect(seen[1]!.get("Idempotency-Key")).not.toBe(seen[2]!.get("Idempotency-Key"));
  });

  it("become problems with a next step, whatever came back", async () => {
    vi.stubGlobal("fetch", async () => reply(422, { title: "No", code: "mapping.refused", errors: [{ field: "kpi", message: "none" }] }));
    const refused = await get("/x").catch((e: unknown) => e as ApiError);
    expect(refused).toBeInstanceOf(ApiError);
    expect((refused as ApiError).fieldError("kpi")).toBe("none");
    vi.stubGlobal("fetch", async () => new Response("<html>bad gateway</html>", { status: 502 }));
    const proxy = await get("/x").catch((e: unknown) => e as ApiError);
    expect((proxy as ApiError).problem).toMatchObject({ status: 502, code: "http.502" });
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("failed to fetch");
    });
    const gone = await get("/x").catch((e: unknown) => e as ApiError);
    expect((gone as ApiError).problem.next).toMatch(/outlay serve/);
  });
});

class FakeSource {
  static made: FakeSource[] = [];
  readyState = 0;
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  listeners = new Map<string, (event: MessageEvent) => void>();
  constructor(readonly url: string) {
    FakeSource.made.push(this);
  }
  addEventListener(name: string, listener: (event: MessageEvent) => void) {
    this.listeners.set(name, listener);
  }
  close() {
    this.closed = true;
  }
  send(topic: string, data: string, lastEventId: string) {
    this.listeners.get(topic)?.(new MessageEvent(topic, { data, lastEventId }));
  }
}

describe("the live stream", () => {
  beforeEach(() => {
    FakeSource.made = [];
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("opens again from the last event when it was closed for good, ever later", () => {
    const seen: unknown[] = [];
    const stream = new Stream((topic, data) => seen.push([topic, data]), (url) => new FakeSource(url) as unknown as EventSource);
    stream.start();
    const first = FakeSource.made[0]!;
    first.onopen?.();
    first.send("jobs", '{"id":"j"}', "17");
    first.send("jobs", "not json", "18");
    expect(seen).toEqual([["jobs", { id: "j" }]]);
    expect(stream.state).toBe("open");
    first.readyState = 2;
    first.onerror?.();
    expect(stream.state).toBe("waiting");
    vi.advanceTimersByTime(1000);
    expect(FakeSource.made[1]!.url).toContain("last_event_id=18");
    FakeSource.made[1]!.readyState = 2;
    FakeSource.made[1]!.onerror?.();
    vi.advanceTimersByTime(1000);
    expect(FakeSource.made).toHaveLength(2);
    vi.advanceTimersByTime(1000);
    expect(FakeSource.made).toHaveLength(3);
    stream.stop();
    expect(FakeSource.made[2]!.closed).toBe(true);
  });

  it("leaves a stream that resumes by itself alone", () => {
    const stream = new Stream(() => undefined, (url) => new FakeSource(url) as unknown as EventSource);
    stream.start();
    FakeSource.made[0]!.onerror?.();
    vi.advanceTimersByTime(60_000);
    expect(FakeSource.made).toHaveLength(1);
    stream.stop();
  });

  it("puts jobs into what was loaded, and reloads what they made only when their state changes", () => {
    const client = new QueryClient();
    const reloaded: unknown[] = [];
    vi.spyOn(client, "invalidateQueries").mockImplementation(async (filter) => void reloaded.push(filter?.queryKey?.[0]));
    const refresh = new Refresh(client);
    const heard = (topic: "jobs" | "plans", data: unknown) => {
      const before = reloaded.length;
      applyEvent(client, refresh, topic, data);
      expect(reloaded, "not at once: every open page hears of it").toHaveLength(before);
      vi.advanceTimersByTime(1000);
      return reloaded.slice(before);
    };
    heard("jobs", { id: "j", state: "running" });
    expect(heard("jobs", { id: "j", state: "running", progress: { fraction: 0.5 } })).toEqual([]);
    expect(client.getQueryData(["jobs", "j"])).toMatchObject({ progress: { fraction: 0.5 } });
    expect(heard("jobs", { id: "j", state: "succeeded" })).toContain("models");
    expect(heard("plans", { id: "p" })).toEqual(["plans", "dashboard"]);
  });

  it("reloads once what several events changed", () => {
    const client = new QueryClient();
    const reload = vi.spyOn(client, "invalidateQueries").mockResolvedValue();
    const refresh = new Refresh(client);
    for (const id of ["a", "b", "c"]) applyEvent(client, refresh, "alerts", { id });
    vi.advanceTimersByTime(1000);
    expect(reload).toHaveBeenCalledTimes(2);
    applyEvent(client, refresh, "alerts", { id: "d" });
    refresh.stop();
    vi.advanceTimersByTime(1000);
    expect(reload, "the page has gone").toHaveBeenCalledTimes(2);
  });
});

describe("training", () => {
  it("keeps the newest of each chain and how R-hat came down", () => {
    const step = { phase: "sampling" as const, total: 100, divergences: 0 };
    let state = train(NO_TRAINING, { ...step, chain: 1, iteration: 10, rhat: 1.2 });
    state = train(state, { ...step, chain: 0, iteration: 12, divergences: 2 });
    state = train(state, { ...step, chain: 1, iteration: 20, rhat: 1.05, divergences: 1 });
    expect(state.chains.map((c) => [c.chain, c.iteration])).toEqual([[0, 12], [1, 20]]);
    expect(state).toMatchObject({ rhat: 1.05, history: [1.2, 1.05], divergences: 3 });
  });
});

describe("roles", () => {
  it("are ordered", () => {
    expect([may("admin", "operator"), may("viewer", "analyst"), may(undefined, "viewer")]).toEqual([true, false, false]);
  });
});
