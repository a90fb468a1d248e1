import { beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../api/http";
import type { CustomerApi } from "../api/customer";
import type { ChatFrame, Conversation, Message, Session } from "../api/types";
import { Connection, type Socket, type World } from "./connection";

class FakeSocket implements Socket {
  readyState = 0;
  sent: { type: string; client_id?: string; text?: string }[] = [];
  closed = false;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  readonly url: string;
  constructor(url: string) { this.url = url; }
  send(data: string): void { this.sent.push(JSON.parse(data)); }
  close(): void { this.closed = true; this.readyState = 3; }
  open(): void { this.readyState = 1; this.onopen?.(undefined as never); }
  drop(): void { this.readyState = 3; this.onclose?.(undefined as never); }
  tell(frame: ChatFrame): void { this.onmessage?.({ data: JSON.stringify(frame) }); }
  get texts(): (string | undefined)[] { return this.sent.filter((f) => f.type === "send").map((f) => f.text); }
}

/** A world whose clock stands still until it is moved. */
class FakeWorld implements World {
  sockets: FakeSocket[] = [];
  time = 1_000_000;
  private timers: { at: number; run: () => void }[] = [];
  private ids = 0;
  socket = (url: string) => { const s = new FakeSocket(url); this.sockets.push(s); return s; };
  timeout = (run: () => void, ms: number) => { const t = { at: this.time + ms, run }; this.timers.push(t); return t; };
  cancel = (timer: unknown) => { this.timers = this.timers.filter((t) => t !== timer); };
  now = () => this.time;
  random = () => 0;
  identifier = () => `id${(this.ids += 1)}`;
  get last(): FakeSocket { const s = this.sockets.at(-1); if (!s) throw new Error("no socket"); return s; }
  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((t) => t !== due);
      this.time = Math.max(this.time, due.at);
      due.run();
    }
    this.time = end;
  }
}

const conversation: Conversation = { id: "c1", language: "zh", holder: "bot", rating_wanted: false, last_seq: 0 };
function message(seq: number, text: string, extra: Partial<Message> = {}): Message {
  return { id: `m${seq}`, seq, conversation: "c1", sender: { kind: "bot" }, text, kind: "text", at: seq, buttons: [], citations: [], ...extra };
}

class FakeApi {
  sessions = 0;
  posts: string[] = [];
  nextSession: Partial<Session> = {};
  failSession: ApiError | undefined;
  polls: { after: number; answer: (messages: Message[]) => void; fail: (error: ApiError) => void }[] = [];
  async session(): Promise<Session> {
    this.sessions += 1;
    if (this.failSession) throw this.failSession;
    return { token: "t", customer: { id: "u", signed_in: false }, conversation, messages: [], visitor_token: "v", ...this.nextSession };
  }
  socketUrl(token: string, id: string, after: number): string { return `ws://x/?token=${token}&conversation=${id}&after=${after}`; }
  messages(_t: string, _c: string, after: number): Promise<{ conversation: Conversation; messages: Message[] }> {
    return new Promise((resolve, reject) => this.polls.push({ after, answer: (messages) => resolve({ conversation, messages }), fail: reject }));
  }
  async send(_t: string, _c: string, body: { client_id: string; text: string }): Promise<Message> {
    this.posts.push(body.text);
    return message(100 + this.posts.length, body.text, { client_id: body.client_id, sender: { kind: "customer" } });
  }
}

let world: FakeWorld;
let api: FakeApi;
let chat: Connection;
let kept: string | undefined;
const settle = async () => { for (let i = 0; i < 20; i += 1) await Promise.resolve(); };

beforeEach(() => {
  world = new FakeWorld();
  api = new FakeApi();
  kept = undefined;
  chat = new Connection(api as unknown as CustomerApi, { visitorToken: () => undefined, keepVisitorToken: (t) => { kept = t; } }, "zh", world);
});
const live = async () => { await chat.start(); await settle(); world.last.open(); };

