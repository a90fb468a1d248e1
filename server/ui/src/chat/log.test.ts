import { describe, expect, it } from "vitest";
import type { Message } from "../api/types";
import { EMPTY, acknowledge, activeButtons, merge, refuse, retry, unacknowledged, write, type Log } from "./log";

function message(seq: number, extra: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, conversation: "c", sender: { kind: "bot" }, text: `text ${seq}`, kind: "text", at: seq, buttons: [], citations: [], ...extra };
}
const mine = (seq: number, client_id: string) => message(seq, { client_id, sender: { kind: "customer" } });
const pending = (log: Log, id: string) => write(log, { client_id: id, text: id, at: 1 });
const seqs = (log: Log) => log.confirmed.map((m) => m.seq);

describe("merging", () => {
  it("keeps each seq once, in order, whatever order they arrive in", () => {
    let log = merge(EMPTY, [message(3), message(1)], true);
    log = merge(log, [message(2), message(3)], true);
    expect(seqs(log)).toEqual([1, 2, 3]);
  });
  it("moves the cursor only for what came through the stream", () => {
    let log = merge(EMPTY, [message(4)], true);
    log = merge(log, [mine(6, "a")], false);
    expect(log.cursor).toBe(4);
    log = merge(log, [message(5), mine(6, "a")], true);
    expect(log.cursor).toBe(6);
    expect(seqs(log)).toEqual([4, 5, 6]);
  });
});

describe("sending", () => {
  it("turns a written message into a confirmed one exactly once: message, then ack", () => {
    let log = pending(EMPTY, "a");
    log = merge(log, [mine(1, "a")], true);
    expect(log.outgoing).toEqual([]);
    log = acknowledge(log, "a", 1);
    expect(seqs(log)).toEqual([1]);
    expect(log.outgoing).toEqual([]);
  });
  it("turns a written message into a confirmed one exactly once: ack, then message", () => {
    let log = acknowledge(pending(EMPTY, "a"), "a", 1);
    expect(log.outgoing).toHaveLength(1);
    expect(unacknowledged(log)).toEqual([]);
    log = merge(log, [mine(1, "a")], true);
    expect(log.outgoing).toEqual([]);
    expect(seqs(log)).toEqual([1]);
  });
  it("finds an acknowledged message by its seq when the server leaves the client_id out", () => {
    const log = merge(acknowledge(pending(EMPTY, "a"), "a", 7), [message(7, { sender: { kind: "customer" } })], true);
    expect(log.outgoing).toEqual([]);
  });
  it("never writes the same client_id twice", () => {
    let log = pending(pending(EMPTY, "a"), "a");
    expect(log.outgoing).toHaveLength(1);
    log = merge(log, [mine(1, "a")], true);
    expect(pending(log, "a").outgoing).toEqual([]);
  });
  it("resends what has no ack, oldest first, and leaves out what was refused until it is retried", () => {
    let log = pending(pending(pending(EMPTY, "a"), "b"), "c");
    log = refuse(acknowledge(log, "a", 1), "b", "too long");
    expect(unacknowledged(log).map((o) => o.client_id)).toEqual(["c"]);
    log = retry(log, "b");
    expect(unacknowledged(log).map((o) => o.client_id)).toEqual(["b", "c"]);
  });
});

describe("quick replies", () => {
  const asking = message(2, { buttons: [{ title: "好", payload: "/affirm" }] });
  it("are active on the last message only", () => {
    expect(activeButtons(merge(EMPTY, [message(1), asking], true))).toBe(2);
    expect(activeButtons(merge(EMPTY, [asking, message(3)], true))).toBeUndefined();
    expect(activeButtons(merge(EMPTY, [asking, mine(3, "x")], true))).toBeUndefined();
  });
  it("stay active when only an event follows, and rest while a message is on its way", () => {
    const log = merge(EMPTY, [asking, message(3, { kind: "event", sender: { kind: "system" } })], true);
    expect(activeButtons(log)).toBe(2);
    expect(activeButtons(pending(log, "x"))).toBeUndefined();
  });
});
