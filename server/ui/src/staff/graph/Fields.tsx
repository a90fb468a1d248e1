// The fields of a node, those that its kind has.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, InputNumber, Select, Switch } from "antd";
import { staff } from "../../api/staff";
import { named } from "../../i18n";
import { graphWords } from "../../i18n/graph";
import { useDesk } from "../context";
import { NODE_KINDS, type GraphNode, type Texts, type Value } from "./shapes";
import { useWords } from "./words";

const VALUE_KINDS = ["flag", "number", "same", "text", "ranked"] as const;
type ValueKind = (typeof VALUE_KINDS)[number];

function valueKind(value: Value): ValueKind {
  if (typeof value === "boolean") return "flag";
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "same";
  return "rank" in value ? "ranked" : "text";
}

function converted(value: Value, kind: ValueKind): Value {
  const text = typeof value === "object" ? value : { zh: typeof value === "string" ? value : "", en: typeof value === "string" ? value : "" };
  switch (kind) {
    case "flag": return value === true;
    case "number": return typeof value === "number" ? value : typeof value === "object" && "rank" in value ? value.rank : 0;
    case "same": return text.en;
    case "text": return { zh: text.zh, en: text.en };
    case "ranked": return { rank: typeof value === "number" ? value : 0, zh: text.zh, en: text.en };
  }
}

export function Fields({ node, fresh, onChange }: { node: GraphNode; fresh: boolean; onChange: (node: GraphNode) => void }) {
  const { w, kind: kindName } = useWords();
  const { language } = useDesk();
  const set = (part: Partial<GraphNode>) => onChange({ ...node, ...part });
  const sold = node.kind === "product" || node.kind === "variant";
  const aliases = (of: "zh" | "en", list: string[]) => set({ aliases: { ...node.aliases, [of]: list } });
  const text = (of: "zh" | "en", value: string) => set({ text: { zh: "", en: "", ...node.text, [of]: value } });
  return (
    <div className="fields">
      {fresh ? (
        <div className="pair">
          <label className="field"><span>{w("col.kind")}</span><Select value={node.kind} data-testid="field-kind" options={NODE_KINDS.map((k) => ({ value: k, label: kindName(k) }))} onChange={(kind) => onChange({ ...node, kind, id: `${kind}:${node.id.slice(node.id.indexOf(":") + 1)}`, rule: kind === "policy" ? node.rule ?? { topic: "return", verdict: "yes" } : undefined })} /></label>
          <label className="field"><span>{w("id")}</span><Input prefix={<span className="soft">{node.kind}:</span>} value={node.id.slice(node.id.indexOf(":") + 1)} data-testid="field-id" onChange={(e) => set({ id: `${node.kind}:${e.target.value.trim().toLowerCase()}` })} /><small>{w("idHint")}</small></label>
        </div>
      ) : null}
      <div className="pair">
        <label className="field"><span>{w("nameZh")}</span><Input value={node.name.zh} maxLength={120} data-testid="field-name-zh" onChange={(e) => set({ name: { ...node.name, zh: e.target.value } })} /></label>
        <label className="field"><span>{w("nameEn")}</span><Input value={node.name.en} maxLength={120} data-testid="field-name-en" onChange={(e) => set({ name: { ...node.name, en: e.target.value } })} /></label>
      </div>
      <div className="pair">
        <label className="field"><span>{w("aliasesZh")}</span><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={["，", ","]} value={node.aliases?.zh ?? []} onChange={(list) => aliases("zh", list)} /></label>
        <label className="field"><span>{w("aliasesEn")}</span><Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[","]} value={node.aliases?.en ?? []} onChange={(list) => aliases("en", list)} /><small>{w("aliasHint")}</small></label>
      </div>
      {sold ? <label className="field third"><span>{w("priceYuan")}</span><InputNumber min={0} max={1e9} precision={2} value={node.price === undefined ? null : node.price / 100} data-testid="field-price" onChange={(value) => set({ price: value === null ? undefined : Math.round(Number(value) * 100) })} /></label> : null}
      <div className="pair">
        <label className="field"><span>{w("textZh")}</span><Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={2000} value={node.text?.zh ?? ""} onChange={(e) => text("zh", e.target.value)} /></label>
        <label className="field"><span>{w("textEn")}</span><Input.TextArea autoSize={{ minRows: 2, maxRows: 8 }} maxLength={2000} value={node.text?.en ?? ""} onChange={(e) => text("en", e.target.value)} /></label>
      </div>
      {sold ? <Attributes value={node.attributes ?? {}} onChange={(attributes) => set({ attributes })} /> : null}
      {node.kind === "policy" ? <Rule node={node} set={set} /> : null}
      {node.kind === "attribute" ? <Measure node={node} set={set} /> : null}
      {node.kind === "policy" || node.article ? <label className="field half"><span>{w("articleSlug")}</span><Input value={node.article ?? ""} maxLength={120} placeholder={named(graphWords, language, "topic", node.rule?.topic) && "return-seven-days"} onChange={(e) => set({ article: e.target.value })} /></label> : null}
    </div>
  );
}

