// Somebody else changed the article meanwhile: what does not conflict is joined, the rest is decided here.
import { Alert, Button, Input, Modal, Segmented, Tag } from "antd";
import { useState } from "react";
import type { ArticleContent, Merged, MergeView } from "../../api/types";
import { shortTime } from "../../text/format";
import { fieldName, Pieces } from "./Diff";
import { decided, textOf, type Choice } from "./merging";
import { useWords } from "./words";

export function Merge({ view, mine, onCancel, onMerged }: { view: MergeView; mine: ArticleContent; onCancel: () => void; onMerged: (content: ArticleContent) => Promise<void> }) {
  const { t, language } = useWords();
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const [busy, setBusy] = useState(false);
  const name = view.theirs.edited_by ?? view.theirs.reviewer ?? t("somebody");
  const open = view.fields.reduce((n, f) => n + f.parts.filter((p, i) => p.kind === "conflict" && choices[`${f.field}/${i}`] === undefined).length, 0);
  const apply = async () => { setBusy(true); await onMerged(decided(mine, view.fields, choices)); setBusy(false); };
  const shown = view.fields.filter((f) => f.incoming.length > 0 || f.parts.some((p) => p.kind === "conflict"));
  return (
    <Modal open width={980} title={t("mergeTitle")} onCancel={onCancel} className="merge" footer={[
      <Button key="no" onClick={onCancel}>{t("cancel")}</Button>,
      <Button key="yes" type="primary" loading={busy} disabled={open > 0} data-testid="merge-apply" onClick={() => void apply()}>{t("mergeApply")}</Button>,
    ]}>
      <p className="quiet">{t("mergeText", { name, time: shortTime(view.theirs.updated_at, language, Date.now()) })}</p>
      <Alert type={open > 0 ? "warning" : "success"} showIcon title={open > 0 ? t("mergeConflicts", { n: open }) : t("mergeClean")} data-testid="merge-state" data-open={open} />
      {shown.length === 0 ? <p className="quiet">{t("mergeNothing")}</p> : null}
      {shown.map((f) => <OneField key={f.field} field={f} name={name} choices={choices} choose={(i, choice) => setChoices((old) => ({ ...old, [`${f.field}/${i}`]: choice }))} />)}
    </Modal>
  );
}

function OneField({ field, name, choices, choose }: { field: Merged; name: string; choices: Record<string, Choice>; choose: (i: number, choice: Choice) => void }) {
  const { t } = useWords();
  const conflicts = field.parts.some((p) => p.kind === "conflict");
  return (
    <section className="merge-field" data-testid={`merge-${field.field}`}>
      <h4>{fieldName(field.field, t)}{conflicts ? null : <Tag className="small" color="green">{t("mergeIncoming")}</Tag>}</h4>
      {!conflicts ? <Pieces pieces={field.incoming} /> : field.parts.map((p, i) => {
        if (p.kind === "text") return <p key={i} className="agreed">{p.text}</p>;
        const choice = choices[`${field.field}/${i}`];
        const pick = typeof choice === "string" ? choice : choice === undefined ? undefined : "own";
        return (
          <div key={i} className={choice === undefined ? "conflict" : "conflict decided"} data-testid="conflict">
            <div className="two">
              <div><h5>{t("mergeMine")}</h5><pre>{p.mine || t("mergeEmpty")}</pre></div>
              <div><h5>{t("mergeTheirs", { name })}</h5><pre>{p.theirs || t("mergeEmpty")}</pre></div>
            </div>
            {p.base ? <details><summary>{t("mergeBase")}</summary><pre>{p.base}</pre></details> : null}
            <Segmented<string> size="small" value={pick ?? ""} onChange={(v) => choose(i, v === "own" ? { own: textOf(p, pick === "theirs" ? "theirs" : "mine") } : (v as Choice))} options={[
              { value: "mine", label: <span data-testid="take-mine">{t("mergeMine")}</span> }, { value: "theirs", label: <span data-testid="take-theirs">{t("mergeTheirs", { name })}</span> },
              ...(field.field.includes(".") && !field.field.endsWith(".title") ? [{ value: "both", label: t("mergeBoth") }] : []), { value: "own", label: t("edit") },
            ]} />
            {typeof choice === "object" ? <Input.TextArea autoSize={{ minRows: 2 }} value={choice.own} onChange={(e) => choose(i, { own: e.target.value })} /> : null}
          </div>
        );
      })}
    </section>
  );
}
