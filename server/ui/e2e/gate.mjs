// A door between browser and server that can be shut and opened again: the network that goes away.
import { createServer, connect } from "node:net";

export async function gate(upstream) {
  let target = new URL(upstream);
  let server;
  let port = 0;
  const open = new Set();
  const listen = () => new Promise((ready, failed) => {
    server = createServer((inside) => {
      const outside = connect(Number(target.port), target.hostname);
      for (const [from, to] of [[inside, outside], [outside, inside]]) {
        open.add(from);
        from.on("error", () => to.destroy());
        from.on("close", () => { open.delete(from); to.destroy(); });
        from.pipe(to);
      }
    });
    server.once("error", failed);
    server.listen(port, "127.0.0.1", () => { port = server.address().port; ready(); });
  });
  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    /** Every connection ends, and nobody gets a new one. */
    async shut() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of open) socket.destroy();
      await closed;
    },
    async reopen(next = target.href) {
      target = new URL(next);
      await listen();
    },
    async end() {
      if (server.listening) await this.shut();
    },
  };
}
