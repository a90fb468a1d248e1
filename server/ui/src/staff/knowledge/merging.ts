// What comes of a merge once every conflict is decided.
import type { ArticleContent, Language, Merged, MergePart } from "../../api/types";
import { lines } from "./form";

export type Choice = "mine" | "theirs" | "both" | { own: string };

const ended = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

export function textOf(part: MergePart, choice: Choice): string {
  if (part.kind === "text") return part.text;
  if (typeof choice === "object") return choice.own;
  return choice === "both" ? ended(part.mine) + part.theirs : part[choice];
}

/** Conflicts are chosen by "<field>/<place among the parts>"; one that was not chosen stays as the caller wrote it. */
export function decided(mine: ArticleContent, fields: readonly Merged[], choices: Readonly<Record<string, Choice>>): ArticleContent {
  const content: ArticleContent = { ...mine, versions: { ...mine.versions } };
  for (const f of fields) {
    const last = f.parts.length - 1;
    // A part that others follow ends its line.
    const text = f.parts.map((p, i) => { const one = textOf(p, choices[`${f.field}/${i}`] ?? "mine"); return i < last ? ended(one) : one; }).join("").replace(/\n+$/, "");
    if (f.field === "category") content.category = text;
    else if (f.field === "valid_from") content.valid_from = text || undefined;
    else if (f.field === "valid_until") content.valid_until = text || undefined;
    else {
      const [language, part] = f.field.split(".") as [Language, string];
      const version = { ...(content.versions[language] ?? { title: "", body: "", questions: [] }) };
      if (part === "title") version.title = text;
      else if (part === "body") version.body = text;
      else version.questions = lines(text);
      content.versions[language] = version;
    }
  }
  const { zh, en } = content.versions;
  content.versions = { ...(said(zh) ? { zh } : {}), ...(said(en) ? { en } : {}) };
  return content;
}

function said(text: ArticleContent["versions"]["zh"]): boolean {
  return text !== undefined && (text.title !== "" || text.body !== "" || (text.questions ?? []).length > 0);
}
