import { cleanup } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// What the test browser lacks: nothing is measured and no wish of the system is known.
class NoObserver {
  observe() {
    return undefined;
  }
  unobserve() {
    return undefined;
  }
  disconnect() {
    return undefined;
  }
}
window.ResizeObserver = NoObserver;
window.scrollTo = () => undefined;
window.matchMedia = (query: string) =>
  ({
    matches: false, media: query, onchange: null, addEventListener: () => undefined, removeEventListener: () => undefined,
    addListener: () => undefined, removeListener: () => undefined, dispatchEvent: () => false,
  }) as MediaQueryList;
window.HTMLElement.prototype.scrollIntoView = () => undefined;

// Charts need a size to draw in, and fall back to counting characters without a canvas.
Object.defineProperty(window.HTMLElement.prototype, "clientWidth", { get: () => 800 });
Object.defineProperty(window.HTMLElement.prototype, "clientHeight", { get: () => 300 });
window.HTMLCanvasElement.prototype.getContext = () => null;

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});
