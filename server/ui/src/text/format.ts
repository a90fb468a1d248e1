// Times, durations and money as people in each language write them.
import type { Address, Language, Localised, Millis } from "../api/types";

const LOCALE: Record<Language, string> = { zh: "zh-CN", en: "en-GB" };

export function money(minor: number, currency: string, language: Language): string {
  try {
    const format = new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-US", { style: "currency", currency, currencyDisplay: "narrowSymbol" });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(minor / 10 ** digits);
  } catch {
    return `${(minor / 100).toFixed(2)} ${currency}`;
  }
}

function sameDay(a: Date, b: Date): boolean {
  return a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
}

/** "14:05" today, "11/22 14:05" on another day of this year, with the year otherwise. */
export function shortTime(at: Millis, language: Language, now: Millis): string {
  const date = new Date(at);
  const today = new Date(now);
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };
  if (sameDay(date, today)) return date.toLocaleTimeString(LOCALE[language], time);
  const day: Intl.DateTimeFormatOptions = date.getFullYear() === today.getFullYear() ? { month: "numeric", day: "numeric" } : { year: "numeric", month: "numeric", day: "numeric" };
  return date.toLocaleString(LOCALE[language], { ...day, ...time });
}

export function dateOnly(at: Millis, language: Language): string {
  return new Date(at).toLocaleDateString(LOCALE[language], { year: "numeric", month: "short", day: "numeric" });
}

/** "0:42", "12:05", "3:07:10": for clocks that tick. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** "about 3 min": waiting estimates are rounded up, never shown as zero. */
export function waiting(seconds: number, language: Language): string {
  if (seconds < 60) return language === "zh" ? "不到 1 分钟" : "less than a minute";
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return language === "zh" ? `约 ${minutes} 分钟` : `about ${minutes} min`;
  const hours = Math.round(minutes / 6) / 10;
  return language === "zh" ? `约 ${hours} 小时` : `about ${hours} h`;
}

/** "85 ms", "1.2 s" */
export function latency(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function addressLine(address: Partial<Address>, language: Language): string {
  const { country, province, city, district, street, postcode, recipient, phone } = address;
  const chinese = /\p{Script=Han}/u.test(`${province ?? ""}${city ?? ""}${street ?? ""}`);
  const region = chinese
    ? [province, city === province ? "" : city, district, street].filter(Boolean).join("")
    : [street, district, city, province, postcode, country].filter(Boolean).join(", ");
  return [region, recipient, phone?.replaceAll(" ", "\u00a0")].filter(Boolean).join(language === "zh" ? "，" : " · ");
}

export function localised(text: Localised | string | undefined, language: Language): string {
  if (text === undefined) return "";
  return typeof text === "string" ? text : text[language] || text[language === "zh" ? "en" : "zh"] || "";
}

/** Characters as a reader counts them: an emoji is one. */
export function length(text: string): number {
  return [...text].length;
}

export function pick(preferred: readonly (string | null | undefined)[]): Language {
  for (const tag of preferred) {
    const lower = tag?.toLowerCase() ?? "";
    if (lower.startsWith("zh")) return "zh";
    if (lower.startsWith("en")) return "en";
  }
  return "zh";
}
