/** Waits 0.5 s, 1 s, 2 s … 10 s, each with up to 30 % added, so that a thousand pages do not return at the same instant. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(10_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(base * (1 + 0.3 * random()));
}
