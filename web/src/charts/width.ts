import { useEffect, useRef, useState } from "react";

/** The width that a chart has; drawn at real size, so that its text stays readable. */
export function useWidth<E extends HTMLElement>(first = 560) {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const measure = () => {
      const next = element.clientWidth;
      if (next > 0) setWidth(next);
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}

/** Pixels that a text of this font takes, near enough to leave room for it. */
export const textWidth = (text: string, perCharacter = 7) => text.length * perCharacter;

export const shorten = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;
