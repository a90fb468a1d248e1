// What kind of change a reading is.
import type { Change } from "../../api/types";

export type Source = "questions" | "own";
export type Kind = "all" | "now_unknown" | "was_unknown" | "other" | "fixed" | "broken";

const UNKNOWN = "nlu_fallback";

export function kindsOf(source: Source): readonly Kind[] {
  return source === "own" ? ["fixed", "broken", "other"] : ["now_unknown", "was_unknown", "other"];
}

export function of(source: Source, change: Change): Kind {
  if (source === "own") return change.after.intent === change.expected ? "fixed" : change.before.intent === change.expected ? "broken" : "other";
  return change.after.intent === UNKNOWN ? "now_unknown" : change.before.intent === UNKNOWN ? "was_unknown" : "other";
}
