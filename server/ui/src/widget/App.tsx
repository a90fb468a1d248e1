/** @jsxImportSource preact */
// Launcher and panel. What is shown follows from the connection's state; nothing is kept twice.
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CustomerApi } from "../api/customer";
import type { Language, Message } from "../api/types";
import type { Connection, State } from "../chat/connection";
import { activeButtons } from "../chat/log";
import { translator } from "../i18n";
import { widget } from "../i18n/widget";
import { length } from "../text/format";
import { ArticlePane } from "./article";
import { BotFace, ChatIcon, CloseIcon, DownIcon, SendIcon } from "./icons";
import { Avatar, MessageRow, Notice, OutgoingRow, Queue, Rating, Typing } from "./parts";

export const MAX_LENGTH = 4000;

interface Props {
  api: CustomerApi; base: string; connection: Connection; language: Language; draftKey: string; startNow: boolean;
  onLanguage: (language: Language) => void; onTalked: () => void; root: ShadowRoot;
}

const QUICK = [["quickTrack", "/track_parcel"], ["quickAddress", "/change_address"], ["quickReturn", "/request_return"], ["quickHuman", "/talk_to_human"]] as const;

export function App({ api, base, connection, language, draftKey, startNow, onLanguage, onTalked, root }: Props) {
  const t = useMemo(() => translator(widget, language), [language]);
  const [open, setOpen] = useState(false);
  const [state, setState] = useState<State>(connection.current);
  const [slug, setSlug] = useState<string>();
  const [seen, setSeen] = useState(0);
  const launcher = useRef<HTMLButtonElement>(null);

  useEffect(() => connection.watch(setState), [connection]);
  useEffect(() => { if (startNow) void connection.start(); }, [connection, startNow]);

  useEffect(() => {
    const asked = (event: Event) => {
      setOpen(true);
      const text: unknown = (event as CustomEvent).detail;
      if (typeof text === "string" && text.trim() !== "" && length(text) <= MAX_LENGTH) { onTalked(); connection.send(text.trim()); } else void connection.start();
    };
    root.host.addEventListener("kefu-ask", asked);
    return () => root.host.removeEventListener("kefu-ask", asked);
  }, [connection, onTalked, root]);

  const theirs = state.log.confirmed.filter((m) => (m.sender.kind === "bot" || m.sender.kind === "agent") && m.kind === "text");
  const lastSeq = state.log.confirmed.at(-1)?.seq ?? 0;
  useEffect(() => { if (open) setSeen(lastSeq); }, [open, lastSeq, state.conversation?.id]);
  const unread = open ? 0 : theirs.filter((m) => m.seq > seen).length;

  const show = () => { setOpen(true); void connection.start(); };
  const hide = useCallback(() => { setOpen(false); setSlug(undefined); requestAnimationFrame(() => launcher.current?.focus()); }, []);

  return (
    <div class={open ? "kefu open" : "kefu"} lang={language === "zh" ? "zh-CN" : "en"}>
      {open ? (
        <Panel api={api} base={base} connection={connection} state={state} language={language} draftKey={draftKey} slug={slug} root={root}
          onArticle={setSlug} onClose={hide} onLanguage={onLanguage} onTalked={onTalked} />
      ) : null}
      <button ref={launcher} type="button" class="launcher" data-testid="launcher" aria-expanded={open} aria-label={open ? t("close") : t("open")} onClick={() => (open ? hide() : show())}>
        {open ? <DownIcon /> : <ChatIcon />}
        {unread > 0 ? <span class="badge" data-testid="unread" aria-label={t("unread", { n: unread })}>{unread > 9 ? "9+" : unread}</span> : null}
      </button>
      <div class="hidden" aria-live="polite">{unread > 0 ? t("unread", { n: unread }) : ""}</div>
    </div>
  );
}

interface PanelProps {
  api: CustomerApi; base: string; connection: Connection; state: State; language: Language; draftKey: string; slug: string | undefined; root: ShadowRoot;
  onArticle: (slug: string | undefined) => void; onClose: () => void; onLanguage: (language: Language) => void; onTalked: () => void;
}

