// The customer's side of the API: chat, articles, demo shop.
import { query, request, type Fetch } from "./http";
import type { ArticleLink, Conversation, DemoCustomer, Language, Message, Order, Product, PublicArticle, Session } from "./types";

export interface NewSession { customer_token?: string; visitor_token?: string; language?: Language }
export interface Poll { conversation: Conversation; messages: Message[] }

export class CustomerApi {
  private readonly base: string;
  private readonly fetcher: Fetch;
  constructor(base = "", fetcher: Fetch = (...args) => fetch(...args)) {
    this.base = base;
    this.fetcher = fetcher;
  }

  private chat(id: string, rest: string): string {
    return `${this.base}/api/v1/chat/conversations/${encodeURIComponent(id)}/${rest}`;
  }

  session(body: NewSession): Promise<Session> {
    return request(`${this.base}/api/v1/chat/session`, { method: "POST", body, language: body.language }, this.fetcher);
  }
  messages(token: string, id: string, after: number, wait: number, signal?: AbortSignal): Promise<Poll> {
    return request(this.chat(id, `messages${query({ after, wait })}`), { token, signal }, this.fetcher);
  }
  send(token: string, id: string, body: { client_id: string; text: string; payload?: string }): Promise<Message> {
    return request(this.chat(id, "messages"), { method: "POST", token, body }, this.fetcher);
  }
  typing(token: string, id: string, on: boolean): Promise<void> {
    return request(this.chat(id, "typing"), { method: "POST", token, body: { on } }, this.fetcher);
  }
  rate(token: string, id: string, score: number, comment: string, language: Language): Promise<unknown> {
    return request(this.chat(id, "rating"), { method: "POST", token, language, body: comment === "" ? { score } : { score, comment } }, this.fetcher);
  }
  leaveQueue(token: string, id: string, language: Language): Promise<unknown> {
    return request(this.chat(id, "leave-queue"), { method: "POST", token, language, body: {} }, this.fetcher);
  }
  socketUrl(token: string, conversation: string, after: number): string {
    const url = new URL(`${this.base}/api/v1/chat/ws${query({ token, conversation, after })}`, globalThis.location?.href ?? "http://localhost");
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  article(slug: string, language: Language): Promise<PublicArticle> {
    return request(`${this.base}/api/v1/articles/${encodeURIComponent(slug)}${query({ language })}`, { language }, this.fetcher);
  }
  articles(language: Language, q?: string): Promise<{ articles: ArticleLink[] }> {
    return request(`${this.base}/api/v1/articles${query({ language, q })}`, { language }, this.fetcher);
  }

  demo(): Promise<{ customers: DemoCustomer[] }> {
    return request(`${this.base}/api/v1/demo`, {}, this.fetcher);
  }
  /** The shop page knows only the customer's token of the business; the orders are given to the chat's own. */
  async demoOrders(customer_token: string, language: Language): Promise<{ orders: Order[] }> {
    const { token } = await this.session({ customer_token, language });
    return request(`${this.base}/api/v1/demo/orders`, { token, language }, this.fetcher);
  }
  async demoProducts(): Promise<Product[]> {
    const body = await request<{ products: Product[] } | Product[]>(`${this.base}/api/v1/demo/products`, {}, this.fetcher);
    return Array.isArray(body) ? body : body.products;
  }
}
