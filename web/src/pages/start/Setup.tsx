import { Button, PasswordInput, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { FormEvent } from "react";

import { ApiError } from "../../api/client";
import { useSetup } from "../../api/session";
import { Problem } from "../../parts/Problem";

/** The first page of all: one person, one workspace, no tour. */
export default function Setup() {
  const setup = useSetup();
  const [form, setForm] = useState({ name: "", email: "", password: "", workspace: "" });
  useEffect(() => {
    document.title = "Set up Outlay";
  }, []);
  const error = setup.error instanceof ApiError ? setup.error : null;
  const field = (name: keyof typeof form) => ({
    name,
    value: form[name],
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
    error: error?.fieldError(name),
    required: true,
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    setup.mutate(form);
  };
  return (
    <main className="gate">
      <img src="/mark.svg" alt="" width={34} height={34} />
      <h1>Where should the next unit of money go?</h1>
      <p className="quiet">
        Set a name and a password; then drop a file or load the demo. The account exists on this server only.
      </p>
      {error && !error.problem.errors?.length && <Problem error={error} />}
      <form className="stack" onSubmit={send}>
        <TextInput label="Your name" autoComplete="name" autoFocus {...field("name")} />
        <TextInput label="E-mail" type="email" autoComplete="email" description="To sign in; nothing is sent to it" {...field("email")} />
        <PasswordInput label="Password" autoComplete="new-password" {...field("password")} />
        <TextInput label="Workspace" description="A brand, a company, a team" {...field("workspace")} />
        <Button type="submit" loading={setup.isPending}>Set up and go on</Button>
      </form>
    </main>
  );
}
