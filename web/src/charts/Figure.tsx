import { useId, useRef, useState } from "react";
import type { ReactNode } from "react";

import { DataTable } from "./DataTable";
import { fileName, saveCsv, saveSvg } from "./save";
import type { TableSpec } from "./table";

interface Props {
  /** Says what the picture shows. */
  title: ReactNode;
  /** The title as plain words, for file names and assistive technology. */
  name: string;
  note?: ReactNode;
  table: TableSpec;
  children: ReactNode;
  aside?: ReactNode;
}

/** Every picture has its title, its table, its data and its image. */
export function Figure({ title, name, note, table, children, aside }: Props) {
  const drawing = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const id = useId();
  const image = () => {
    const svg = drawing.current?.querySelector("svg");
    if (svg) saveSvg(fileName(name), svg);
  };
  return (
    <figure className="figure" aria-labelledby={id}>
      <figcaption>
        <h3 id={id}>{title}</h3>
        {note && <p className="note">{note}</p>}
      </figcaption>
      {aside}
      <div className="drawing" ref={drawing}>
        {children}
      </div>
      <div className="tools">
        <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Hide table" : "Table"}
        </button>
        <button type="button" className="link" onClick={() => saveCsv(fileName(name), table)}>
          CSV
        </button>
        <button type="button" className="link" onClick={image}>
          SVG
        </button>
      </div>
      {open && <DataTable table={table} caption={name} tight />}
    </figure>
  );
}
