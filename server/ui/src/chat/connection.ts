// Keeps one customer's conversation alive: WebSocket first, long-polling where sockets do not pass, everything resumed by
// seq and nothing sent twice (client_id). Time, network and randomness come in, so that tests decide about them.
import { ApiError } from "../api/http";
import type { CustomerApi } from "../api/customer";
import type { ChatFrame, Conversation, Language, Message, Sender, Session } from "../api/types";
import { identifier } from "../text/identifier";
import { backoff } from "./backoff";
import { EMPTY, acknowledge, forget, merge, refuse, retry, unacknowledged, write, type Log } from "./log";

export interface Socket {
  readyState: number;
  send(data: string): void;
  close(): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export interface World {
  socket(url: string): Socket;
  timeout(run: () => void, ms: number): unknown;
  cancel(timer: unknown): void;
  now(): number;
  random(): number;
  identifier(): string;
}

export const browser: World = {
  socket: (url) => new WebSocket(url) as unknown as Socket,
  timeout: (run, ms) => setTimeout(run, ms),
  cancel: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  now: () => Date.now(),
  random: () => Math.random(),
  identifier,
};

export type Link = "idle" | "connecting" | "live" | "polling" | "reconnecting" | "failed";

export interface State {
  link: Link;
  session?: Session;
  conversation?: Conversation;
  log: Log;
  /** Messages of conversations that ended while this page was open, shown above the present one. */
  earlier: readonly Message[];
  typing?: Sender;
  /** The refusal that made `link` become "failed". */
  failure?: string;
}

export interface Identity { customerToken?: string; visitorToken(): string | undefined; keepVisitorToken(token: string): void }

const PING_EVERY = 25_000;
const SILENCE = 12_000;
const ACK_WITHIN = 10_000;
const POLL_WAIT = 25;
/** After this many sockets that did not open, poll; and try a socket again soon, then ever more seldom. */
const SOCKETS_BEFORE_POLLING = 2;
const SOCKET_AGAIN_FIRST = 5_000;
const SOCKET_AGAIN = 60_000;
/** Refusals that pass by themselves. */
const PASSING = new Set(["overloaded", "too_many_requests", "rate_limited", "busy", "unavailable", "network", "timeout", "internal"]);

function passing(error: ApiError): boolean {
  return error.status === 0 || error.status === 429 || error.status >= 500 || PASSING.has(error.code);
}

export class Connection {
  private state: State = { link: "idle", log: EMPTY, earlier: [] };
  private readonly listeners = new Set<(state: State) => void>();
  private readonly api: CustomerApi;
  private readonly identity: Identity;
  private readonly world: World;
  private language: Language;

  private socket: Socket | undefined;
  private attempt = 0;
  private failedSockets = 0;
  private pollingSince = 0;
  private socketAgain = SOCKET_AGAIN_FIRST;
  private timers = new Map<string, unknown>();
  private poll: AbortController | undefined;
  private closed = false;
  private starting: Promise<void> | undefined;
  private posting = false;
  /** Two clients of one page must not answer to frames of an older socket. */
  private generation = 0;

  constructor(api: CustomerApi, identity: Identity, language: Language, world: World = browser) {
    this.api = api;
    this.identity = identity;
    this.language = language;
    this.world = world;
  }

  get current(): State {
    return this.state;
  }

  watch(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener(this.state);
  }

  private later(name: string, run: () => void, ms: number): void {
    this.stop(name);
    this.timers.set(name, this.world.timeout(() => { this.timers.delete(name); if (!this.closed) run(); }, ms));
  }
  private stop(name: string): void {
    const timer = this.timers.get(name);
    if (timer !== undefined) this.world.cancel(timer);
    this.timers.delete(name);
  }

  // ---- life

  /** Opens (or resumes) the conversation. Harmless when it is open already. */
  start(): Promise<void> {
    if (this.state.session !== undefined) return Promise.resolve();
    this.starting ??= this.open().finally(() => { this.starting = undefined; });
    return this.starting;
  }

  private async open(): Promise<void> {
    this.set({ link: "connecting", failure: undefined });
    try {
      await this.newSession();
    } catch (error) {
      if (this.closed) return;
      const failed = error instanceof ApiError ? error : new ApiError(0, "network", String(error));
      if (passing(failed)) {
        this.set({ link: "reconnecting" });
        this.later("reconnect", () => void this.start(), backoff(this.attempt++, this.world.random));
      } else {
        this.set({ link: "failed", failure: failed.message });
      }
      return;
    }
    this.connect();
  }

  private async newSession(): Promise<void> {
    const customer_token = this.identity.customerToken;
    const visitor_token = customer_token === undefined ? this.identity.visitorToken() : undefined;
    const session = await this.api.session({ customer_token, visitor_token, language: this.language });
    if (this.closed) return;
    if (session.visitor_token && customer_token === undefined) this.identity.keepVisitorToken(session.visitor_token);
    const before = this.state.conversation;
    const same = before === undefined || before.id === session.conversation.id;
    const earlier = same ? this.state.earlier : [...this.state.earlier, ...this.state.log.confirmed];
    const base: Log = same ? this.state.log : { ...EMPTY, outgoing: unacknowledged(this.state.log) };
    this.set({ session, conversation: session.conversation, earlier, log: merge(base, session.messages, true), typing: undefined });
  }

