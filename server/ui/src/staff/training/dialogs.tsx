// Dialogs of the draft: a new intent, another name, all examples as text.
import { Alert, Button, Drawer, Input, Modal } from "antd";
import { useState } from "react";
import { ApiError } from "../../api/http";
import { staff } from "../../api/staff";
import type { Intent } from "../../api/types";
import { useDesk } from "../context";
import { problem } from "../problem";
import { useAct } from "./act";

const lines = (text: string) => [...new Set(text.split("\n").map((x) => x.trim()).filter((x) => x !== ""))];

export function NewIntent({ known, onClose }: { known: readonly string[]; onClose: (made?: string) => void }) {
  const { t } = useDesk();
  const act = useAct();
  const [name, setName] = useState("");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const examples = lines(text);
  const create = async () => {
    setBusy(true);
    const fine = await act(() => staff.saveIntent(name.trim(), examples, 0), t("examplesSaved"));
    setBusy(false);
    if (fine) onClose(name.trim());
  };
  const taken = known.includes(name.trim());
  return (
    <Modal open title={t("newIntent")} onCancel={() => onClose()} onOk={() => void create()} okText={t("create")} cancelText={t("cancel")} confirmLoading={busy} okButtonProps={{ disabled: name.trim() === "" || taken || examples.length < 2, "data-testid": "create-intent" }}>
      <label className="field"><span>{t("intentName")}</span><Input autoFocus value={name} maxLength={64} status={taken ? "error" : ""} data-testid="intent-name" onChange={(e) => setName(e.target.value)} /><small>{t("intentNameHint")}</small></label>
      <label className="field"><span>{t("firstExamples")}</span><Input.TextArea value={text} autoSize={{ minRows: 5, maxRows: 14 }} data-testid="first-examples" onChange={(e) => setText(e.target.value)} /><small>{t("examplesHint")}</small></label>
    </Modal>
  );
}

export function Rename({ intent, onClose }: { intent: Intent; onClose: (to?: string) => void }) {
  const { t } = useDesk();
  const act = useAct();
  const [name, setName] = useState(intent.name);
  const [busy, setBusy] = useState(false);
  const rename = async () => {
    setBusy(true);
    const fine = await act(() => staff.renameIntent(intent.name, name.trim(), intent.revision), t("examplesSaved"));
    setBusy(false);
    if (fine) onClose(name.trim());
  };
  return (
    <Modal open title={t("renameTitle")} onCancel={() => onClose()} onOk={() => void rename()} okText={t("rename")} cancelText={t("cancel")} confirmLoading={busy} okButtonProps={{ disabled: name.trim() === "" || name.trim() === intent.name, "data-testid": "rename-ok" }}>
      <p className="quiet">{t("renameText")}</p>
      <label className="field"><span>{t("intentName")}</span><Input autoFocus value={name} maxLength={64} data-testid="new-name" onChange={(e) => setName(e.target.value)} onPressEnter={() => void rename()} /><small>{t("intentNameHint")}</small></label>
    </Modal>
  );
}

export function BulkEdit({ intent, onClose }: { intent: Intent; onClose: () => void }) {
  const { t } = useDesk();
  const act = useAct();
  // What was there when the editor began; the list behind may be loaded again meanwhile.
  const [start, setStart] = useState(intent);
  const [text, setText] = useState(intent.examples.join("\n"));
  const [conflict, setConflict] = useState<string>();
  const [busy, setBusy] = useState(false);
  const examples = lines(text);
  const save = async () => {
    setBusy(true);
    setConflict(undefined);
    const fine = await act(async () => {
      try {
        await staff.saveIntent(start.name, examples, start.revision);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "stale_revision") throw error;
        setConflict(problem(error, t));
        throw error;
      }
    }, t("examplesSaved"));
    setBusy(false);
    if (fine) onClose();
  };
  const latest = () => { setStart(intent); setText(intent.examples.join("\n")); setConflict(undefined); };
  return (
    <Drawer open title={<>{t("bulkEdit")} <code>{start.name}</code></>} size={620} onClose={onClose} extra={<Button type="primary" loading={busy} disabled={examples.length < 2} data-testid="save-intent" onClick={() => void save()}>{t("save")}</Button>}>
      {conflict === undefined ? null : <Alert type="warning" showIcon className="gap" title={t("saveConflict")} description={conflict} action={<Button size="small" data-testid="load-latest" onClick={latest}>{t("loadLatestIntent")}</Button>} />}
      <label className="field"><span>{t("examples")} · {t("exampleCount", { n: examples.length })}</span><Input.TextArea value={text} autoSize={{ minRows: 18, maxRows: 36 }} data-testid="examples" onChange={(e) => setText(e.target.value)} /><small>{examples.length < 2 ? t("fewExamples") : t("examplesHint")}</small></label>
    </Drawer>
  );
}
