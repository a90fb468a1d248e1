// The bot's notes are written for logs ("change_address KF2026110017: refused: order_packed"); agents read sentences.
// What is not recognised is shown as it stands.
import type { Language } from "../../api/types";
import { named, translator } from "../../i18n";
import { orders } from "../../i18n/orders";
import { intents, tried as words } from "../../i18n/intents";

type Key = keyof typeof words;
const known = (key: string): key is Key => key in words;

function one(note: string, language: Language): string {
  const t = translator(words, language);
  const search = /^search: (\d+) passages?, best ([\d.]+); (.*)$/s.exec(note);
  if (search) {
    const [, n = "", best = "", path = ""] = search;
    return path === "no graph answer" ? t("search", { n, best }) : t("searchGraph", { path });
  }
  const open = /^still to do: ([a-z_]+): (.*)$/s.exec(note);
  if (open) return t("stillToDo", { wish: named(intents, language, "intent", open[1]), text: open[2] ?? "" });
  const match = /^([a-z_]+)(?: (\S+))?: (.*)$/s.exec(note);
  if (!match) return note;
  const [, name = "", order = "", rest = ""] = match;
  const what = `what.${name}`;
  if (!known(what)) return note;
  const lost = /^(\d+) answers not understood$/.exec(rest);
  const refused = /^refused: (\S+)$/.exec(rest);
  const said = /^([a-z ]+) \((\S+)\)$/.exec(rest);
  const code = refused?.[1] ?? (said ? named(orders, language, "status", said[2]) : "");
  const outcome = `outcome.${lost ? "not understood" : refused ? "refused" : (said?.[1] ?? rest)}`;
  if (!known(outcome)) return note;
  return t("line", { what: t(what, { order }).trim(), outcome: t(outcome, { code, n: lost?.[1] ?? "" }) });
}

/** One line per note; the same note several times in a row is one line with a count. */
export function triedLines(notes: readonly string[], language: Language): string[] {
  const t = translator(words, language);
  const runs: { line: string; n: number }[] = [];
  for (const note of notes) {
    const line = one(note, language);
    const last = runs.at(-1);
    if (last?.line === line) last.n += 1;
    else runs.push({ line, n: 1 });
  }
  return runs.map(({ line, n }) => (n > 1 ? t("times", { line, n }) : line));
}
