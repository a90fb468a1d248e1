import { describe, expect, it } from "vitest";
import { CustomerApi } from "./customer";
import { ApiError } from "./http";

const BASE = "http://kefu.test";
function server(status: number, body: string | null, seen: Request[] = []): CustomerApi {
  return new CustomerApi(BASE, (request) => {
    seen.push(request);
    return Promise.resolve(new Response(body, { status, headers: body === null ? {} : { "Content-Type": "application/json" } }));
  });
}

describe("calls", () => {
  it("send the token, the language and the body that the document names", async () => {
    const seen: Request[] = [];
    await server(204, null, seen).rate("secret", "a/b", 5, "", "en");
    expect(seen[0]?.url).toBe(`${BASE}/api/v1/chat/conversations/a%2Fb/rating`);
    expect(seen[0]?.headers.get("Authorization")).toBe("Bearer secret");
    expect(seen[0]?.headers.get("Accept-Language")).toBe("en");
    expect(await seen[0]?.json()).toEqual({ score: 5 });
  });
  it("become an error with the server's code and words when it refuses", async () => {
    const refused = server(429, '{"code":"rate_limited","message":"慢一点"}').session({ language: "zh" });
    await expect(refused).rejects.toEqual(new ApiError(429, "rate_limited", "慢一点"));
  });
  it("become an error with the status when what refuses is not the server itself", async () => {
    await expect(server(502, "<html>bad gateway</html>").demo()).rejects.toMatchObject({ status: 502, code: "http_502" });
  });
  it("become a network error when nobody answers", async () => {
    const gone = new CustomerApi(BASE, () => Promise.reject(new TypeError("fetch failed")));
    await expect(gone.demo()).rejects.toMatchObject({ status: 0, code: "network" });
  });
});
