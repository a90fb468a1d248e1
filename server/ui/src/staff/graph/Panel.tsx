// One node: what it says, edited in place, and its edges.
import { CloseOutlined, DeleteOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import { ApiError } from "../../api/http";
import { staff } from "../../api/staff";
import type { GraphView } from "../../api/types";
import { shortTime } from "../../text/format";
import { useDesk } from "../context";
import { problem } from "../problem";
import { Edges } from "./Edges";
import { Fields } from "./Fields";
import { KindTag } from "./parts";
import { same, tidy, type GraphNode } from "./shapes";
import { useWords } from "./words";

const BLANK: GraphNode = { id: "product:", kind: "product", name: { zh: "", en: "" } };

export function Panel({ id, onGo, onDirty, onChanged }: { id: string; onGo: (id: string | undefined) => void; onDirty: (dirty: boolean) => void; onChanged: () => void }) {
  const { t } = useDesk();
  const { w } = useWords();
  const fresh = id === "new";
  const node = useQuery({ queryKey: ["graph", "node", id], queryFn: () => staff.graphNode(id), enabled: !fresh });
  if (fresh) return <Editor view={undefined} onGo={onGo} onDirty={onDirty} onChanged={onChanged} />;
  const gone = node.error instanceof ApiError && node.error.status === 404;
  if (node.isError) return <div className="panel"><Alert type="error" showIcon title={gone ? node.error.message : t("cannotLoad")} action={gone ? <Button size="small" onClick={() => onGo(undefined)}>{w("leave")}</Button> : <Button size="small" onClick={() => void node.refetch()}>{t("retry")}</Button>} /></div>;
  if (!node.data) return <div className="panel"><Skeleton active /></div>;
  return <Editor view={node.data} onGo={onGo} onDirty={onDirty} onChanged={onChanged} />;
}

function Editor({ view, onGo, onDirty, onChanged }: { view: GraphView | undefined; onGo: (id: string | undefined) => void; onDirty: (dirty: boolean) => void; onChanged: () => void }) {
  const { t, language } = useDesk();
  const { w } = useWords();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  // What is edited keeps the revision that it started from, so that a colleague's change is noticed and not overwritten.
  const [base, setBase] = useState(view);
  const [node, setNode] = useState<GraphNode>(view?.node ?? BLANK);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ text: string; stale: boolean }>();
  const dirty = useMemo(() => !same(tidy(node), tidy(base?.node ?? BLANK)), [node, base]);
  useEffect(() => onDirty(dirty), [dirty, onDirty]);
  const take = (next: GraphView) => { setBase(next); setNode(next.node); setRefused(undefined); };
  // Loaded again while nothing is typed: show the latest.
  const [seen, setSeen] = useState(view);
  if (view !== seen) { setSeen(view); if (view && !dirty) take(view); }

  const save = async () => {
    setBusy(true);
    try {
      const saved = await staff.saveGraphNode(tidy(node), base?.revision);
      client.setQueryData(["graph", "node", saved.node.id], saved);
      take(saved);
      onDirty(false);
      onChanged();
      void message.success(w("saved"));
      if (!base) onGo(saved.node.id);
    } catch (error) {
      setRefused({ text: error instanceof ApiError ? error.message : problem(error, t), stale: error instanceof ApiError && error.code === "stale_revision" });
    } finally {
      setBusy(false);
    }
  };
  const reload = async () => {
    try { const latest = await staff.graphNode(node.id); client.setQueryData(["graph", "node", node.id], latest); take(latest); } catch (error) { void message.error(problem(error, t)); }
  };
  const remove = (at: GraphView) => void modal.confirm({
    title: w("deleteNodeTitle", { name: at.node.name[language] }), content: w("deleteNodeText", { n: at.edges.length }), okText: t("delete"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "delete-ok" },
    onOk: async () => {
      try { await staff.deleteGraphNode(at.node.id, at.revision); void message.success(w("nodeDeleted")); onDirty(false); onGo(undefined); onChanged(); }
      catch (error) { setRefused({ text: error instanceof ApiError ? error.message : problem(error, t), stale: false }); }
    },
  });

  return (
    <div className="panel" data-testid="panel" data-id={base?.node.id ?? ""}>
      <header>
        <div className="what">
          <h2>{node.name[language] || w("newNode")}</h2>
          <p className="soft"><KindTag kind={node.kind} /> {base ? <code>{base.node.id}</code> : null} {base ? <span>{base.changed ? w("changedBy", { name: base.changed.who ?? w("nobody"), time: shortTime(base.changed.at, language, Date.now()) }) : w("fromFiles")}</span> : null}</p>
        </div>
        <Button type="text" icon={<CloseOutlined />} aria-label={t("cancel")} data-testid="panel-close" onClick={() => onGo(undefined)} />
      </header>
      {refused ? <Alert type={refused.stale ? "warning" : "error"} showIcon title={w("staleTitle")} description={<span className="lines" data-testid="refused">{refused.text}</span>} action={refused.stale ? <Button size="small" data-testid="reload" onClick={() => void reload()}>{w("reload")}</Button> : null} closable={{ onClose: () => setRefused(undefined) }} /> : null}
      <Fields node={node} fresh={base === undefined} onChange={setNode} />
      {base ? <Edges view={base} onGo={onGo} onChanged={(next) => { if (next) { client.setQueryData(["graph", "node", base.node.id], next); setBase((old) => (old ? { ...next, revision: old.revision, node: old.node, changed: old.changed } : next)); } onChanged(); }} /> : null}
      <footer>
        {base ? <Button danger type="text" icon={<DeleteOutlined />} data-testid="delete-node" onClick={() => remove(base)}>{w("deleteNode")}</Button> : <span />}
        <Button type="primary" disabled={!dirty} loading={busy} data-testid="save-node" onClick={() => void save()}>{t("save")}</Button>
      </footer>
    </div>
  );
}
