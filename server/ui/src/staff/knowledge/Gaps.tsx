// Questions without a good answer, grouped; one click makes an article of a group.
import { FileAddOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Empty, Segmented, Select, Skeleton, Tag } from "antd";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { staff } from "../../api/staff";
import type { Gap, GapState } from "../../api/types";
import { shortTime } from "../../text/format";
import { useAct } from "./act";
import { useWords } from "./words";

const STATES: readonly GapState[] = ["open", "drafted", "closed", "dismissed"];
const DAYS = [7, 30, 90, 180];

export function Gaps() {
  const { t } = useWords();
  const [days, setDays] = useState(30);
  const [state, setState] = useState<GapState>("open");
  const [conversation, setConversation] = useState<string>();
  const list = useQuery({ queryKey: ["gaps", days], queryFn: () => staff.gaps(days), placeholderData: (old) => old, staleTime: 20_000 });
  const gaps = list.data?.gaps ?? [];
  const shown = gaps.filter((g) => g.state === state);
  return (
    <div data-testid="gaps">
      <div className="tools gap-tools">
        <Segmented<GapState> value={state} onChange={setState} options={STATES.map((s) => ({ value: s, label: <span data-testid={`gaps-${s}`}>{t(`gap.${s}`)} {gaps.filter((g) => g.state === s).length}</span> }))} />
        <Select value={days} onChange={setDays} aria-label={t("gapDays", { n: days })} options={DAYS.map((n) => ({ value: n, label: t("gapDays", { n }) }))} />
      </div>
      {list.isError ? <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void list.refetch()}>{t("retry")}</Button>} /> : null}
      {list.isPending ? <Skeleton active /> : shown.length === 0 ? <Empty className="pad" description={t(`gapsNone.${state}`)} /> : shown.map((g) => <One key={g.id} gap={g} days={list.data?.days ?? days} onConversation={setConversation} />)}
      <Drawer open={conversation !== undefined} onClose={() => setConversation(undefined)} size={560} title={t("conversation")} destroyOnHidden>{conversation === undefined ? null : <Conversation id={conversation} />}</Drawer>
    </div>
  );
}

function One({ gap: g, days, onConversation }: { gap: Gap; days: number; onConversation: (id: string) => void }) {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const act = useAct();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const time = (at: number) => shortTime(at, language, Date.now());
  const decide = async (step: "dismiss" | "reopen" | "article", done?: string) => {
    setBusy(true);
    const gave = await act(() => staff.decideGap(g.id, step, days), done);
    setBusy(false);
    if (step !== "article" || !gave?.gave.slug) return;
    void message.success({ content: t(gave.gave.conversation ? "gapBegun" : "gapBegunEmpty"), duration: 5 });
    void navigate(`/knowledge/${encodeURIComponent(gave.gave.slug)}?version=${gave.gave.number ?? 1}`);
  };
  const article = g.slug ? `/knowledge/${encodeURIComponent(g.slug)}${g.state === "drafted" && g.version ? `?version=${g.version}` : ""}` : "";
  return (
    <article className="gap" data-testid="gap" data-state={g.state}>
      <div className="gap-head">
        <div className="count"><b>{g.count}</b></div>
        <div className="what">
          <h3>{g.question}{g.grown ? <Tag className="small" color="volcano">{t("gapGrown")}</Tag> : null}</h3>
          <p className="soft">{t("gapCount", { n: g.count })} · {t("gapConversations", { n: g.conversations })}{g.rated > 0 ? ` · ${t("gapRated", { n: g.rated })}` : ""} · {t("gapLast", { time: time(g.last_at) })}{g.decided_by && g.decided_at ? ` · ${t("gapDecided", { state: t(`gap.${g.state}`), name: g.decided_by, time: time(g.decided_at) })}` : ""}</p>
          <p className="soft"><button type="button" className="linkish" data-testid="gap-examples" aria-expanded={open} onClick={() => setOpen(!open)}>{open ? t("gapHide") : t("gapExamples", { n: g.examples.length })}</button>
            {g.state === "closed" || g.state === "drafted" || g.answered_now > 0 ? <> · <span className={g.answered_now === g.examples.length ? "fine" : ""} data-testid="gap-check">{t("gapAnsweredNow", { n: g.examples.length, now: g.answered_now })}</span></> : null}</p>
        </div>
        <Trend days={g.per_day} />
        <div className="acts">
          {article !== "" ? <Link to={article}><Button size="small">{t("gapSee")}</Button></Link> : null}
          {g.state === "dismissed" ? <Button size="small" loading={busy} data-testid="gap-reopen" onClick={() => void decide("reopen", t("gapReopened"))}>{t("gapReopen")}</Button> : null}
          {g.state === "open" ? <>
            <Button size="small" disabled={busy} data-testid="gap-dismiss" onClick={() => void decide("dismiss", t("gapDismissed"))}>{t("gapDismiss")}</Button>
            <Button size="small" type="primary" icon={<FileAddOutlined />} loading={busy} data-testid="gap-article" onClick={() => void decide("article")}>{t("gapArticle")}</Button>
          </> : null}
        </div>
      </div>
      {open ? <ul className="gap-examples">{g.examples.map((e) => (
        <li key={`${e.conversation}/${e.text}`}><span>{e.text}</span>
          <span className="tags"><Tag className="small" color={e.why === "rated" ? "volcano" : "default"}>{t(`why.${e.why}`)}</Tag>{e.answered && e.why !== "rated" ? <Tag className="small" color="green">{t("gapAnswered")}</Tag> : null}<time>{time(e.at)}</time>
            <button type="button" className="linkish" data-testid="see-conversation" onClick={() => onConversation(e.conversation)}>{t("seeConversation")}</button></span></li>
      ))}</ul> : null}
    </article>
  );
}

/** At most thirty bars, however long the time. */
function Trend({ days }: { days: readonly number[] }) {
  const { t } = useWords();
  const width = Math.ceil(days.length / 30);
  const bars = Array.from({ length: Math.ceil(days.length / width) }, (_, i) => days.slice(i * width, (i + 1) * width).reduce((a, b) => a + b, 0));
  const top = Math.max(1, ...bars);
  return <div className="trend" role="img" aria-label={`${t("gapTrend")}: ${days.join(", ")}`} title={t("gapTrend")}>{bars.map((n, i) => <i key={i} style={{ height: n === 0 ? 2 : `${Math.max(14, (n / top) * 100)}%` }} className={n === 0 ? "none" : ""} />)}</div>;
}

function Conversation({ id }: { id: string }) {
  const { t, language } = useWords();
  const all = useQuery({ queryKey: ["gap-conversation", id], queryFn: () => staff.gapConversation(id) });
  if (all.isError) return <Alert type="error" showIcon title={t("cannotLoad")} />;
  if (!all.data) return <Skeleton active />;
  return <div className="transcript">{all.data.messages.map((m) => <div key={m.seq} className={`spoken ${m.sender}`}><span>{t(`sender.${m.sender}`)} · {shortTime(m.at, language, Date.now())}</span><p>{m.text}</p></div>)}</div>;
}
