// The messages of one conversation as this page knows them. Pure functions over plain data.
//
// Two lists: what the server confirmed (ordered by seq, each seq once) and what is still on its way (ordered by when it was
// written). A message moves from the second to the first exactly once, whichever arrives first: the acknowledgement, the
// message itself over the socket, or the answer to an HTTP request.
import type { Message } from "../api/types";

export interface Outgoing {
  client_id: string;
  text: string;
  payload?: string;
  at: number;
  /** Set by the acknowledgement; the message itself may still be on its way. */
  seq?: number;
  /** The server refused it for good; `error` says why. */
  error?: string;
}

export interface Log {
  confirmed: readonly Message[];
  outgoing: readonly Outgoing[];
  /** Everything up to here came through the stream: a reconnect asks for what follows. */
  cursor: number;
}

export const EMPTY: Log = { confirmed: [], outgoing: [], cursor: 0 };

/** Adds messages; `stream` says that they came in order, so that the cursor may move past them. */
export function merge(log: Log, messages: readonly Message[], stream: boolean): Log {
  if (messages.length === 0) return log;
  const bySeq = new Map(log.confirmed.map((m) => [m.seq, m]));
  for (const message of messages) bySeq.set(message.seq, message);
  const confirmed = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const arrived = new Set(messages.map((m) => m.client_id).filter(Boolean));
  const seqs = new Set(messages.map((m) => m.seq));
  const outgoing = log.outgoing.filter((o) => !arrived.has(o.client_id) && !(o.seq !== undefined && seqs.has(o.seq)));
  const cursor = stream ? messages.reduce((max, m) => Math.max(max, m.seq), log.cursor) : log.cursor;
  return { confirmed, outgoing, cursor };
}

export function write(log: Log, message: Outgoing): Log {
  if (log.outgoing.some((o) => o.client_id === message.client_id)) return log;
  if (log.confirmed.some((m) => m.client_id === message.client_id)) return log;
  return { ...log, outgoing: [...log.outgoing, message] };
}

export function acknowledge(log: Log, clientId: string, seq: number): Log {
  const here = log.confirmed.some((m) => m.seq === seq);
  const outgoing = here
    ? log.outgoing.filter((o) => o.client_id !== clientId)
    : log.outgoing.map((o) => (o.client_id === clientId ? { ...o, seq, error: undefined } : o));
  return { ...log, outgoing };
}

export function refuse(log: Log, clientId: string, error: string): Log {
  return { ...log, outgoing: log.outgoing.map((o) => (o.client_id === clientId && o.seq === undefined ? { ...o, error } : o)) };
}

/** Gives a refused message another chance. */
export function retry(log: Log, clientId: string): Log {
  return { ...log, outgoing: log.outgoing.map((o) => (o.client_id === clientId ? { ...o, error: undefined } : o)) };
}

export function forget(log: Log, clientId: string): Log {
  return { ...log, outgoing: log.outgoing.filter((o) => o.client_id !== clientId) };
}

/** What must be sent again after a reconnect, oldest first. */
export function unacknowledged(log: Log): Outgoing[] {
  return log.outgoing.filter((o) => o.seq === undefined && o.error === undefined);
}

/** Only the buttons of the last message may be pressed, and only while nothing was said after it. */
export function activeButtons(log: Log): number | undefined {
  if (log.outgoing.length > 0) return undefined;
  for (let i = log.confirmed.length - 1; i >= 0; i -= 1) {
    const message = log.confirmed[i];
    if (message === undefined || message.kind === "event") continue;
    return message.sender.kind === "bot" && (message.buttons?.length ?? 0) > 0 ? message.seq : undefined;
  }
  return undefined;
}
