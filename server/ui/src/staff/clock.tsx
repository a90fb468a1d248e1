// Times that tick by themselves, so that the rest of the page need not.
import { useEffect, useState } from "react";
import { clock } from "../text/format";
import type { Desk } from "./context";

const WARN = 120_000;

export function useNow(every = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

export function Waited({ since, t }: { since: number; t: Desk["t"] }) {
  const now = useNow();
  return <span className="tick">{t("waited", { time: clock(now - since) })}</span>;
}

export function Deadline({ at, t }: { at: number; t: Desk["t"] }) {
  const now = useNow();
  const left = at - now;
  const state = left < 0 ? "late" : left < WARN ? "soon" : "fine";
  return <span className={`tick deadline ${state}`} data-state={state}>{left < 0 ? t("overdue", { time: clock(-left) }) : t("due", { time: clock(left) })}</span>;
}
