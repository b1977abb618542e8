import { Button, Checkbox, NativeSelect, TextInput } from "@mantine/core";
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

/** Long keys may break after a dot or an underscore. */
const breakable = (key: string) => key.replace(/([._])/g, "$1\u200b");

const groupOf = (setting: Setting) => setting.key.split(".")[0]!;

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
      <td><code>{breakable(setting.key)}</code></td>
      <td className="prose">
        {setting.meaning}
        <div className="quiet" style={{ fontSize: 13 }}>{setting.source}</div>
        {change.isError && <Problem error={change.error} />}
      </td>
      <td className="number">
        {text === null ? (
          <span className="row" style={{ justifyContent: "flex-end", gap: 8 }}>
            {changed ? <strong>{numbers.exact(setting.value)}</strong> : numbers.exact(setting.value)}
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
          <button type="button" className="link" onClick={() => change.mutate({ key: setting.key, value: null })}>Back to {numbers.exact(setting.default)}</button>
        )}
      </td>
      <td className="quiet">{setting.unit}<div style={{ fontSize: 13 }}>{range}</div></td>
      <td>{setting.impact}</td>
      <td className="quiet nowrap">{setting.live ? "at once" : "on restart"}</td>
    </tr>
  );
}

export function Configuration() {
  const settings = useSettings();
  const session = useSession();
  const [find, setFind] = useState("");
  const editable = may(session.data?.role, "operator");
  const [group, setGroup] = useState("");
  const [changed, setChanged] = useState(false);
  const matches = (s: Setting) =>
    (!group || groupOf(s) === group) && (!changed || s.value !== s.default) && `${s.key} ${s.meaning}`.toLowerCase().includes(find.trim().toLowerCase());
  const all = settings.data?.items ?? [];
  const groups = [...new Set(all.map(groupOf))];
  const shown = all.filter(matches);
  return (
    <>
      <div className="row end" style={{ marginBottom: 16 }}>
        <TextInput w={300} label="Find a key" value={find} onChange={(event) => setFind(event.currentTarget.value)} />
        <NativeSelect label="About" value={group} onChange={(event) => setGroup(event.currentTarget.value)}
          data={[{ value: "", label: "everything" }, ...groups.map((g) => ({ value: g, label: g }))]} />
        <Checkbox mb={8} label="Only what was changed" checked={changed} onChange={(event) => setChanged(event.currentTarget.checked)} />
        <span className="quiet" style={{ marginBottom: 7 }} role="status">{shown.length} of {all.length}</span>
      </div>
      <Loaded query={settings} height={420}>
        {() => shown.length === 0 ? <p className="quiet">No key matches; every key has its default where only changes are asked for.</p> : (
          <div className="scroll">
            <table className="data">
              <thead><tr><th scope="col">Key</th><th scope="col">Meaning and source</th><th scope="col" className="number">Value</th><th scope="col">Unit, range</th><th scope="col">Impact</th><th scope="col">Counts</th></tr></thead>
              <tbody>{shown.map((s) => <Row key={s.key} setting={s} editable={editable} />)}</tbody>
            </table>
          </div>
        )}
      </Loaded>
    </>
  );
}
