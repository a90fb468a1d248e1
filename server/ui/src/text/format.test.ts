import { describe, expect, it } from "vitest";
import { addressLine, clock, length, money, pick, shortTime, waiting } from "./format";

describe("formatting", () => {
  it("writes money in minor units, also for currencies without any", () => {
    expect(money(29900, "CNY", "zh")).toBe("¥299.00");
    expect(money(29900, "CNY", "en")).toBe("¥299.00");
    expect(money(500, "JPY", "en")).toBe("¥500");
    expect(money(1234, "not a currency", "en")).toBe("12.34 not a currency");
  });
  it("lets clocks tick", () => {
    expect(clock(-5)).toBe("0:00");
    expect(clock(42_900)).toBe("0:42");
    expect(clock(3_661_000)).toBe("1:01:01");
  });
  it("rounds waiting estimates up", () => {
    expect(waiting(0, "zh")).toBe("不到 1 分钟");
    expect(waiting(61, "zh")).toBe("约 2 分钟");
    expect(waiting(61, "en")).toBe("about 2 min");
    expect(waiting(5400, "en")).toBe("about 1.5 h");
  });
  it("names the day only when it is not today", () => {
    const now = new Date(2026, 10, 22, 15, 0).getTime();
    expect(shortTime(new Date(2026, 10, 22, 9, 5).getTime(), "zh", now)).toBe("09:05");
    expect(shortTime(new Date(2026, 10, 20, 9, 5).getTime(), "zh", now)).toContain("11/20");
    expect(shortTime(new Date(2025, 10, 20, 9, 5).getTime(), "en", now)).toContain("2025");
  });
  it("writes addresses the way their country does", () => {
    const cn = { recipient: "林晓雨", phone: "+86 199", province: "浙江省", city: "杭州市", district: "西湖区", street: "青荷路18号" };
    expect(addressLine(cn, "zh")).toBe("浙江省杭州市西湖区青荷路18号，林晓雨，+86\u00a0199");
    expect(addressLine({ recipient: "Emma", phone: "", street: "1 Main St", city: "Leeds", country: "GB", postcode: "LS1" }, "en")).toBe("1 Main St, Leeds, LS1, GB · Emma");
  });
  it("counts characters as a reader does", () => {
    expect(length("a😀中")).toBe(3);
  });
  it("takes the first language it knows", () => {
    expect(pick([null, "fr-FR", "en-US", "zh"])).toBe("en");
    expect(pick(["zh-Hant-TW"])).toBe("zh");
    expect(pick([])).toBe("zh");
  });
});