  /** After the conversation ended: a new one, with the old one's messages kept on the page. */
  async renew(): Promise<void> {
    this.dropSocket();
    await this.newSession();
    this.attempt = 0;
    this.connect();
  }

  speak(language: Language): void {
    this.language = language;
  }

  /** The network is back, or the page is looked at again: do not wait for the timer. */
  wake(): void {
    if (this.closed || this.state.link !== "reconnecting") return;
    this.stop("reconnect");
    this.attempt = 0;
    if (this.state.session === undefined) void this.start();
    else this.connect();
  }

  close(): void {
    this.closed = true;
    for (const name of [...this.timers.keys()]) this.stop(name);
    this.dropSocket();
    this.listeners.clear();
  }

  private dropSocket(): void {
    this.generation += 1;
    this.poll?.abort();
    this.poll = undefined;
    const socket = this.socket;
    this.socket = undefined;
    for (const name of ["ping", "silence", "resend", "reconnect"]) this.stop(name);
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
    }
  }

  // ---- socket

  private connect(): void {
    const { session, conversation, log } = this.state;
    if (this.closed || session === undefined || conversation === undefined) return;
    this.dropSocket();
    if (this.failedSockets >= SOCKETS_BEFORE_POLLING && this.world.now() - this.pollingSince < this.socketAgain) {
      void this.pollLoop();
      return;
    }
    const generation = this.generation;
    if (this.state.link !== "reconnecting") this.set({ link: this.attempt === 0 ? "connecting" : "reconnecting" });
    let socket: Socket;
    try {
      socket = this.world.socket(this.api.socketUrl(session.token, conversation.id, log.cursor));
    } catch {
      this.lost(false);
      return;
    }
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      if (generation !== this.generation) return;
      opened = true;
      this.attempt = 0;
      this.failedSockets = 0;
      this.socketAgain = SOCKET_AGAIN_FIRST;
      this.set({ link: "live" });
      this.keepAlive();
      this.flush();
    };
    socket.onmessage = (event) => {
      if (generation !== this.generation) return;
      this.stop("silence");
      this.receive(event.data);
    };
    socket.onclose = () => {
      if (generation === this.generation) this.lost(opened);
    };
    socket.onerror = () => undefined;
  }

  private lost(opened: boolean): void {
    this.dropSocket();
    if (this.closed) return;
    this.set({ link: "reconnecting", typing: undefined });
    if (!opened) {
      this.failedSockets += 1;
      if (this.failedSockets >= SOCKETS_BEFORE_POLLING) this.pollingSince = this.world.now();
    }
    this.later("reconnect", () => this.connect(), backoff(this.attempt++, this.world.random));
  }

  private keepAlive(): void {
    this.later("ping", () => {
      this.frame({ type: "ping" });
      this.later("silence", () => this.lost(true), SILENCE);
      this.keepAlive();
    }, PING_EVERY);
  }

  private frame(frame: unknown): boolean {
    if (this.socket === undefined || this.socket.readyState !== 1) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private receive(data: unknown): void {
    let frame: ChatFrame;
    try {
      frame = JSON.parse(String(data)) as ChatFrame;
    } catch {
      return;
    }
    switch (frame.type) {
      case "message":
        if (frame.message.conversation && frame.message.conversation !== this.state.conversation?.id) return;
        this.arrived([frame.message]);
        break;
      case "conversation":
        if (frame.conversation.id === this.state.conversation?.id) this.set({ conversation: frame.conversation, ...(frame.conversation.holder === "nobody" ? { typing: undefined } : {}) });
        break;
      case "typing":
        if (frame.sender.kind === "customer") return;
        this.set({ typing: frame.on ? frame.sender : undefined });
        if (frame.on) this.later("typing", () => this.set({ typing: undefined }), 20_000);
        break;
      case "ack":
        this.set({ log: acknowledge(this.state.log, frame.client_id, frame.seq) });
        break;
      case "error":
        this.refused(frame.client_id ?? undefined, new ApiError(PASSING.has(frame.code) ? 429 : 400, frame.code, frame.message));
        break;
      case "pong":
        break;
    }
  }

  private arrived(messages: Message[]): void {
    const spoke = messages.some((m) => m.sender.kind === "bot" || m.sender.kind === "agent");
    this.set({ log: merge(this.state.log, messages, true), ...(spoke ? { typing: undefined } : {}) });
  }

  private refused(clientId: string | undefined, error: ApiError): void {
    if (clientId === undefined) return;
    if (passing(error)) this.later("resend", () => this.flush(), 1500);
    else this.set({ log: refuse(this.state.log, clientId, error.message) });
  }

  // ---- long-polling

  private async pollLoop(): Promise<void> {
    const generation = this.generation;
    const alive = () => generation === this.generation && !this.closed;
    this.set({ link: "polling" });
    this.flush();
    let failures = 0;
    while (alive()) {
      if (this.world.now() - this.pollingSince >= this.socketAgain) {
        this.socketAgain = Math.min(SOCKET_AGAIN, this.socketAgain * 2);
        this.failedSockets = SOCKETS_BEFORE_POLLING - 1;
        this.connect();
        return;
      }
      const { session, conversation, log } = this.state;
      if (session === undefined || conversation === undefined) return;
      this.poll = new AbortController();
      const untilSocket = Math.ceil((this.pollingSince + this.socketAgain - this.world.now()) / 1000);
      const wait = Math.max(1, Math.min(POLL_WAIT, untilSocket));
      try {
        const answer = await this.api.messages(session.token, conversation.id, log.cursor, wait, this.poll.signal);
        if (!alive()) return;
        failures = 0;
        if (this.state.link !== "polling") { this.set({ link: "polling" }); this.flush(); }
        this.set({ conversation: answer.conversation });
        this.arrived(answer.messages);
      } catch (error) {
        if (!alive()) return;
        if (error instanceof ApiError && (error.status === 401 || error.status === 404)) {
          // The token ran out, or the conversation is no longer known: ask again who we are.
          await this.newSession().catch(() => undefined);
        }
        this.set({ link: "reconnecting" });
        if (error instanceof ApiError && (error.status === 0 || error.status >= 500)) {
          // Nobody answers at all, so it was not the sockets: the next way to try is a socket again.
          this.failedSockets = SOCKETS_BEFORE_POLLING - 1;
          this.later("reconnect", () => this.connect(), backoff(this.attempt++, this.world.random));
          return;
        }
        failures += 1;
        await new Promise<void>((done) => this.later("poll", done, backoff(failures, this.world.random)));
      }
    }
  }

  // ---- sending

  /** Shows the message at once and sends it as soon as there is a way; returns its client_id. */
  send(text: string, payload?: string): string {
    const client_id = this.world.identifier();
    this.set({ log: write(this.state.log, { client_id, text, payload, at: this.world.now() }) });
    void this.deliver();
    return client_id;
  }

  again(clientId: string): void {
    this.set({ log: retry(this.state.log, clientId) });
    void this.deliver();
  }

  discard(clientId: string): void {
    this.set({ log: forget(this.state.log, clientId) });
  }

  private async deliver(): Promise<void> {
    if (this.state.session === undefined) {
      await this.start();
      return;
    }
    if (this.state.conversation?.holder === "nobody") {
      try {
        await this.renew();
      } catch {
        this.later("resend", () => void this.deliver(), 2000);
      }
      return;
    }
    this.flush();
  }

  /** Sends everything that has no acknowledgement, oldest first; the server knows repeats by their client_id. */
  private flush(): void {
    const waiting = unacknowledged(this.state.log);
    if (waiting.length === 0) return;
    if (this.state.link === "polling") {
      void this.post();
      return;
    }
    if (this.state.link !== "live") return;
    for (const { client_id, text, payload } of waiting) {
      if (!this.frame({ type: "send", client_id, text, payload })) return;
    }
    this.later("resend", () => this.flush(), ACK_WITHIN);
  }

  private async post(): Promise<void> {
    if (this.posting) return;
    this.posting = true;
    try {
      for (;;) {
        const next = unacknowledged(this.state.log)[0];
        const { session, conversation } = this.state;
        if (next === undefined || session === undefined || conversation === undefined || this.closed) return;
        try {
          const { client_id, text, payload } = next;
          const message = await this.api.send(session.token, conversation.id, { client_id, text, payload }, this.language);
          // Not through the stream: what came before it may still be missing, so the cursor stays.
          this.set({ log: merge(this.state.log, [{ ...message, client_id }], false) });
        } catch (error) {
          const failed = error instanceof ApiError ? error : new ApiError(0, "network", String(error));
          this.refused(next.client_id, failed);
          if (passing(failed)) return;
        }
      }
    } finally {
      this.posting = false;
    }
  }

  private typed = 0;
  typing(on: boolean): void {
    const { session, conversation, link } = this.state;
    if (session === undefined || conversation === undefined) return;
    const now = this.world.now();
    if (on && now - this.typed < 3000) return;
    this.typed = on ? now : 0;
    if (link === "live") this.frame({ type: "typing", on });
    else if (link === "polling" && on) this.api.typing(session.token, conversation.id).catch(() => undefined);
  }

  async rate(score: number, comment: string): Promise<void> {
    const { session, conversation } = this.state;
    if (session === undefined || conversation === undefined) return;
    await this.api.rate(session.token, conversation.id, score, comment, this.language);
    const now = this.state.conversation;
    if (now?.id === conversation.id) this.set({ conversation: { ...now, rating_wanted: false, rating: score } });
  }

  async leaveQueue(): Promise<void> {
    const { session, conversation } = this.state;
    if (session !== undefined && conversation !== undefined) await this.api.leaveQueue(session.token, conversation.id, this.language);
  }
}
