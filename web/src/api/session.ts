import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, post, remove, rememberCsrf } from "./client";

export type RoleName = "viewer" | "analyst" | "approver" | "operator" | "admin";

export interface Session {
  setup_needed: boolean;
  user?: { id: string; name: string; email: string };
  role?: RoleName;
  workspace?: { id: string; name: string; currency: string | null; zone: string };
  csrf?: string;
  version: string;
}

const KEY = ["session"];

export function useSession() {
  return useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const session = await get<Session>("/session");
      rememberCsrf(session.csrf);
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

export interface SetupForm {
  name: string;
  email: string;
  password: string;
  workspace: string;
}

export function useSetup() {
  return useMutation({
    mutationFn: (form: SetupForm) => post<Session>("/setup", form),
    onSuccess: useReset(),
  });
}

export function useSignIn() {
  return useMutation({
    mutationFn: (form: { email: string; password: string }) => post<Session>("/session", form),
    onSuccess: useReset(),
  });
}

export function useSignOut() {
  return useMutation({ mutationFn: () => remove("/session"), onSuccess: useReset() });
}

/** Loads the generated brand: data set, model and plan, with progress. */
export function useDemo() {
  return useMutation({ mutationFn: () => post<{ job: string }>("/demo") });
}

const ORDER: RoleName[] = ["viewer", "analyst", "approver", "operator", "admin"];

/** Whether a role may do what needs at least `least`; the server decides, this only hides. */
export function may(role: RoleName | undefined, least: RoleName): boolean {
  return role !== undefined && ORDER.indexOf(role) >= ORDER.indexOf(least);
}

/** Whether the reader may do it: what they may not do is not offered. */
export function useMay(least: RoleName): boolean {
  return may(useSession().data?.role, least);
}
