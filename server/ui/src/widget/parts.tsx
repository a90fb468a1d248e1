/** @jsxImportSource preact */
// The pieces a conversation is drawn with. Texts of other people are only ever text nodes.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Citation, Conversation, Language, Message, Sender } from "../api/types";
import type { Outgoing } from "../chat/log";
import type { Translate } from "../i18n";
import type { widget } from "../i18n/widget";
import { shortTime, waiting } from "../text/format";
import { citationHref, linkify, slugOf } from "../text/linkify";
import { AlertIcon, BookIcon, BotFace, CheckIcon, PathIcon, StarIcon } from "./icons";

export type T = Translate<typeof widget>;

export function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((part, i) =>
        part.href === undefined ? part.text : <a key={i} href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">{part.text}</a>,
      )}
    </>
  );
}

export function Avatar({ sender }: { sender: Sender }) {
  if (sender.kind === "agent") return <span class="avatar agent" aria-hidden="true">{[...(sender.name ?? "A")][0]?.toUpperCase()}</span>;
  return <span class="avatar" aria-hidden="true"><BotFace /></span>;
}

export function senderName(sender: Sender, t: T): string {
  if (sender.kind === "bot") return t("botName");
  if (sender.kind === "agent") return sender.name || t("agentName");
  return t("you");
}

export function Citations({ list, base, t, onArticle }: { list: Citation[]; base: string; t: T; onArticle: (slug: string) => void }) {
  return (
    <div class="cites" aria-label={t("sources")}>
      {list.map((citation, i) => {
        const slug = slugOf(citation.url);
        const path = citation.title.includes("→");
        const inside = (
          <>
            {path ? <PathIcon /> : <BookIcon />}
            <span>{citation.title}</span>
          </>
        );
        if (slug !== undefined) {
          return (
            <button key={i} type="button" class={path ? "cite path" : "cite"} data-testid="citation" aria-label={t("openArticle", { title: citation.title })} onClick={() => onArticle(slug)}>
              {inside}
            </button>
          );
        }
        const href = citationHref(citation.url, base);
        return href === undefined || citation.url.startsWith("/help")
          ? <span key={i} class={path ? "cite path still" : "cite still"} data-testid="citation">{inside}</span>
          : <a key={i} class="cite" data-testid="citation" href={href} target="_blank" rel="noopener noreferrer">{inside}</a>;
      })}
    </div>
  );
}

interface RowProps {
  message: Message; language: Language; now: number; t: T; base: string; first: boolean; last: boolean; active: boolean;
  onArticle: (slug: string) => void; onPress: (title: string, payload: string) => void;
}

export function MessageRow({ message, language, now, t, base, first, last, active, onArticle, onPress }: RowProps) {
  if (message.kind === "event" || message.kind === "rating" || message.sender.kind === "system") return <EventRow message={message} language={language} t={t} />;
  const mine = message.sender.kind === "customer";
  const cites = message.citations ?? [];
  const buttons = message.buttons ?? [];
  return (
    <div class={mine ? "row mine" : "row"} data-testid={`message-${message.sender.kind}`} data-seq={message.seq}>
      {mine ? null : first ? <Avatar sender={message.sender} /> : <span class="avatar gap" />}
      <div class="stack">
        {first && !mine ? <span class="who">{senderName(message.sender, t)}</span> : mine ? <span class="hidden">{t("you")}</span> : null}
        <div class="bubble" dir="auto"><Text text={message.text} /></div>
        {cites.length > 0 ? <Citations list={cites} base={base} t={t} onArticle={onArticle} /> : null}
        {buttons.length > 0 && active ? (
          <div class="quick" data-testid="buttons">
            {buttons.map((b) => <button key={b.payload + b.title} type="button" data-testid="quick-reply" data-payload={b.payload} onClick={() => onPress(b.title, b.payload)}>{b.title}</button>)}
          </div>
        ) : null}
        {last ? <time class="when" dateTime={new Date(message.at).toISOString()}>{shortTime(message.at, language, now)}</time> : null}
      </div>
    </div>
  );
}

function changed(action: unknown, t: T): string {
  switch (action) {
    case "change_address": return t("changedAddress");
    case "cancel_order": return t("changedCancelled");
    case "request_return": return t("changedReturn");
    default: return t("orderChanged");
  }
}

function eventText(message: Message, t: T): string {
  const name = String(message.event?.name ?? (message.event?.agent as { name?: string } | undefined)?.name ?? message.sender.name ?? t("agentName"));
  switch (message.event?.type) {
    case "queued": return t("eventQueued");
    case "agent_joined": return t("eventJoined", { name });
    case "returned": return t("eventReturned");
    case "transferred": return t("eventTransferred", { name });
    case "closed": return t("eventClosed");
    case "rated": return t("eventRated");
    default: return message.text;
  }
}

