// The message list. Every text is a text node: nothing that a customer writes is ever read as HTML.
import { BookOutlined, CheckCircleFilled, LockOutlined, RobotFilled } from "@ant-design/icons";
import { Button } from "antd";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Message } from "../../api/types";
import { named } from "../../i18n";
import { staffWords } from "../../i18n/staff";
import { shortTime } from "../../text/format";
import { citationHref, linkify } from "../../text/linkify";
import { useNow } from "../clock";
import { useDesk } from "../context";
import type { Draft } from "./Composer";
import { Face } from "./Lists";

export function Plain({ text }: { text: string }) {
  return <>{linkify(text).map((part, i) => (part.href === undefined ? part.text : <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow">{part.text}</a>))}</>;
}

interface Props { messages: Message[]; outgoing: Draft[]; customer: string; typing: boolean; onRetry: (d: Draft) => void; onDiscard: (d: Draft) => void }

export function Messages({ messages, outgoing, customer, typing, onRetry, onDiscard }: Props) {
  const { t } = useDesk();
  const now = useNow(60_000);
  const list = useRef<HTMLDivElement>(null);
  const flow = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const own = outgoing.length;
  const top = useRef(0);
  // Only scrolling up leaves the end: what arrives makes the list taller before it is scrolled down again.
  const scrolled = (el: HTMLElement) => {
    if (el.scrollHeight - el.scrollTop - el.clientHeight < 60) setAtEnd(true);
    else if (el.scrollTop < top.current - 2) setAtEnd(false);
    top.current = el.scrollTop;
  };

  useEffect(() => { if (own > 0) setAtEnd(true); }, [own]);
  useLayoutEffect(() => {
    const box = list.current;
    if (!atEnd || !box || !flow.current) return;
    const end = () => { box.scrollTop = box.scrollHeight; };
    end();
    const watcher = new ResizeObserver(end);
    watcher.observe(flow.current);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, [atEnd]);

  return (
    <div className="messages" ref={list} role="log" tabIndex={0} data-testid="messages" onScroll={(e) => scrolled(e.currentTarget)}>
      <div className="flow" ref={flow}>
        {messages.map((m, i) => <One key={m.id} message={m} before={messages[i - 1]} customer={customer} now={now} />)}
        {outgoing.map((d) => (
          <div key={d.client_id} className={`msg out${d.note ? " note" : ""}${d.error ? " bad" : " pending"}`} data-testid="message-pending">
            <div className="text" dir="auto"><Plain text={d.text} /></div>
            <span className="meta">{d.error ? <>{t("notSent")}: {d.error} <Button type="link" size="small" onClick={() => onRetry(d)}>{t("retry")}</Button><Button type="link" size="small" onClick={() => onDiscard(d)}>{t("discard")}</Button></> : t("sending")}</span>
          </div>
        ))}
        {typing ? <p className="typing" data-testid="typing">{t("typing", { name: customer })}</p> : null}
      </div>
    </div>
  );
}

function One({ message: m, before, customer, now }: { message: Message; before: Message | undefined; customer: string; now: number }) {
  const { t, language, me } = useDesk();
  if (m.kind === "event" || m.kind === "rating" || m.sender.kind === "system") return <Happened message={m} now={now} />;
  const inwards = m.sender.kind === "customer";
  const who = inwards ? customer : m.sender.kind === "bot" ? t("bot") : m.sender.id === me.id ? t("you") : m.sender.name || t("role.agent");
  const first = before === undefined || before.kind !== m.kind || before.sender.kind !== m.sender.kind || before.sender.id !== m.sender.id || m.at - before.at > 300_000;
  return (
    <div className={`msg ${inwards ? "in" : "out"} ${m.sender.kind}${m.kind === "note" ? " note" : ""}`} data-testid={m.kind === "note" ? "message-note" : `message-${m.sender.kind}`} data-seq={m.seq}>
      {first ? <span className="meta">{inwards ? <Face name={who} /> : m.sender.kind === "bot" ? <RobotFilled /> : null}{m.kind === "note" ? <><LockOutlined /> {t("note")} · </> : null}{who}<time>{shortTime(m.at, language, now)}</time></span> : null}
      <div className="text" dir="auto"><Plain text={m.text} /></div>
      {m.citations && m.citations.length > 0 ? (
        <span className="cites">{m.citations.map((c, i) => { const href = citationHref(c.url); return href ? <a key={i} href={href} target="_blank" rel="noopener noreferrer"><BookOutlined /> {c.title}</a> : <span key={i}><BookOutlined /> {c.title}</span>; })}</span>
      ) : null}
      {m.buttons && m.buttons.length > 0 ? <span className="buttons">{m.buttons.map((b) => <span key={b.title + b.payload}>{b.title}</span>)}</span> : null}
    </div>
  );
}

function Happened({ message: m, now }: { message: Message; now: number }) {
  const { t, language } = useDesk();
  const type = m.event?.type ?? (m.kind === "rating" ? "rating" : undefined);
  const told = m.event?.name ?? (m.event?.agent as { name?: string } | undefined)?.name;
  const name = typeof told === "string" && told !== "" ? told : (m.sender.name ?? t("role.agent"));
  const order = typeof m.event?.order === "string" ? m.event.order : "";
  const action = typeof m.event?.action === "string" ? named(staffWords, language, "action", m.event.action) : "";
  const label = type === "agent_joined" ? t("event.agent_joined", { name }) : type === "transferred" ? t("event.transferred", { name }) : type === "rated" ? t("event.rated", { score: String(m.event?.score ?? "") }) : type ? named(staffWords, language, "event", type) : "";
  const comment = typeof m.event?.comment === "string" ? m.event.comment : "";
  const extra = type === "order_changed" ? [order, action].filter(Boolean).join(" ") || m.text : type === undefined ? m.text : type === "rated" ? comment : "";
  return (
    <p className={type === "order_changed" ? "happened changed" : "happened"} data-testid="event" data-event={type}>
      <span>{type === "order_changed" ? <CheckCircleFilled /> : null} {label}{label && extra ? (language === "zh" ? "：" : ": ") : ""}{extra} <time>{shortTime(m.at, language, now)}</time></span>
    </p>
  );
}
