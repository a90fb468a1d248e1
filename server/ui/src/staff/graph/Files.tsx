// The graph out as files, and files into the graph: first what would change, then all of it or none.
import { DownloadOutlined, InboxOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Checkbox, Drawer, Spin, Upload } from "antd";
import { useState } from "react";
import { staff } from "../../api/staff";
import type { GraphImported, UploadedFile } from "../../api/types";
import { useDesk } from "../context";
import { problem } from "../problem";
import { useWords } from "./words";

const MOST = 16 * 1024 * 1024;
const FORMATS = ["nodes", "edges", "jsonld", "yaml"] as const;

async function encoded(file: File): Promise<UploadedFile> {
  const url = await new Promise<string>((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
  return { name: file.name, data: url.slice(url.indexOf(",") + 1) };
}

export function Files({ onClose, onChanged }: { onClose: () => void; onChanged: () => void }) {
  const { t } = useDesk();
  const { w } = useWords();
  const { message } = App.useApp();
  const [files, setFiles] = useState<UploadedFile[]>([]);
  const [replace, setReplace] = useState(false);
  const [preview, setPreview] = useState<GraphImported>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const report = useQuery({ queryKey: ["graph", "report"], queryFn: staff.graphExportReport, staleTime: 60_000 });

  const doing = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(undefined);
    try { await work(); } catch (failure) { setError(problem(failure, t)); } finally { setBusy(false); }
  };
  const look = (sent: UploadedFile[], whole: boolean) => doing(async () => {
    setPreview(await staff.importGraph(sent, whole ? "preview_replace" : "preview"));
    setFiles(sent);
    setReplace(whole);
  });
  const choose = (chosen: readonly File[]) => {
    const size = chosen.reduce((n, f) => n + f.size, 0);
    if (size > MOST) { setError(t("fileTooLarge", { mb: (size / 1024 / 1024).toFixed(1) })); return; }
    void Promise.all(chosen.map(encoded)).then((sent) => look(sent, false), () => setError(t("cannotLoad")));
  };
  const apply = () => doing(async () => {
    try {
      const done = await staff.importGraph(files, replace ? "replace" : "merge", preview?.version);
      setPreview(done);
      if (!done.applied) return;
      void message.success(w("importedGraph"));
      onChanged();
      onClose();
    } catch (failure) {
      // Somebody was faster: what is shown is against the graph as it is now.
      setPreview(await staff.importGraph(files, replace ? "preview_replace" : "preview"));
      throw failure;
    }
  });
  const changes = preview?.changes.length ?? 0;
  const bad = preview?.problems.length ?? 0;

  return (
    <Drawer open title={w("graphFiles")} size={680} onClose={onClose} data-testid="files-drawer"
      footer={preview ? <div className="acts"><Button onClick={() => { setPreview(undefined); setFiles([]); }}>{w("otherFilesGraph")}</Button><Button type="primary" danger={replace} loading={busy} disabled={bad > 0 || changes === 0} data-testid="import-now" onClick={() => void apply()}>{w("importNow")}</Button></div> : null}>
      {preview ? (
        <div className="graph-preview" data-testid="graph-preview">
          {error === undefined ? null : <Alert type="error" showIcon title={error} />}
          <Checkbox checked={replace} disabled={busy} data-testid="replace-all" onChange={(e) => void look(files, e.target.checked)}>{w("replaceAll")}</Checkbox>
          {([["nodesRow", preview.nodes], ["edgesRow", preview.edges]] as const).map(([name, d]) => <p key={name}><b>{w(name)}</b> {w("difference", { new: d.new, changed: d.changed, same: d.same, removed: d.removed })}</p>)}
          {bad > 0 ? <Alert type="error" showIcon title={w("importProblems", { n: bad + preview.more })} description={<ul data-testid="import-problems">{preview.problems.map((p, i) => <li key={i}>{p.file ? <code>{p.file}{p.line > 0 ? ` · ${w("lineOf", { n: p.line })}` : ""}</code> : null} {p.text}</li>)}</ul>} /> : changes === 0 ? <p className="quiet">{w("importNothing")}</p> : null}
          {preview.notes.length > 0 ? <details><summary>{w("importNotesGraph", { n: preview.notes.length })}</summary><ul>{preview.notes.map((n, i) => <li key={i}>{n.text}</li>)}</ul></details> : null}
          {changes > 0 ? <details open><summary>{w("importChanges")}</summary><ul className="diff">{preview.changes.map((c) => <li key={c} className={c.startsWith("+") ? "plus" : c.startsWith("-") ? "minus" : ""}><code>{c}</code></li>)}</ul></details> : null}
        </div>
      ) : (
        <>
          <h3>{w("importTitleGraph")}</h3>
          <Spin spinning={busy}>
            <Upload.Dragger multiple showUploadList={false} accept=".csv,.json,.jsonld,.yml,.yaml" beforeUpload={(file, all) => { if (file === all[0]) choose(all); return Upload.LIST_IGNORE; }} data-testid="graph-import-files">
              <p className="ant-upload-drag-icon"><InboxOutlined /></p><p>{t("chooseFiles")}</p><p className="soft">{w("importHintGraph")}</p>
            </Upload.Dragger>
          </Spin>
          {error === undefined ? null : <Alert className="gap" type="error" showIcon data-testid="graph-import-error" title={error} />}
          <h3 className="gap">{w("exportTitle")}</h3>
          <div className="exports">{FORMATS.map((f) => <Button key={f} icon={<DownloadOutlined />} href={`/api/v1/staff/graph/export?format=${f}`} data-testid={`export-${f}`}>{w(`export.${f}`)}</Button>)}</div>
          {report.data ? <details className="gap"><summary>{w("exportLeaves")}</summary><ul>{report.data.left_out.map((line) => <li key={line}>{line}</li>)}</ul></details> : null}
        </>
      )}
    </Drawer>
  );
}
