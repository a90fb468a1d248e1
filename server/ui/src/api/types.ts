// What the server sends and takes. The one place that names these shapes.

export type Language = "zh" | "en";
export type Millis = number;

export interface Button { title: string; payload: string }
export interface Citation { article: string | null; title: string; url: string }
export type SenderKind = "customer" | "bot" | "agent" | "system";
export interface Sender { kind: SenderKind; id?: string | null; name?: string | null }

export type EventType = "queued" | "agent_joined" | "returned" | "transferred" | "closed" | "rated" | "order_changed" | "message_left";
export interface ChatEvent { type: EventType; [field: string]: unknown }

export interface Message {
  id: string;
  seq: number;
  conversation: string;
  sender: Sender;
  text: string;
  kind: "text" | "note" | "event" | "rating";
  at: Millis;
  client_id?: string | null;
  buttons?: Button[];
  citations?: Citation[];
  event?: ChatEvent | null;
}

export type Holder = "bot" | "queue" | "agent" | "nobody";

/** The customer's view of a conversation. */
export interface Conversation {
  id: string;
  language: Language;
  holder: Holder;
  agent?: { name: string } | null;
  queue?: { position: number; wait_seconds: number | null } | null;
  rating_wanted: boolean;
  rating?: number | null;
  last_seq: number;
}

export interface Session {
  token: string;
  visitor_token?: string | null;
  customer: { id: string; name?: string | null; signed_in: boolean };
  conversation: Conversation;
  messages: Message[];
}

export interface PublicArticle { slug: string; language: Language; title: string; body_html: string; category: string }
export interface ArticleLink { slug: string; title: string; category: string }

// ---- orders (the demo shop's facts)

export type Localised = Record<Language, string>;
export interface Address {
  recipient: string; phone: string; country?: string; province?: string; city?: string; district?: string; street: string; postcode?: string;
}
export type OrderStatus = "pending" | "paid" | "packed" | "shipped" | "delivered" | "cancelled" | "return_requested" | "refunded";
export interface OrderItem { sku: string; product_id?: string; name: Localised; quantity: number; price: number }
export interface Order {
  id: string; customer_id: string; status: OrderStatus; currency: string; total: number; created_at: Millis;
  paid_at?: Millis | null; shipped_at?: Millis | null; delivered_at?: Millis | null; promised_at?: Millis | null;
  items: OrderItem[]; address: Address; carrier?: string | null; tracking_number?: string | null; warehouse?: string | null;
  return?: { id: string; kind: "return" | "exchange" | "refund"; reason: string; status: string } | null;
  version?: number;
}
export interface DemoCustomer { id: string; name: string; tier?: string | null; token: string; language: Language }
export interface Product {
  id: string; sku?: string; name: Localised; category?: string; brand?: string | Localised; price: number; currency: string;
  description?: Localised | string; stock?: number;
}

// ---- staff

export type Role = "agent" | "editor" | "supervisor" | "admin";
export type Presence = "online" | "away" | "offline";
export interface Me { id: string; name: string; email: string; role: Role; language: Language; presence: Presence }
export interface Agent { id: string; name: string; role: Role; language?: Language | null; presence: Presence; open?: number }
export interface CustomerRef { id: string; name?: string | null; tier?: string | null; signed_in?: boolean; email?: string | null; phone?: string | null }

export interface Ticket {
  id: string; conversation: string; reason: string; priority: number; status: "waiting" | "assigned" | "closed";
  created_at: Millis; deadline: Millis; language: Language; summary: string; intent?: string | null;
  customer: CustomerRef; agent?: { id: string; name: string } | null;
  message_left?: { contact: string; text: string } | null; position?: number | null;
}

export interface ConversationRow {
  id: string; customer: CustomerRef; holder: Holder; agent?: { id?: string; name: string } | null; language: Language;
  last_message?: string | Message | null; last_at: Millis; unread: number; ticket?: Ticket | null;
}

export interface Packet {
  reason: string; summary: string; intent?: string | null; confidence?: number | null; slots?: Record<string, unknown>;
  tried?: string[]; mood?: string | null; language?: Language; last_messages?: { sender: Sender | string; text: string }[];
  suggested_reply?: string | null; passages?: { title: string; url: string }[];
}

export interface ConversationDetail {
  conversation: { id: string; language: Language; holder: Holder; agent?: { id?: string; name: string } | null; channel: string; epoch: number; last_seq?: number; rating?: number | null };
  customer: CustomerRef; messages: Message[]; ticket?: Ticket | null; packet?: Packet | null;
}
export interface Suggestion { text: string; citations?: Citation[]; score: number }

export interface Dashboard {
  open: number; waiting: number; with_agents: number; with_bot: number; closed_today: number; resolved_by_bot_today: number;
  handoffs_today: number; median_reply_ms?: number | null; csat_today?: number | null; reasons: Record<string, number>;
  intents: { name: string; count: number }[]; unanswered: { text: string; at: Millis; conversation: string }[];
  per_hour: { hour_ms: Millis; messages: number; handoffs: number }[];
}

export interface ArticleText { title: string; body: string; questions: string[] }
export interface Article { slug: string; category: string; versions: Partial<Record<Language, ArticleText>>; updated_at?: Millis; revision?: number }
export interface ArticleRow { slug: string; category: string; languages: Language[]; titles: Partial<Localised>; updated_at: Millis }
export interface Intent { name: string; examples: string[] }
export interface TrainReport {
  examples?: number; accuracy?: number; accuracy_by_language?: Record<string, number>; threshold?: number; unknown_recall?: number; false_rejects?: number;
  confusions?: { expected: string; predicted: string; count: number; examples: string[] }[]; warnings?: string[];
}
export interface Training { state: "idle" | "running" | "failed"; done?: number; total?: number; report?: TrainReport | null; trained_at?: Millis | null; error?: string | null }

export interface Entity { kind: string; start: number; end: number; value: unknown; confidence: number }
export interface Trace {
  steps: { name: string; detail: string; ms: number }[];
  intent?: string | null; confidence?: number | null; ranking: [string, number][]; entities: Entity[];
  language?: string | null; mood?: string | null;
  passages: { slug: string; title: string; score: number; bm25: number; cosine: number }[];
  rule?: string | null; actions: { name: string; result: unknown }[];
}
export interface TryAnswer { text: string; buttons?: Button[]; citations?: Citation[] }
export interface Tried { session: string; answers: TryAnswer[]; next: unknown; trace: Trace }

export type StaffFrame =
  | { type: "message"; conversation: string; message: Message }
  | { type: "conversation"; conversation: ConversationRow }
  | { type: "queue"; tickets: Ticket[] }
  | { type: "presence"; agents: Agent[] }
  | { type: "typing"; conversation: string; sender: Sender; on: boolean }
  | { type: "resync" }
  | { type: "pong" };

export type ChatFrame =
  | { type: "message"; message: Message }
  | { type: "conversation"; conversation: Conversation }
  | { type: "typing"; sender: Sender; on: boolean }
  | { type: "ack"; client_id: string; seq: number }
  | { type: "error"; code: string; message: string; client_id?: string | null }
  | { type: "pong" };
