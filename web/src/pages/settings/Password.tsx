import { Button, PasswordInput } from "@mantine/core";
import { useState } from "react";
import type { FormEvent } from "react";

import { ApiError } from "../../api/client";
import { useChangePassword } from "../../api/session";
import { Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";

const EMPTY = { current: "", password: "" };

/** One's own password. */
export function Password() {
  const change = useChangePassword();
  const [form, setForm] = useState(EMPTY);
  const error = change.error instanceof ApiError ? change.error : null;
  const field = (name: keyof typeof form) => ({
    value: form[name],
    error: error?.fieldError(name),
    required: true,
    w: 260,
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(form, { onSuccess: () => setForm(EMPTY) });
  };
  return (
    <Part title="Change your password">
      {error && !error.problem.errors?.length && <Problem error={error} />}
      {change.isSuccess && <p role="status">Your password is changed. Your other sessions have ended.</p>}
      <form className="row end" onSubmit={send}>
        <PasswordInput label="Current password" autoComplete="current-password" {...field("current")} />
        <PasswordInput label="New password" autoComplete="new-password" {...field("password")} />
        <Button type="submit" loading={change.isPending}>Change the password</Button>
      </form>
    </Part>
  );
}
