"use strict";
(() => {
const root = document.documentElement, body = document.body, tip = document.getElementById("tip");
root.classList.add("js");
const sign = body.dataset.sign, decimal = body.dataset.decimal;
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// Numbers as the page writes them: three figures, compact.
function compact(value) {
  if (!Number.isFinite(value)) return "—";
  let v = Number(value.toPrecision(3)), suffix = "";
  for (const [size, letter] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]])
    if (Math.abs(v) >= size) { v = Number((v / size).toPrecision(3)); suffix = letter; break; }
  return (String(v) + suffix).replace("-", "−").replace(".", decimal);
}
const money = value => Number.isFinite(value) ? (value < 0 ? "−" : "") + sign + compact(Math.abs(value)) : "—";
const result = value => body.dataset.money === "true" ? money(value) : compact(value);
function range(low, high) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
  return " (" + compact(low) + (low < 0 ? " to " : "–") + compact(high) + ")";
}

// The numbers behind a picture are those of its CSV link.
const tables = new Map();
function rowsOf(figure) {
  if (tables.has(figure)) return tables.get(figure);
  const link = figure.querySelector("a[download]");
  const text = decodeURIComponent(link.getAttribute("href").split(",").slice(1).join(",")).replace(/^\uFEFF/, "");
  const rows = [[]];
  let cell = "", quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) { if (c !== '"') cell += c; else if (text[i + 1] === '"') { cell += c; i++; } else quoted = false; }
    else if (c === '"') quoted = true;
    else if (c === "," || c === "\n") { rows.at(-1).push(cell); cell = ""; if (c === "\n") rows.push([]); }
    else cell += c;
  }
  rows.pop();
  const found = { heads: rows[0], rows: rows.slice(1) };
  tables.set(figure, found);
  return found;
}

// One tooltip for everything; text only, never markup.
function place(x, y) {
  tip.hidden = false;
  const left = Math.min(x + 14, scrollX + root.clientWidth - tip.offsetWidth - 8);
  tip.style.left = Math.max(scrollX + 8, left) + "px";
  const above = y - tip.offsetHeight - 12;
  tip.style.top = (above > scrollY ? above : y + 16) + "px";
}
const hide = () => { tip.hidden = true; };
addEventListener("keydown", event => { if (event.key === "Escape") hide(); });

for (const mark of all(".mark")) {
  mark.querySelector("title")?.remove();
  if (mark.classList.contains("layer")) continue;
  const show = (x, y) => { tip.textContent = mark.getAttribute("aria-label"); place(x, y); };
  mark.addEventListener("pointermove", event => show(event.pageX, event.pageY));
  mark.addEventListener("pointerleave", hide);
  mark.addEventListener("focus", () => {
    if (!mark.matches(":focus-visible")) return;
    const box = mark.getBoundingClientRect();
    show(box.left + scrollX + box.width / 2, box.top + scrollY);
  });
  mark.addEventListener("blur", hide);
}

// Series: a line follows pointer or arrow keys, the tooltip lists the period's values.
function element(name, attributes, parent) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return parent.appendChild(made);
}
function listing(figure, heads, row) {
  const looks = figure.dataset.looks.split(" ");
  const table = document.createElement("table");
  let shown = 0;
  tip.textContent = "";
  const head = document.createElement("strong");
  head.textContent = row[0];
  for (let i = 1; i < heads.length; i++) {
    if (/ (5|95) %$/.test(heads[i])) continue;
    const line = table.insertRow(), name = line.insertCell(), value = line.insertCell();
    const swatch = document.createElement("span");
    swatch.className = "swatch " + (looks[shown++] || "");
    const label = document.createElement("bdi");
    label.textContent = heads[i];
    name.append(swatch, label);
    const number = text => text === "" ? NaN : Number(text);
    const low = heads[i + 1] === heads[i] + " 5 %" ? number(row[i + 1]) : NaN;
    const high = heads[i + 2] === heads[i] + " 95 %" ? number(row[i + 2]) : NaN;
    value.className = "number";
    value.textContent = compact(number(row[i])) + range(low, high);
  }
  tip.append(head, table);
}
for (const figure of all('.figure[data-kind="series"]')) {
  for (const svg of all("svg.series", figure)) {
    const axis = svg.querySelector("line.axis");
    if (!axis) continue;
    const left = Number(axis.getAttribute("x1")), right = Number(axis.getAttribute("x2")), floor = Number(axis.getAttribute("y1"));
    const line = element("line", { class: "cross", y1: 34, y2: floor, visibility: "hidden" }, svg);
    let index = -1;
    const show = wanted => {
      const { heads, rows } = rowsOf(figure);
      index = Math.max(0, Math.min(rows.length - 1, wanted));
      const time = i => Date.parse(rows[i][0]);
      const share = rows.length > 1 ? (time(index) - time(0)) / (time(rows.length - 1) - time(0)) : 0;
      const x = left + share * (right - left);
      line.setAttribute("x1", x); line.setAttribute("x2", x); line.setAttribute("visibility", "visible");
      listing(figure, heads, rows[index]);
      const box = svg.getBoundingClientRect();
      place(box.left + scrollX + x * box.width / svg.viewBox.baseVal.width, box.top + scrollY + box.height * .35);
    };
    const clear = () => { line.setAttribute("visibility", "hidden"); hide(); };
    svg.setAttribute("tabindex", "0");
    svg.addEventListener("pointermove", event => {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      if (x < left - 4 || x > right + 4) return clear();
      const { rows } = rowsOf(figure);
      show(Math.round((x - left) / (right - left) * (rows.length - 1)));
    });
    svg.addEventListener("pointerleave", clear);
    svg.addEventListener("blur", clear);
    svg.addEventListener("keydown", event => {
      const step = { ArrowRight: 1, ArrowLeft: -1, PageUp: 10, PageDown: -10, Home: -1e9, End: 1e9 }[event.key];
      if (!step) return;
      event.preventDefault();
      show(index < 0 ? (step < 0 ? 1e9 : 0) : index + step);
    });
  }
}

