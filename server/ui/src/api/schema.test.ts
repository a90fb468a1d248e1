import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { SCHEMA, generate } from "../../scripts/schema.mjs";

it("the generated types are those of the committed API document", async () => {
  const same = readFileSync(SCHEMA, "utf8") === (await generate());
  expect(same, "src/api/schema.d.ts is not what openapi.json gives: run `make openapi` and commit both").toBe(true);
}, 60_000);
