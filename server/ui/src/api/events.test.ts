import { describe, expect, it } from "vitest";
import { events } from "./events";

function stream(...chunks: string[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder();
  return new ReadableStream({ start(c) { for (const chunk of chunks) c.enqueue(bytes.encode(chunk)); c.close(); } });
}
async function all(of: ReadableStream<Uint8Array>): Promise<unknown[]> {
  const heard: unknown[] = [];
  for await (const event of events(of)) heard.push(event);
  return heard;
}

describe("server-sent events", () => {
  it("come whole however they were cut", async () => {
    expect(await all(stream('data: {"n":', '1}\n', '\ndata: {"n":2}\n\n:keep-alive\n\nevent: x\ndata: {"t":\ndata: "退"}\n\n'))).toEqual([{ n: 1 }, { n: 2 }, { t: "退" }]);
  });
  it("leave out what was cut off", async () => {
    expect(await all(stream('data: {"n":1}\n\ndata: {"n":'))).toEqual([{ n: 1 }]);
    expect(await all(stream())).toEqual([]);
  });
});
