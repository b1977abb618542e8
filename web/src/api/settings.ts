import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, patch, post, remove } from "./client";
import type { Page } from "./client";
import type { RoleName } from "./session";

/** One key of the configuration registry. */
export interface Setting {
  key: string;
  value: number | string | boolean;
  default: number | string | boolean;
  unit: string;
  min?: number | null;
  max?: number | null;
  /** Where the default comes from. */
  source: string;
  impact: "low" | "medium" | "high" | string;
  meaning: string;
  /** Whether a change counts at once, without a restart. */
  live: boolean;
}

export interface User {
  id: string;
  name: string;
  email: string;
  role: RoleName;
  created_at: string;
  last_seen_at: string | null;
}

export interface Token {
  id: string;
  name: string;
  role: RoleName;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}

export interface SystemPart {
  name: string;
  state: "ok" | "degraded" | "down" | string;
  message: string;
  checked_at: string;
}

export interface System {
  version: string;
  started_at: string;
  parts: SystemPart[];
  versions: Record<string, string>;
}

function useList<T>(name: string, path: string) {
  return useQuery({
    queryKey: [name],
    queryFn: ({ signal }) => get<T>(path, undefined, signal),
  });
}

export const useSettings = () => useList<Page<Setting>>("settings", "/settings");
export const useUsers = () => useList<Page<User>>("users", "/users");
export const useTokens = () => useList<Page<Token>>("tokens", "/tokens");

export function useSystem() {
  return useQuery({
    queryKey: ["system"],
    queryFn: ({ signal }) => get<System>("/system", undefined, signal),
    refetchInterval: 15_000,
  });
}

function useWrite<Form, Answer>(name: string, send: (form: Form) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: () => client.invalidateQueries({ queryKey: [name] }),
  });
}

export const useChangeSetting = () =>
  useWrite("settings", (change: { key: string; value: Setting["value"] | null }) =>
    // null goes back to the default.
    patch<Page<Setting>>("/settings", { [change.key]: change.value }),
  );

export interface UserForm {
  name: string;
  email: string;
  password: string;
  role: RoleName;
}

export const useAddUser = () => useWrite("users", (form: UserForm) => post<User>("/users", form));
export const useRemoveUser = () => useWrite("users", (id: string) => remove(`/users/${id}`));

/** The secret is in the answer once and never again. */
export const useAddToken = () =>
  useWrite("tokens", (form: { name: string; role: RoleName }) =>
    post<Token & { secret: string }>("/tokens", form),
  );
export const useRemoveToken = () => useWrite("tokens", (id: string) => remove(`/tokens/${id}`));
