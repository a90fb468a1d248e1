// ../openapi.json -> the text of src/api/schema.d.ts. `npm run gen` writes it, a test compares it.
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";

const here = import.meta.dirname;
export const DOCUMENT = join(here, "../../openapi.json");
export const SCHEMA = join(here, "../src/api/schema.d.ts");

export async function generate() {
  const document = JSON.parse(readFileSync(DOCUMENT, "utf8"));
  // Calls are named by their path. Operation ids would only add a second table, and one that breaks when two are the same.
  for (const item of Object.values(document.paths)) for (const operation of Object.values(item)) delete operation.operationId;
  // An object without stated fields is somebody else's shape (the order system's, a trace), not an empty one.
  const nodes = await openapiTS(document, { emptyObjectsUnknown: true, silent: true });
  return `// Generated from ../openapi.json by \`make openapi\`; do not edit.\n\n${astToString(nodes)}`;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename) writeFileSync(SCHEMA, await generate());
