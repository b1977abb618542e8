import { createTheme, defaultVariantColorsResolver } from "@mantine/core";
import type { CSSVariablesResolver, MantineColorsTuple, VariantColorsResolver } from "@mantine/core";

const accent: MantineColorsTuple = [
  "#eef4fc", "#d9e6f7", "#b3cdf0", "#8ab4f8", "#5d93de",
  "#3a73bd", "#1d4f91", "#19457f", "#143768", "#0e2850",
];

/** Mantine's own dark greys are neutral; ours lean to blue, as the tokens do. */
const dark: MantineColorsTuple = [
  "#e9ebee", "#c6ccd3", "#a0a9b4", "#78818c", "#4a525c",
  "#2c323a", "#1c2025", "#171b20", "#14171b", "#0f1215",
];

/** The accent is dark on white and light on dark: what stands on it follows the scheme. */
const variants: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input);
  const isAccent = input.color === undefined || input.color === input.theme.primaryColor;
  if (input.variant !== "filled" || !isAccent) return colours;
  return {
    ...colours,
    background: "var(--accent)",
    hover: "color-mix(in srgb, var(--accent) 88%, var(--ink))",
    color: "var(--on-accent)",
  };
};

export const theme = createTheme({
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  primaryColor: "accent",
  primaryShade: { light: 6, dark: 3 },
  variantColorResolver: variants,
  colors: { accent, dark },
  defaultRadius: 4,
  respectReducedMotion: true,
  headings: { fontWeight: "600" },
});

/** Mantine draws with our tokens, so that both schemes have one source. */
export const resolver: CSSVariablesResolver = () => ({
  variables: {
    "--mantine-color-body": "var(--ground)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--quiet)",
    "--mantine-color-default-border": "var(--axis)",
    "--mantine-color-anchor": "var(--accent)",
    "--mantine-color-error": "var(--harm)",
    "--mantine-color-placeholder": "var(--quiet)",
    "--mantine-color-bright": "var(--ink)",
    "--mantine-color-default-color": "var(--ink)",
  },
  // Said again, because Mantine says them per scheme.
  light: {
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--quiet)",
    "--mantine-color-placeholder": "var(--quiet)",
    "--mantine-color-default-color": "var(--ink)",
  },
  dark: {
    "--mantine-color-body": "var(--ground)",
    "--mantine-color-default": "var(--raised)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--quiet)",
    "--mantine-color-default-border": "var(--axis)",
    "--mantine-color-placeholder": "var(--quiet)",
    "--mantine-color-default-color": "var(--ink)",
  },
});
