// Live updates: one stream for the whole page. What it says is merged into what was loaded.

import { useEffect, useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";
import type { QueryClient } from "@tanstack/react-query";

import { address } from "./client";
import type { Job } from "./common";

const TOPICS = ["jobs", "datasets", "models", "plans", "alerts"] as const;
export type Topic = (typeof TOPICS)[number];

/** Seconds between tries when the stream is refused: each twice the one before. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 30;

export type StreamState = "connecting" | "open" | "waiting";

/** Milliseconds within which what changed is asked for again, at a moment of each page's own: every
 * page that is open anywhere hears of a change at once, and would ask at once. */
const SPREAD = 1000;

/** What has to be asked for again: gathered, so that ten events ask once. */
export class Refresh {
  private keys = new Map<string, unknown[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: QueryClient,
    private readonly wait: () => number = () => Math.random() * SPREAD,
  ) {}

  add(...key: string[]): void {
    this.keys.set(key.join("/"), key);
    this.timer ??= setTimeout(() => this.flush(), this.wait());
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private flush(): void {
    const keys = [...this.keys.values()];
    this.keys.clear();
    this.timer = undefined;
    for (const queryKey of keys) void this.client.invalidateQueries({ queryKey });
  }
}

/** Merges one event into the cache. */
export function applyEvent(
  client: QueryClient,
  refresh: Refresh,
  topic: Topic,
  data: unknown,
): void {
  if (topic === "jobs") {
    const job = data as Job;
    const before = client.getQueryData<Job>(["jobs", job.id]);
    client.setQueryData(["jobs", job.id], job);
    if (before?.state !== job.state) {
      refresh.add("jobs", "list");
      // What a job makes changes with its state, not with every step.
      for (const key of ["datasets", "models", "plans", "dashboard"]) refresh.add(key);
    }
    return;
  }
  refresh.add(topic);
  refresh.add("dashboard");
}

/** The browser resumes a broken stream by itself (`Last-Event-ID`); one that was refused or closed
 * for good is opened again here, from the last event that was seen. */
export class Stream {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wait = FIRST_WAIT;
  private last: string | undefined;
  private listeners = new Set<() => void>();
  state: StreamState = "connecting";

  constructor(
    private readonly onEvent: (topic: Topic, data: unknown) => void,
    private readonly open: (url: string) => EventSource = (url) => new EventSource(url),
  ) {}

  start(): void {
    const url = address("/events", { topics: TOPICS.join(","), last_event_id: this.last });
    const source = this.open(url);
    this.source = source;
    source.onopen = () => {
      this.wait = FIRST_WAIT;
      this.change("open");
    };
    source.onerror = () => {
      this.change("waiting");
      if (source.readyState !== 2) return;
      this.timer = setTimeout(() => this.start(), this.wait * 1000);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    };
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => {
        const message = event as MessageEvent<string>;
        this.last = message.lastEventId || this.last;
        try {
          this.onEvent(topic, JSON.parse(message.data));
        } catch {
          // An event that cannot be read is not worth losing the stream for.
        }
      });
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private change(state: StreamState): void {
    if (this.state === state) return;
    this.state = state;
    this.listeners.forEach((listener) => listener());
  }
}

let current: Stream | null = null;
const waiting = new Set<() => void>();

/** Opens the stream for as long as the shell is on the page. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    if (typeof EventSource === "undefined") return;
    const refresh = new Refresh(client);
    const stream = new Stream((topic, data) => applyEvent(client, refresh, topic, data));
    current = stream;
    const off = stream.subscribe(() => waiting.forEach((listener) => listener()));
    stream.start();
    return () => {
      off();
      refresh.stop();
      stream.stop();
      current = null;
    };
  }, [client]);
}

export function useStreamState(): StreamState {
  return useSyncExternalStore(
    (listener) => {
      waiting.add(listener);
      return () => waiting.delete(listener);
    },
    () => current?.state ?? "connecting",
  );
}