function Panel({ api, base, connection, state, language, draftKey, slug, root, onArticle, onClose, onLanguage, onTalked }: PanelProps) {
  const t = useMemo(() => translator(widget, language), [language]);
  const panel = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const flow = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const [draft, setDraft] = useState(() => sessionStorage.getItem(draftKey) ?? "");
  const [atEnd, setAtEnd] = useState(true);
  const [problem, setProblem] = useState("");
  const [rated, setRated] = useState(false);

  const { conversation, log, session } = state;
  const holder = conversation?.holder ?? "bot";
  const closed = holder === "nobody";
  const now = Date.now();
  const active = activeButtons(log);
  const fresh = log.confirmed.length === 0 && log.outgoing.length === 0;

  useEffect(() => { input.current?.focus(); }, []);
  useEffect(() => { try { sessionStorage.setItem(draftKey, draft); } catch { /* storage may be forbidden: the draft just does not survive */ } }, [draft, draftKey]);
  useEffect(() => { setProblem(""); }, [log.confirmed.length, holder]);
  useEffect(() => { setRated(false); }, [conversation?.id]);

  // Only scrolling up leaves the end: what arrives makes the list taller before it is scrolled down again.
  const top = useRef(0);
  const scrolled = (event: Event) => {
    const el = event.currentTarget as HTMLElement;
    if (el.scrollHeight - el.scrollTop - el.clientHeight < 48) setAtEnd(true);
    else if (el.scrollTop < top.current - 2) setAtEnd(false);
    top.current = el.scrollTop;
  };
  const end = useCallback(() => { const el = list.current; if (el) el.scrollTop = el.scrollHeight; }, []);
  // Whatever makes the flow or the window taller: who was at the end stays there.
  useLayoutEffect(() => {
    if (!atEnd || !flow.current || !list.current) return;
    end();
    const watcher = new ResizeObserver(end);
    watcher.observe(flow.current);
    watcher.observe(list.current);
    return () => watcher.disconnect();
  }, [atEnd, end]);
  useLayoutEffect(() => {
    const el = input.current;
    if (!el) return;
    el.style.height = "auto";
    el.style.height = `${Math.min(el.scrollHeight, 132)}px`;
  }, [draft, slug]);

  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      if (slug !== undefined) { onArticle(undefined); requestAnimationFrame(() => input.current?.focus()); } else onClose();
      return;
    }
    if (event.key !== "Tab" || !panel.current) return;
    const stops = [...panel.current.querySelectorAll<HTMLElement>("button:not([disabled]), a[href], textarea, [tabindex='0']")].filter((e) => e.offsetParent !== null);
    const at = stops.indexOf(root.activeElement as HTMLElement);
    if (event.shiftKey && at <= 0) { event.preventDefault(); stops.at(-1)?.focus(); }
    else if (!event.shiftKey && at === stops.length - 1) { event.preventDefault(); stops[0]?.focus(); }
  };

  const say = (text: string, payload?: string) => {
    setAtEnd(true);
    onTalked();
    connection.send(text, payload);
  };
  const chars = length(draft);
  const over = chars - MAX_LENGTH;
  const submit = () => {
    const text = draft.trim();
    if (text === "" || over > 0) return;
    setDraft("");
    connection.typing(false);
    say(text);
    input.current?.focus();
  };
  const leave = () => { setProblem(""); connection.leaveQueue().catch(() => setProblem(t("actionFailed"))); };

  const agent = conversation?.agent?.name;
  const status = state.link === "failed" ? t("cannotConnect") : closed ? t("statusClosed") : holder === "queue" ? t("statusQueue") : holder === "agent" ? t("withAgent", { name: agent || t("agentName") }) : t("statusBot");
  const name = session?.customer.signed_in ? session.customer.name : undefined;

  const rows = (messages: readonly Message[], live: boolean) => messages.filter((m) => m.kind !== "note").map((m, i, all) => {
    const key = (x: Message | undefined) => (x === undefined || x.kind === "event" || x.kind === "rating" ? "" : `${x.sender.kind}:${x.sender.id ?? ""}`);
    const previous = all[i - 1];
    const next = all[i + 1];
    const near = (a: Message | undefined, b: Message | undefined) => a !== undefined && b !== undefined && key(a) === key(b) && Math.abs(b.at - a.at) < 300_000;
    return <MessageRow key={m.id} message={m} language={language} now={now} t={t} base={base} first={!near(previous, m)} last={!near(m, next)} active={live && active === m.seq} onArticle={onArticle} onPress={say} />;
  });

  return (
    <div ref={panel} class="panel" role="dialog" aria-modal="true" aria-label={t("title")} data-testid="panel" onKeyDown={onKey}>
      <header class="head">
        {holder === "agent" ? <Avatar sender={{ kind: "agent", name: agent }} /> : <span class="avatar"><BotFace /></span>}
        <div class="grow">
          <strong>{holder === "agent" ? agent || t("agentName") : t("bot")}</strong>
          <span class={`status ${closed || state.link === "failed" ? "off" : ""}`} data-testid="status" data-holder={holder} data-link={state.link}><i aria-hidden="true" />{status}</span>
        </div>
        <button type="button" class="icon lang" data-testid="widget-language" aria-label={t("switchLanguage")} title={t("switchLanguage")} onClick={() => onLanguage(language === "zh" ? "en" : "zh")}>{t("languageShort")}</button>
        <button type="button" class="icon" data-testid="widget-close" aria-label={t("close")} onClick={onClose}><CloseIcon /></button>
      </header>

      {state.link === "reconnecting" ? <Notice kind="warn">{t("reconnecting")}</Notice> : null}
      {state.link === "connecting" && fresh ? <Notice kind="quiet">{t("connecting")}</Notice> : null}
      {state.link === "failed" ? <Notice kind="warn">{state.failure || t("cannotConnect")} <button type="button" onClick={() => void connection.start()}>{t("tryAgain")}</button></Notice> : null}

      <div ref={list} class="list" tabIndex={0} role="log" aria-live="polite" aria-relevant="additions" aria-label={t("log")} data-testid="log"
        onScroll={scrolled}>
        <div ref={flow} class="flow">
        {state.earlier.length > 0 ? <div class="earlier">{rows(state.earlier, false)}<div class="event"><span>{t("earlier")}</span></div></div> : null}
        <div class="row" data-testid="greeting">
          <span class="avatar" aria-hidden="true"><BotFace /></span>
          <div class="stack">
            <span class="who">{t("botName")}</span>
            <div class="bubble">{name ? t("greetingNamed", { name }) : t("greeting")}</div>
            {fresh ? (
              <div class="quick">
                {QUICK.map(([label, payload]) => <button key={payload} type="button" data-testid="quick-reply" data-payload={payload} onClick={() => say(t(label), payload)}>{t(label)}</button>)}
              </div>
            ) : null}
          </div>
        </div>
        {rows(log.confirmed, true)}
        {log.outgoing.map((o) => <OutgoingRow key={o.client_id} message={o} t={t} onRetry={() => connection.again(o.client_id)} onDiscard={() => connection.discard(o.client_id)} />)}
        {state.typing ? <Typing sender={state.typing} t={t} /> : null}
        {holder === "queue" && conversation ? <Queue conversation={conversation} language={language} t={t} onBack={leave} /> : null}
        {closed && conversation?.rating_wanted && !rated ? <Rating key={conversation.id} t={t} onRate={async (score, comment) => { await connection.rate(score, comment); setRated(true); }} /> : null}
        {rated ? <div class="event" data-testid="rating-thanks"><span>{t("rateThanks")}</span></div> : null}
        {closed && !(conversation?.rating_wanted && !rated) ? <div class="again"><button type="button" class="plain" data-testid="new-conversation" onClick={() => connection.renew().catch(() => setProblem(t("actionFailed")))}>{t("newConversation")}</button></div> : null}
        {problem ? <Notice kind="warn">{problem}</Notice> : null}
        </div>
      </div>
      {atEnd ? null : <button type="button" class="jump" onClick={() => { setAtEnd(true); end(); }}>{t("jump")}</button>}

      <form class="compose" onSubmit={(e) => { e.preventDefault(); submit(); }}>
        <div class={over > 0 ? "field bad" : "field"}>
          <textarea ref={input} rows={1} value={draft} data-testid="input" aria-label={t("input")} aria-describedby="kefu-hint" placeholder={closed ? t("placeholderClosed") : t("placeholder")}
            onInput={(e) => { setDraft(e.currentTarget.value); connection.typing(e.currentTarget.value !== ""); }}
            onKeyDown={(e) => { if (e.key === "Enter" && !e.shiftKey && !e.isComposing && e.keyCode !== 229) { e.preventDefault(); submit(); } }} />
          <button type="submit" class="send" data-testid="send" aria-label={t("send")} disabled={draft.trim() === "" || over > 0}><SendIcon /></button>
        </div>
        <p id="kefu-hint" class={over > 0 ? "hint bad" : "hint"} role={over > 0 ? "alert" : undefined}>
          {over > 0 ? t("tooLong", { max: MAX_LENGTH, over }) : chars >= 2000 ? t("left", { n: MAX_LENGTH - chars }) : t("hint")}
        </p>
      </form>

      {slug !== undefined ? <ArticlePane api={api} base={base} slug={slug} language={language} t={t} onArticle={onArticle} onBack={() => { onArticle(undefined); requestAnimationFrame(() => input.current?.focus()); }} /> : null}
    </div>
  );
}
