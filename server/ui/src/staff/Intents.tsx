// What the bot can recognise, by example; changing it and training anew.
import { ThunderboltOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Input, Progress, Skeleton } from "antd";
import { useEffect, useRef, useState } from "react";
import { staff } from "../api/staff";
import type { Intent, Language, TrainReport } from "../api/types";
import { named } from "../i18n";
import { intents as intentWords } from "../i18n/intents";
import { shortTime } from "../text/format";
import { useDesk } from "./context";
import { problem } from "./problem";

export default function Intents() {
  const { t, language } = useDesk();
  const { message } = App.useApp();
  const client = useQueryClient();
  const intents = useQuery({ queryKey: ["intents"], queryFn: staff.intents });
  const training = useQuery({ queryKey: ["training"], queryFn: staff.training, refetchInterval: (q) => (q.state.data?.state === "running" ? 700 : false) });
  const [words, setWords] = useState("");
  const [open, setOpen] = useState<Intent>();
  const state = training.data?.state;
  const before = useRef(state);
  useEffect(() => {
    if (before.current === "running" && state === "idle") void message.success(t("trained"));
    before.current = state;
  }, [message, state, t]);

  const train = async () => {
    try {
      client.setQueryData(["training"], await staff.train());
      void client.invalidateQueries({ queryKey: ["training"] });
    } catch (error) {
      void message.error(problem(error, t));
    }
  };
  const needle = words.trim().toLowerCase();
  const list = (intents.data?.intents ?? []).filter((i) => needle === "" || i.name.includes(needle) || named(intentWords, language, "intent", i.name).toLowerCase().includes(needle) || i.examples.some((e) => e.toLowerCase().includes(needle)));
  const { done = 0, total = 0 } = training.data ?? {};
  const report = training.data?.report;

  return (
    <div className="page wide">
      <header className="pagehead"><div><h1>{t("intentsTitle")}</h1><p>{t("intentsText")}</p></div><Button type="primary" icon={<ThunderboltOutlined />} loading={state === "running"} data-testid="train" onClick={() => void train()}>{t("train")}</Button></header>
      <div className="training" data-testid="training" data-state={state}>
        {state === "running" ? <><span>{t("training", { done, total: total || "…" })}</span><Progress percent={total > 0 ? Math.round((done / total) * 100) : 0} strokeColor="#149184" /></>
          : <span className="soft">{training.data?.trained_at ? t("trainedAt", { time: shortTime(training.data.trained_at, language, Date.now()) }) : t("neverTrained")}</span>}
        {state !== "running" && report ? <Report report={report} /> : null}
        {state === "failed" ? <Alert type="error" showIcon title={t("trainFailed", { message: training.data?.error ?? "" })} /> : null}
      </div>
      <div className="filters"><Input.Search allowClear value={words} placeholder={t("searchIntents")} aria-label={t("searchIntents")} data-testid="intent-search" onChange={(e) => setWords(e.target.value)} /></div>
      {intents.isPending ? <Skeleton active /> : intents.isError ? <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void intents.refetch()}>{t("retry")}</Button>} /> : null}
      <div className="intents">
        {list.map((i) => (
          <button key={i.name} type="button" data-testid={`intent-${i.name}`} onClick={() => setOpen(i)}>
            <span className="top"><span><b>{named(intentWords, language, "intent", i.name)}</b> <code>{i.name}</code></span><em>{t("exampleCount", { n: i.examples.length })}</em></span>
            <span className="some">{sample(i.examples, language).join(language === "zh" ? "；" : "; ")}</span>
          </button>
        ))}
      </div>
      {open ? <Edit key={open.name} intent={open} onClose={() => setOpen(undefined)} /> : null}
    </div>
  );
}

/** Some examples as a customer would write them, those in the reader's language first. */
function sample(examples: readonly string[], language: Language): string[] {
  const own = examples.filter((e) => /\p{Script=Han}/u.test(e) === (language === "zh"));
  return (own.length > 0 ? own : examples).slice(0, 4).map((e) => e.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
}

function Report({ report }: { report: TrainReport }) {
  const { t } = useDesk();
  const percent = (n: number) => `${(n * 100).toFixed(1)}%`;
  const figures: [string, string][] = [];
  if (report.accuracy !== undefined) figures.push([t("accuracy"), percent(report.accuracy)]);
  for (const l of ["zh", "en"] as const) { const n = report.accuracy_by_language?.[l]; if (n !== undefined) figures.push([t(l), percent(n)]); }
  if (report.unknown_recall !== undefined) figures.push([t("unknownRecall"), percent(report.unknown_recall)]);
  if (report.false_rejects !== undefined) figures.push([t("falseRejects"), percent(report.false_rejects)]);
  if (report.threshold !== undefined) figures.push([t("threshold"), report.threshold.toFixed(2)]);
  if (report.examples !== undefined) figures.push([t("examples"), String(report.examples)]);
  const confusions = report.confusions?.slice(0, 6) ?? [];
  const warnings = report.warnings ?? [];
  return (
    <div className="report" data-testid="train-report">
      <dl>{figures.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
      {confusions.length > 0 ? <details><summary>{t("confusions")}</summary><ul>{confusions.map((c) => <li key={c.expected + c.predicted}><code>{c.expected}</code> → <code>{c.predicted}</code> × {c.count} <span className="soft">{c.examples[0]}</span></li>)}</ul></details> : null}
      {warnings.length > 0 ? <details><summary>{t("warnings", { n: warnings.length })}</summary><ul>{warnings.slice(0, 50).map((w, i) => <li key={i} className="soft">{w}</li>)}</ul></details> : null}
    </div>
  );
}

function Edit({ intent, onClose }: { intent: Intent; onClose: () => void }) {
  const { t } = useDesk();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [text, setText] = useState(intent.examples.join("\n"));
  const [busy, setBusy] = useState(false);
  const examples = [...new Set(text.split("\n").map((x) => x.trim()).filter((x) => x !== ""))];
  const save = async () => {
    if (examples.length < 2) { void message.warning(t("fewExamples")); return; }
    setBusy(true);
    try {
      await staff.saveIntent({ name: intent.name, examples });
      void message.success(t("examplesSaved"));
      await client.invalidateQueries({ queryKey: ["intents"] });
      onClose();
    } catch (error) {
      void message.error(problem(error, t));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer open title={<code>{intent.name}</code>} size={560} onClose={onClose} extra={<Button type="primary" loading={busy} data-testid="save-intent" onClick={() => void save()}>{t("save")}</Button>}>
      <label className="field"><span>{t("examples")} · {t("exampleCount", { n: examples.length })}</span><Input.TextArea value={text} autoSize={{ minRows: 16, maxRows: 34 }} data-testid="examples" onChange={(e) => setText(e.target.value)} /><small>{t("examplesHint")}</small></label>
    </Drawer>
  );
}
