// One JSON request. Every refusal becomes an `ApiError` with the server's code and its message in the reader's language.
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

export interface Request {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  body?: unknown;
  token?: string;
  language?: Language;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export type Fetch = typeof fetch;

export async function request<T>(url: string, options: Request = {}, fetcher: Fetch = fetch): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
  if (options.body !== undefined) headers["Content-Type"] = "application/json";
  if (options.token) headers.Authorization = `Bearer ${options.token}`;
  if (options.language) headers["Accept-Language"] = options.language;
  let response: Response;
  try {
    response = await fetcher(url, {
      method: options.method ?? "GET",
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(0, "network", String(error));
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (response.ok) return body as T;
  const told = (body ?? {}) as { code?: unknown; message?: unknown };
  throw new ApiError(
    response.status,
    typeof told.code === "string" ? told.code : `http_${response.status}`,
    typeof told.message === "string" ? told.message : response.statusText,
  );
}

export function query(values: Record<string, string | number | boolean | null | undefined>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") out.set(key, String(value));
  }
  const text = out.toString();
  return text === "" ? "" : `?${text}`;
}
