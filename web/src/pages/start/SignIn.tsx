import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { FormEvent } from "react";

import { useSignIn } from "../../api/session";
import { Problem } from "../../parts/Problem";

export default function SignIn() {
  const signIn = useSignIn();
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
