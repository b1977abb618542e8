import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, patch, post, remove } from "./client";
import type { Page } from "./client";
import type { Wire } from "./wire";

/** One key of the configuration registry. */
export type Setting = Wire<"SettingView">;
export type User = Wire<"UserView">;
export type Token = Wire<"TokenView">;
export type System = Wire<"SystemView">;

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

export type UserForm = Wire<"NewUser">;

export const useAddUser = () => useWrite("users", (form: UserForm) => post<User>("/users", form));
export const useChangeRole = () =>
  useWrite("users", ({ id, role }: { id: string } & Wire<"NewRole">) => patch<User>(`/users/${id}`, { role }));
export const useRemoveUser = () => useWrite("users", (id: string) => remove(`/users/${id}`));

/** The secret is in the answer once and never again. */
export const useAddToken = () =>
  useWrite("tokens", (form: Wire<"NewToken">) =>
    post<Token>("/tokens", form),
  );
export const useRemoveToken = () => useWrite("tokens", (id: string) => remove(`/tokens/${id}`));
