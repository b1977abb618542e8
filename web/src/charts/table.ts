// The table behind a picture: shown, sorted and saved from one description.

export interface Column {
  label: string;
  numeric?: boolean;
  /** Said in the file's header, because a file has no axis. */
  unit?: string;
}

export interface Cell {
  text: string;
  /** What is sorted by and saved; the text where left out. */
  value?: number | string | null;
  /** What hover says. */
  exact?: string;
}

export interface TableSpec {
  columns: Column[];
  rows: Cell[][];
}

export const cell = (text: string, value?: Cell["value"], exact?: string): Cell => ({
  text,
  value,
  exact,
});

/** A field of a CSV. Text that a spreadsheet would run as a formula is made text. */
function field(value: number | string | null | undefined): string {
  if (value == null) return "";
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "";
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function toCsv(table: TableSpec): string {
  const header = table.columns.map((c) => field(c.unit ? `${c.label} (${c.unit})` : c.label));
  const rows = table.rows.map((row) =>
    row.map((c) => field(c.value === undefined ? c.text : c.value)).join(","),
  );
  return [header.join(","), ...rows].join("\r\n") + "\r\n";
}

export type Direction = "ascending" | "descending";

/** Missing values stay at the end whatever the direction. */
export function sortRows(rows: Cell[][], column: number, direction: Direction): Cell[][] {
  const key = (row: Cell[]) => {
    const c = row[column];
    return c?.value === undefined ? (c?.text ?? null) : c.value;
  };
  const sign = direction === "ascending" ? 1 : -1;
  return [...rows].sort((left, right) => {
    const [a, b] = [key(left), key(right)];
    if (a == null || b == null) return a == null ? (b == null ? 0 : 1) : -1;
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b));
  });
}
