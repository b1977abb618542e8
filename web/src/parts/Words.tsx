import { Fragment } from "react";

/** Keeps signs with their numbers and dates in one piece where a line ends. */
export function unbroken(text: string): string {
  return text
    .replace(/([(+−])(?=\S)/g, "$1\u2060")
    .replace(/(\d[KMB]?)–(?=\d)/g, "$1\u2060–\u2060")
    .replace(/(\d)-(?=\d)/g, "$1\u2060-\u2060")
    .replace(/(\d) %/g, "$1\u00a0%");
}

/** A sentence of the server: names in backticks are set as names. */
export function Words({ text }: { text: string }) {
  return unbroken(text)
    .split("`")
    .map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>));
}
