// What a node of the graph looks like; the server passes it on as it is kept.
import type { Language } from "../../api/types";

export type Texts = Record<Language, string>;
export type Value = boolean | number | string | Texts | (Texts & { rank: number });
// Types, not interfaces: they fit into the document's "any object".
export type GraphNode = {
  id: string;
  kind: string;
  name: Texts;
  aliases?: { zh?: string[]; en?: string[] };
  text?: Texts;
  price?: number;
  attributes?: Record<string, Value>;
  rule?: { topic: string; verdict: "yes" | "no" | "depends"; days?: number; months?: number; postage?: "customer" | "shop" };
  measure?: { unit?: Texts; better?: "higher" | "lower"; say?: Texts; say_no?: Texts };
  article?: string;
};
export type EdgeProps = { stock?: number; days?: [number, number] };

export const NODE_KINDS = ["product", "variant", "category", "brand", "policy", "condition", "attribute", "region", "city", "warehouse", "carrier", "order_state", "step"] as const;

/** Which edges may leave a node of a kind, and to which kinds. */
export const EDGES: Record<string, Record<string, readonly string[]>> = {
  product: { is_a: ["category"], made_by: ["brand"], has_variant: ["variant"], governed_by: ["policy"], exempt_from: ["policy"], ships_from: ["warehouse"], succeeded_by: ["product"], fits: ["product", "category"] },
  variant: { governed_by: ["policy"], ships_from: ["warehouse"] },
  category: { is_a: ["category"], governed_by: ["policy"], exempt_from: ["policy"] },
  brand: { governed_by: ["policy"] },
  policy: { except: ["policy"], when: ["condition"], requires: ["condition"], starts_with: ["step"] },
  region: { part_of: ["region"], governed_by: ["policy"] },
  city: { part_of: ["region"], governed_by: ["policy"] },
  warehouse: { serves: ["city", "region"], located_in: ["city"], uses: ["carrier"] },
  order_state: { next: ["order_state"] },
  step: { next: ["step"] },
};

export const COLOURS: Record<string, string> = {
  product: "#0f766e", variant: "#3aa394", category: "#7c5cbf", brand: "#b4577f", policy: "#c2570c", condition: "#a98400", attribute: "#64748b",
  region: "#2b6cb0", city: "#4a90c2", warehouse: "#8a5a2b", carrier: "#9a6a3f", order_state: "#4d7c0f", step: "#6b8e23",
};

/** A node without the fields that are empty. */
export function tidy(node: GraphNode): GraphNode {
  const out: GraphNode = { id: node.id, kind: node.kind, name: { zh: node.name.zh.trim(), en: node.name.en.trim() } };
  const { zh = [], en = [] } = node.aliases ?? {};
  if (zh.length + en.length > 0) out.aliases = { ...(zh.length > 0 ? { zh } : {}), ...(en.length > 0 ? { en } : {}) };
  if (node.text && (node.text.zh.trim() !== "" || node.text.en.trim() !== "")) out.text = node.text;
  if (node.price !== undefined) out.price = node.price;
  if (node.attributes && Object.keys(node.attributes).length > 0) out.attributes = node.attributes;
  if (node.rule && node.kind === "policy") out.rule = drop(node.rule);
  if (node.measure && node.kind === "attribute") {
    const { unit, better, say, say_no } = node.measure;
    const measure = drop({ unit: unit && unit.zh + unit.en !== "" ? unit : undefined, better, say, say_no });
    if (Object.keys(measure).length > 0) out.measure = measure;
  }
  if (node.article?.trim()) out.article = node.article.trim();
  return out;
}

function drop<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined && v !== null)) as T;
}

/** The same in any order of fields. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}
