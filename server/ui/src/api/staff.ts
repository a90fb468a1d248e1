// The staff app's side of the API. Session by cookie; every call carries the header that a foreign page cannot set.
import { answer, connect } from "./http";
import type {
  Agent, Article, ArticleRow, ConversationDetail, ConversationRow, Dashboard, HeadReport, Imported, Intent, IntentList, Language, Me, Message,
  Order, Presence, Suggestion, Ticket, Training, Tried, TriedBoth, UploadedFile,
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

  articles: (filter: { q?: string; category?: string; language?: Language }): Promise<{ articles: ArticleRow[]; categories: string[] }> =>
    answer(api.GET("/api/v1/staff/articles", { params: { query: { ...filter, q: filter.q || undefined } } })),
  article: (slug: string): Promise<Article> => answer(api.GET("/api/v1/staff/articles/{slug}", { params: { path: { slug } } })),
  createArticle: ({ slug, category, versions }: Draft): Promise<Article> => answer(api.POST("/api/v1/staff/articles", { body: { slug, category, versions } })),
  saveArticle: ({ slug, category, versions, revision }: Draft): Promise<Article> =>
    answer(api.PUT("/api/v1/staff/articles/{slug}", { params: { path: { slug } }, body: { category, versions, revision } })),
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
  tryBot: (body: { text: string; payload?: string; language?: Language; session?: string; customer?: string }): Promise<Tried> =>
    answer(api.POST("/api/v1/staff/try", { body })),
};

/** An article as the editor sends it: what the server adds is missing. */
export type Draft = Omit<Article, "updated_at" | "revision"> & { revision?: number };

export function staffSocketUrl(): string {
  const url = new URL("/api/v1/staff/ws", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
