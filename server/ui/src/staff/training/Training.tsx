// What the bot can recognise, by example: a draft, a candidate trained on it, and what is published.
import { CloudUploadOutlined, DownloadOutlined, ImportOutlined, ThunderboltOutlined, UndoOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Badge, Button, Progress, Skeleton, Tabs, Tag } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useSearchParams } from "react-router";
import { staff } from "../../api/staff";
import type { Head, IntentList, Training as State } from "../../api/types";
import { shortTime } from "../../text/format";
import { useDesk } from "../context";
import { useAct } from "./act";
import { Changes } from "./Changes";
import { Examples } from "./Examples";
import { Import } from "./Import";
import { Report } from "./Report";
import { TryBoth } from "./TryBoth";
import "./training.css";

export interface Place { intent?: string; words?: string }

export default function Training() {
  const { t } = useDesk();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  // What is shown is this page's own; the address only follows, for reloading and for links.
  const [tab, setTab] = useState(params.get("tab") ?? "examples");
  const [place, setPlace] = useState<Place>({ intent: params.get("intent") ?? undefined, words: params.get("q") ?? undefined });
  useEffect(() => {
    const wanted = new URLSearchParams();
    for (const [key, value] of [["tab", tab === "examples" ? "" : tab], ["intent", place.intent], ["q", place.words]] as const) if (value) wanted.set(key, value);
    if (wanted.toString() === params.toString()) return;
    const timer = setTimeout(() => setParams(wanted, { replace: true }), 250);
    return () => clearTimeout(timer);
  }, [tab, place, params, setParams]);
  const intents = useQuery({ queryKey: ["intents"], queryFn: staff.intents });
  const training = useQuery({ queryKey: ["training"], queryFn: staff.training, refetchInterval: (q) => (q.state.data?.state === "running" ? 400 : false) });
  const [importing, setImporting] = useState(false);
  const state = training.data;

  // When a training ends, or gives its candidate, there is something new to load.
  const before = useRef(state);
  useEffect(() => {
    const was = before.current;
    before.current = state;
    if (!was || !state) return;
    if (was.candidate?.id !== state.candidate?.id || (was.state === "running" && state.state !== "running")) void client.invalidateQueries({ queryKey: ["train-report"] });
    if (was.state === "running" && state.state === "idle") void message.success(t("trainDone"));
  }, [client, message, state, t]);

  const go = (next: Place) => { setTab("examples"); setPlace(next); };
  const which = state?.candidate ? "candidate" as const : "published" as const;
  const failed = intents.isError || training.isError;

  return (
    <div className="page wide tall training-page">
      <header className="pagehead">
        <div><h1>{t("trainingTitle")}</h1><p>{t("trainingText")}</p></div>
        <div className="acts">
          <Button icon={<ImportOutlined />} data-testid="import" onClick={() => setImporting(true)}>{t("importButton")}</Button>
          <Button icon={<DownloadOutlined />} href="/api/v1/staff/train/export" download="nlu.yml" data-testid="export">{t("exportButton")}</Button>
        </div>
      </header>
      {failed ? <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => { void intents.refetch(); void training.refetch(); }}>{t("retry")}</Button>} /> : null}
      {state && intents.data ? <Steps state={state} intents={intents.data} /> : failed ? null : <Skeleton active paragraph={{ rows: 2 }} />}
      {intents.data ? (
        <Tabs activeKey={tab} onChange={setTab} className="training-tabs" items={[
          { key: "examples", label: <span data-testid="tab-examples">{t("tab.examples")}</span>, children: <Examples list={intents.data} place={place} onPlace={setPlace} /> },
          { key: "report", label: <span data-testid="tab-report">{t("tab.report")}</span>, children: <Report which={which} head={state?.candidate ?? state?.published} list={intents.data} comparing={state?.state === "running"} onGo={go} /> },
          { key: "changes", label: <Badge dot={state?.candidate !== undefined} offset={[5, 3]}><span data-testid="tab-changes">{t("tab.changes")}</span></Badge>, children: <Changes candidate={state?.candidate ?? undefined} running={state?.state === "running"} list={intents.data} onGo={go} /> },
          { key: "try", label: <span data-testid="tab-try">{t("tab.try")}</span>, children: <TryBoth candidate={state?.candidate?.id} /> },
        ]} />
      ) : null}
      {importing ? <Import onClose={() => setImporting(false)} /> : null}
    </div>
  );
}

function Step({ id, title, extra, children, acts }: { id: string; title: string; extra?: ReactNode; children: ReactNode; acts?: ReactNode }) {
  return <section className="step-card" data-testid={`step-${id}`}><div className="what"><h2>{title}{extra}</h2>{children}</div>{acts ? <div className="do">{acts}</div> : null}</section>;
}

