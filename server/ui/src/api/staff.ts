// The staff app's side of the API. Session by cookie; writes carry the header that a foreign page cannot set.
import { query, request } from "./http";
import type {
  Agent, Article, ArticleRow, ConversationDetail, ConversationRow, Dashboard, Intent, Language, Me, Message, Order, Presence,
  Suggestion, Ticket, Training, Tried,
} from "./types";

const BASE = "/api/v1/staff";
let language: Language = "zh";
export function speak(next: Language): void {
  language = next;
}

const id = encodeURIComponent;
function get<T>(path: string): Promise<T> {
  return request<T>(BASE + path, { language });
}
function write<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body: unknown = {}): Promise<T> {
  return request<T>(BASE + path, { method, body, language, headers: { "X-Kefu-Csrf": "1" } });
}

export type Scope = "mine" | "all" | "bot" | "closed";

export const staff = {
  me: () => get<Me>("/me"),
  login: (email: string, password: string) => write<Me>("POST", "/login", { email, password }),
  logout: () => write<unknown>("POST", "/logout"),
  change: (changes: { language?: Language; presence?: Presence }) => write<Me>("PATCH", "/me", changes),

  queue: () => get<{ tickets: Ticket[] }>("/queue"),
  conversations: (scope: Scope, before?: number) => get<{ conversations: ConversationRow[] }>(`/conversations${query({ scope, before })}`),
  conversation: (cid: string) => get<ConversationDetail>(`/conversations/${id(cid)}`),
  accept: (ticket: string) => write<Ticket>("POST", `/tickets/${id(ticket)}/accept`),
  takeOver: (cid: string) => write<unknown>("POST", `/conversations/${id(cid)}/take-over`),
  say: (cid: string, body: { client_id: string; text: string; note: boolean }) => write<Message>("POST", `/conversations/${id(cid)}/messages`, body),
  transfer: (cid: string, body: { agent?: string; note?: string }) => write<unknown>("POST", `/conversations/${id(cid)}/transfer`, body),
  giveBack: (cid: string, note?: string) => write<unknown>("POST", `/conversations/${id(cid)}/return`, { note }),
  close: (cid: string, note?: string) => write<unknown>("POST", `/conversations/${id(cid)}/close`, { note }),
  suggestions: (cid: string) => get<{ suggestions: Suggestion[] }>(`/conversations/${id(cid)}/suggestions`),
  orders: (cid: string) => get<{ orders: Order[] }>(`/conversations/${id(cid)}/orders`),
  agents: () => get<{ agents: Agent[] }>("/agents"),
  dashboard: () => get<Dashboard>("/dashboard"),

  articles: (filter: { q?: string; category?: string; language?: Language }) =>
    get<{ articles: ArticleRow[]; categories: string[] }>(`/articles${query(filter)}`),
  article: (slug: string) => get<Article>(`/articles/${id(slug)}`),
  createArticle: (article: Article) => write<Article>("POST", "/articles", article),
  saveArticle: (article: Article) => write<Article>("PUT", `/articles/${id(article.slug)}`, article),
  deleteArticle: (slug: string) => write<unknown>("DELETE", `/articles/${id(slug)}`),

  intents: () => get<{ intents: Intent[] }>("/intents"),
  saveIntent: (intent: Intent) => write<unknown>("PUT", `/intents/${id(intent.name)}`, { examples: intent.examples }),
  train: () => write<Training>("POST", "/train"),
  training: () => get<Training>("/train"),
  tryBot: (body: { text: string; payload?: string; language?: Language; session?: string; customer?: string }) => write<Tried>("POST", "/try", body),
};

export function staffSocketUrl(): string {
  const url = new URL(`${BASE}/ws`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
