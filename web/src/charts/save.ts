// Saves a picture or its data as a file, without a server.

import { toCsv } from "./table";
import type { TableSpec } from "./table";

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The click has been handled by the next turn.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

export function saveCsv(name: string, table: TableSpec): void {
  // The mark at the start makes spreadsheets read UTF-8.
  save(`${name}.csv`, "text/csv;charset=utf-8", `\uFEFF${toCsv(table)}`);
}

const KEPT = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap",
  "stroke-linejoin", "opacity", "font-size", "font-family", "font-weight", "text-anchor",
  "paint-order", "display",
];

/** A drawing with its computed style written into it, so that it looks the same elsewhere. */
export function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = [svg, ...svg.querySelectorAll<SVGElement>("*")];
  const to = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  from.forEach((element, index) => {
    const style = window.getComputedStyle(element);
    const target = to[index]!;
    const text = KEPT.map((name) => [name, style.getPropertyValue(name)] as const)
      .filter(([, value]) => value !== "")
      .map(([name, value]) => `${name}:${value}`)
      .join(";");
    target.setAttribute("style", text);
    target.removeAttribute("class");
    target.removeAttribute("tabindex");
  });
  const box = svg.getBoundingClientRect();
  const [width, height] = [Math.ceil(box.width), Math.ceil(box.height)];
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  if (!copy.getAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const ground = window.getComputedStyle(document.body).backgroundColor;
  const back = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  back.setAttribute("width", "100%");
  back.setAttribute("height", "100%");
  back.setAttribute("fill", ground);
  copy.insertBefore(back, copy.firstChild);
  return new XMLSerializer().serializeToString(copy);
}

export function saveSvg(name: string, svg: SVGSVGElement): void {
  save(`${name}.svg`, "image/svg+xml", standalone(svg));
}

/** A file name from a title. */
export function fileName(title: string): string {
  const plain = title.normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "-");
  return plain.replace(/^-+|-+$/g, "").toLowerCase().slice(0, 60) || "chart";
}
