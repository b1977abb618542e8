// Keyboard: `/` for the search, `g` then a letter for a page.

import { useEffect } from "react";
import { useNavigate } from "@tanstack/react-router";

import { PAGES, placeOf } from "./pages";

const WAIT = 1200;

/** Whether a key belongs to a field that somebody writes in. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

export function useKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    let began = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
      if (event.key === "/") {
        event.preventDefault();
        document.getElementById("search")?.focus();
        return;
      }
      if (event.key === "g") {
        began = event.timeStamp;
        return;
      }
      const page = PAGES.find((p) => p.key === event.key);
      if (page && began > 0 && event.timeStamp - began < WAIT) void navigate(placeOf(page));
      began = 0;
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [navigate]);
}
