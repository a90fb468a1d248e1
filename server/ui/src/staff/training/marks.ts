// Rasa's marks in examples: `[value](entity)`, `[value](entity:canonical)`, `[value]{"entity": …}`.
import type { Language } from "../../api/types";

export interface Piece { text: string; entity?: string }

const MARK = /\[([^\]]+)\](?:\(([^:)]+)(?::[^)]*)?\)|\{([^}]+)\}|\[(\{.*?\})\])/g;

/** The example in pieces, those that are an entity with its name. */
export function pieces(example: string): Piece[] {
  const out: Piece[] = [];
  let done = 0;
  for (const found of example.matchAll(MARK)) {
    const [whole, text = "", plain, one, many] = found;
    if (found.index > done) out.push({ text: example.slice(done, found.index) });
    const entity = plain?.trim() ?? /"entity"\s*:\s*"([^"]*)"/.exec(one ?? many ?? "")?.[1];
    out.push(entity === undefined ? { text: whole } : { text, entity });
    done = found.index + whole.length;
  }
  if (done < example.length) out.push({ text: example.slice(done) });
  return out;
}

export function plain(example: string): string {
  return pieces(example).map((p) => p.text).join("");
}

export function isChinese(text: string): boolean {
  return /\p{Script=Han}/u.test(text);
}

/** At least this many in each language: with fewer, nothing can be held back and measured. */
export const FEW = 5;

/** The languages of a draft: one that hardly occurs is none that its bot speaks. */
export function spoken(all: readonly (readonly string[])[]): Language[] {
  const examples = all.flat();
  const zh = examples.filter(isChinese).length;
  const share = examples.length === 0 ? 0 : zh / examples.length;
  return [...(share > 0.03 ? (["zh"] as const) : []), ...(share < 0.97 ? (["en"] as const) : [])];
}

/** How many an intent has of the language that it lacks; undefined when it has enough of each. */
export function lacking(examples: readonly string[], languages: readonly Language[]): { language: Language; n: number } | undefined {
  const zh = examples.filter(isChinese).length;
  const counts = languages.map((language) => ({ language, n: language === "zh" ? zh : examples.length - zh })).sort((a, b) => a.n - b.n);
  return counts[0] !== undefined && counts[0].n < FEW ? counts[0] : undefined;
}
