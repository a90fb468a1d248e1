// How an event of the staff socket changes what the pages have loaded. Pure, so that it can be tested.
import type { ConversationDetail, ConversationRow, Message } from "../api/types";
import type { Scope } from "../api/staff";

/** Each seq once, in order; the same rule as in the widget. */
export function addMessage(messages: readonly Message[], message: Message): Message[] {
  const rest = messages.filter((m) => m.seq !== message.seq && m.id !== message.id);
  const at = rest.findIndex((m) => m.seq > message.seq);
  if (at === -1) return [...rest, message];
  return [...rest.slice(0, at), message, ...rest.slice(at)];
}

export function belongs(row: ConversationRow, scope: Scope, me: string): boolean {
  switch (scope) {
    case "mine": return row.holder === "agent" && (row.agent?.id ?? row.ticket?.agent?.id) === me;
    case "bot": return row.holder === "bot";
    case "closed": return row.holder === "nobody";
    case "all": return row.holder !== "nobody";
  }
}

/** Puts the row where it belongs, newest first; takes it out of a list that it left. */
export function placeRow(rows: readonly ConversationRow[], row: ConversationRow, scope: Scope, me: string): ConversationRow[] {
  const rest = rows.filter((r) => r.id !== row.id);
  return belongs(row, scope, me) ? [row, ...rest].sort((a, b) => b.last_at - a.last_at) : rest;
}

export function rowAfterMessage(row: ConversationRow, message: Message, open: boolean): ConversationRow {
  if (message.kind === "event" || message.at <= row.last_at) return row;
  const unread = open ? 0 : message.sender.kind === "customer" ? row.unread + 1 : row.unread;
  return { ...row, last_message: message.text, last_at: message.at, unread };
}

export function detailAfterRow(detail: ConversationDetail, row: ConversationRow): ConversationDetail {
  return {
    ...detail,
    conversation: { ...detail.conversation, holder: row.holder, agent: row.agent, language: row.language },
    ticket: row.ticket ?? (row.holder === "bot" || row.holder === "nobody" ? undefined : detail.ticket),
  };
}

export function lastText(row: ConversationRow): string {
  return row.last_message ?? "";
}
