// How the service does right now; asked again every five seconds.
import { useQuery } from "@tanstack/react-query";
import { Alert, Badge, Button, Skeleton } from "antd";
import { Link } from "react-router";
import { staff } from "../api/staff";
import type { Dashboard as Figures } from "../api/types";
import { named } from "../i18n";
import { intents as intentWords } from "../i18n/intents";
import { staffWords } from "../i18n/staff";
import { latency, shortTime } from "../text/format";
import { useDesk } from "./context";
import { PRESENCE_COLOUR } from "./Shell";
import { lastDay } from "./hours";
import { Bar } from "./TryBot";

export default function Dashboard() {
  const { t, language } = useDesk();
  const data = useQuery({ queryKey: ["dashboard"], queryFn: staff.dashboard, refetchInterval: 5_000 });
  const agents = useQuery({ queryKey: ["agents"], queryFn: staff.agents, refetchInterval: 15_000 });
  const d = data.data;
  return (
    <div className="page wide" data-testid="dashboard">
      <header className="pagehead"><div><h1>{t("nav.dashboard")}</h1><p>{t("dashText")}</p></div></header>
      {data.isError && !d ? <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void data.refetch()}>{t("retry")}</Button>} /> : null}
      {d === undefined ? (data.isPending ? <Skeleton active /> : null) : (
        <>
          <div className="cards">
            <Card id="waiting" name={t("dash.waiting")} value={d.waiting} alert={d.waiting > 0} />
            <Card id="agents" name={t("dash.with_agents")} value={d.with_agents} />
            <Card id="bot" name={t("dash.with_bot")} value={d.with_bot} />
            <Card id="closed" name={t("dash.closed_today")} value={d.closed_today} sub={`${t("dash.open")} ${d.open}`} />
            <Card id="resolved" name={t("dash.resolved")} value={d.closed_today > 0 ? `${Math.round((d.resolved_by_bot_today / d.closed_today) * 100)}%` : "–"} sub={`${d.resolved_by_bot_today} / ${d.closed_today}`} />
            <Card id="handoffs" name={t("dash.handoffs")} value={d.handoffs_today} />
            <Card id="median" name={t("dash.median")} value={typeof d.median_reply_ms === "number" ? latency(d.median_reply_ms) : "–"} />
            <Card id="csat" name={t("dash.csat")} value={typeof d.csat_today === "number" ? d.csat_today.toFixed(2) : "–"} sub="1 – 5" />
          </div>
          <div className="boxes">
            <section className="box span"><h3>{t("perHour")}<span className="legend"><i className="m" />{t("messages")}<i className="h" />{t("handoffs")}</span></h3><Hours hours={d.per_hour} /></section>
            <section className="box"><h3>{t("topIntents")}</h3>{d.intents.length === 0 ? <p className="quiet">{t("noData")}</p> : d.intents.slice(0, 8).map((i) => <Bar key={i.name} label={<span title={i.name}>{named(intentWords, language, "intent", i.name)}</span>} value={i.count} share={i.count / Math.max(1, d.intents[0]?.count ?? 1)} />)}</section>
            <section className="box"><h3>{t("reasons")}</h3><Reasons reasons={d.reasons} /></section>
            <section className="box"><h3>{t("agents")}</h3>{(agents.data?.agents ?? []).map((a) => <div key={a.id} className="agentline"><Badge color={PRESENCE_COLOUR[a.presence] ?? PRESENCE_COLOUR.offline} text={a.name} /><span className="soft">{named(staffWords, language, "presence", a.presence)}{a.open === undefined ? "" : ` · ${t("agentOpen", { n: a.open })}`}</span></div>)}</section>
            <section className="box span"><h3>{t("unanswered")}</h3>{d.unanswered.length === 0 ? <p className="quiet">{t("noUnanswered")}</p> : <ul className="gaps">{d.unanswered.map((u, i) => <li key={i}><Link to={`/console/${encodeURIComponent(u.conversation)}`}>{u.text}</Link><time>{shortTime(u.at, language, Date.now())}</time></li>)}</ul>}</section>
          </div>
        </>
      )}
    </div>
  );
}

function Card({ id, name, value, sub, alert = false }: { id: string; name: string; value: string | number; sub?: string; alert?: boolean }) {
  return <div className={alert ? "figure alert" : "figure"} data-testid={`figure-${id}`}><span>{name}</span><b>{value}</b><em>{sub ?? "\u00a0"}</em></div>;
}

function Reasons({ reasons }: { reasons: Record<string, number> }) {
  const { t, language } = useDesk();
  const list = Object.entries(reasons).sort((a, b) => b[1] - a[1]);
  if (list.length === 0) return <p className="quiet">{t("noData")}</p>;
  return <>{list.map(([name, n]) => <Bar key={name} label={named(staffWords, language, "reason", name)} value={n} share={n / Math.max(1, list[0]?.[1] ?? 1)} />)}</>;
}

function Hours({ hours }: { hours: Figures["per_hour"] }) {
  const { t } = useDesk();
  if (hours.length === 0) return <p className="quiet">{t("noData")}</p>;
  const day = lastDay(hours, Date.now());
  const top = Math.max(1, ...day.map((h) => Math.max(h.messages, h.handoffs)));
  const height = (n: number) => (n > 0 ? `max(3px, ${(n / top) * 100}%)` : 0);
  const hour = (ms: number) => String(new Date(ms).getHours()).padStart(2, "0");
  return (
    <div className="hours" role="img" aria-label={t("perHour")}>
      {day.map((h, i) => (
        <div key={h.hour_ms} title={`${hour(h.hour_ms)}:00 · ${t("messages")} ${h.messages} · ${t("handoffs")} ${h.handoffs}`}>
          <span><i className="m" style={{ height: height(h.messages) }} /><i className="h" style={{ height: height(h.handoffs) }} /></span>
          <em>{i % 3 === 0 ? hour(h.hour_ms) : ""}</em>
        </div>
      ))}
    </div>
  );
}
