import { describe, expect, it } from "vitest";
import { decided, textOf } from "./merging";

const mine = { category: "returns", versions: { zh: { title: "退货", body: "头\n我的\n尾", questions: ["a"] } } };
const conflict = { kind: "conflict" as const, base: "中\n", mine: "我的\n", theirs: "你的\n" };
const body = { field: "zh.body", parts: [{ kind: "text" as const, text: "头\n" }, conflict, { kind: "text" as const, text: "尾" }], incoming: [] };

describe("a merge", () => {
  it("puts the chosen sides together", () => {
    const of = (choice: Parameters<typeof textOf>[1]) => decided(mine, [body], { "zh.body/1": choice }).versions.zh?.body;
    expect(of("mine")).toBe("头\n我的\n尾");
    expect(of("theirs")).toBe("头\n你的\n尾");
    expect(of("both")).toBe("头\n我的\n你的\n尾");
    expect(of({ own: "第三种" })).toBe("头\n第三种\n尾");
    expect(mine.versions.zh.body).toBe("头\n我的\n尾");
  });
  it("takes what came in, and drops a language that is gone", () => {
    const fields = [
      { field: "zh.title", parts: [], incoming: [] }, { field: "zh.body", parts: [], incoming: [] }, { field: "zh.questions", parts: [], incoming: [] },
      { field: "en.title", parts: [{ kind: "text" as const, text: "Returns" }], incoming: [] }, { field: "en.questions", parts: [{ kind: "text" as const, text: "x\ny" }], incoming: [] },
      { field: "valid_until", parts: [{ kind: "text" as const, text: "2026-12-01" }], incoming: [] },
    ];
    expect(decided(mine, fields, {})).toEqual({ category: "returns", valid_until: "2026-12-01", versions: { en: { title: "Returns", body: "", questions: ["x", "y"] } } });
  });
});
