import { useState } from "react";
import type { ReactNode } from "react";

import { sortRows } from "./table";
import type { Direction, TableSpec } from "./table";

interface Props {
  table: TableSpec;
  caption: string;
  tight?: boolean;
  foot?: TableSpec["rows"][number];
  /** Draws the first cell of a row, for swatches and links; `name` is its text. */
  first?: (name: string) => ReactNode;
}

/** A table that sorts by any column, numbers to the right. */
export function DataTable({ table, caption, tight, foot, first }: Props) {
  const [sort, setSort] = useState<{ column: number; direction: Direction } | null>(null);
  const rows = sort ? sortRows(table.rows, sort.column, sort.direction) : table.rows;
  const toggle = (column: number) => {
    const start: Direction = table.columns[column]?.numeric ? "descending" : "ascending";
    const other: Direction = start === "descending" ? "ascending" : "descending";
    setSort((before) =>
      before?.column !== column
        ? { column, direction: start }
        : before.direction === start
          ? { column, direction: other }
          : null,
    );
  };
  const kind = (index: number) => (table.columns[index]?.numeric ? "number" : undefined);
  return (
    <div className={tight ? "scroll high" : "scroll"} tabIndex={0} role="region" aria-label={caption}>
      <table className={tight ? "data tight" : "data"}>
        <caption className="hidden">{caption}</caption>
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th
                key={column.label}
                scope="col"
                className={kind(index)}
                aria-sort={sort?.column === index ? sort.direction : undefined}
              >
                <button type="button" onClick={() => toggle(index)}>
                  {column.label}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((c, index) => (
                <td key={index} className={kind(index)} title={c.exact}>
                  {index === 0 && first ? first(c.text) : c.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot && (
          <tfoot>
            <tr>
              {foot.map((c, index) => (
                <td key={index} className={kind(index)} title={c.exact}>
                  {c.text}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}
