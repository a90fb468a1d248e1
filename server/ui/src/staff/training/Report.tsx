// How good a model is, measured on examples that were held back, and what in the examples hurts it.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Empty, Skeleton, Table } from "antd";
import { useMemo, type ReactNode } from "react";
import { staff } from "../../api/staff";
import type { Head, HeadReport, IntentList, IntentScore } from "../../api/types";
import { named } from "../../i18n";
import { intents as intentWords } from "../../i18n/intents";
import { useDesk } from "../context";
import { lacking, plain, spoken } from "./marks";
import { IntentName } from "./parts";
import { percent, type Place } from "./Training";

interface Props { which: "published" | "candidate"; head: Head | null | undefined; list: IntentList; comparing: boolean; onGo: (place: Place) => void }

/** A candidate's report grows while it is compared; its id alone does not tell. */
export function useReport(which: "published" | "candidate", head: Head | null | undefined, growing: boolean) {
  return useQuery({ queryKey: ["train-report", which, head?.id], queryFn: () => staff.trainReport(which), enabled: head !== undefined && head !== null, refetchInterval: growing ? 1500 : false });
}

export function Report({ which, head, list, comparing, onGo }: Props) {
  const { t, language } = useDesk();
  const report = useReport(which, head, comparing && which === "candidate");
  const published = useReport("published", which === "candidate" ? head : undefined, false);
  const few = useMemo(() => {
    const languages = spoken(list.intents.map((i) => i.examples));
    return list.intents.filter((i) => i.name !== "nlu_fallback").map((i) => ({ intent: i, few: lacking(i.examples, languages) })).filter((x) => x.few !== undefined);
  }, [list.intents]);
  if (report.isError) return <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void report.refetch()}>{t("retry")}</Button>} />;
  if (!head) return <Empty className="pad" description={t("reportMissing")} />;
  if (!report.data) return <Skeleton active />;
  const r = report.data;
  const old = which === "candidate" ? published.data : undefined;
  const go = (intent: string, words?: string) => onGo({ intent, words: words === undefined ? undefined : plain(words) });
  return (
    <div className="report-tab" data-testid="train-report">
      <p className="quiet">{which === "published" ? `${t("reportOfPublished")} ` : ""}{t("reportOf")}</p>
      <Figures report={r} old={old} />
      <div className="report-grid">
        <Part title={t("confusions")} empty={t("confusionsNone")} rows={r.confusions ?? []} row={(c) => (
          <li key={c.expected + c.predicted} className="stack"><div><IntentName name={c.expected} onGo={() => go(c.expected)} /> {t("readAs")} <IntentName name={c.predicted} onGo={() => go(c.predicted)} /> <span className="soft">{t("confusedTimes", { n: c.count })}</span></div>
            <div className="quotes">{c.examples.map((e) => <button key={e} type="button" className="quote-button" onClick={() => go(c.expected, e)}>{e}</button>)}</div></li>
        )} id="confusions" />
        <Part title={t("duplicates")} hint={t("duplicatesHint")} empty={r.duplicates === undefined ? t("duplicatesLater") : t("duplicatesNone")} rows={r.duplicates ?? []} row={(d, i) => (
          <li key={i}><div className="pair"><span><IntentName name={d.intent} /> <button type="button" className="quote-button" onClick={() => go(d.intent, d.text)}>{d.text}</button></span><span><IntentName name={d.other_intent} /> <button type="button" className="quote-button" onClick={() => go(d.other_intent, d.other_text)}>{d.other_text}</button></span></div>
            <span className="soft" title={t("similarity")}>{d.similarity >= 1 ? t("equalText") : d.similarity.toFixed(2)}</span></li>
        )} id="duplicates" />
        {r.suspicious === undefined ? null : <Part title={t("suspicious")} hint={t("suspiciousHint")} empty={t("suspiciousNone")} rows={r.suspicious} row={(s, i) => (
          <li key={i}><div><button type="button" className="quote-button" onClick={() => go(s.expected, s.text)}>{s.text}</button><div className="soft"><IntentName name={s.expected} onGo={() => go(s.expected)} /> → <IntentName name={s.read} onGo={() => go(s.read)} /> {percent(s.confidence)}</div></div></li>
        )} id="suspicious" />}
        <Part title={t("tooFew")} hint={t("fewHint")} empty={t("tooFewNone")} rows={few} row={({ intent, few: lack }) => (
          <li key={intent.name}><IntentName name={intent.name} onGo={() => go(intent.name)} /> <span className="soft">{lack ? t("fewIn", { language: t(lack.language), n: lack.n }) : ""}</span></li>
        )} id="few" />
        {(r.warnings ?? []).length > 0 ? <Part title={t("warnings")} empty="" rows={r.warnings ?? []} row={(w, i) => <li key={i} className="soft">{w}</li>} id="warnings" /> : null}
      </div>
      <section className="panel"><h3>{t("perIntent")}</h3>
        <Table<IntentScore> size="small" rowKey="name" dataSource={r.intents ?? []} pagination={{ pageSize: 25, hideOnSinglePage: true, showSizeChanger: false, size: "small" }} scroll={{ x: 560 }}
          columns={[
            { title: t("intent"), sorter: (a, b) => a.name.localeCompare(b.name), render: (_, s) => <span className="twolines"><IntentName name={s.name} onGo={() => go(s.name)} />{named(intentWords, language, "intent", s.name) === s.name ? null : <code>{s.name}</code>}</span> },
            { title: t("examplesTotal"), width: 110, align: "right" as const, sorter: (a, b) => a.examples - b.examples, render: (_, s) => s.examples },
            { title: t("precision"), width: 190, sorter: (a, b) => a.precision - b.precision, render: (_, s) => <Score value={s.precision} old={old?.intents?.find((o) => o.name === s.name)?.precision} /> },
            { title: t("recall"), width: 190, defaultSortOrder: "ascend" as const, sorter: (a, b) => a.recall - b.recall, render: (_, s) => <Score value={s.recall} old={old?.intents?.find((o) => o.name === s.name)?.recall} /> },
          ]} /></section>
    </div>
  );
}

