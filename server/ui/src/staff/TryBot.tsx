// A conversation with the bot that no customer sees, with the reasons for each answer beside it.
import { BookOutlined, ReloadOutlined, SendOutlined } from "@ant-design/icons";
import { App, Button, Empty, Input, Tag } from "antd";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { staff } from "../api/staff";
import type { Button as QuickReply, Trace, TryAnswer } from "../api/types";
import { named } from "../i18n";
import { intents as intentWords } from "../i18n/intents";
import { staffWords } from "../i18n/staff";
import { latency } from "../text/format";
import { citationHref, helpPath } from "../text/linkify";
import { readable } from "./console/Side";
import { Plain } from "./console/Messages";
import { useDesk } from "./context";
import { problem } from "./problem";

interface Round { asked: string; answers: TryAnswer[]; next: string; trace?: Trace }

function nextName(next: unknown): string {
  if (typeof next === "string") return next.toLowerCase();
  if (typeof next === "object" && next !== null) return (Object.keys(next)[0] ?? "").toLowerCase();
  return "";
}

export default function TryBot() {
  const { t, language } = useDesk();
  const { message } = App.useApp();
  const [rounds, setRounds] = useState<Round[]>([]);
  const [chosen, setChosen] = useState<number>();
  const [text, setText] = useState("");
  const [customer, setCustomer] = useState("");
  const [session, setSession] = useState<string>();
  const [busy, setBusy] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const shown = chosen ?? rounds.length - 1;
  useEffect(() => { list.current?.scrollTo({ top: list.current.scrollHeight }); }, [rounds, busy]);

  const ask = async (said: string, payload?: string) => {
    if (said.trim() === "" || busy) return;
    setBusy(true);
    setText("");
    setRounds((r) => [...r, { asked: said, answers: [], next: "" }]);
    setChosen(undefined);
    try {
      const tried = await staff.tryBot({ text: said.trim(), payload, session, language, ...(customer.trim() ? { customer: customer.trim() } : {}) });
      setSession(tried.session);
      setRounds((r) => [...r.slice(0, -1), { asked: said, answers: tried.answers, next: nextName(tried.next), trace: tried.trace }]);
    } catch (error) {
      void message.error(problem(error, t));
      setRounds((r) => r.slice(0, -1));
      setText(said);
    } finally {
      setBusy(false);
    }
  };
  const restart = () => { setRounds([]); setSession(undefined); setChosen(undefined); };
  const press = (b: QuickReply) => void ask(b.title, b.payload);

  return (
    <div className="page wide tall">
      <header className="pagehead"><div><h1>{t("nav.try")}</h1><p>{t("tryText")}</p></div>
        <div className="acts"><Input value={customer} placeholder={t("asCustomer")} aria-label={t("asCustomer")} data-testid="try-customer" style={{ width: 210 }} onChange={(e) => { setCustomer(e.target.value); setSession(undefined); }} /><Button icon={<ReloadOutlined />} data-testid="try-reset" onClick={restart}>{t("tryReset")}</Button></div>
      </header>
      <div className="try">
        <section className="trychat">
          <div className="messages" ref={list}>
            {rounds.length === 0 ? <Empty className="pad" image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("tryEmpty")} /> : null}
            <div className="flow">
              {rounds.map((round, i) => (
                <div key={i} className={i === shown ? "round on" : "round"} onClick={() => setChosen(i)}>
                  <div className="msg out agent"><div className="text">{round.asked}</div></div>
                  {round.answers.map((a, j) => (
                    <div key={j} className="msg in" data-testid="try-answer">
                      <div className="text"><Plain text={a.text} /></div>
                      {a.citations?.length ? <span className="cites">{a.citations.map((c, k) => { const href = citationHref(c.url); return href ? <a key={k} href={href} target="_blank" rel="noopener noreferrer"><BookOutlined /> {c.title}</a> : <span key={k}><BookOutlined /> {c.title}</span>; })}</span> : null}
                      {a.buttons?.length ? <span className="press">{a.buttons.map((b) => <Button key={b.title + b.payload} size="small" disabled={i !== rounds.length - 1 || busy} onClick={(e) => { e.stopPropagation(); press(b); }}>{b.title}</Button>)}</span> : null}
                    </div>
                  ))}
                  {round.trace && round.next !== "stay" && round.next !== "" ? <p className="happened"><span>{named(staffWords, language, "next", round.next)}</span></p> : null}
                </div>
              ))}
            </div>
          </div>
          <div className="composer"><div className="write">
            <Input.TextArea value={text} autoSize={{ minRows: 1, maxRows: 5 }} variant="borderless" placeholder={t("tryPlaceholder")} aria-label={t("tryPlaceholder")} data-testid="try-input" onChange={(e) => setText(e.target.value)}
              onKeyDown={(e) => { if (e.key === "Enter" && !e.shiftKey && !e.nativeEvent.isComposing && e.keyCode !== 229) { e.preventDefault(); void ask(text); } }} />
            <Button type="primary" icon={<SendOutlined />} loading={busy} disabled={text.trim() === ""} data-testid="try-send" onClick={() => void ask(text)}>{t("send")}</Button>
          </div></div>
        </section>
        <section className="trace" data-testid="trace">
          {rounds[shown]?.trace ? <TraceView trace={rounds[shown].trace} next={rounds[shown].next} /> : <Empty className="pad" image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("traceEmpty")} />}
        </section>
      </div>
    </div>
  );
}

