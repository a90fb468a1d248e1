// The knowledge graph: a table and a picture of the same nodes, a panel to edit one of them, and a box to ask it.
import { ApartmentOutlined, HistoryOutlined, PlusOutlined, SwapOutlined, TableOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Empty, Grid, Input, Segmented, Select, Table } from "antd";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { staff } from "../../api/staff";
import type { GraphReply, GraphRow } from "../../api/types";
import { useDesk } from "../context";
import { Ask } from "./Ask";
import { Files } from "./Files";
import { History } from "./History";
import { KindTag } from "./parts";
import { Panel } from "./Panel";
import { Picture } from "./Picture";
import { NODE_KINDS } from "./shapes";
import { useWords } from "./words";
import "./graph.css";

const PAGE = 50;
/** Makes a new node in the panel. */
export const NEW = "new";

export default function Graph() {
  const { t } = useDesk();
  const { w, kind: kindName } = useWords();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const [view, setView] = useState<"table" | "picture">(params.get("view") === "picture" ? "picture" : "table");
  const [words, setWords] = useState(params.get("q") ?? "");
  const [kind, setKind] = useState(params.get("kind") ?? "");
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState<string | undefined>(params.get("node") ?? undefined);
  const [dirty, setDirty] = useState(false);
  const [reply, setReply] = useState<GraphReply>();
  const [side, setSide] = useState<"files" | "history">();
  const wide = Grid.useBreakpoint().lg === true;
  const beside = view === "picture" && wide;
  const searched = useLater(words.trim(), 250);

  useEffect(() => {
    const wanted = new URLSearchParams();
    for (const [key, value] of [["view", view === "table" ? "" : view], ["q", searched], ["kind", kind], ["node", open === NEW ? "" : open]] as const) if (value) wanted.set(key, value);
    if (wanted.toString() !== params.toString()) setParams(wanted, { replace: true });
  }, [view, searched, kind, open, params, setParams]);

  const list = useQuery({
    queryKey: ["graph", "list", searched, kind, page],
    queryFn: () => staff.graphNodes({ q: searched, kind, from: (page - 1) * PAGE, limit: PAGE }),
    placeholderData: (before) => before,
  });
  const data = list.data;
  const changed = () => void client.invalidateQueries({ queryKey: ["graph"] });

  /** Another node, or none; what is typed and not saved is asked about. */
  const go = (next: string | undefined) => {
    if (next === open) return;
    const leave = () => { setDirty(false); setOpen(next); };
    if (!dirty) { leave(); return; }
    void modal.confirm({ title: w("unsavedTitle"), okText: w("leave"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "leave" }, onOk: leave });
  };
  const panel = open === undefined ? null : <Panel key={open} id={open} onGo={go} onDirty={setDirty} onChanged={changed} />;

  return (
    <div className="page wide tall graph-page">
      <header className="pagehead">
        <div><h1>{w("graphTitle")}</h1><p>{w("graphText")}</p></div>
        <div className="acts">
          <Button icon={<HistoryOutlined />} data-testid="graph-history" onClick={() => setSide("history")}>{w("graphHistory")}</Button>
          <Button icon={<SwapOutlined />} data-testid="graph-files" onClick={() => setSide("files")}>{w("graphFiles")}</Button>
          <Button type="primary" icon={<PlusOutlined />} data-testid="new-node" onClick={() => go(NEW)}>{w("newNode")}</Button>
        </div>
      </header>
      <Ask reply={reply} onReply={(next) => { setReply(next); if (next && next.steps.length > 0) { setView("picture"); setWords(""); setKind(""); } }} onGo={go} />
      <div className="graph-bar">
        <Segmented<"table" | "picture"> value={view} onChange={setView} options={[
          { value: "table", icon: <TableOutlined />, label: <span data-testid="view-table">{w("view.table")}</span> },
          { value: "picture", icon: <ApartmentOutlined />, label: <span data-testid="view-picture">{w("view.picture")}</span> },
        ]} />
        <Input.Search allowClear placeholder={w("graphSearch")} value={words} data-testid="graph-search" onChange={(e) => { setWords(e.target.value); setPage(1); }} />
        <Select value={kind} onChange={(next) => { setKind(next); setPage(1); }} data-testid="graph-kind" popupMatchSelectWidth={false}
          options={[{ value: "", label: w("allKinds") }, ...NODE_KINDS.map((k) => ({ value: k, label: `${kindName(k)} ${data?.kinds[k] ?? 0}` }))]} />
        {data ? <span className="soft count" data-testid="graph-count">{w("nodesFound", { n: data.found })} · {w("edgesAll", { n: data.edges })}</span> : null}
      </div>
      {list.isError ? <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void list.refetch()}>{t("retry")}</Button>} /> : null}
      <div className="graph-body">
        {view === "table" ? <Rows rows={data?.nodes ?? []} found={data?.found ?? 0} page={page} onPage={setPage} loading={list.isPending} open={open} onGo={go} />
          : <Picture open={open} found={searched === "" && kind === "" ? undefined : data?.nodes} reply={reply} version={data?.version ?? 0} onGo={go} />}
        {beside && panel ? <aside className="graph-side">{panel}</aside> : null}
      </div>
      {beside ? null : <Drawer open={panel !== null} size={600} onClose={() => go(undefined)} closable={false} styles={{ body: { padding: 0 } }} destroyOnHidden data-testid="graph-drawer">{panel}</Drawer>}
      {side === "files" ? <Files onClose={() => setSide(undefined)} onChanged={changed} /> : null}
      {side === "history" ? <History onClose={() => setSide(undefined)} onChanged={changed} onGo={go} /> : null}
    </div>
  );
}

function Rows({ rows, found, page, onPage, loading, open, onGo }: { rows: readonly GraphRow[]; found: number; page: number; onPage: (page: number) => void; loading: boolean; open: string | undefined; onGo: (id: string) => void }) {
  const { language } = useDesk();
  const { w } = useWords();
  const other = language === "zh" ? "en" : "zh";
  return (
    <Table<GraphRow> className="graph-table" size="small" rowKey="id" loading={loading} dataSource={[...rows]} scroll={{ x: 520 }}
      locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={w("nothingFound")} /> }}
      pagination={{ current: page, pageSize: PAGE, total: found, onChange: onPage, showSizeChanger: false, hideOnSinglePage: true, size: "small" }}
      rowClassName={(row) => (row.id === open ? "on" : "")}
      onRow={(row) => ({ onClick: () => onGo(row.id), tabIndex: 0, onKeyDown: (e) => { if (e.key === "Enter") onGo(row.id); }, "data-testid": "graph-row", "data-id": row.id })}
      columns={[
        { title: w("col.name"), render: (_, row) => <span className="node-name"><b>{row[language]}</b><em>{row[other]}</em><code>{row.id}</code></span> },
        { title: w("col.kind"), width: 110, render: (_, row) => <KindTag kind={row.kind} /> },
        { title: w("col.price"), width: 100, align: "right", render: (_, row) => (row.price === undefined || row.price === null ? "" : `¥${(row.price / 100).toFixed(2)}`) },
        { title: w("col.edges"), width: 70, align: "right", render: (_, row) => row.edges },
      ]} />
  );
}

/** A value that follows when it has rested for a while. */
function useLater<T>(value: T, ms: number): T {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return later;
}