// Response curves: one at a time with a slider; all of them on request and on paper.
const curves = document.querySelector(".curves");
if (curves) {
  const picker = document.getElementById("pick-curve"), showAll = document.getElementById("all-curves");
  const cards = all(".curve-card", curves);
  const choose = () => {
    const many = showAll.getAttribute("aria-pressed") === "true";
    curves.classList.toggle("one", !many);
    showAll.textContent = many ? "Show one" : "Show all";
    cards.forEach((card, i) => card.classList.toggle("chosen", String(i) === picker.value));
  };
  picker.addEventListener("change", choose);
  showAll.addEventListener("click", () => {
    showAll.setAttribute("aria-pressed", String(showAll.getAttribute("aria-pressed") !== "true"));
    choose();
  });
  choose();
  for (const card of cards) {
    const figure = card.querySelector(".figure"), slider = card.querySelector("input"), reading = card.querySelector(".reading");
    const today = reading.textContent;
    const at = (column, multiplier) => {
      const { heads, rows } = rowsOf(figure), c = heads.indexOf(column);
      const after = Math.max(1, rows.findIndex(r => Number(r[0]) >= multiplier));
      const [a, b] = [rows[after - 1], rows[after]];
      const share = (multiplier - Number(a[0])) / (Number(b[0]) - Number(a[0]));
      return a[c] === "" || b[c] === "" ? NaN : Number(a[c]) + share * (Number(b[c]) - Number(a[c]));
    };
    const rings = all("svg", figure).map(svg => [svg, element("circle", { class: "ring", r: 8, visibility: "hidden" }, svg)]);
    slider.addEventListener("input", () => {
      const m = Number(slider.value), isToday = Math.abs(m - 1) < .005;
      slider.setAttribute("aria-valuetext", compact(m) + " times today's spend");
      const spend = at("spend", m), outcome = at("outcome", m);
      reading.textContent = isToday ? today :
        `${money(spend)} (${compact(m)} × today’s) would bring ${result(outcome)}` +
        `${range(at("outcome 5 %", m), at("outcome 95 %", m))}; the ${reading.dataset.next} there returns ` +
        `${result(at("next", m))}${range(at("next 5 %", m), at("next 95 %", m))}.`;
      for (const [svg, ring] of rings) {
        const [x0, x1, right, y0, y1, top] = (svg.dataset.scale || "").split(" ").map(Number);
        if (!Number.isFinite(top) || !Number.isFinite(outcome)) continue;
        ring.setAttribute("visibility", isToday ? "hidden" : "visible");
        ring.setAttribute("cx", x0 + (x1 - x0) * spend / right);
        ring.setAttribute("cy", y0 + (y1 - y0) * outcome / top);
      }
    });
  }
}

// Tables: a click on a head sorts; the row of totals stays last.
for (const table of all("table.sortable")) {
  all("th", table).forEach((th, place, heads) => {
    const column = heads.slice(0, place).reduce((sum, head) => sum + head.colSpan, 0);
    const button = document.createElement("button");
    button.type = "button";
    button.append(...th.childNodes);
    th.append(button);
    button.addEventListener("click", () => {
      const up = th.getAttribute("aria-sort") === "descending" || (!th.classList.contains("number") && !th.hasAttribute("aria-sort"));
      all("th", table).forEach(other => other.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", up ? "ascending" : "descending");
      const rows = [...table.tBodies[0].rows], total = table.closest("#channels") ? rows.pop() : null;
      const key = row => row.cells[column].dataset.sort;
      rows.sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === undefined && y === undefined) return a.cells[column].textContent.localeCompare(b.cells[column].textContent) * (up ? 1 : -1);
        if (x === undefined || y === undefined) return x === undefined ? 1 : -1;
        return (Number(x) - Number(y)) * (up ? 1 : -1);
      });
      table.tBodies[0].append(...rows, ...(total ? [total] : []));
    });
  });
}

// A picture as SVG: styles are written into the copy, so that it stands alone.
const kept = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "paint-order", "opacity", "font-size", "font-family", "font-weight", "text-anchor"];
for (const button of all("[data-save]")) button.addEventListener("click", () => {
  const figure = document.getElementById(button.dataset.save);
  const svg = all("svg", figure).find(s => s.getBoundingClientRect().width > 0);
  const copy = svg.cloneNode(true), from = [svg, ...all("*", svg)];
  [copy, ...all("*", copy)].forEach((node, i) => {
    const style = getComputedStyle(from[i]);
    for (const name of kept) node.setAttribute(name, style.getPropertyValue(name));
    if (from[i].getAttribute("fill")?.startsWith("url(")) node.setAttribute("fill", from[i].getAttribute("fill"));
    for (const name of ["class", "tabindex", "role"]) node.removeAttribute(name);
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
  link.download = button.dataset.save + ".svg";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
})();
