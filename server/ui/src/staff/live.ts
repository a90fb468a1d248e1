// The staff socket: events patch the loaded data at once; after a gap everything on screen is asked for again.
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { staffSocketUrl, type Scope } from "../api/staff";
import type { Agent, ConversationDetail, ConversationRow, Sender, StaffFrame, Ticket } from "../api/types";
import { backoff } from "../chat/backoff";
import { addMessage, detailAfterRow, placeRow, rowAfterMessage } from "./cache";

const SCOPES: Scope[] = ["mine", "all", "bot", "closed"];
type Rows = { conversations: ConversationRow[] };

/** The conversation on screen; its messages count as read. */
export const watching = { id: undefined as string | undefined };

export function apply(client: QueryClient, frame: StaffFrame, me: string): void {
  switch (frame.type) {
    case "message": {
      const { conversation, message } = frame;
      client.setQueryData<ConversationDetail>(["conversation", conversation], (d) => d && { ...d, messages: addMessage(d.messages, message) });
      const open = watching.id === conversation && document.visibilityState === "visible";
      for (const scope of SCOPES) {
        client.setQueryData<Rows>(["rows", scope], (d) => d && { conversations: d.conversations.map((r) => (r.id === conversation ? rowAfterMessage(r, message, open) : r)) });
      }
      if (message.sender.kind !== "system") client.setQueryData(["typing", conversation], null);
      break;
    }
    case "conversation": {
      const open = watching.id === frame.conversation.id && document.visibilityState === "visible";
      const row = open ? { ...frame.conversation, unread: 0 } : frame.conversation;
      if (open && frame.conversation.unread > 0) readSoon(client, row.id);
      for (const scope of SCOPES) {
        client.setQueryData<Rows>(["rows", scope], (d) => d && { conversations: placeRow(d.conversations, row, scope, me) });
      }
      const before = client.getQueryData<ConversationDetail>(["conversation", row.id]);
      if (before) {
        client.setQueryData(["conversation", row.id], detailAfterRow(before, row));
        // A new holder brings a new packet and ticket.
        if (before.conversation.holder !== row.holder) void client.invalidateQueries({ queryKey: ["conversation", row.id] });
      }
      break;
    }
    case "queue":
      client.setQueryData<{ tickets: Ticket[] }>(["queue"], { tickets: frame.tickets });
      break;
    case "presence":
      client.setQueryData<{ agents: Agent[] }>(["agents"], { agents: frame.agents });
      break;
    case "typing":
      if (frame.sender.kind === "customer") client.setQueryData<Sender | null>(["typing", frame.conversation], frame.on ? frame.sender : null);
      break;
    case "resync":
      resync(client);
      break;
    case "pong":
      break;
  }
}

let reading: ReturnType<typeof setTimeout> | undefined;

/** Opening a conversation marks it as read; so does reading on in one that is open. */
function readSoon(client: QueryClient, id: string): void {
  clearTimeout(reading);
  reading = setTimeout(() => void client.invalidateQueries({ queryKey: ["conversation", id] }), 1500);
}

export function resync(client: QueryClient): void {
  for (const key of ["queue", "rows", "conversation", "agents"]) void client.invalidateQueries({ queryKey: [key] });
}

let current: WebSocket | undefined;

export function tellTyping(conversation: string, on: boolean): void {
  if (current?.readyState === WebSocket.OPEN) current.send(JSON.stringify({ type: "typing", conversation, on }));
}

/** Keeps the socket open while the app is; says whether it is. */
export function useLive(me: string, wanted: boolean): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState(true);
  useEffect(() => {
    if (!wanted) return;
    let over = false;
    let attempt = 0;
    let socket: WebSocket | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ping: ReturnType<typeof setInterval> | undefined;
    let heard = Date.now();

    const again = () => {
      clearInterval(ping);
      if (over) return;
      setLive(false);
      clearTimeout(timer);
      timer = setTimeout(connect, backoff(attempt++));
    };
    const connect = () => {
      clearTimeout(timer);
      const mine = new WebSocket(staffSocketUrl());
      socket = mine;
      current = mine;
      mine.onopen = () => {
        attempt = 0;
        heard = Date.now();
        setLive(true);
        resync(client);
        clearInterval(ping);
        ping = setInterval(() => {
          if (Date.now() - heard > 60_000) mine.close();
          else if (mine.readyState === WebSocket.OPEN) mine.send('{"type":"ping"}');
        }, 20_000);
      };
      mine.onmessage = (event) => {
        heard = Date.now();
        try {
          apply(client, JSON.parse(String(event.data)) as StaffFrame, me);
        } catch {
          // A frame that cannot be read is worth nothing, but what is on screen may be behind now.
          resync(client);
        }
      };
      mine.onclose = () => { if (socket === mine) again(); };
    };
    const wake = () => { if (socket?.readyState === WebSocket.CLOSED) { attempt = 0; connect(); } };
    connect();
    window.addEventListener("online", wake);
    return () => {
      over = true;
      clearTimeout(timer);
      clearInterval(ping);
      window.removeEventListener("online", wake);
      current = undefined;
      socket?.close();
    };
  }, [client, me, wanted]);
  return live || !wanted;
}
