import { describe, expect, it } from "vitest";
import { citationHref, helpPath, linkify, safeHref, slugOf } from "./linkify";

const links = (text: string) => linkify(text).flatMap((p) => (p.href === undefined ? [] : [p.href]));
const whole = (text: string) => linkify(text).map((p) => p.text).join("");

describe("links in messages", () => {
  it("finds web addresses and leaves out the punctuation around them, Chinese too", () => {
    expect(links("见 https://example.com/a?b=1。谢谢")).toEqual(["https://example.com/a?b=1"]);
    expect(links("see (http://example.com/x), or https://example.org.")).toEqual(["http://example.com/x", "https://example.org/"]);
    expect(links("https://en.wikipedia.org/wiki/Tea_(drink)")).toEqual(["https://en.wikipedia.org/wiki/Tea_(drink)"]);
    expect(links("网址https://example.com，点开")).toEqual(["https://example.com/"]);
  });
  it.each(["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,<script>1</script>", "vbscript:x", "file:///etc/passwd", "http://", "https://user:pw@bank.example/"])("does not link %s", (text) => {
    expect(links(text)).toEqual([]);
    expect(safeHref(text)).toBeUndefined();
  });
  it.each(["<img src=x onerror=window.pwned=1>", "<a href='https://x.example'>y</a>", "", "😀", "a\u202Ehttps://x.example/\u202Egpj", "普通文字"])("keeps every character of %j", (text) => {
    expect(whole(text)).toBe(text);
  });
  it("ends an address where markup or a direction mark begins", () => {
    expect(links('https://x.example/"onmouseover=alert(1)')).toEqual(["https://x.example/"]);
    expect(links("https://x.example/<script>")).toEqual(["https://x.example/"]);
    expect(links("https://x.example/a\u202Egpj")).toEqual(["https://x.example/a"]);
  });
  it("is quick on long texts", () => {
    const start = performance.now();
    linkify("http://".repeat(20_000));
    linkify(`https://x.example/${"(".repeat(50_000)}`);
    linkify(`https://x.example/${".".repeat(50_000)}`);
    expect(performance.now() - start).toBeLessThan(1500);
  });
});

describe("citations", () => {
  it("open our own pages and the web, nothing else", () => {
    expect(citationHref("/help/returns?lang=zh", "https://kefu.example")).toBe("https://kefu.example/help/returns?lang=zh");
    expect(citationHref("//evil.example/x")).toBeUndefined();
    expect(citationHref("/\\evil.example/x")).toBeUndefined();
    expect(citationHref("javascript:alert(1)")).toBeUndefined();
  });
  it("know the article behind a help page", () => {
    expect(slugOf("/help/seven-day-returns?lang=zh")).toBe("seven-day-returns");
    expect(slugOf("/help/graph/product:m2?lang=zh")).toBe("graph:product:m2");
    expect(slugOf("https://example.com/help/x")).toBeUndefined();
    expect(slugOf("/help/%E0%A4%A")).toBeUndefined();
    for (const slug of ["seven-day-returns", "graph:product:m2"]) expect(slugOf(helpPath(slug, "en"))).toBe(slug);
  });
});
