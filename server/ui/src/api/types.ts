// The server's shapes by the names that the pages use. They come from the generated `schema.d.ts`; written here are only the
// words that a field may have where the document says "string", the order system's own shapes, which the server passes on
// as they are, and the frames of the two sockets, which OpenAPI cannot describe.
import type { EdgeProps, GraphNode as GraphNodeShape } from "../staff/graph/shapes";
import type { components } from "./schema";

type View = components["schemas"];
/** A generated shape with some fields said more exactly. */
type Exactly<T, Fields> = Omit<T, keyof Fields> & Fields;

export type Language = "zh" | "en";
export type Millis = number;
export type SenderKind = "customer" | "bot" | "agent" | "system";
export type Holder = "bot" | "queue" | "agent" | "nobody";
export type Role = "agent" | "editor" | "supervisor" | "admin";
export type Presence = "online" | "away" | "offline";

// ---- messages

export type Button = View["ButtonView"];
export type Citation = View["CitationView"];
export type Sender = Exactly<View["SenderView"], { kind: SenderKind }>;
export type EventType = "queued" | "agent_joined" | "returned" | "transferred" | "closed" | "rated" | "order_changed" | "message_left";
export type ChatEvent = { type: EventType; [field: string]: unknown };
export type Message = Exactly<View["MessageView"], { sender: Sender; kind: "text" | "note" | "event" | "rating"; event?: ChatEvent | null }>;

// ---- the customer's side

export type NewSession = Exactly<View["SessionRequest"], { language?: Language }>;
export type Conversation = Exactly<View["ChatView"], { language: Language; holder: Holder }>;
export type Session = Exactly<View["SessionView"], { conversation: Conversation; messages: Message[] }>;
export type Poll = Exactly<View["MessagesView"], { conversation: Conversation; messages: Message[] }>;
export type PublicArticle = Exactly<View["ArticlePage"], { language: Language; languages: Language[] }>;
export type ArticleLink = View["ArticleTitle"];
export type DemoCustomer = Exactly<View["DemoCustomer"], { language: Language }>;

// ---- orders and products: the demo shop's shapes, handed through

export type Localised = Record<Language, string>;
export type Address = {
  recipient: string; phone: string; country?: string; province?: string; city?: string; district?: string; street: string; postcode?: string;
};
export type OrderStatus = "pending" | "paid" | "packed" | "shipped" | "delivered" | "cancelled" | "return_requested" | "refunded";
export type OrderItem = { sku: string; product_id?: string; name: Localised; quantity: number; price: number };
export type Order = {
  id: string; customer_id: string; status: OrderStatus; currency: string; total: number; created_at: Millis;
  paid_at?: Millis | null; shipped_at?: Millis | null; delivered_at?: Millis | null; promised_at?: Millis | null;
  items: OrderItem[]; address: Address; carrier?: string | null; tracking_number?: string | null; warehouse?: string | null;
  return?: { id: string; kind: "return" | "exchange" | "refund"; reason: string; status: string } | null;
  version?: number;
};
export type Product = { id: string; sku?: string; name: Localised; category?: string; price: number; currency: string; stock?: number };

// ---- staff

export type Me = Exactly<View["Me"], { role: Role; language: Language; presence: Presence }>;
export type Agent = Exactly<View["AgentView"], { role: Role; language: Language; presence: Presence }>;
export type CustomerRef = View["CustomerView"];
export type Ticket = Exactly<View["TicketView"], { status: "waiting" | "assigned" | "closed"; language: Language }>;
export type ConversationRow = Exactly<View["ConversationRow"], { holder: Holder; language: Language; ticket?: Ticket | null }>;
export type Packet = View["PacketView"];
export type ConversationDetail = Exactly<View["ConversationDetail"], { conversation: ConversationRow; messages: Message[]; ticket?: Ticket | null }>;
export type Suggestion = View["SuggestionView"];
export type Dashboard = View["Dashboard"];
export type ArticleText = View["ArticleVersion"];
type Texts = { [language in Language]?: ArticleText };
type Titles = { [language in Language]?: string };
/** What is sent has no marks; what comes has them. */
export type ArticleContent = Exactly<View["ArticleContent"], { versions: Texts; still_right?: Language[]; out_of_date?: Language[]; changed?: Record<string, Millis> }>;
export type VersionHead = Exactly<View["VersionHead"], { state: "draft" | "review" | "rejected" | "published" | "archived"; titles: Titles }>;
export type Version = VersionHead & { content: ArticleContent };
export type Article = Exactly<View["ArticleView"], { versions: Texts; still_right?: Language[]; out_of_date: Language[]; open: VersionHead[] }>;
export type ArticleState = "published" | "unpublished" | "scheduled" | "expired" | "out_of_date" | "draft" | "review" | "rejected" | "deleted";
export type ArticleRow = Exactly<View["EditorRow"], { languages: Language[]; titles: Titles; states: ArticleState[]; out_of_date: Language[]; open: VersionHead[] }>;
export type ArticleList = { articles: ArticleRow[]; categories: string[]; counts: { [state in ArticleState]?: number } };
export type LogLine = View["LogLine"];
export type Piece = View["Piece"];
export type FieldDiff = View["FieldDiff"];
export type MergePart = View["Part"];
export type Merged = View["Merged"];
export type ReplayAnswer = View["ReplayAnswer"];
export type ReplayKind = "lost" | "new" | "other" | "text";
export type ReplayChange = Exactly<View["ReplayChange"], { pieces?: Piece[]; kind: ReplayKind; verdict: "better" | "worse" | "open"; source: "asked" | "test" | "article" }>;
export type ReplayReport = Exactly<View["ReplayReport"], { changes: ReplayChange[] }>;
export type ReplayEvent =
  | { type: "progress"; stage: "building" | "embedding" | "searching"; done: number; total: number }
  | { type: "report"; report: ReplayReport }
  | { type: "failed"; message: string };
