// What publishing a draft (or several together) does to the answers that customers get.
import { ArrowLeftOutlined, CloudUploadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Empty, Pagination, Progress, Skeleton, Tag } from "antd";
import { useCallback, useEffect, useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { staff } from "../../api/staff";
import type { ReplayAnswer, ReplayChange, ReplayEvent, ReplayKind, ReplayReport, VersionHead } from "../../api/types";
import { latency } from "../../text/format";
import { problem } from "../problem";
import { useAct } from "./act";
import { Pieces } from "./Diff";
import { StateTag, titleOf } from "./parts";
import { useWords } from "./words";
import "./knowledge.css";

type Shown = ReplayKind | "all" | "worse" | "better";
const PAGE = 15;

/** The address names the drafts: `?draft=slug:number`, once for each. */
function named(search: URLSearchParams): { slug: string; number: number }[] {
  return search.getAll("draft").map((d) => { const at = d.lastIndexOf(":"); return { slug: d.slice(0, at), number: Number(d.slice(at + 1)) }; }).filter((d) => d.slug !== "" && Number.isInteger(d.number));
}

export default function Replay() {
  const { t, language } = useWords();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const { modal } = App.useApp();
  const act = useAct();
  const address = search.toString();
  const drafts = useQuery({ queryKey: ["versions", "replayed", address], queryFn: () => Promise.all(named(search).map((d) => staff.version(d.slug, d.number))), staleTime: 0, refetchOnWindowFocus: false });
  const [event, setEvent] = useState<ReplayEvent>();
  const [failed, setFailed] = useState("");
  const [round, setRound] = useState(0);
  const [running, setRunning] = useState<AbortController>();
  const stop = useCallback(() => running?.abort(), [running]);

  useEffect(() => {
    const asked = named(new URLSearchParams(address));
    if (asked.length === 0) return;
    const ending = new AbortController();
    setRunning(ending);
    setEvent(undefined);
    setFailed("");
    staff.replay(asked, setEvent, ending.signal).then(
      () => setRunning((now) => (now === ending ? undefined : now)),
      (error: unknown) => {
        setRunning((now) => (now === ending ? undefined : now));
        setFailed(ending.signal.aborted ? t("replayStopped") : problem(error, t));
      },
    );
    // Leaving the page ends the work on the server.
    return () => ending.abort();
  }, [address, round, t]);

  const open = (drafts.data ?? []).filter((v) => v.state === "draft" || v.state === "review" || v.state === "rejected");
  const report = event?.type === "report" ? event.report : undefined;
  const problemText = event?.type === "failed" ? t("replayFailed", { message: event.message }) : failed;
  const one = drafts.data?.length === 1 ? drafts.data[0] : undefined;
  const back = one ? `/knowledge/${encodeURIComponent(one.slug)}?version=${one.number}` : "/knowledge?tab=review";
  const publish = () => void modal.confirm({
    title: t("publishTitle"), content: open.map((v) => titleOf(v.titles, language, t)).join(language === "zh" ? "、" : ", "), okText: t("publish"), cancelText: t("cancel"), okButtonProps: { "data-testid": "publish-ok" },
    onOk: async () => {
      for (const v of open) if (!(await act(() => staff.step(v.slug, v.number, { step: "publish", revision: v.revision })))) { void drafts.refetch(); return; }
      void act(() => Promise.resolve(), t("publishedDone"));
      void navigate(one ? `/knowledge/${encodeURIComponent(one.slug)}` : "/knowledge");
    },
  });
  if (drafts.isError || (drafts.data && drafts.data.length === 0)) return <div className="centre"><Empty description={t("draftMissing")}><Link to="/knowledge">{t("backToArticles")}</Link></Empty></div>;
  return (
    <div className="page wide replay-page">
      <header className="pagehead">
        <div className="back"><Link to={back} aria-label={t("toEditor")}><ArrowLeftOutlined /></Link><div><h1>{t("replayTitle")}</h1><p>{t("replayText")}</p></div></div>
        <div className="acts">
          {running ? <Button data-testid="replay-stop" onClick={stop}>{t("replayStop")}</Button> : <Button data-testid="replay-again" onClick={() => setRound((n) => n + 1)}>{t("replayAgain")}</Button>}
          <Button type="primary" icon={<CloudUploadOutlined />} disabled={open.length === 0 || open.some((v) => v.behind)} data-testid="publish" onClick={publish}>{t(open.length > 1 ? "publishAll" : "publishThis")}</Button>
        </div>
      </header>
      {drafts.data ? <ul className="replayed">{drafts.data.map((v) => <Replayed key={`${v.slug}:${v.number}`} version={v} />)}</ul> : <Skeleton active />}
      {event?.type === "progress" && running ? <div className="progress-line" role="status" data-testid="replay-progress"><span>{t(`stage.${event.stage}`, { done: event.done, total: event.total })}</span><Progress percent={share(event)} showInfo={false} size="small" strokeColor="#149184" /></div> : null}
      {problemText !== "" ? <Alert type={failed === t("replayStopped") ? "info" : "error"} showIcon title={problemText} data-testid="replay-failed" /> : null}
      {report ? <Report report={report} /> : null}
    </div>
  );
}

/** Reading the questions is most of the work the first time. */
function share(p: { stage: string; done: number; total: number }): number {
  const part = p.total > 0 ? p.done / p.total : 0;
  return p.stage === "building" ? 3 : p.stage === "embedding" ? 5 + part * 55 : 60 + part * 40;
}

function Replayed({ version }: { version: VersionHead }) {
  const { t, language } = useWords();
  return <li><Link to={`/knowledge/${encodeURIComponent(version.slug)}?version=${version.number}`}>{titleOf(version.titles, language, t)}</Link><StateTag state={version.state} />{version.behind ? <Tag className="small" color="orange">{t("mustMerge")}</Tag> : null}{version.note ? <span className="soft inline">{version.note}</span> : null}</li>;
}

function Report({ report }: { report: ReplayReport }) {
  const { t } = useWords();
  const [shown, setShown] = useState<Shown>("all");
  const [page, setPage] = useState(1);
  const fits = (c: ReplayChange, of: Shown) => of === "all" || c.kind === of || c.verdict === of;
  const rows = report.changes.filter((c) => fits(c, shown));
  const figure = (of: Shown, name: string, n: number) => <button key={of} type="button" className={`figure ${n === 0 ? "nothing" : of} ${shown === of ? "on" : ""}`} aria-pressed={shown === of} data-testid={`replay-${of}`} onClick={() => { setShown(of); setPage(1); }}><span>{name}</span><b>{n}</b></button>;
  return (
    <div data-testid="replay-report">
      <div className="replay-figures">
        {figure("all", t("kind.all"), report.lost + report.new + report.other + report.text)}{figure("worse", t("verdict.worse"), report.worse)}{figure("better", t("verdict.better"), report.better)}
        <i />{(["lost", "new", "other", "text"] as const).map((kind) => figure(kind, t(`kind.${kind}`), report[kind]))}
      </div>
      <p className="quiet" data-testid="replay-sum">{t("replaySum", { asked: report.asked, article: report.article, test: report.test, time: latency(report.took_ms), unchanged: report.unchanged })}
        {report.labelled > 0 ? <> {t("replayLabelled", { n: report.labelled, before: report.right_before, after: report.right_after })}</> : null}</p>
      {report.asked === 0 ? <Alert type="info" title={t("replayNoQuestions")} style={{ marginBottom: 12 }} /> : null}
      {report.changes.length === 0 ? <Empty className="pad" description={t("replayNothing")} /> : <>
        {rows.slice((page - 1) * PAGE, page * PAGE).map((c) => <One key={`${c.source}/${c.language}/${c.text}`} change={c} />)}
        <Pagination current={page} pageSize={PAGE} total={rows.length} onChange={setPage} hideOnSinglePage showSizeChanger={false} size="small" align="end" />
      </>}
    </div>
  );
}

const COLOUR = { better: "green", worse: "red", open: "default" } as const;

function One({ change: c }: { change: ReplayChange }) {
  const { t } = useWords();
  const right = (a: ReplayAnswer | undefined | null) => (c.expected === undefined || c.expected === null ? "" : (a?.slug ?? "") === c.expected ? "right" : "wrong");
  return (
    <article className={`change ${c.verdict}`} data-testid="change" data-kind={c.kind} data-verdict={c.verdict}>
      <header>
        <b>{c.text}</b>
        <span className="tags">
          <Tag className="small" color={COLOUR[c.verdict]}>{t(`verdict.${c.verdict}`)}</Tag><Tag className="small">{t(`kind.${c.kind}`)}</Tag><Tag className="small" variant="outlined">{t(`source.${c.source}`)}</Tag>
          {c.times > 1 ? <Tag className="small" color="blue">{t("timesAsked", { n: c.times })}</Tag> : null}
          {typeof c.rating === "number" ? <Tag className="small" color={c.rating <= 2 ? "volcano" : "default"}>{t("ratedAs", { n: c.rating })}</Tag> : null}
          {typeof c.expected === "string" ? <span className="soft inline">{c.expected === "" ? t("shouldBeNothing") : t("shouldBe", { slug: c.expected })}</span> : null}
        </span>
      </header>
      {c.kind === "text" && c.pieces && c.after ? <div className={`said ${right(c.after)}`}><h6>{c.after.title}<code>{c.after.slug}</code></h6><Pieces pieces={c.pieces} /></div> : <div className="two">
        <Said name={t("before")} answer={c.before} mark={right(c.before)} /><Said name={t("after")} answer={c.after} mark={right(c.after)} />
      </div>}
    </article>
  );
}

function Said({ name, answer, mark }: { name: string; answer: ReplayAnswer | undefined | null; mark: string }) {
  const { t } = useWords();
  return (
    <div className={`said ${mark}`}>
      <h5>{name}{answer ? <em>{Math.round(answer.score * 100)}%</em> : null}</h5>
      {answer ? <><h6>{answer.title}<code>{answer.slug}</code></h6><p>{answer.passage}</p></> : <p className="none">{t("noAnswer")}</p>}
    </div>
  );
}
