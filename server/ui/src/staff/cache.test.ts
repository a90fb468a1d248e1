import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it, vi } from "vitest";
import type { ConversationDetail, ConversationRow, Message, StaffFrame } from "../api/types";
import { addMessage, belongs, placeRow, rowAfterMessage } from "./cache";
import { apply } from "./live";

vi.stubGlobal("document", { visibilityState: "visible" });

function message(seq: number, extra: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, conversation: "c", sender: { kind: "customer" }, text: `t${seq}`, kind: "text", at: seq * 1000, buttons: [], citations: [], ...extra };
}
function row(id: string, extra: Partial<ConversationRow> = {}): ConversationRow {
  return { id, customer: { id: "u", signed_in: false }, holder: "bot", language: "zh", channel: "web", last_at: 1000, last_seq: 1, unread: 0, ...extra };
}

describe("events and loaded data", () => {
  it("adds each message once, in its place", () => {
    expect(addMessage([message(1), message(3)], message(2)).map((m) => m.seq)).toEqual([1, 2, 3]);
    expect(addMessage([message(1)], message(1, { text: "again" }))).toHaveLength(1);
  });
  it("knows which list a conversation belongs to", () => {
    const held = row("a", { holder: "agent", agent: { id: "me", name: "Me" } });
    expect(belongs(held, "mine", "me")).toBe(true);
    expect(belongs(held, "mine", "other")).toBe(false);
    expect(belongs(row("a", { holder: "nobody" }), "all", "me")).toBe(false);
    expect(belongs(row("a", { holder: "nobody" }), "closed", "me")).toBe(true);
  });
  it("moves a conversation to the front, and out of a list that it left", () => {
    const list = [row("b", { last_at: 5000 }), row("a")];
    expect(placeRow(list, row("a", { last_at: 9000 }), "bot", "me").map((r) => r.id)).toEqual(["a", "b"]);
    expect(placeRow(list, row("a", { holder: "agent" }), "bot", "me").map((r) => r.id)).toEqual(["b"]);
  });
  it("counts what the customer wrote while nobody looked", () => {
    expect(rowAfterMessage(row("c"), message(2), false).unread).toBe(1);
    expect(rowAfterMessage(row("c", { unread: 4 }), message(2), true).unread).toBe(0);
    expect(rowAfterMessage(row("c"), message(2, { sender: { kind: "bot" } }), false).unread).toBe(0);
  });
  it("patches an open conversation from the socket and leaves unknown frames alone", () => {
    const client = new QueryClient();
    const detail: ConversationDetail = { conversation: row("c", { holder: "agent" }), epoch: 1, customer: { id: "u", signed_in: false }, messages: [message(1)] };
    client.setQueryData(["conversation", "c"], detail);
    client.setQueryData(["rows", "mine"], { conversations: [row("c", { holder: "agent" })] });
    apply(client, { type: "message", conversation: "c", message: message(2, { text: "<img src=x onerror=window.pwned=1>" }) }, "me");
    apply(client, { type: "message", conversation: "c", message: message(2) }, "me");
    apply(client, { type: "news from the future" } as unknown as StaffFrame, "me");
    expect(client.getQueryData<ConversationDetail>(["conversation", "c"])?.messages).toHaveLength(2);
    expect(client.getQueryData<{ conversations: ConversationRow[] }>(["rows", "mine"])?.conversations[0]?.unread).toBe(1);
  });
});
