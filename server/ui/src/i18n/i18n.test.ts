import { describe, expect, it } from "vitest";
import { graphWords } from "./graph";
import { fill, named, translator, type Table } from "./index";
import { intents, tried } from "./intents";
import { importWords } from "./articleImport";
import { knowledgeWords } from "./knowledge";
import { orders } from "./orders";
import { categories, docs, shop } from "./shop";
import { staffWords } from "./staff";
import { widget } from "./widget";

const TABLES: Record<string, Table> = { intents, tried, orders, categories, docs, graphWords, shop, staffWords, knowledgeWords, importWords, widget };
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

describe.each(Object.entries(TABLES))("the table %s", (_, table) => {
  const entries = Object.entries(table);
  it("has every text in both languages", () => {
    for (const [key, pair] of entries) {
      expect(pair, key).toHaveLength(2);
      for (const text of pair) expect(text.trim(), key).not.toBe("");
    }
  });
  it("fills the same placeholders in both", () => {
    for (const [key, [zh, en]] of entries) expect(holes(zh), key).toEqual(holes(en));
  });
  it("has no Chinese in the English column, except for the name of the language", () => {
    for (const [key, [, en]] of entries) if (!/language/i.test(key)) expect(en, key).not.toMatch(/\p{Script=Han}/u);
  });
});

describe("translating", () => {
  it("picks the language and fills in", () => {
    expect(translator(widget, "zh")("queuePosition", { n: 3 })).toBe("您排在第 3 位");
    expect(translator(widget, "en")("queuePosition", { n: 3 })).toBe("You are number 3 in the queue");
  });
  it("does not read values for placeholders again", () => {
    expect(fill("{a} {b}", { a: "{b}", b: "x" })).toBe("{b} x");
    expect(fill("{a}", { constructor: "x" })).toBe("{a}");
  });
  it("shows unknown names readably", () => {
    expect(named(orders, "zh", "status", "shipped")).toBe("运输中");
    expect(named(orders, "zh", "status", "lost_at_sea")).toBe("lost at sea");
    expect(named(orders, "en", "status", undefined)).toBe("");
  });
});