function EventRow({ message, language, t }: { message: Message; language: Language; t: T }) {
  if (message.event?.type === "order_changed") {
    const told = message.event.order ?? message.event.order_id;
    const order = typeof told === "object" && told !== null ? String((told as { id?: unknown }).id ?? "") : String(told ?? "");
    return (
      <div class="card done" data-testid="order-changed">
        <span class="tick"><CheckIcon /></span>
        <div>
          <strong>{changed(message.event.action, t)}</strong>
          {order ? <span class="mono">{t("orderLine", { order })}</span> : null}
          {message.text && !order ? <p><Text text={message.text} /></p> : null}
        </div>
      </div>
    );
  }
  // The request for a rating is the card below the messages.
  if (message.kind === "rating") return null;
  const rated = message.event?.type === "rated";
  const score = Math.max(0, Math.min(5, Number(message.event?.score) || 0));
  const text = rated ? `${t("eventRated")}${score > 0 ? ` ${"★".repeat(score)}` : ""}` : eventText(message, t);
  return text ? <div class="event" lang={language === "zh" ? "zh-CN" : "en"} data-testid="event" data-event={message.event?.type ?? message.kind}><span>{text}</span></div> : null;
}

export function OutgoingRow({ message, t, onRetry, onDiscard }: { message: Outgoing; t: T; onRetry: () => void; onDiscard: () => void }) {
  return (
    <div class="row mine" data-testid="message-pending">
      <div class="stack">
        <div class={message.error ? "bubble refused" : "bubble pending"} dir="auto"><Text text={message.text} /></div>
        {message.error
          ? <span class="when bad" role="alert"><AlertIcon /> {message.error || t("failed")} <button type="button" onClick={onRetry}>{t("retry")}</button><button type="button" onClick={onDiscard}>{t("discard")}</button></span>
          : <span class="when">{t("sending")}</span>}
      </div>
    </div>
  );
}

export function Typing({ sender, t }: { sender: Sender; t: T }) {
  return (
    <div class="row" data-testid="typing">
      <Avatar sender={sender} />
      <div class="bubble dots" role="status" aria-label={t("typing", { name: senderName(sender, t) })}><i /><i /><i /></div>
    </div>
  );
}

export function Queue({ conversation, language, t, onBack }: { conversation: Conversation; language: Language; t: T; onBack: () => void }) {
  const queue = conversation.queue;
  const wait = queue?.wait_seconds;
  return (
    <section class="card queue" data-testid="queue-card" aria-live="polite">
      <div class="pulse" aria-hidden="true" />
      <div>
        <strong>{t("queueTitle")}</strong>
        {queue ? <p>{queue.position <= 1 ? t("queueNext") : t("queuePosition", { n: queue.position })}</p> : null}
        {queue ? <p class="soft">{wait === null || wait === undefined ? t("queueUnknown") : t("queueWait", { time: waiting(wait, language) })}</p> : null}
        <button type="button" class="plain" data-testid="leave-queue" onClick={onBack}>{t("backToBot")}</button>
      </div>
    </section>
  );
}

export function Rating({ t, onRate }: { t: T; onRate: (score: number, comment: string) => Promise<void> }) {
  const [score, setScore] = useState(0);
  const [over, setOver] = useState(0);
  const [comment, setComment] = useState("");
  const [state, setState] = useState<"asking" | "sending" | "failed">("asking");
  const send = () => {
    setState("sending");
    onRate(score, comment.trim()).catch(() => setState("failed"));
  };
  return (
    <section class="card rate" data-testid="rating-card" aria-label={t("rateTitle")}>
      <strong>{t("rateTitle")}</strong>
      <div class="stars" role="radiogroup" aria-label={t("rateTitle")} onMouseLeave={() => setOver(0)}>
        {[1, 2, 3, 4, 5].map((n) => (
          <button key={n} type="button" role="radio" aria-checked={score === n} data-testid={`star-${n}`} class={n <= (over || score) ? "on" : ""}
            aria-label={n === 1 ? t("rateStar") : t("rateStars", { n })} onMouseEnter={() => setOver(n)} onClick={() => setScore(n)}>
            <StarIcon full={n <= (over || score)} />
          </button>
        ))}
      </div>
      <p class="soft">{score > 0 ? t(`rate${score}` as "rate1") : "\u00a0"}</p>
      {score > 0 ? (
        <>
          <textarea rows={2} maxLength={1000} value={comment} placeholder={t("rateComment")} aria-label={t("rateComment")} data-testid="rating-comment" onInput={(e) => setComment(e.currentTarget.value)} />
          {state === "failed" ? <p class="bad" role="alert">{t("rateFailed")}</p> : null}
          <button type="button" class="primary" data-testid="rating-send" disabled={state === "sending"} onClick={send}>{t("rateSend")}</button>
        </>
      ) : null}
    </section>
  );
}

export function Notice({ children, kind }: { children: ComponentChildren; kind: "quiet" | "warn" }) {
  return <div class={`notice ${kind}`} role="status" data-testid="link-state">{children}</div>;
}
