/** @jsxImportSource preact */
// The API reference, drawn from the server's own OpenAPI document.
import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { translator } from "../i18n";
import { docs } from "../i18n/shop";
import { pick } from "../text/format";
import "./docs.css";

const language = pick([new URLSearchParams(location.search).get("lang"), localStorage.getItem("kefu.language"), ...navigator.languages]);
const t = translator(docs, language);

interface Schema {
  $ref?: string; type?: string | string[]; format?: string; description?: string; properties?: Record<string, Schema>; required?: string[];
  items?: Schema; enum?: unknown[]; oneOf?: Schema[]; anyOf?: Schema[]; allOf?: Schema[]; additionalProperties?: boolean | Schema; const?: unknown;
}
interface Parameter { name: string; in: string; required?: boolean; description?: string; schema?: Schema; $ref?: string }
interface Content { content?: Record<string, { schema?: Schema }>; description?: string }
interface Operation { summary?: string; description?: string; tags?: string[]; parameters?: Parameter[]; requestBody?: Content; responses?: Record<string, Content> }
interface Document { openapi: string; info: { title: string; version: string; description?: string }; paths: Record<string, Record<string, Operation>>; components?: { schemas?: Record<string, Schema> }; tags?: { name: string; description?: string }[] }

const METHODS = ["get", "post", "put", "patch", "delete"];

/** The document's texts are Markdown of the simplest kind: `code` between backticks. */
function Prose({ text }: { text: string | undefined }) {
  return <>{(text ?? "").split("`").map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}

function refName(ref: string): string {
  return ref.split("/").pop() ?? ref;
}

function shape(schema: Schema | undefined): string {
  if (!schema) return "";
  if (schema.$ref) return refName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(" | ");
  const many = schema.oneOf ?? schema.anyOf;
  if (many) return many.map(shape).join(" | ");
  if (schema.allOf) return schema.allOf.map(shape).join(" & ");
  const type = Array.isArray(schema.type) ? schema.type.join(" | ") : schema.type;
  if (type?.startsWith("array")) return `${shape(schema.items) || "any"}[]`;
  if (schema.properties) return `{ ${Object.keys(schema.properties).join(", ")} }`;
  if (typeof schema.additionalProperties === "object") return `{ [key]: ${shape(schema.additionalProperties)} }`;
  return [type ?? "any", schema.format ? `(${schema.format})` : ""].filter(Boolean).join(" ");
}

function Fields({ schema, doc, depth = 0 }: { schema: Schema | undefined; doc: Document; depth?: number }) {
  if (!schema || depth > 3) return null;
  if (schema.$ref) {
    const target = doc.components?.schemas?.[refName(schema.$ref)];
    return target ? <Fields schema={target} doc={doc} depth={depth} /> : null;
  }
  if (schema.items) return <Fields schema={schema.items} doc={doc} depth={depth} />;
  const parts = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (parts) return <>{parts.filter((p) => p.type !== "null").map((p, i) => <Fields key={i} schema={p} doc={doc} depth={depth} />)}</>;
  if (!schema.properties) return null;
  return (
    <table><tbody>
      {Object.entries(schema.properties).map(([name, field]) => (
        <tr key={name}>
          <th><code>{name}</code>{schema.required?.includes(name) ? null : <span class="optional">?</span>}</th>
          <td><code class="type">{shape(field)}</code>{field.description ? <p><Prose text={field.description} /></p> : null}</td>
        </tr>
      ))}
    </tbody></table>
  );
}

function One({ path, method, operation, doc }: { path: string; method: string; operation: Operation; doc: Document }) {
  const body = Object.entries(operation.requestBody?.content ?? {})[0];
  return (
    <details id={`${method}-${path}`} class="op">
      <summary><b class={`verb ${method}`}>{method.toUpperCase()}</b><code>{path}</code><span><Prose text={operation.summary ?? operation.description?.split("\n")[0]} /></span></summary>
      <div class="inside">
        {operation.description && operation.description !== operation.summary ? <p><Prose text={operation.description} /></p> : null}
        {operation.parameters && operation.parameters.length > 0 ? (
          <><h4>{t("parameters")}</h4><table><tbody>{operation.parameters.map((p) => <tr key={p.in + p.name}><th><code>{p.name}</code>{p.required ? null : <span class="optional">?</span>}</th><td><code class="type">{p.in} · {shape(p.schema)}</code>{p.description ? <p><Prose text={p.description} /></p> : null}</td></tr>)}</tbody></table></>
        ) : null}
        {body ? <><h4>{t("body")} <code class="type">{body[0]} · {shape(body[1].schema)}</code></h4><Fields schema={body[1].schema} doc={doc} /></> : null}
        <h4>{t("responses")}</h4>
        {Object.entries(operation.responses ?? {}).map(([status, response]) => {
          const schema = Object.values(response.content ?? {})[0]?.schema;
          return <div key={status} class="answer"><p><b class={status.startsWith("2") ? "ok" : "no"}>{status}</b> <Prose text={response.description} /> {schema ? <code class="type">{shape(schema)}</code> : null}</p>{status.startsWith("2") ? <Fields schema={schema} doc={doc} /> : null}</div>;
        })}
      </div>
    </details>
  );
}

function App() {
  const [doc, setDoc] = useState<Document | "failed">();
  const [words, setWords] = useState("");
  useEffect(() => {
    fetch("/openapi.json").then((r) => (r.ok ? r.json() : Promise.reject(new Error(r.statusText)))).then((d: Document) => setDoc(d), () => setDoc("failed"));
  }, []);
  const groups = useMemo(() => {
    const map = new Map<string, { path: string; method: string; operation: Operation }[]>();
    if (typeof doc !== "object") return map;
    const needle = words.trim().toLowerCase();
    for (const [path, item] of Object.entries(doc.paths)) for (const method of METHODS) {
      const operation = item[method];
      if (!operation || (needle && !`${method} ${path} ${operation.summary ?? ""} ${operation.description ?? ""}`.toLowerCase().includes(needle))) continue;
      const tag = operation.tags?.[0] ?? "api";
      map.set(tag, [...(map.get(tag) ?? []), { path, method, operation }]);
    }
    return map;
  }, [doc, words]);

  if (doc === undefined) return <p class="note">{t("loading")}</p>;
  if (doc === "failed") return <p class="note" role="alert">{t("failed")} <a href="/openapi.json">/openapi.json</a></p>;
  return (
    <main>
      <header><h1>{doc.info.title} <small>{doc.info.version}</small></h1>{doc.info.description ? <p><Prose text={doc.info.description} /></p> : null}
        <p>OpenAPI {doc.openapi}: <a href="/openapi.json">/openapi.json</a></p>
        <input type="search" value={words} placeholder={t("filter")} aria-label={t("filter")} onInput={(e) => setWords(e.currentTarget.value)} />
      </header>
      {groups.size === 0 ? <p class="note">{t("nothing")}</p> : null}
      {[...groups].map(([tag, list]) => (
        <section key={tag} data-testid="docs-group"><h2>{tag}</h2>{doc.tags?.find((x) => x.name === tag)?.description ? <p><Prose text={doc.tags.find((x) => x.name === tag)?.description} /></p> : null}
          {list.map((o) => <One key={o.method + o.path} {...o} doc={doc} />)}
        </section>
      ))}
    </main>
  );
}

document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
document.title = t("title");
const root = document.getElementById("root");
if (root) render(<App />, root);
