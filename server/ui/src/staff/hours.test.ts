import { expect, it } from "vitest";
import { lastDay } from "./hours";

it("a day has 24 hours, also those in which nothing happened", () => {
  const now = Date.UTC(2026, 10, 22, 15, 40);
  const day = lastDay([{ hour_ms: Date.UTC(2026, 10, 22, 15), messages: 7, handoffs: 1 }, { hour_ms: Date.UTC(2026, 10, 20, 15), messages: 99, handoffs: 9 }], now);
  expect(day).toHaveLength(24);
  expect(day[0]).toEqual({ hour_ms: Date.UTC(2026, 10, 21, 16), messages: 0, handoffs: 0 });
  expect(day.at(-1)).toEqual({ hour_ms: Date.UTC(2026, 10, 22, 15), messages: 7, handoffs: 1 });
  expect(day.reduce((sum, h) => sum + h.messages, 0)).toBe(7);
});