function Attributes({ value, onChange }: { value: Record<string, Value>; onChange: (value: Record<string, Value>) => void }) {
  const { w, label } = useWords();
  const all = useQuery({ queryKey: ["graph", "attributes"], queryFn: () => staff.graphNodes({ kind: "attribute", limit: 200 }), staleTime: 60_000 });
  const rows = (all.data?.nodes ?? []).map((row) => ({ value: row.id.slice("attribute:".length), label: label(row) }));
  const put = (key: string, next: Value) => onChange({ ...value, [key]: next });
  const drop = (key: string) => onChange(Object.fromEntries(Object.entries(value).filter(([k]) => k !== key)));
  return (
    <section className="block">
      <h3>{w("attributes")}</h3>
      {Object.entries(value).map(([key, v]) => (
        <div key={key} className="attribute" data-testid="attribute" data-key={key}>
          <span className="name">{rows.find((r) => r.value === key)?.label ?? key}</span>
          <Select size="small" value={valueKind(v)} popupMatchSelectWidth={false} options={VALUE_KINDS.map((k) => ({ value: k, label: w(`value.${k}`) }))} onChange={(k) => put(key, converted(v, k))} />
          <ValueInput value={v} onChange={(next) => put(key, next)} />
          <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={key} onClick={() => drop(key)} />
        </div>
      ))}
      <Select className="add" size="small" showSearch={{ optionFilterProp: "label" }} value={null} placeholder={<><PlusOutlined /> {w("addAttribute")}</>} data-testid="add-attribute" options={rows.filter((r) => !(r.value in value))} onChange={(key: string | null) => { if (key) put(key, ""); }} />
    </section>
  );
}

function ValueInput({ value, onChange }: { value: Value; onChange: (value: Value) => void }) {
  const { w } = useWords();
  if (typeof value === "boolean") return <Switch checked={value} checkedChildren={w("yes")} unCheckedChildren={w("no")} onChange={onChange} />;
  if (typeof value === "number") return <InputNumber size="small" value={value} onChange={(n) => onChange(n ?? 0)} />;
  if (typeof value === "string") return <Input size="small" value={value} onChange={(e) => onChange(e.target.value)} />;
  const text = (of: keyof Texts, said: string) => onChange({ ...value, [of]: said });
  return (
    <span className="two">
      {"rank" in value ? <InputNumber size="small" className="rank" aria-label={w("rank")} value={value.rank} onChange={(n) => onChange({ ...value, rank: n ?? 0 })} /> : null}
      <Input size="small" value={value.zh} aria-label={w("nameZh")} onChange={(e) => text("zh", e.target.value)} />
      <Input size="small" value={value.en} aria-label={w("nameEn")} onChange={(e) => text("en", e.target.value)} />
    </span>
  );
}

const TOPICS = ["return", "warranty", "shipping", "price_protection"] as const;

function Rule({ node, set }: { node: GraphNode; set: (part: Partial<GraphNode>) => void }) {
  const { w } = useWords();
  const rule = node.rule ?? { topic: "return", verdict: "yes" as const };
  const put = (part: Partial<typeof rule>) => set({ rule: { ...rule, ...part } });
  const topics = TOPICS.map((k) => ({ value: k as string, label: w(`topic.${k}`) }));
  return (
    <section className="block">
      <h3>{w("rule")}</h3>
      <div className="trio">
        <label className="field"><span>{w("ruleTopic")}</span><Select value={rule.topic} options={topics} onChange={(topic) => put({ topic })} /></label>
        <label className="field"><span>{w("ruleVerdict")}</span><Select value={rule.verdict} data-testid="field-verdict" options={(["yes", "no", "depends"] as const).map((v) => ({ value: v, label: w(`verdict.${v}`) }))} onChange={(verdict) => put({ verdict })} /></label>
        {rule.topic === "warranty"
          ? <label className="field"><span>{w("ruleMonths")}</span><InputNumber min={0} max={1200} precision={0} value={rule.months ?? null} onChange={(n) => put({ months: n ?? undefined })} /></label>
          : <label className="field"><span>{w("ruleDays")}</span><InputNumber min={0} max={3650} precision={0} value={rule.days ?? null} onChange={(n) => put({ days: n ?? undefined })} /></label>}
        {rule.topic === "return" ? <label className="field"><span>{w("rulePostage")}</span><Select allowClear value={rule.postage ?? null} options={(["customer", "shop"] as const).map((v) => ({ value: v, label: w(`payer.${v}`) }))} onChange={(postage) => put({ postage: postage ?? undefined })} /></label> : null}
      </div>
    </section>
  );
}

function Measure({ node, set }: { node: GraphNode; set: (part: Partial<GraphNode>) => void }) {
  const { w } = useWords();
  const measure = node.measure ?? {};
  const unit = (of: "zh" | "en", value: string) => set({ measure: { ...measure, unit: { zh: "", en: "", ...measure.unit, [of]: value } } });
  return (
    <section className="block">
      <h3>{w("measure")}</h3>
      <div className="trio">
        <label className="field"><span>{w("unitZh")}</span><Input value={measure.unit?.zh ?? ""} onChange={(e) => unit("zh", e.target.value)} /></label>
        <label className="field"><span>{w("unitEn")}</span><Input value={measure.unit?.en ?? ""} onChange={(e) => unit("en", e.target.value)} /></label>
        <label className="field"><span>{w("better")}</span><Select allowClear value={measure.better ?? null} options={(["higher", "lower"] as const).map((v) => ({ value: v, label: w(`better.${v}`) }))} onChange={(better) => set({ measure: { ...measure, better: better ?? undefined } })} /></label>
      </div>
    </section>
  );
}
