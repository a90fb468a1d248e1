// The generated client, and one way to fail: every refusal becomes an `ApiError` with the server's code and its message in
// the reader's language.
import createClient, { type Client, type FetchResponse, type Middleware } from "openapi-fetch";
import type { paths } from "./schema";
import type { Language } from "./types";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type Fetch = (request: Request) => Promise<Response>;
export type Api = Client<paths>;

export function connect(base: string, language: () => Language | undefined, headers: Record<string, string> = {}, fetcher?: Fetch): Api {
  const speaking: Middleware = {
    onRequest({ request }) {
      const told = language();
      if (told !== undefined && !request.headers.has("Accept-Language")) request.headers.set("Accept-Language", told);
      return request;
    },
  };
  const client = createClient<paths>({ baseUrl: base, headers: { Accept: "application/json", ...headers }, ...(fetcher ? { fetch: fetcher } : {}) });
  client.use(speaking);
  return client;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the library's own parameter for "any operation"
type Call<Wide> = Promise<FetchResponse<any, any, any> & { data?: Wide }>;

/**
 * What a call gave, or an `ApiError`. The document has plain strings where the server has a fixed set of words; the caller
 * names the narrower type, which must fit into the generated one.
 */
export async function answer<Wide, Narrow extends Wide = Wide>(call: Call<Wide>): Promise<Narrow> {
  let done: Awaited<Call<Wide>>;
  try {
    done = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "network", String(error));
  }
  if (done.response.ok) return done.data as Narrow;
  const told = (typeof done.error === "object" && done.error !== null ? done.error : {}) as { code?: unknown; message?: unknown };
  throw new ApiError(
    done.response.status,
    typeof told.code === "string" ? told.code : `http_${done.response.status}`,
    typeof told.message === "string" ? told.message : done.response.statusText,
  );
}

export function query(values: Record<string, string | number | undefined>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value !== undefined && value !== "") out.set(key, String(value));
  const text = out.toString();
  return text === "" ? "" : `?${text}`;
}
