// The customer's side of the API: chat, articles, demo shop.
import { answer, connect, query, type Api, type Fetch } from "./http";
import type { ArticleLink, DemoCustomer, Language, Message, NewSession, Order, Poll, Product, PublicArticle, Session } from "./types";

const bearer = (token: string, language?: Language) => ({ Authorization: `Bearer ${token}`, ...(language ? { "Accept-Language": language } : {}) });

export class CustomerApi {
  private readonly base: string;
  private readonly api: Api;
  constructor(base = "", fetcher?: Fetch) {
    this.base = base;
    this.api = connect(base, () => undefined, {}, fetcher);
  }

  session(body: NewSession): Promise<Session> {
    return answer(this.api.POST("/api/v1/chat/session", { body, headers: body.language ? { "Accept-Language": body.language } : {} }));
  }
  messages(token: string, id: string, after: number, wait: number, signal?: AbortSignal): Promise<Poll> {
    return answer(this.api.GET("/api/v1/chat/conversations/{id}/messages", { params: { path: { id }, query: { after, wait } }, headers: bearer(token), signal }));
  }
  send(token: string, id: string, body: { client_id: string; text: string; payload?: string }, language?: Language): Promise<Message> {
    return answer(this.api.POST("/api/v1/chat/conversations/{id}/messages", { params: { path: { id } }, body, headers: bearer(token, language) }));
  }
  typing(token: string, id: string): Promise<void> {
    return answer(this.api.POST("/api/v1/chat/conversations/{id}/typing", { params: { path: { id } }, headers: bearer(token) }));
  }
  rate(token: string, id: string, score: number, comment: string, language: Language): Promise<void> {
    return answer(this.api.POST("/api/v1/chat/conversations/{id}/rating", { params: { path: { id } }, body: comment === "" ? { score } : { score, comment }, headers: bearer(token, language) }));
  }
  leaveQueue(token: string, id: string, language: Language): Promise<void> {
    return answer(this.api.POST("/api/v1/chat/conversations/{id}/leave-queue", { params: { path: { id } }, headers: bearer(token, language) }));
  }
  socketUrl(token: string, conversation: string, after: number): string {
    const url = new URL(`${this.base}/api/v1/chat/ws${query({ token, conversation, after })}`, globalThis.location?.href ?? "http://localhost");
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  article(slug: string, language: Language): Promise<PublicArticle> {
    return answer(this.api.GET("/api/v1/articles/{slug}", { params: { path: { slug }, query: { language } }, headers: { "Accept-Language": language } }));
  }
  articles(language: Language, q?: string): Promise<{ articles: ArticleLink[] }> {
    return answer(this.api.GET("/api/v1/articles", { params: { query: { language, ...(q ? { q } : {}) } }, headers: { "Accept-Language": language } }));
  }

  demo(): Promise<{ customers: DemoCustomer[] }> {
    return answer(this.api.GET("/api/v1/demo"));
  }
  /** The shop page knows only the customer's token of the business; the orders are given to the chat's own. */
  async demoOrders(customer_token: string, language: Language): Promise<{ orders: Order[] }> {
    const { token } = await this.session({ customer_token, language });
    return answer(this.api.GET("/api/v1/demo/orders", { headers: bearer(token, language) }));
  }
  async demoProducts(): Promise<Product[]> {
    const told: { products: Product[] } = await answer(this.api.GET("/api/v1/demo/products"));
    return told.products;
  }
}
