import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, post, put, remove, rememberCsrf } from "./client";
import type { Wire } from "./wire";

export type RoleName = Wire<"Role">;
export type Session = Wire<"SessionView">;

const KEY = ["session"];

export function useSession() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const session = await get<Session>("/session");
      rememberCsrf(session.csrf ?? undefined);
      return session;
    },
    staleTime: 60_000,
  });
}

/** After signing in or out everything that was loaded belongs to somebody else. */
function useReset() {
  const client = useQueryClient();
  return async () => {
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" });
    await client.invalidateQueries({ queryKey: KEY });
  };
}

export type SetupForm = Wire<"Setup">;

export function useSetup() {
  return useMutation({
    mutationFn: (form: SetupForm) => post<Session>("/setup", form),
    onSuccess: useReset(),
  });
}

export function useSignIn() {
  return useMutation({
    mutationFn: (form: Wire<"SignIn">) => post<Session>("/session", form),
    onSuccess: useReset(),
  });
}

/** One's own password: all sessions end, and this one begins anew. */
export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (form: { current: string; password: string }) =>
      put<Session>("/session/password", form),
    onSuccess: (session) => {
      rememberCsrf(session.csrf ?? undefined);
      client.setQueryData(KEY, session);
    },
  });
}

export function useSignOut() {
  return useMutation({ mutationFn: () => remove("/session"), onSuccess: useReset() });
}

/** Loads the generated brand: data set, model and plan, with progress. */
export function useDemo() {
  return useMutation({ mutationFn: () => post<Wire<"DemoBegun">>("/demo") });
}

const ORDER: RoleName[] = ["viewer", "analyst", "approver", "operator", "admin"];

/** Whether a role may do what needs at least `least`; the server decides, this only hides. */
export function may(role: RoleName | null | undefined, least: RoleName): boolean {
  return role != null && ORDER.indexOf(role) >= ORDER.indexOf(least);
}

/** Whether the reader may do it: what they may not do is not offered. */
export function useMay(least: RoleName): boolean {
  return may(useSession().data?.role, least);
}
