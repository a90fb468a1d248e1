// The edges of a node: where they lead, their properties, new ones.
import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { App, Button, InputNumber, Popconfirm, Select } from "antd";
import { useState } from "react";
import { staff } from "../../api/staff";
import type { GraphEdge, GraphView } from "../../api/types";
import { useDesk } from "../context";
import { problem } from "../problem";
import { KindTag, NodeSelect } from "./parts";
import { EDGES, type EdgeProps } from "./shapes";
import { useWords } from "./words";

export function Edges({ view, onGo, onChanged }: { view: GraphView; onGo: (id: string) => void; onChanged: (next: GraphView | undefined) => void }) {
  const { t } = useDesk();
  const { w } = useWords();
  const { message } = App.useApp();
  const id = view.node.id;
  const [adding, setAdding] = useState(false);
  const out = view.edges.filter((e) => e.from === id);
  const incoming = view.edges.filter((e) => e.from !== id);

  const doing = async (work: () => Promise<unknown>) => {
    try { await work(); onChanged(await staff.graphNode(id)); return true; }
    catch (error) { void message.error({ content: <span className="lines">{problem(error, t)}</span>, duration: 8 }); return false; }
  };
  const list = (edges: GraphEdge[], title: string) => edges.length === 0 ? null : (
    <><h4>{title} <em>{edges.length}</em></h4>
      <ul>{edges.map((e) => <Row key={`${e.from} ${e.kind} ${e.to}`} edge={e} view={view} onGo={onGo} onSave={(props) => doing(() => staff.saveGraphEdge({ from: e.from, kind: e.kind, to: e.to, props, revision: e.revision }))} onRemove={() => doing(() => staff.deleteGraphEdge({ from: e.from, kind: e.kind, to: e.to, revision: e.revision }))} />)}</ul></>
  );
  return (
    <section className="block edges">
      <h3>{w("edges")} {EDGES[view.node.kind] ? <Button size="small" type="link" icon={<PlusOutlined />} data-testid="add-edge" onClick={() => setAdding(!adding)}>{w("addEdge")}</Button> : null}</h3>
      {adding ? <Adding view={view} onAdd={async (kind, to, props) => { if (await doing(() => staff.saveGraphEdge({ from: id, kind, to, props }))) setAdding(false); }} /> : null}
      {view.edges.length === 0 ? <p className="quiet">{w("noEdges")}</p> : null}
      {list(out, w("edgesOut"))}
      {list(incoming, w("edgesIn"))}
    </section>
  );
}

function Row({ edge, view, onGo, onSave, onRemove }: { edge: GraphEdge; view: GraphView; onGo: (id: string) => void; onSave: (props: EdgeProps) => Promise<boolean>; onRemove: () => Promise<boolean> }) {
  const { t } = useDesk();
  const { w, edge: edgeName, label } = useWords();
  const other = edge.from === view.node.id ? edge.to : edge.from;
  const row = view.neighbours.find((n) => n.id === other);
  const [props, setProps] = useState<EdgeProps>(edge.props);
  const [seen, setSeen] = useState(edge.revision);
  if (seen !== edge.revision) { setSeen(edge.revision); setProps(edge.props); }
  const save = () => { if (JSON.stringify(props) !== JSON.stringify(edge.props)) void onSave(props).then((fine) => { if (!fine) setProps(edge.props); }); };
  return (
    <li data-testid="edge" data-kind={edge.kind} data-other={other}>
      <span className="soft kind">{edgeName(edge.kind)}</span>
      <button type="button" className="other" onClick={() => onGo(other)}>{row ? label(row) : other}</button>
      <Props kind={edge.kind} props={props} onChange={setProps} onDone={save} />
      {row ? <KindTag kind={row.kind} /> : null}
      <Popconfirm title={w("removeEdge")} okText={t("delete")} cancelText={t("cancel")} okButtonProps={{ danger: true, "data-testid": "remove-edge-ok" }} onConfirm={onRemove}><Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("delete")} data-testid="remove-edge" /></Popconfirm>
    </li>
  );
}

function Props({ kind, props, onChange, onDone }: { kind: string; props: EdgeProps; onChange: (props: EdgeProps) => void; onDone?: () => void }) {
  const { w } = useWords();
  if (kind === "ships_from") return <span className="props"><InputNumber size="small" min={0} max={1e9} precision={0} aria-label={w("stock")} placeholder={w("stock")} value={props.stock ?? null} onChange={(n) => onChange({ stock: n ?? undefined })} onBlur={onDone} onPressEnter={onDone} /></span>;
  if (kind !== "serves") return null;
  const [from, to] = props.days ?? [1, 1];
  return (
    <span className="props days">
      <InputNumber size="small" min={0} max={365} precision={0} aria-label={w("days")} value={from} onChange={(n) => onChange({ days: [n ?? 0, Math.max(n ?? 0, to)] })} onBlur={onDone} onPressEnter={onDone} />–
      <InputNumber size="small" min={0} max={365} precision={0} aria-label={w("days")} value={to} onChange={(n) => onChange({ days: [from, n ?? from] })} onBlur={onDone} onPressEnter={onDone} />
    </span>
  );
}

function Adding({ view, onAdd }: { view: GraphView; onAdd: (kind: string, to: string, props: EdgeProps) => Promise<void> }) {
  const { t } = useDesk();
  const { w, edge } = useWords();
  const kinds = EDGES[view.node.kind] ?? {};
  const [kind, setKind] = useState(Object.keys(kinds)[0] ?? "");
  const [to, setTo] = useState<string>();
  const [props, setProps] = useState<EdgeProps>({});
  const ready = kind === "serves" && props.days === undefined ? { days: [1, 1] as [number, number] } : props;
  return (
    <div className="adding">
      <Select value={kind} popupMatchSelectWidth={false} data-testid="edge-kind" options={Object.keys(kinds).map((k) => ({ value: k, label: edge(k) }))} onChange={(k) => { setKind(k); setTo(undefined); setProps({}); }} />
      <NodeSelect key={kind} kinds={kinds[kind] ?? []} value={to} placeholder={w("edgeTo")} testId="edge-to" onChange={setTo} />
      <Props kind={kind} props={ready} onChange={setProps} />
      <Button type="primary" disabled={to === undefined} data-testid="edge-save" onClick={() => { if (to !== undefined) void onAdd(kind, to, ready); }}>{t("save")}</Button>
    </div>
  );
}
