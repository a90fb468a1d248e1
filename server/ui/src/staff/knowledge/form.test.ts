import { describe, expect, it } from "vitest";
import { EMPTY, lack, same, slugOf, toContent, toForm, type Form } from "./form";

const text = { title: "退货", body: "七天内可退。", questions: ["能退吗"] };
const form: Form = { ...EMPTY, category: "returns", zh: { title: "退货", body: "七天内可退。", questions: "能退吗" } };

describe("the editor's form", () => {
  it("is the content and back", () => {
    const content = { category: "returns", versions: { zh: text }, valid_from: "2026-11-22", still_right: ["zh" as const] };
    expect(toContent(toForm(content))).toEqual({ ...content, valid_until: undefined });
    expect(toContent(form).versions).toEqual({ zh: text });
  });
  it("does not count blanks as a change", () => {
    expect(same(form, { ...form, zh: { ...form.zh, title: " 退货 ", questions: "能退吗\n\n" } })).toBe(true);
    expect(same(form, { ...form, until: "2026-12-01" })).toBe(false);
  });
  it("says what is missing", () => {
    expect(lack(form)).toBeUndefined();
    expect(lack({ ...form, category: " " })).toEqual({ key: "categoryNeeded" });
    expect(lack({ ...EMPTY, category: "x" })).toEqual({ key: "needOne" });
    expect(lack({ ...form, en: { ...form.en, questions: "why?" } })).toEqual({ key: "needBoth", language: "en" });
  });
  it("makes a slug of a title", () => {
    expect(slugOf("Can I return it? (2026)")).toBe("can-i-return-it-2026");
    expect(slugOf("退货")).toBe("");
    expect(slugOf(`${"a".repeat(59)} b`)).toBe("a".repeat(59));
  });
});
