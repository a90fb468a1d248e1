// A Rasa project into the draft: files, then a report of what would be taken, then merge or replace.
import { InboxOutlined } from "@ant-design/icons";
import { Alert, App, Button, Drawer, Spin, Table, Tag, Upload } from "antd";
import { useState } from "react";
import { staff } from "../../api/staff";
import type { Imported, UploadedFile } from "../../api/types";
import { useDesk } from "../context";
import { problem } from "../problem";
import { encoded } from "../upload";
import { useAct } from "./act";
import { IntentName } from "./parts";

const MOST = 16 * 1024 * 1024;

export function Import({ onClose }: { onClose: () => void }) {
  const { t } = useDesk();
  const { modal } = App.useApp();
  const act = useAct();
  const [files, setFiles] = useState<UploadedFile[]>([]);
  const [preview, setPreview] = useState<Imported>();
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const look = async (chosen: readonly File[]) => {
    setError(undefined);
    const size = chosen.reduce((n, f) => n + f.size, 0);
    if (size > MOST) { setError(t("fileTooLarge", { mb: (size / 1024 / 1024).toFixed(1) })); return; }
    setBusy(true);
    try {
      const sent = await Promise.all(chosen.map(encoded));
      setPreview(await staff.importProject(sent, "preview"));
      setFiles(sent);
    } catch (failure) {
      setError(problem(failure, t));
    } finally {
      setBusy(false);
    }
  };
  const apply = async (mode: "merge" | "replace") => {
    setBusy(true);
    const fine = await act(async () => {
      try {
        await staff.importProject(files, mode, preview?.stamp);
      } catch (failure) {
        // Somebody was faster: the preview is shown against the draft as it is now.
        setPreview(await staff.importProject(files, "preview"));
        throw failure;
      }
    }, t("importDone", { intents: preview?.intents.length ?? 0, examples: preview?.examples ?? 0 }));
    setBusy(false);
    if (fine) onClose();
  };
  const replace = () => void modal.confirm({ title: t("replaceTitle"), content: t("replaceText"), okText: t("replaceDraft"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "replace-ok" }, onOk: () => apply("replace") });

  return (
    <Drawer open title={t("importTitle")} size={760} onClose={onClose} data-testid="import-drawer"
      footer={preview ? <div className="acts"><Button onClick={() => { setPreview(undefined); setFiles([]); }}>{t("otherFiles")}</Button><Button onClick={onClose}>{t("cancel")}</Button><Button danger disabled={busy} data-testid="import-replace" onClick={replace}>{t("replaceDraft")}</Button><Button type="primary" loading={busy} data-testid="import-merge" onClick={() => void apply("merge")}>{t("mergeDraft")}</Button></div> : null}>
      {preview ? <Found found={preview} /> : <>
        <p className="quiet">{t("importText")}</p>
        <Spin spinning={busy} description={t("reading")}>
          <Upload.Dragger multiple showUploadList={false} accept=".zip,.yml,.yaml,.md,.json,.jsonl,.txt" beforeUpload={(file, all) => { if (file === all[0]) void look(all); return Upload.LIST_IGNORE; }} data-testid="import-files">
            <p className="ant-upload-drag-icon"><InboxOutlined /></p><p>{t("chooseFiles")}</p><p className="soft">{t("chooseHint")}</p>
          </Upload.Dragger>
        </Spin>
        {error === undefined ? null : <Alert className="gap" type="error" showIcon data-testid="import-error" title={error} />}
      </>}
    </Drawer>
  );
}

function Found({ found }: { found: Imported }) {
  const { t } = useDesk();
  const counts: [string, number][] = [[t("import.intents"), found.intents.length], [t("import.examples"), found.examples], [t("import.fresh"), found.fresh], [t("import.entities"), found.entities], [t("import.synonyms"), found.synonyms], [t("import.regexes"), found.regexes], [t("import.lookups"), found.lookups]];
  const taken = found.files.filter((f) => f.taken);
  const left = found.files.filter((f) => !f.taken);
  return (
    <div className="import-report" data-testid="import-report">
      <dl className="figures">{counts.map(([name, n]) => <div key={name}><dt>{name}</dt><dd>{n}</dd></div>)}</dl>
      <Table size="small" rowKey="name" dataSource={found.intents} pagination={{ pageSize: 10, hideOnSinglePage: true, showSizeChanger: false, size: "small" }} columns={[
        { title: t("intent"), render: (_, i) => <span className="twolines"><span><IntentName name={i.name} /> {i.exists ? null : <Tag className="small" color="green">{t("newOne")}</Tag>}</span><code>{i.name}</code></span> },
        { title: t("import.examples"), width: 110, align: "right" as const, render: (_, i) => i.examples },
        { title: t("import.fresh"), width: 110, align: "right" as const, render: (_, i) => i.fresh },
      ]} />
      {found.notes.length === 0 && left.length === 0 ? <p className="quiet">{t("importNotesNone")}</p> : null}
      {found.notes.length > 0 ? <details open data-testid="import-notes"><summary>{t("importNotes", { n: found.notes.length + found.more_notes })}</summary><ul>{found.notes.map((n, i) => <li key={i}>{n.file ? <code>{n.file}{n.line > 0 ? ` · ${t("line", { n: n.line })}` : ""}</code> : null} {n.text}</li>)}</ul>{found.more_notes > 0 ? <p className="soft">{t("moreNotes", { n: found.more_notes })}</p> : null}</details> : null}
      {left.length > 0 ? <details open><summary>{t("filesLeft", { n: left.length })}</summary><ul>{left.slice(0, 200).map((f, i) => <li key={i}><code>{f.name}</code> {f.text}</li>)}</ul></details> : null}
      {taken.length > 0 ? <details><summary>{t("filesTaken", { n: taken.length })}</summary><ul>{taken.slice(0, 200).map((f, i) => <li key={i}><code>{f.name}</code> {f.text}</li>)}</ul></details> : null}
    </div>
  );
}
