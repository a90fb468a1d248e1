import { describe, expect, it } from "vitest";
import { triedLines } from "./tried";

describe("what the bot tried", () => {
  it("is said in the agent's language", () => {
    const notes = ["search: 5 passages, best 0.97; no graph answer", "change_address KF2026110017: refused: order_packed", "cancel_order: not signed in"];
    expect(triedLines(notes, "zh")).toEqual(["查知识库：5 条，最相关 0.97", "修改地址 KF2026110017：订单系统拒绝（order_packed）", "取消订单：顾客未登录"]);
    expect(triedLines(notes, "en")[1]).toBe("Change the address of KF2026110017: refused by the order system (order_packed)");
  });
  it("names the state that made it too late", () => {
    expect(triedLines(["change_address KF2026110017: too late (shipped)"], "zh")).toEqual(["修改地址 KF2026110017：已不能修改（运输中）"]);
  });
  it("says what was left undone", () => {
    expect(triedLines(["still to do: request_return: 我要退货"], "zh")).toEqual(["还没办：申请退货（“我要退货”）"]);
    expect(triedLines(["still to do: request_return: a return: now"], "en")).toEqual(["Still to do: Return request (“a return: now”)"]);
  });
  it("counts repeats and shows what it does not know as it is", () => {
    expect(triedLines(["list_orders: ok", "list_orders: ok", "understand: no encoder", "news_of_tomorrow: ok"], "en")).toEqual(["Read the orders: done (2 times)", "understand: no encoder", "news_of_tomorrow: ok"]);
  });
});
