import type { Dashboard } from "../api/types";

type Hour = Dashboard["per_hour"][number];
const HOUR = 3_600_000;

/** The last 24 hours, oldest first; the server names only hours in which something happened. */
export function lastDay(hours: readonly Hour[], now: number): Hour[] {
  const known = new Map(hours.map((h) => [Math.floor(h.hour_ms / HOUR), h]));
  const current = Math.floor(now / HOUR);
  return Array.from({ length: 24 }, (_, i) => {
    const hour = current - 23 + i;
    return known.get(hour) ?? { hour_ms: hour * HOUR, messages: 0, handoffs: 0 };
  });
}
