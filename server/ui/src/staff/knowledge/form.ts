// An article as the editor's form holds it.
import type { ArticleContent, ArticleText, Language } from "../../api/types";

export interface Side { title: string; body: string; questions: string }
export interface Form { category: string; zh: Side; en: Side; from: string; until: string; stillRight: Language[] }

export const LANGUAGES: readonly Language[] = ["zh", "en"];
export const SLUG = /^[a-z0-9][a-z0-9-]*$/;
const NOTHING: Side = { title: "", body: "", questions: "" };
export const EMPTY: Form = { category: "", zh: NOTHING, en: NOTHING, from: "", until: "", stillRight: [] };

function side(text: ArticleText | undefined): Side {
  return text ? { title: text.title, body: text.body, questions: (text.questions ?? []).join("\n") } : NOTHING;
}

export function toForm(content: ArticleContent): Form {
  const { zh, en } = content.versions;
  return { category: content.category, zh: side(zh), en: side(en), from: content.valid_from ?? "", until: content.valid_until ?? "", stillRight: [...(content.still_right ?? [])] };
}

export function lines(text: string): string[] {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

export function written(s: Side): boolean {
  return s.title.trim() !== "" || s.body.trim() !== "" || lines(s.questions).length > 0;
}

export function toContent(form: Form): ArticleContent {
  const versions: ArticleContent["versions"] = {};
  for (const l of LANGUAGES) {
    if (written(form[l])) versions[l] = { title: form[l].title.trim(), body: form[l].body.trimEnd(), questions: lines(form[l].questions) };
  }
  return { category: form.category.trim(), versions, valid_from: form.from || undefined, valid_until: form.until || undefined, still_right: form.stillRight };
}

/** Two forms that would be stored alike are the same. */
export function same(a: Form, b: Form): boolean {
  return JSON.stringify(toContent(a)) === JSON.stringify(toContent(b));
}

export type Lack = { key: "categoryNeeded" | "needOne" } | { key: "needBoth"; language: Language };

/** What is missing before it may be published. */
export function lack(form: Form): Lack | undefined {
  if (form.category.trim() === "") return { key: "categoryNeeded" };
  if (!LANGUAGES.some((l) => written(form[l]))) return { key: "needOne" };
  const half = LANGUAGES.find((l) => written(form[l]) && (form[l].title.trim() === "" || form[l].body.trim() === ""));
  return half === undefined ? undefined : { key: "needBoth", language: half };
}

/** A slug made of a title's Latin letters and digits; empty when it has none. */
export function slugOf(title: string): string {
  return title.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60).replace(/-+$/, "");
}
