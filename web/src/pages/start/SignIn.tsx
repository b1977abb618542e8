import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { FormEvent } from "react";

import { useSession, useSignIn } from "../../api/session";
import { Problem } from "../../parts/Problem";

/** What the identity provider's code in the address means; the server's log says more. */
const REFUSALS: Record<string, string> = {
  "auth.oidc-unreachable": "The identity provider does not answer. Try again in a moment.",
  "auth.oidc-refused": "The identity provider did not let you in. Try again, or ask who runs it.",
  "auth.oidc-state": "This sign-in was not begun here, or took too long. Begin it again.",
  "auth.oidc-email": "The identity provider does not vouch for your e-mail address. Confirm it there.",
  "auth.oidc-domain": "Addresses of your domain may not sign in here. Use the one of your work.",
  "auth.oidc-unknown": "Nobody has added you here yet. Ask an admin.",
  "auth.oidc-disabled": "You may not sign in here. Ask an admin.",
  "auth.no-workspace": "You belong to no workspace. Ask an admin to add you.",
};

function refusal(): string | null {
  const code = new URLSearchParams(window.location.search).get("sign-on");
  if (code === null) return null;
  return REFUSALS[code] ?? "Signing in at the identity provider did not work. Ask an admin to look at the server's log.";
}

/** Leads to the identity provider and back to the page that was opened. */
function signOnAddress(): string {
  const { pathname, search } = window.location;
  const page = search.includes("sign-on=") ? "/" : pathname + search;
  return `/api/session/sign-on?next=${encodeURIComponent(page)}`;
}

export default function SignIn() {
  const signIn = useSignIn();
  const provider = useSession().data?.sign_on;
  const refused = refusal();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  useEffect(() => {
    document.title = "Sign in to Outlay";
  }, []);
  const send = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password });
  };
  return (
    <main className="gate">
      <img src="/mark.svg" alt="" width={34} height={34} />
      <h1>Sign in to Outlay</h1>
      {refused && !signIn.isError && <div className="notice fail" role="alert"><p>{refused}</p></div>}
      {provider && (
        <Button component="a" href={signOnAddress()} variant="default" fullWidth>{provider.name}</Button>
      )}
      {signIn.isError && <Problem error={signIn.error} />}
      <form className="stack" onSubmit={send}>
        <TextInput
          label="E-mail" type="email" autoComplete="username" autoFocus required
          value={email} onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password" autoComplete="current-password" required
          value={password} onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={signIn.isPending}>Sign in</Button>
      </form>
    </main>
  );
}
