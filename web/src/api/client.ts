// The one place that talks to the server: problems become errors, writes carry the CSRF token and
// an idempotency key, documents that can change under us carry their version.

import type { Wire } from "./wire";

/** `application/problem+json`; what never reached the server has no type and perhaps no next step. */
export type Problem = Pick<Wire<"Problem">, "title" | "status" | "code"> & Partial<Wire<"Problem">>;

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
    this.name = "ApiError";
  }

  fieldError(field: string): string | undefined {
    return this.problem.errors?.find((error) => error.field === field)?.message;
  }
}

/** A page of a list; `next` is the cursor of the page after it. */
export interface Page<T> {
  items: T[];
  next?: string | null;
}

let csrf: string | undefined;

export function rememberCsrf(token: string | undefined): void {
  csrf = token;
}

export function csrfHeaders(): Record<string, string> {
  return csrf ? { "X-CSRF-Token": csrf } : {};
}

type Query = Record<string, string | number | boolean | undefined | null>;

export interface Options {
  body?: unknown;
  query?: Query;
  signal?: AbortSignal;
  /** Version of the row that is changed. */
  ifMatch?: string;
  /** The same key on a retry makes the server answer as before instead of doing it again. */
  idempotencyKey?: string;
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") search.set(key, String(value));
  }
  const text = search.toString();
  return `/api${path}${text ? `?${text}` : ""}`;
}

function unreachable(): ApiError {
  return new ApiError({
    title: "The server does not answer",
    status: 0,
    code: "network.unreachable",
    detail: "The request did not arrive, or its answer was lost.",
    next: "Check that `outlay serve` is running, then try again. Nothing that you saved is lost.",
  });
}

/** Reads a problem from an answer, also from one that is not JSON (a proxy's page). */
export async function problemOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as Partial<Problem>;
    if (typeof body.title === "string") {
      return new ApiError({ code: "unknown", ...body, title: body.title, status: response.status });
    }
  } catch {
    // Falls through to the plain problem.
  }
  return new ApiError({
    title: `The server answered ${response.status}`,
    status: response.status,
    code: `http.${response.status}`,
    next: "Try again; if it stays like this, look at Settings, Health.",
  });
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") Object.assign(headers, csrfHeaders());
  if (method === "POST") headers["Idempotency-Key"] = options.idempotencyKey ?? newKey();
  if (options.ifMatch) headers["If-Match"] = options.ifMatch;
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      credentials: "same-origin",
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** `randomUUID` exists only on secure origins; a plain address in a local network is none. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Keeps what was shown while another range of the same thing is asked for, and nothing of another
 * thing: `id` is the key's second part. */
export const keepOf = (id: string) => <T>(before: T | undefined, query: { queryKey: readonly unknown[] } | undefined) =>
  query?.queryKey[1] === id ? before : undefined;

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  request<T>("GET", path, { query, signal });
export const post = <T>(path: string, body?: unknown, options: Options = {}) =>
  request<T>("POST", path, { ...options, body: body ?? {} });
export const put = <T>(path: string, body: unknown) => request<T>("PUT", path, { body });
export const patch = <T>(path: string, body: unknown, options: Options = {}) =>
  request<T>("PATCH", path, { ...options, body });
export const remove = <T = void>(path: string) => request<T>("DELETE", path);
