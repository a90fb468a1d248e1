// What a candidate reads otherwise than the published model: customers' last questions, and our own examples.
import { PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Empty, Segmented, Skeleton, Table } from "antd";
import { useState } from "react";
import type { Change, Head, IntentList, Reading } from "../../api/types";
import { useDesk } from "../context";
import { kindsOf, of, type Kind, type Source } from "./changed";
import { AddTo } from "./Examples";
import { IntentName } from "./parts";
import { useReport } from "./Report";
import { percent, type Place } from "./Training";

export function Changes({ candidate, running, list, onGo }: { candidate: Head | undefined; running: boolean; list: IntentList; onGo: (place: Place) => void }) {
  const { t } = useDesk();
  const report = useReport("candidate", candidate, running);
  const [source, setSource] = useState<Source>("questions");
  const [kind, setKind] = useState<Kind>("all");
  const [adding, setAdding] = useState<Change>();
  if (candidate === undefined) return <Empty className="pad" description={running ? t("changesRunning") : t("changesNone")} />;
  if (report.isError) return <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void report.refetch()}>{t("retry")}</Button>} />;
  if (!report.data) return <Skeleton active />;
  const { own, questions } = report.data;
  const comparison = source === "own" ? own : questions;
  const changed = comparison?.changed ?? [];
  const rows = changed.filter((c) => kind === "all" || of(source, c) === kind);
  const total = (c: typeof own) => (c ? c.compared - c.unchanged : 0);
  return (
    <div className="changes-tab" data-testid="changes">
      <div className="tools">
        <Segmented<Source> value={source} onChange={(s) => { setSource(s); setKind("all"); }} options={[{ value: "questions", label: <span data-testid="of-questions">{t("of.questions")} · {total(questions)}</span> }, { value: "own", label: <span data-testid="of-own">{t("of.own")} · {total(own)}</span> }]} />
        {changed.length > 0 ? <Segmented<Kind> size="small" value={kind} onChange={setKind} options={["all" as const, ...kindsOf(source)].map((k) => ({ value: k, label: `${t(`kind.${k}`)} ${k === "all" ? changed.length : changed.filter((c) => of(source, c) === k).length}` }))} /> : null}
      </div>
      {!comparison ? <Empty className="pad" description={running ? t("changesRunning") : t(source === "own" ? "ownEmpty" : "questionsEmpty")} /> : <>
        <p className="quiet" data-testid="changes-sum">{t(source === "own" ? "ownText" : "questionsText", { compared: comparison.compared, unchanged: comparison.unchanged, changed: total(comparison) })}</p>
        {changed.length === 0 ? <Empty className="pad" description={t("allSame")} /> :
          <Table<Change> size="small" rowKey={(c) => `${c.text}\n${c.expected ?? ""}`} dataSource={rows} pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false, size: "small" }} scroll={{ x: 720 }}
            columns={[
              { title: t("utterance"), render: (_, c) => <div className="asked" data-testid="changed"><span>{c.text}</span>{c.expected ? <span className="soft">{t("belongsTo")} <IntentName name={c.expected} onGo={() => onGo({ intent: c.expected, words: c.text })} /></span> : null}</div> },
              ...(source === "questions" ? [{ title: t("times"), width: 70, align: "right" as const, render: (_: unknown, c: Change) => c.times }] : []),
              { title: t("before"), width: 190, render: (_, c) => <Read reading={c.before} right={c.expected === undefined ? undefined : c.before.intent === c.expected} /> },
              { title: t("after"), width: 190, render: (_, c) => <Read reading={c.after} right={c.expected === undefined ? undefined : c.after.intent === c.expected} /> },
              { width: 120, align: "right" as const, render: (_, c) => (source === "questions" ? <Button size="small" icon={<PlusOutlined />} data-testid="add-to" onClick={() => setAdding(c)}>{t("addTo")}</Button> : <Button size="small" type="link" onClick={() => onGo({ intent: c.expected, words: c.text })}>{t("goTo")}</Button>) },
            ]} />}
      </>}
      {adding ? <AddTo text={adding.text} suggested={adding.after.intent === "nlu_fallback" ? adding.before.intent : adding.after.intent} list={list} onClose={() => setAdding(undefined)} /> : null}
    </div>
  );
}

function Read({ reading, right }: { reading: Reading; right: boolean | undefined }) {
  return <span className={right === undefined ? "reading" : right ? "reading right" : "reading wrong"}><IntentName name={reading.intent} /> <em>{percent(reading.confidence)}</em></span>;
}
