import { Button, CopyButton, NativeSelect, TextInput } from "@mantine/core";
import { useState } from "react";
import type { FormEvent } from "react";

import { useAddToken, useRemoveToken, useTokens } from "../../api/settings";
import type { RoleName } from "../../api/session";
import { formatDay, formatMoment } from "../../format/date";
import { Confirm } from "../../parts/Confirm";
import { Loaded } from "../../parts/Loaded";
import { Part } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { ROLES } from "./Users";

export function Tokens() {
  const tokens = useTokens();
  const add = useAddToken();
  const remove = useRemoveToken();
  const [name, setName] = useState("");
  const [role, setRole] = useState<RoleName>("viewer");
  const send = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ name, role }, { onSuccess: () => setName("") });
  };
  return (
    <>
      {add.data?.secret && (
        <div className="notice done" role="status">
          <p><strong>Copy the token of {add.data.name} now: it is shown once.</strong></p>
          <p className="row">
            <code>{add.data.secret}</code>
            <CopyButton value={add.data.secret}>
              {({ copied, copy }) => <Button size="compact-sm" variant="default" onClick={copy}>{copied ? "Copied" : "Copy"}</Button>}
            </CopyButton>
          </p>
        </div>
      )}
      <Loaded query={tokens}>
        {({ items }) => items.length === 0 ? <p className="quiet">No tokens. A program that calls the API needs one.</p> : (
          <div className="scroll" tabIndex={0} role="region" aria-label="API tokens">
            <table className="data limits">
              <thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Since</th><th scope="col">Ends</th><th scope="col">Last used</th><th scope="col"><span className="hidden">Actions</span></th></tr></thead>
              <tbody>
                {items.map((token) => (
                  <tr key={token.id}>
                    <td>{token.name} <code className="quiet">{token.prefix}…</code></td><td>{token.role}</td><td className="nowrap">{formatDay(token.created_at)}</td>
                    <td className="nowrap">{token.expires_at ? formatDay(token.expires_at) : "never"}</td><td className="nowrap">{formatMoment(token.last_used_at)}</td>
                    <td>
                      <Confirm label="Revoke" variant="subtle" title={`Revoke ${token.name}?`} confirm="Revoke the token" harm run={() => remove.mutateAsync(token.id)}>
                        Programs that use it are refused from now on.
                      </Confirm>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
      <Part title="Make a token">
        {add.isError && <Problem error={add.error} />}
        <form className="row end" onSubmit={send}>
          <TextInput label="What is it for?" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <NativeSelect label="Role" data={ROLES} value={role} onChange={(event) => setRole(event.currentTarget.value as RoleName)} />
          <Button type="submit" loading={add.isPending}>Make the token</Button>
        </form>
      </Part>
    </>
  );
}
