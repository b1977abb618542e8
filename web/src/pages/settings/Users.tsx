import { Button, NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { useState } from "react";
import type { FormEvent } from "react";

import { ApiError } from "../../api/client";
import { useAddUser, useChangeRole, useRemoveUser, useUsers } from "../../api/settings";
import type { UserForm } from "../../api/settings";
import { useSession } from "../../api/session";
import type { RoleName } from "../../api/session";
import { formatDay, formatMoment } from "../../format/date";
import { Confirm } from "../../parts/Confirm";
import { Loaded } from "../../parts/Loaded";
import { Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";

export const ROLES: { value: RoleName; label: string }[] = [
  { value: "viewer", label: "Viewer: reads" },
  { value: "analyst", label: "Analyst: imports, fits, plans" },
  { value: "approver", label: "Approver: agrees to changes" },
  { value: "operator", label: "Operator: runs the system" },
  { value: "admin", label: "Admin: everything" },
];

const EMPTY: UserForm = { name: "", email: "", password: "", role: "analyst" };

export function Users() {
  const users = useUsers();
  const session = useSession();
  const add = useAddUser();
  const remove = useRemoveUser();
  const change = useChangeRole();
  const [form, setForm] = useState(EMPTY);
  const error = add.error instanceof ApiError ? add.error : null;
  const field = (name: "name" | "email" | "password") => ({
    value: form[name],
    error: error?.fieldError(name),
    required: true,
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      const { value } = event.currentTarget;
      setForm((before) => ({ ...before, [name]: value }));
    },
  });
  const send = (event: FormEvent) => {
    event.preventDefault();
    add.mutate(form, { onSuccess: () => setForm(EMPTY) });
  };
  return (
    <>
      <Loaded query={users}>
        {({ items }) => (
          <div className="scroll" tabIndex={0} role="region" aria-label="Users">
            <table className="data limits">
              <thead><tr><th scope="col">Name</th><th scope="col">E-mail</th><th scope="col">Role</th><th scope="col">Since</th><th scope="col">Last seen</th><th scope="col"><span className="hidden">Actions</span></th></tr></thead>
              <tbody>
                {items.map((user) => (
                  <tr key={user.id}>
                    <td>{user.name}</td><td>{user.email}</td>
                    <td>
                      {user.id === session.data?.user?.id ? ROLES.find((r) => r.value === user.role)?.label : (
                        <NativeSelect size="xs" w={230} aria-label={`Role of ${user.name}`} data={ROLES} value={user.role} disabled={change.isPending}
                          onChange={(event) => change.mutate({ id: user.id, role: event.currentTarget.value as RoleName })} />
                      )}
                    </td>
                    <td className="nowrap">{formatDay(user.created_at)}</td><td className="nowrap">{formatMoment(user.last_seen_at)}</td>
                    <td>
                      {user.id !== session.data?.user?.id && (
                        <Confirm label="Remove" variant="subtle" title={`Remove ${user.name}?`} confirm="Remove the user" harm run={() => remove.mutateAsync(user.id)}>
                          Sessions and tokens of this user end at once. What they did stays in the history.
                        </Confirm>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      {change.isError && <Problem error={change.error} />}
      <Part title="Add a user">
        {error && !error.problem.errors?.length && <Problem error={error} />}
        <form className="row end" onSubmit={send}>
          <TextInput label="Name" {...field("name")} />
          <TextInput label="E-mail" type="email" {...field("email")} />
          <PasswordInput label="First password" w={200} autoComplete="new-password" {...field("password")} />
          <NativeSelect label="Role" data={ROLES} value={form.role} onChange={(event) => {
            const role = event.currentTarget.value as RoleName;
            setForm((before) => ({ ...before, role }));
          }} />
          <Button type="submit" loading={add.isPending}>Add the user</Button>
        </form>
      </Part>
    </>
  );
}