/** Draft, candidate, published: what each is, and what can be done with it. */
function Steps({ state, intents }: { state: State; intents: IntentList }) {
  const { t, language } = useDesk();
  const { modal } = App.useApp();
  const client = useQueryClient();
  const act = useAct();
  const [busy, setBusy] = useState(false);
  const now = Date.now();
  const { candidate, published } = state;
  const running = state.state === "running";
  const changed = intents.intents.filter((i) => i.change !== "same");
  const count = changed.length + intents.deleted.length;
  const sum = (of: "added" | "removed") => changed.reduce((n, i) => n + i[of].length, 0);
  const time = (head: Head) => shortTime(head.trained_at, language, now);
  const accuracy = (head: Head) => (head.accuracy === undefined || head.accuracy === null ? null : <Tag className="small" color="cyan">{t("accuracyIs", { value: percent(head.accuracy) })}</Tag>);
  const doing = async (work: () => Promise<unknown>, done?: string) => { setBusy(true); const fine = await act(work, done); setBusy(false); return fine; };

  const train = () => void doing(async () => client.setQueryData(["training"], await staff.train()));
  const publish = (head: Head) => void modal.confirm({
    title: t("publishTitle"), content: <>{t("publishText")}{head.is_draft ? null : <p className="bad">{t("publishStale")}</p>}</>, okText: t("publish"), cancelText: t("cancel"), okButtonProps: { "data-testid": "publish-ok" },
    onOk: async () => { await doing(async () => client.setQueryData(["training"], await staff.publish(head.id)), t("publishDone")); void client.invalidateQueries({ queryKey: ["train-report"] }); },
  });
  const discard = (head: Head) => void modal.confirm({
    title: t("discardCandidateTitle"), okText: t("discardCandidate"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "discard-ok" },
    onOk: () => doing(async () => client.setQueryData(["training"], await staff.discard({ candidate: head.id })), t("candidateGone")),
  });
  const undo = () => void modal.confirm({
    title: t("discardDraftTitle"), content: t("discardDraftText", { intents: count }), okText: t("discardDraft"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "undo-ok" },
    onOk: () => doing(() => staff.discard({ draft: intents.stamp }), t("draftBack")),
  });

  return (
    <>
      <div className="steps-row" data-testid="training" data-state={state.state} data-candidate={candidate?.id ?? ""} data-published={published?.id ?? ""}>
        <Step id="draft" title={t("draft")} acts={<>
          {count > 0 ? <Button size="small" type="text" icon={<UndoOutlined />} disabled={running || busy} data-testid="undo" onClick={undo}>{t("discardDraft")}</Button> : null}
          <Button size="small" type={candidate?.is_draft ? "default" : "primary"} icon={<ThunderboltOutlined />} loading={running} disabled={busy} data-testid="train" onClick={train}>{candidate ? t("trainAgain") : t("train")}</Button>
        </>}>
          <p>{count === 0 ? t("draftSame") : t("draftChanges", { intents: count, added: sum("added"), removed: sum("removed") })}</p>
        </Step>
        <Step id="candidate" title={t("candidate")} extra={candidate ? <>{accuracy(candidate)}<Tag className="small" color={candidate.is_draft ? "green" : "orange"}>{candidate.is_draft ? t("candidateFresh") : t("candidateStale")}</Tag></> : null}
          acts={candidate ? <>
            <Button size="small" type="text" disabled={busy} data-testid="discard" onClick={() => discard(candidate)}>{t("discardCandidate")}</Button>
            <Button size="small" type={candidate.is_draft ? "primary" : "default"} icon={<CloudUploadOutlined />} disabled={busy} data-testid="publish" onClick={() => publish(candidate)}>{t("publish")}</Button>
          </> : null}>
          <p>{candidate ? (candidate.by ? t("candidateBy", { name: candidate.by, time: time(candidate) }) : t("candidateAt", { time: time(candidate) })) : t("candidateNone")}</p>
        </Step>
        <Step id="published" title={t("published")} extra={published ? accuracy(published) : null}>
          <p>{published ? (published.by ? t("publishedBy", { name: published.by, time: time(published) }) : t("publishedAt", { time: time(published) })) : null}</p>
        </Step>
      </div>
      {running ? <div className="progress-line" role="status" data-testid="progress" data-stage={state.stage}>
        <span>{t(`stage.${state.stage}`, { done: state.done, total: state.total || "…" })}</span>
        <Progress percent={overall(state)} showInfo={false} size="small" strokeColor="#149184" />
      </div> : null}
      {state.state === "failed" ? <Alert type="error" showIcon data-testid="train-error" title={t("trainFailed", { message: state.error ?? "" })} /> : null}
    </>
  );
}

/** Encoding is most of the work when it is not cached, fitting has no steps to count. */
function overall(state: State): number {
  const share = state.total > 0 ? state.done / state.total : 0;
  switch (state.stage) {
    case "embedding": return Math.round(share * 50);
    case "fitting": return 60;
    case "comparing": return Math.round(75 + share * 25);
  }
}

export function percent(n: number): string {
  return `${(n * 100).toFixed(1)}%`;
}
