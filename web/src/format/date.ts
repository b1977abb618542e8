// Days come as `yyyy-mm-dd` and have no zone; moments come as RFC 3339 and are shown in the reader's.

const day = (iso: string) => new Date(`${iso}T00:00:00Z`);

export function formatDay(iso: string | null | undefined, locale?: string): string {
  if (!iso) return "—";
  return day(iso.slice(0, 10)).toLocaleDateString(locale, {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
    year: "numeric",
  });
}

/** `5 Jan`, for axes and columns where the year is said elsewhere. */
export function formatShortDay(iso: string, locale?: string): string {
  return day(iso.slice(0, 10)).toLocaleDateString(locale, {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
  });
}

/** `Mar 2024` for `2024-03`. */
export function formatMonth(month: string, locale?: string): string {
  return day(`${month.slice(0, 7)}-01`).toLocaleDateString(locale, {
    timeZone: "UTC",
    month: "short",
    year: "numeric",
  });
}

export function formatMoment(iso: string | null | undefined, locale?: string): string {
  if (!iso) return "—";
  return new Date(iso).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
}

/** `14:02:11` in the reader's zone, of milliseconds. */
export function formatTime(at: number, locale?: string): string {
  return new Date(at).toLocaleTimeString(locale, { timeStyle: "medium" });
}

/** `3 minutes ago`, relative to `now` (milliseconds). */
export function formatAge(iso: string | null | undefined, now: number, locale?: string): string {
  if (!iso) return "—";
  const seconds = (new Date(iso).getTime() - now) / 1000;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  if (size < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (size < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

/** Days from the first to the last, both included. */
export function daysIn(from: string, to: string): number {
  return Math.round((day(to).getTime() - day(from).getTime()) / 86_400_000) + 1;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
