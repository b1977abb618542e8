// Ten channel colours that stay apart for every common kind of colour vision, then patterns. The
// HTML reports draw with the same ones, so that a channel looks the same in a mail and on a page.

export const LIGHT = [
  "#36688d", "#bb872e", "#582b89", "#57d2e0", "#881948",
  "#92a6f1", "#c8d56c", "#8f6ad6", "#8a5e36", "#eca0a0",
] as const;

export const DARK = [
  "#5787ac", "#d3a151", "#7743b2", "#74e5f3", "#ad4369",
  "#a9bdff", "#d9e684", "#a987f0", "#a87c56", "#ffb6b4",
] as const;

export type Scheme = "light" | "dark";

/** What charts that cannot read CSS variables draw with. */
export const INK = {
  light: {
    ground: "#ffffff", raised: "#f6f7f8", ink: "#191d22", quiet: "#59626d", hair: "#e2e5e9",
    axis: "#b9c0c8", accent: "#1d4f91", grey: "#c9ced4", greyInk: "#7b8490", others: "#aab8c8",
  },
  dark: {
    ground: "#14171b", raised: "#1c2025", ink: "#e9ebee", quiet: "#a0a9b4", hair: "#2c323a",
    axis: "#4a525c", accent: "#8ab4f8", grey: "#4d555f", greyInk: "#939ca8", others: "#64748a",
  },
} as const;

export interface Look {
  /** Place among the ten colours. */
  colour: number;
  /** 0 is plain; from the eleventh channel on a pattern lies over the colour. */
  pattern: number;
}

/** The look of a channel by its place in the workspace's channels; an unknown one is grey. */
export function lookOf(channels: readonly string[], name: string): Look | null {
  const index = channels.indexOf(name);
  if (index < 0) return null;
  return { colour: index % LIGHT.length, pattern: Math.floor(index / LIGHT.length) % 4 };
}

export function colourOf(look: Look | null, scheme: Scheme): string {
  if (!look) return INK[scheme].greyInk;
  return (scheme === "dark" ? DARK : LIGHT)[look.colour]!;
}

/** The same as a CSS value that follows the scheme by itself. */
export function colourVar(look: Look | null): string {
  return look ? `var(--k${look.colour})` : "var(--grey-ink)";
}