describe("a chat connection", () => {
  it("opens a session, keeps the visitor's token and goes live", async () => {
    await live();
    expect(chat.current.link).toBe("live");
    expect(kept).toBe("v");
  });

  it("resumes after the last seq that came through the socket", async () => {
    await live();
    world.last.tell({ type: "message", message: message(1, "a") });
    world.last.tell({ type: "message", message: message(2, "b") });
    world.last.drop();
    expect(chat.current.link).toBe("reconnecting");
    world.pass(600);
    expect(world.sockets).toHaveLength(2);
    expect(world.last.url).toContain("after=2");
    world.last.open();
    world.last.tell({ type: "message", message: message(2, "b") });
    world.last.tell({ type: "message", message: message(3, "c") });
    expect(chat.current.log.confirmed.map((m) => m.text)).toEqual(["a", "b", "c"]);
  });

  it("resends what was not acknowledged, with the same client_id, and shows it once", async () => {
    await live();
    const id = chat.send("你好");
    const first = world.last;
    expect(first.texts).toEqual(["你好"]);
    first.drop();
    world.pass(600);
    world.last.open();
    expect(world.last.sent.filter((f) => f.type === "send").map((f) => f.client_id)).toEqual([id]);
    world.last.tell({ type: "message", message: message(1, "你好", { client_id: id, sender: { kind: "customer" } }) });
    world.last.tell({ type: "ack", client_id: id, seq: 1 });
    expect(chat.current.log.outgoing).toEqual([]);
    expect(chat.current.log.confirmed).toHaveLength(1);
  });

  it("does not resend what was acknowledged", async () => {
    await live();
    const id = chat.send("a");
    world.last.tell({ type: "ack", client_id: id, seq: 1 });
    world.last.drop();
    world.pass(600);
    world.last.open();
    expect(world.last.texts).toEqual([]);
  });

  it("sends what was written before the session stood", async () => {
    chat.send("early");
    await settle();
    world.last.open();
    expect(world.last.texts).toEqual(["early"]);
  });

  it("tries again when the server is busy, and marks a message that is refused for good", async () => {
    await live();
    const busy = chat.send("busy");
    world.last.tell({ type: "error", code: "overloaded", message: "later", client_id: busy });
    world.pass(1600);
    expect(world.last.texts).toEqual(["busy", "busy"]);
    world.last.tell({ type: "error", code: "invalid", message: "太长", client_id: busy });
    expect(chat.current.log.outgoing[0]?.error).toBe("太长");
  });

  it("goes back to a socket when polling finds nobody either: the server was away, not the sockets", async () => {
    await chat.start();
    await settle();
    world.last.drop();
    world.pass(600);
    world.last.drop();
    world.pass(1200);
    expect(chat.current.link).toBe("polling");
    api.polls[0]?.fail(new ApiError(0, "network", "gone"));
    await settle();
    expect(chat.current.link).toBe("reconnecting");
    world.pass(3000);
    world.last.open();
    expect(world.sockets).toHaveLength(3);
    expect(chat.current.link).toBe("live");
  });

  it("falls back to long-polling when sockets do not open, sends over HTTP, and tries a socket again later", async () => {
    await chat.start();
    await settle();
    world.last.drop();
    world.pass(600);
    world.last.drop();
    world.pass(1200);
    await settle();
    expect(chat.current.link).toBe("polling");
    expect(api.polls[0]?.after).toBe(0);
    chat.send("hi");
    await settle();
    expect(api.posts).toEqual(["hi"]);
    expect(chat.current.log.cursor).toBe(0);
    api.polls[0]?.answer([message(1, "hello")]);
    await settle();
    expect(chat.current.log.cursor).toBe(1);
    expect(api.polls[1]?.after).toBe(1);
    const before = world.sockets.length;
    world.pass(61_000);
    api.polls[1]?.answer([]);
    await settle();
    expect(world.sockets.length).toBe(before + 1);
    world.last.open();
    expect(chat.current.link).toBe("live");
  });

  it("asks for a new session when the server no longer knows the token or the conversation", async () => {
    await chat.start();
    await settle();
    world.last.drop();
    world.pass(600);
    world.last.drop();
    world.pass(1200);
    await settle();
    api.nextSession = { conversation: { ...conversation, id: "c2" } };
    api.polls[0]?.fail(new ApiError(404, "not_found", "没有找到"));
    await settle();
    expect(api.sessions).toBe(2);
    expect(chat.current.conversation?.id).toBe("c2");
    world.pass(1100);
    await settle();
    expect(api.polls).toHaveLength(2);
  });

  it("notices a connection that is silently dead", async () => {
    await live();
    const first = world.last;
    world.pass(25_000);
    expect(first.sent.at(-1)?.type).toBe("ping");
    world.pass(13_000);
    expect(first.closed).toBe(true);
  });

  it("starts a new conversation when the old one ended, and keeps its messages on the page", async () => {
    await live();
    world.last.tell({ type: "message", message: message(1, "bye") });
    world.last.tell({ type: "conversation", conversation: { ...conversation, holder: "nobody" } });
    api.nextSession = { conversation: { ...conversation, id: "c2" } };
    chat.send("还有个问题");
    await settle();
    world.last.open();
    expect(chat.current.conversation?.id).toBe("c2");
    expect(chat.current.earlier.map((m) => m.text)).toEqual(["bye"]);
    expect(world.last.texts).toEqual(["还有个问题"]);
    expect(world.last.url).toContain("after=0");
  });

  it("says so when the customer's token is refused, and does not try for ever", async () => {
    api.failSession = new ApiError(401, "unauthorized", "请先登录");
    await chat.start();
    await settle();
    expect(chat.current.link).toBe("failed");
    expect(chat.current.failure).toBe("请先登录");
    world.pass(120_000);
    expect(api.sessions).toBe(1);
  });

  it("ignores frames that are not JSON and messages of another conversation", async () => {
    await live();
    world.last.onmessage?.({ data: "{broken" });
    world.last.tell({ type: "message", message: { ...message(1, "x"), conversation: "other" } });
    expect(chat.current.log.confirmed).toEqual([]);
    expect(chat.current.link).toBe("live");
  });
});
