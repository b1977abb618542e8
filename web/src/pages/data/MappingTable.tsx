import { NativeSelect, TextInput } from "@mantine/core";

import type { ColumnProposal, Description, Mapping, Role } from "../../api/description";
import { Numbers } from "../../format/number";
import { ROLES, assign, needsChannel, rename, rolesOf } from "./mapping";

const numbers = new Numbers();
const EXAMPLES = 3;

interface Props {
  description: Description;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
}

function sure(confidence: number): string {
  return confidence >= 0.999 ? "sure" : `${numbers.share(confidence)} sure`;
}

/** What each column is taken for, how sure that is, and why; every line can be changed. */
export function MappingTable({ description, mapping, onChange }: Props) {
  const columns = rolesOf(mapping, description.columns);
  const { preview } = description;
  const examples = (name: string) => {
    const at = preview.columns.indexOf(name);
    return at < 0 ? "" : preview.rows.slice(0, EXAMPLES).map((row) => row[at] ?? "").join(", ");
  };
  const change = (column: ColumnProposal, role: Role) =>
    onChange(assign(mapping, column.column, role, needsChannel(role) ? column.channel ?? undefined : undefined));
  return (
    <div className="scroll">
      <table className="data limits">
        <caption className="hidden">What each column means</caption>
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">First values</th>
            <th scope="col">Is</th>
            <th scope="col">Of channel</th>
            <th scope="col">How sure, and why</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => (
            <tr key={column.column}>
              <td><strong>{column.column}</strong></td>
              <td className="quiet examples" title={examples(column.column)}>{examples(column.column)}</td>
              <td>
                <NativeSelect
                  size="xs"
                  w={165}
                  aria-label={`${column.column} is`}
                  value={column.role}
                  data={ROLES.some((r) => r.value === column.role) ? ROLES : [{ value: column.role, label: column.role }, ...ROLES]}
                  onChange={(event) => change(column, event.currentTarget.value as Role)}
                />
              </td>
              <td>
                {needsChannel(column.role) && column.channel != null && (
                  <TextInput
                    key={column.channel}
                    size="xs"
                    w={130}
                    aria-label={`Channel of ${column.column}`}
                    defaultValue={column.channel}
                    onBlur={(event) => onChange(rename(mapping, column.channel!, event.currentTarget.value))}
                  />
                )}
              </td>
              <td className="quiet prose">
                <span className={column.confidence < 0.7 ? "state review" : undefined}>{sure(column.confidence)}</span>: {column.reason}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Preview({ description }: { description: Description }) {
  const { preview } = description;
  return (
    <details className="method">
      <summary>First {preview.rows.length} rows as they stand in the file</summary>
      <div className="scroll high" tabIndex={0} role="region" aria-label="First rows of the file">
        <table className="data tight">
          <thead><tr>{preview.columns.map((c) => <th key={c} scope="col">{c}</th>)}</tr></thead>
          <tbody>
            {preview.rows.map((row, i) => (
              <tr key={i}>{row.map((value, j) => <td key={j}>{value}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
