import { describe, expect, it } from "vitest";
import { lacking, pieces, plain, spoken } from "./marks";

describe("marks of entities", () => {
  it("are taken out of the text", () => {
    expect(plain("where is [KF2026110017](order_number)?")).toBe("where is KF2026110017?");
    expect(plain('从[北京]{"entity": "city", "role": "from"}到[上海](city:SH)')).toBe("从北京到上海");
    expect(pieces("[a](x) b")).toEqual([{ text: "a", entity: "x" }, { text: " b" }]);
  });
  it("are left alone when they are none", () => {
    for (const text of ["", "no marks", "[a] b", "f(x)[1]", "[a]{not json}"]) expect(plain(text)).toBe(text);
  });
});

describe("what an intent lacks", () => {
  const zh = ["一", "二", "三", "四", "五"];
  it("is the language with the fewest examples", () => {
    const both = ["zh", "en"] as const;
    expect(lacking([...zh, "a", "b", "c", "d", "e"], both)).toBeUndefined();
    expect(lacking([...zh, "a"], both)).toEqual({ language: "en", n: 1 });
    expect(lacking(["a", "b"], both)).toEqual({ language: "zh", n: 0 });
    expect(lacking(["a", "b", "c", "d", "e"], ["en"])).toBeUndefined();
  });
  it("is none that the bot does not speak", () => {
    expect(spoken([zh, ["a"]])).toEqual(["zh", "en"]);
    expect(spoken([["a"], ["b"]])).toEqual(["en"]);
    expect(spoken([])).toEqual(["en"]);
  });
});