function Box({ title, extra, children }: { title: string; extra?: ReactNode; children: ReactNode }) {
  return <div className="box"><h3>{title}{extra ? <span>{extra}</span> : null}</h3>{children}</div>;
}

export function Bar({ label, value, share, strong = false }: { label: ReactNode; value: ReactNode; share: number; strong?: boolean }) {
  return <div className={strong ? "bar strong" : "bar"}><span className="label">{label}</span><span className="track"><i style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} /></span><b>{value}</b></div>;
}

function TraceView({ trace, next }: { trace: Trace; next: string }) {
  const { t, language } = useDesk();
  const total = trace.steps.reduce((sum, s) => sum + s.ms, 0);
  const longest = Math.max(0.001, ...trace.steps.map((s) => s.ms));
  const percent = (n: number) => `${(n * 100).toFixed(1)}%`;
  return (
    <>
      <div className="tags">
        {trace.language ? <Tag>{trace.language === "zh" || trace.language === "en" ? t(trace.language) : trace.language}</Tag> : null}
        {trace.mood ? <Tag color={trace.mood === "angry" ? "red" : trace.mood === "annoyed" ? "orange" : "blue"}>{named(staffWords, language, "mood", trace.mood)}</Tag> : null}
        {next ? <Tag color={next === "handoff" ? "volcano" : "cyan"}>{named(staffWords, language, "next", next)}</Tag> : null}
      </div>
      <Box title={t("rule")}><code className="rule" data-testid="trace-rule">{trace.rule || "–"}</code></Box>
      <Box title={t("ranking")}><div data-testid="trace-ranking">{trace.ranking.length === 0 ? <p className="quiet">{t("none")}</p> : trace.ranking.slice(0, 5).map(([name, value], i) => <Bar key={name} label={<span title={named(intentWords, language, "intent", name)}><code>{name}</code> <span className="soft inline">{named(intentWords, language, "intent", name)}</span></span>} value={percent(value)} share={value} strong={i === 0} />)}</div></Box>
      <Box title={t("entities")}>{trace.entities.length === 0 ? <p className="quiet">{t("none")}</p> : <dl>{trace.entities.map((e, i) => <div key={i} className="line"><dt><code>{e.kind}</code></dt><dd>{readable(e.value, language)} <span className="soft">{percent(e.confidence)}</span></dd></div>)}</dl>}</Box>
      <Box title={t("passages")}>{trace.passages.length === 0 ? <p className="quiet">{t("none")}</p> : trace.passages.map((p, i) => (
        <div key={i} className="passage" data-testid="trace-passage"><Bar label={<a href={helpPath(p.slug, language)} target="_blank" rel="noopener noreferrer">{p.title}</a>} value={p.score.toFixed(2)} share={p.score} strong={i === 0} /><span className="soft">BM25 {p.bm25.toFixed(1)} · cos {p.cosine.toFixed(2)}</span></div>
      ))}</Box>
      {trace.actions.length > 0 ? <Box title={t("actions")}><dl>{trace.actions.map((a, i) => <div key={i} className="line"><dt><code>{a.name}</code></dt><dd>{readable(a.result, language)}</dd></div>)}</dl></Box> : null}
      <Box title={t("steps")} extra={t("totalMs", { ms: latency(total) })}>{trace.steps.map((s, i) => <div key={i} className="step"><Bar label={<code>{s.name}</code>} value={s.ms < 10 ? `${s.ms.toFixed(1)} ms` : latency(s.ms)} share={s.ms / longest} />{s.detail ? <span className="soft">{s.detail}</span> : null}</div>)}</Box>
    </>
  );
}
