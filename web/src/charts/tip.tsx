// What hover and focus say about a mark.

import { createContext, useCallback, useContext, useMemo, useState } from "react";
import type { FocusEvent, MouseEvent, ReactNode } from "react";

interface Tip {
  text: string;
  x: number;
  y: number;
}

const Context = createContext<(tip: Tip | null) => void>(() => undefined);

export function TipLayer({ children }: { children: ReactNode }) {
  const [tip, setTip] = useState<Tip | null>(null);
  const flip = tip !== null && tip.x > window.innerWidth - 340;
  return (
    <Context.Provider value={setTip}>
      {children}
      {tip && (
        <div
          className="tip"
          role="presentation"
          style={{
            left: flip ? undefined : tip.x + 14,
            right: flip ? window.innerWidth - tip.x + 14 : undefined,
            top: Math.min(tip.y + 14, window.innerHeight - 90),
          }}
        >
          {tip.text}
        </div>
      )}
    </Context.Provider>
  );
}

/** Properties of a mark that speaks: reached by pointer and keyboard alike. */
export function useMark() {
  const show = useContext(Context);
  const hide = useCallback(() => show(null), [show]);
  return useMemo(
    () => (text: string) => ({
      className: "mark",
      tabIndex: 0,
      role: "img" as const,
      "aria-label": text.replaceAll("\n", ", "),
      onMouseMove: (event: MouseEvent) => show({ text, x: event.clientX, y: event.clientY }),
      onMouseLeave: hide,
      onFocus: (event: FocusEvent<SVGElement>) => {
        const box = event.currentTarget.getBoundingClientRect();
        show({ text, x: box.left + box.width / 2, y: box.top + box.height / 2 });
      },
      onBlur: hide,
    }),
    [show, hide],
  );
}
