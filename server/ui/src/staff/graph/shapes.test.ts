import { describe, expect, it } from "vitest";
import { same, tidy, type GraphNode } from "./shapes";

const node: GraphNode = { id: "product:a", kind: "product", name: { zh: " 甲 ", en: "A" }, aliases: { zh: [], en: [] }, text: { zh: "", en: " " }, attributes: {}, article: " " };

describe("a node that is edited", () => {
  it("loses what is empty and keeps what is said", () => {
    expect(tidy(node)).toEqual({ id: "product:a", kind: "product", name: { zh: "甲", en: "A" } });
    expect(tidy({ ...node, price: 0, attributes: { nfc: false } })).toMatchObject({ price: 0, attributes: { nfc: false } });
    expect(tidy({ ...node, kind: "policy", rule: { topic: "return", verdict: "no", days: undefined } }).rule).toEqual({ topic: "return", verdict: "no" });
    expect(tidy({ ...node, rule: { topic: "return", verdict: "no" } }).rule).toBeUndefined();
    expect(tidy({ ...node, kind: "attribute", measure: { unit: { zh: "", en: "" } } }).measure).toBeUndefined();
  });
  it("is the same whatever the order of its fields", () => {
    expect(same({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 })).toBe(true);
    expect(same({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(same({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
    expect(same({ a: null }, { a: {} })).toBe(false);
  });
});
