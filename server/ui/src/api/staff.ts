// The staff app's side of the API. Session by cookie; every call carries the header that a foreign page cannot set.
import { events } from "./events";
import { answer, connect } from "./http";
import type {
  Agent, Article, ArticleContent, ArticleImport, ArticleList, ArticlePreview, ArticleState, ConversationDetail, ConversationRow,
  Dashboard, FieldDiff, FoundArticle, Gap, GraphEdgeChange, GraphHistory, GraphImported, GraphImportMode, GraphList, GraphNode, GraphReply,
  GraphView, HeadReport, Imported, Intent, IntentList, Language, LogLine, Me, MergeView, Message, Order, Presence, ReplayEvent, Spoken, Suggestion,
  TakenArticles, Ticket, Training, Tried, TriedBoth, UploadedFile, Version, VersionHead,
} from "./types";

let language: Language = "zh";
export function speak(next: Language): void {
  language = next;
}

const api = connect("", () => language, { "X-Kefu-Csrf": "1" });
const named = (name: string) => ({ params: { path: { name } } });
const of = (id: string) => ({ params: { path: { id } } });

export type Scope = "mine" | "all" | "bot" | "closed";

export const staff = {
  me: (): Promise<Me> => answer(api.GET("/api/v1/staff/me")),
  login: (email: string, password: string): Promise<Me> => answer(api.POST("/api/v1/staff/login", { body: { email, password } })),
  logout: (): Promise<void> => answer(api.POST("/api/v1/staff/logout")),
  change: (body: { language?: Language; presence?: Presence }): Promise<Me> => answer(api.PATCH("/api/v1/staff/me", { body })),

  queue: (): Promise<{ tickets: Ticket[] }> => answer(api.GET("/api/v1/staff/queue")),
  conversations: (scope: Scope, before?: number): Promise<{ conversations: ConversationRow[] }> =>
    answer(api.GET("/api/v1/staff/conversations", { params: { query: { scope, before } } })),
  conversation: (id: string): Promise<ConversationDetail> => answer(api.GET("/api/v1/staff/conversations/{id}", of(id))),
  accept: (ticket: string): Promise<Ticket> => answer(api.POST("/api/v1/staff/tickets/{id}/accept", of(ticket))),
  takeOver: (id: string): Promise<void> => answer(api.POST("/api/v1/staff/conversations/{id}/take-over", of(id))),
  say: (id: string, body: { client_id: string; text: string; note: boolean }): Promise<Message> =>
    answer(api.POST("/api/v1/staff/conversations/{id}/messages", { ...of(id), body })),
  transfer: (id: string, body: { agent?: string; note?: string }): Promise<void> => answer(api.POST("/api/v1/staff/conversations/{id}/transfer", { ...of(id), body })),
  giveBack: (id: string, note?: string): Promise<void> => answer(api.POST("/api/v1/staff/conversations/{id}/return", { ...of(id), body: { note } })),
  close: (id: string, note?: string): Promise<void> => answer(api.POST("/api/v1/staff/conversations/{id}/close", { ...of(id), body: { note } })),
  suggestions: (id: string): Promise<{ suggestions: Suggestion[] }> => answer(api.GET("/api/v1/staff/conversations/{id}/suggestions", of(id))),
  orders: (id: string): Promise<{ orders: Order[] }> => answer(api.GET("/api/v1/staff/conversations/{id}/orders", of(id))),
  agents: (): Promise<{ agents: Agent[] }> => answer(api.GET("/api/v1/staff/agents")),
  dashboard: (): Promise<Dashboard> => answer(api.GET("/api/v1/staff/dashboard")),

  articles: (filter: { q?: string; category?: string; language?: Language; state?: ArticleState }): Promise<ArticleList> =>
    answer(api.GET("/api/v1/staff/articles", { params: { query: { ...filter, q: filter.q || undefined } } })),
  article: (slug: string): Promise<Article> => answer(api.GET("/api/v1/staff/articles/{slug}", { params: { path: { slug } } })),
  saveDraft: (slug: string, draft: { content: ArticleContent; based_on: number; number?: number; revision?: number; note?: string; gap?: string }): Promise<Version> =>
    answer(api.PUT("/api/v1/staff/articles/{slug}/draft", { params: { path: { slug } }, body: { ...draft, content: sent(draft.content) } })),
  versions: (slug: string): Promise<{ versions: VersionHead[]; log: LogLine[] }> => answer(api.GET("/api/v1/staff/articles/{slug}/versions", { params: { path: { slug } } })),
  version: (slug: string, number: number): Promise<Version> => answer(api.GET("/api/v1/staff/articles/{slug}/versions/{number}", { params: { path: { slug, number } } })),
  discardDraft: (slug: string, number: number, revision: number): Promise<void> => answer(api.DELETE("/api/v1/staff/articles/{slug}/versions/{number}", { params: { path: { slug, number }, query: { revision } } })),
  step: (slug: string, number: number, body: { step: "submit" | "withdraw" | "reject" | "publish"; revision: number; note?: string }): Promise<Version> =>
    answer(api.POST("/api/v1/staff/articles/{slug}/versions/{number}", { params: { path: { slug, number } }, body })),
  diff: (slug: string, from: number, to: number): Promise<{ fields: FieldDiff[] }> => answer(api.GET("/api/v1/staff/articles/{slug}/diff", { params: { path: { slug }, query: { from, to } } })),
  merge: (slug: string, body: { mine: ArticleContent; theirs: number; base_number?: number; base?: ArticleContent }): Promise<MergeView> =>
    answer(api.POST("/api/v1/staff/articles/{slug}/merge", { params: { path: { slug } }, body: { ...body, mine: sent(body.mine), base: body.base && sent(body.base) } })),
  gaps: (days: number): Promise<{ days: number; gaps: Gap[] }> => answer(api.GET("/api/v1/staff/gaps", { params: { query: { days } } })),
  decideGap: (id: string, step: "dismiss" | "reopen" | "article", days: number): Promise<{ slug?: string | null; number?: number | null; conversation?: string | null }> => answer(api.POST("/api/v1/staff/gaps/{id}", { ...of(id), body: { step, days } })),
  gapConversation: (id: string): Promise<{ messages: Spoken[] }> => answer(api.GET("/api/v1/staff/gaps/conversations/{id}", of(id))),
  /** Tells how far it is while it runs; ends when `signal` says so. */
  replay: async (versions: { slug: string; number: number }[], heard: (event: ReplayEvent) => void, signal: AbortSignal): Promise<void> => {
    const stream = await answer<unknown, ReadableStream<Uint8Array>>(api.POST("/api/v1/staff/replay", { body: { versions }, signal, parseAs: "stream" }));
    for await (const event of events(stream)) heard(event as ReplayEvent);
  },
  markdown: (body: string): Promise<{ body_html: string }> => answer(api.POST("/api/v1/staff/markdown", { body: { body } })),
  deleteArticle: (slug: string): Promise<void> => answer(api.DELETE("/api/v1/staff/articles/{slug}", { params: { path: { slug } } })),

  intents: (): Promise<IntentList> => answer(api.GET("/api/v1/staff/intents")),
  saveIntent: (name: string, examples: string[], revision: number): Promise<Intent> => answer(api.PUT("/api/v1/staff/intents/{name}", { ...named(name), body: { examples, revision } })),
  renameIntent: (name: string, to: string, revision: number): Promise<Intent> => answer(api.POST("/api/v1/staff/intents/{name}/rename", { ...named(name), body: { to, revision } })),
  deleteIntent: (name: string, revision: number): Promise<void> => answer(api.DELETE("/api/v1/staff/intents/{name}", { params: { path: { name }, query: { revision } } })),
  changeExamples: (name: string, change: { add?: string[]; remove?: string[] }): Promise<Intent> => answer(api.POST("/api/v1/staff/intents/{name}/examples", { ...named(name), body: change })),
  moveExamples: (from: string, to: string, examples: string[]): Promise<void> => answer(api.POST("/api/v1/staff/train/move", { body: { from, to, examples } })),
  train: (): Promise<Training> => answer(api.POST("/api/v1/staff/train")),
  training: (): Promise<Training> => answer(api.GET("/api/v1/staff/train")),
  trainReport: (head: "published" | "candidate"): Promise<HeadReport> => answer(api.GET("/api/v1/staff/train/report", { params: { query: { head } } })),
  publish: (candidate: string): Promise<Training> => answer(api.POST("/api/v1/staff/train/publish", { body: { candidate } })),
  discard: (what: { candidate?: string; draft?: string }): Promise<Training> => answer(api.POST("/api/v1/staff/train/discard", { body: what })),
  tryText: (text: string): Promise<TriedBoth> => answer(api.POST("/api/v1/staff/train/try", { body: { text } })),
  importProject: (files: UploadedFile[], mode: "preview" | "merge" | "replace", stamp?: string): Promise<Imported> => answer(api.POST("/api/v1/staff/train/import", { body: { files, mode, stamp } })),
  previewArticles: (body: ArticleImport): Promise<ArticlePreview> => answer(api.POST("/api/v1/staff/article-import", { body })),
  takeArticles: (body: { articles: FoundArticle[]; over_drafts: boolean }): Promise<TakenArticles> => answer(api.POST("/api/v1/staff/article-import/drafts", { body })),
  graphNodes: (query: { q?: string; kind?: string; from?: number; limit?: number }): Promise<GraphList> => answer(api.GET("/api/v1/staff/graph/nodes", { params: { query } })),
  graphNode: (id: string): Promise<GraphView> => answer(api.GET("/api/v1/staff/graph/nodes/{id}", of(id))),
  saveGraphNode: (node: GraphNode, revision?: number): Promise<GraphView> => answer(api.PUT("/api/v1/staff/graph/nodes/{id}", { ...of(node.id), body: { node, revision } })),
  deleteGraphNode: (id: string, revision: number): Promise<void> => answer(api.DELETE("/api/v1/staff/graph/nodes/{id}", { params: { path: { id }, query: { revision } } })),
  saveGraphEdge: (edge: GraphEdgeChange): Promise<GraphView> => answer(api.PUT("/api/v1/staff/graph/edges", { body: edge })),
  deleteGraphEdge: (query: { from: string; kind: string; to: string; revision: number }): Promise<void> => answer(api.DELETE("/api/v1/staff/graph/edges", { params: { query } })),
  askGraph: (text: string): Promise<GraphReply> => answer(api.POST("/api/v1/staff/graph/ask", { body: { text, language: /\p{Script=Han}/u.test(text) ? "zh" : "en" } })),
  graphHistory: (): Promise<GraphHistory> => answer(api.GET("/api/v1/staff/graph/history")),
  undoGraph: (version: number): Promise<GraphHistory> => answer(api.POST("/api/v1/staff/graph/undo", { body: { version } })),
  importGraph: (files: UploadedFile[], mode: GraphImportMode, version?: number): Promise<GraphImported> => answer(api.POST("/api/v1/staff/graph/import", { body: { files, mode, version } })),
  graphExportReport: (): Promise<{ left_out: string[] }> => answer(api.GET("/api/v1/staff/graph/export/report")),
  tryBot: (body: { text: string; payload?: string; language?: Language; session?: string; customer?: string }): Promise<Tried> =>
    answer(api.POST("/api/v1/staff/try", { body })),
};

/** An article's text as it is sent: what the server finds out is left to it. */
function sent({ category, versions, valid_from, valid_until, still_right }: ArticleContent) {
  return { category, versions, valid_from, valid_until, still_right };
}

export function staffSocketUrl(): string {
  const url = new URL("/api/v1/staff/ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
