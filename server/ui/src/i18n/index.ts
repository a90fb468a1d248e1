// One table per page, each entry in both languages side by side: a missing translation is a type error.
import type { Language } from "../api/types";

export type Table = Readonly<Record<string, readonly [zh: string, en: string]>>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate<T extends Table> = (key: keyof T & string, values?: Values) => string;

export function translator<T extends Table>(table: T, language: Language): Translate<T> {
  const column = language === "zh" ? 0 : 1;
  return (key, values) => fill(table[key]?.[column] ?? key, values);
}

/** Replaces {name}; the values are plain text and are never read again for placeholders. */
export function fill(text: string, values?: Values): string {
  if (values === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** Names that the server sends (statuses, reasons, categories): translated when known, readable when not. */
export function named<T extends Table>(table: T, language: Language, prefix: string, name: string | null | undefined): string {
  if (!name) return "";
  const entry = table[`${prefix}.${name}`];
  return entry ? entry[language === "zh" ? 0 : 1] : name.replaceAll("_", " ");
}