export type GapState = "open" | "drafted" | "closed" | "dismissed";
export type Gap = Exactly<View["GapView"], { state: GapState; examples: Exactly<View["Example"], { why: "unanswered" | "handoff" | "rated" }>[] }>;
export type Spoken = Exactly<View["Spoken"], { sender: "customer" | "bot" | "agent" }>;
export type MergeView = Exactly<View["MergeView"], { theirs: VersionHead; content: ArticleContent }>;
export type Intent = View["IntentView"];
export type IntentList = View["IntentList"];
export type Head = View["HeadView"];
export type Training = Exactly<View["TrainingView"], { state: "idle" | "running" | "failed"; stage: "embedding" | "fitting" | "comparing" }>;
export type Reading = { intent: string; confidence: number };
export type Change = { text: string; expected?: string; times: number; before: Reading; after: Reading };
export type Comparison = { compared: number; unchanged: number; changed: Change[] };
export type NearDuplicate = { intent: string; text: string; other_intent: string; other_text: string; similarity: number };
export type IntentScore = { name: string; examples: number; precision: number; recall: number };
export type Confusion = { expected: string; predicted: string; count: number; examples: string[] };
/** A head's report as it was stored; one of an earlier version has less. */
export type HeadReport = {
  examples?: number; accuracy?: number; accuracy_by_language?: Record<string, number>; ece?: number; threshold?: number; unknown_recall?: number; false_rejects?: number;
  intents?: IntentScore[]; confusions?: Confusion[]; warnings?: string[]; suspicious?: { text: string; expected: string; read: string; confidence: number }[];
  duplicates?: NearDuplicate[]; own?: Comparison | null; questions?: Comparison | null;
};
export type Parsed = View["ParseResponse"];
export type TriedBoth = View["TryTextResponse"];
export type Imported = View["ImportView"];
export type UploadedFile = View["UploadedFile"];
export type ArticleImport = Partial<View["ArticleImport"]>;
export type ArticlePreview = View["ArticleImportView"];
export type FoundArticle = View["ImportedArticle"];
export type TakenArticles = View["TakenView"];

export type Entity = { kind: string; start: number; end: number; value: unknown; confidence: number };
export type Trace = {
  steps: { name: string; detail: string; ms: number }[];
  intent?: string | null; confidence?: number | null; ranking: [string, number][]; entities: Entity[];
  language?: string | null; mood?: string | null;
  passages: { slug: string; title: string; score: number; bm25: number; cosine: number }[];
  rule?: string | null; actions: { name: string; result: unknown }[];
};
export type TryAnswer = View["TryAnswer"];
export type Tried = Exactly<View["TryResponse"], { next: "stay" | "handoff" | "done"; trace: Trace }>;

// ---- frames of the sockets

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

// ---- the knowledge graph

export type { GraphNode } from "../staff/graph/shapes";
export type GraphRow = View["NodeRow"];
export type GraphList = View["NodeList"];
export type GraphEdge = Exactly<View["EdgeView"], { props: EdgeProps }>;
export type GraphView = Exactly<View["NodeView"], { node: GraphNodeShape; edges: GraphEdge[] }>;
export type GraphEdgeChange = { from: string; kind: string; to: string; props: EdgeProps; revision?: number };
export type GraphReply = View["GraphReply"];
export type GraphHistory = View["GraphHistory"];
export type GraphImportMode = "preview" | "preview_replace" | "merge" | "replace";
export type GraphImported = View["GraphImportView"];
