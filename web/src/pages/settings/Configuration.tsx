import { Button, TextInput } from "@mantine/core";
import { useState } from "react";

import { useChangeSetting, useSettings } from "../../api/settings";
import type { Setting } from "../../api/settings";
import { may, useSession } from "../../api/session";
import { Numbers } from "../../format/number";
import { Loaded } from "../../parts/Loaded";
import { Problem } from "../../parts/Problem";

const numbers = new Numbers();

/** A number as it is typed; null where it is none. */
export function parseSetting(text: string): number | null {
  const value = Number(text.trim());
  return text.trim() !== "" && Number.isFinite(value) ? value : null;
}

function Row({ setting, editable }: { setting: Setting; editable: boolean }) {
  const change = useChangeSetting();
  const [text, setText] = useState<string | null>(null);
  const changed = setting.value !== setting.default;
  const range = `${numbers.compact(setting.min)} to ${numbers.compact(setting.max)}`;
  const save = () => {
    const value = parseSetting(text ?? "");
    if (value !== null) change.mutate({ key: setting.key, value }, { onSuccess: () => setText(null) });
  };
  const wrong = text !== null && parseSetting(text) === null;
  return (
    <tr>
      <td><code>{setting.key}</code></td>
      <td className="prose">
        {setting.meaning}
        <div className="quiet" style={{ fontSize: 13 }}>{setting.source}</div>
        {change.isError && <Problem error={change.error} />}
      </td>
      <td className="number">
        {text === null ? (
          <span className="row" style={{ justifyContent: "flex-end", gap: 8 }}>
            {changed ? <strong>{String(setting.value)}</strong> : String(setting.value)}
            {editable && <button type="button" className="link" onClick={() => setText(String(setting.value))}>Change</button>}
          </span>
        ) : (
          <span className="row" style={{ justifyContent: "flex-end", gap: 6, flexWrap: "nowrap" }}>
            <TextInput size="xs" w={110} value={text} error={wrong} aria-label={setting.key} onChange={(event) => setText(event.currentTarget.value)} />
            <Button size="compact-xs" loading={change.isPending} disabled={wrong} onClick={save}>Save</Button>
            <button type="button" className="link" onClick={() => setText(null)}>Leave</button>
          </span>
        )}
        {changed && text === null && editable && (
          <button type="button" className="link" onClick={() => change.mutate({ key: setting.key, value: null })}>Back to {String(setting.default)}</button>
        )}
      </td>
      <td className="quiet">{setting.unit}<div style={{ fontSize: 13 }}>{range}</div></td>
      <td>{setting.impact}</td>
      <td className="quiet">{setting.live ? "at once" : "on restart"}</td>
    </tr>
  );
}

export function Configuration() {
  const settings = useSettings();
  const session = useSession();
  const [find, setFind] = useState("");
  const editable = may(session.data?.role, "operator");
  const matches = (s: Setting) => `${s.key} ${s.meaning}`.toLowerCase().includes(find.trim().toLowerCase());
  return (
    <>
      <TextInput className="form" mb="md" label="Find a key" value={find} onChange={(event) => setFind(event.currentTarget.value)} />
      <Loaded query={settings} height={420}>
        {({ items }) => (
          <div className="scroll">
            <table className="data">
              <thead><tr><th scope="col">Key</th><th scope="col">Meaning and source</th><th scope="col" className="number">Value</th><th scope="col">Unit, range</th><th scope="col">Impact</th><th scope="col">Counts</th></tr></thead>
              <tbody>{items.filter(matches).map((s) => <Row key={s.key} setting={s} editable={editable} />)}</tbody>
            </table>
          </div>
        )}
      </Loaded>
    </>
  );
}
