// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { preview } from "../staff/knowledge/markdown";
import { safeHtml } from "./safeHtml";

describe("HTML of articles", () => {
  it.each([
    "<script>window.pwned=1</script>", "<img src=x onerror=window.pwned=1>", "<svg onload=alert(1)>", "<iframe src='https://x.example'></iframe>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='JaVaScRiPt&colon;alert(1)'>x</a>", "<form action='/x'><input name=a></form>", "<style>*{}</style>", "<p style='position:fixed' onclick=x>y</p>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  ])("loses what could run or disguise: %s", (html) => {
    expect(safeHtml(html)).not.toMatch(/script|on\w+=|iframe|<svg|<form|<input|<style|style=/i);
  });
  it("keeps what articles are made of", () => {
    const html = preview("# 标题\n\n自**签收**次日起\n\n- 一\n- 二\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[退货](/help/returns?lang=zh) <https://example.com>");
    for (const part of ["<h1>标题</h1>", "<strong>签收</strong>", "<li>一</li>", "<td>1</td>", 'href="/help/returns?lang=zh"', 'href="https://example.com"']) expect(html).toContain(part);
  });
});