function Part<T>({ title, hint, empty, rows, row, id }: { title: string; hint?: string; empty: string; rows: readonly T[]; row: (item: T, i: number) => ReactNode; id: string }) {
  return <section className="panel" data-testid={`report-${id}`}><h3>{title}{rows.length > 0 ? <em>{rows.length}</em> : null}</h3>{hint !== undefined && rows.length > 0 ? <p className="soft">{hint}</p> : null}{rows.length === 0 ? <p className="quiet">{empty}</p> : <ul className="findings">{rows.slice(0, 100).map(row)}</ul>}</section>;
}

function Score({ value, old }: { value: number; old: number | undefined }) {
  const colour = value >= 0.9 ? "#149184" : value >= 0.7 ? "#d9931a" : "#cf4436";
  return <span className="score"><span className="track"><i style={{ width: `${value * 100}%`, background: colour }} /></span><b>{percent(value)}</b><Delta value={value} old={old} /></span>;
}

function Delta({ value, old, less = false }: { value: number; old: number | undefined; less?: boolean }) {
  if (old === undefined || Math.abs(value - old) < 0.0005) return null;
  const better = less ? value < old : value > old;
  return <em className={better ? "delta up" : "delta down"}>{value > old ? "+" : "−"}{(Math.abs(value - old) * 100).toFixed(1)}</em>;
}

function Figures({ report, old }: { report: HeadReport; old: HeadReport | undefined }) {
  const { t } = useDesk();
  const shown: [string, number | undefined, number | undefined, boolean][] = [
    [t("accuracy"), report.accuracy, old?.accuracy, false],
    [t("zh"), report.accuracy_by_language?.zh, old?.accuracy_by_language?.zh, false],
    [t("en"), report.accuracy_by_language?.en, old?.accuracy_by_language?.en, false],
    [t("unknownRecall"), report.unknown_recall, old?.unknown_recall, false],
    [t("falseRejects"), report.false_rejects, old?.false_rejects, true],
    [t("ece"), report.ece, old?.ece, true],
  ];
  return <dl className="figures">
    {shown.map(([name, value, before, less]) => (value === undefined ? null : <div key={name}><dt>{name}</dt><dd>{percent(value)}<Delta value={value} old={before} less={less} /></dd></div>))}
    {report.threshold === undefined ? null : <div><dt>{t("threshold")}</dt><dd>{report.threshold.toFixed(2)}</dd></div>}
    {report.examples === undefined ? null : <div><dt>{t("examplesTotal")}</dt><dd>{report.examples}</dd></div>}
  </dl>;
}
