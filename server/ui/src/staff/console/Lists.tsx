import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Badge, Button, Empty, Segmented, Skeleton, Tag } from "antd";
import { useState } from "react";
import { ApiError } from "../../api/http";
import { staff, type Scope } from "../../api/staff";
import type { ConversationRow, CustomerRef, Ticket } from "../../api/types";
import { named } from "../../i18n";
import { orders as orderWords } from "../../i18n/orders";
import { staffWords } from "../../i18n/staff";
import { shortTime } from "../../text/format";
import { lastText } from "../cache";
import { Deadline, Waited, useNow } from "../clock";
import { useDesk } from "../context";
import { problem } from "../problem";

type Tab = "inbox" | "all" | "bot" | "closed";

export function customerName(customer: CustomerRef, guest: string): string {
  return customer.name || `${guest} ${customer.id.slice(-4)}`;
}

export function Face({ name }: { name: string }) {
  return <span className="face soft" aria-hidden="true">{[...name][0]?.toUpperCase()}</span>;
}

export function Tier({ tier }: { tier?: string | null }) {
  const { language } = useDesk();
  if (!tier || tier === "standard") return null;
  return <Tag color={tier === "vip" ? "purple" : tier === "gold" ? "gold" : undefined} className="small">{named(orderWords, language, "tier", tier)}</Tag>;
}

export function PriorityTag({ priority }: { priority: number }) {
  const { language } = useDesk();
  return <Tag color={priority <= 1 ? "red" : priority === 2 ? "orange" : undefined} className="small">{named(staffWords, language, "priority", String(priority))}</Tag>;
}

/** Accepting, wherever the button stands: a lost race is news, not an error. */
export function useAccept(onDone: (conversation: string) => void): (ticket: Ticket) => Promise<void> {
  const { t } = useDesk();
  const { message } = App.useApp();
  const client = useQueryClient();
  return async (ticket) => {
    try {
      await staff.accept(ticket.id);
      void message.success(t("accepted"));
      onDone(ticket.conversation);
    } catch (error) {
      if (error instanceof ApiError && error.code === "already_taken") void message.warning({ content: <span data-testid="already-taken">{t("taken")}</span> });
      else void message.error(problem(error, t));
    } finally {
      for (const key of [["queue"], ["rows"], ["conversation", ticket.conversation]]) void client.invalidateQueries({ queryKey: key });
    }
  };
}

export function Lists({ selected, onSelect }: { selected: string | undefined; onSelect: (id: string) => void }) {
  const { t, me } = useDesk();
  const [tab, setTab] = useState<Tab>("inbox");
  const queue = useQuery({ queryKey: ["queue"], queryFn: staff.queue, refetchInterval: 30_000 });
  const mine = useQuery({ queryKey: ["rows", "mine"], queryFn: () => staff.conversations("mine"), refetchInterval: 60_000 });
  const tickets = (queue.data?.tickets ?? []).filter((x) => x.status === "waiting");
  const unread = (mine.data?.conversations ?? []).reduce((sum, r) => sum + (r.id === selected ? 0 : r.unread), 0);

  return (
    <aside className="lists">
      <header>
        <Segmented<Tab> block value={tab} onChange={setTab} options={[
          { value: "inbox", label: <Badge dot={unread > 0} offset={[5, 2]}><span data-testid="tab-inbox">{t("inbox")}</span></Badge> },
          { value: "all", label: <span data-testid="tab-all">{t("all")}</span> },
          { value: "bot", label: <span data-testid="tab-bot">{t("withBot")}</span> },
          { value: "closed", label: <span data-testid="tab-closed">{t("closed")}</span> },
        ]} />
      </header>
      <div className="scroll">
        {tab === "inbox" ? (
          <>
            <h3>{t("queue")} <em>{tickets.length}</em></h3>
            {queue.isPending ? <Skeleton active className="pad" paragraph={{ rows: 2 }} /> : queue.isError ? <p className="quiet">{t("cannotLoad")}</p> : tickets.length === 0 ? <p className="quiet">{t("queueEmpty")}</p> : null}
            {tickets.map((ticket) => <TicketCard key={ticket.id} ticket={ticket} on={ticket.conversation === selected} onSelect={onSelect} />)}
            <h3>{t("mine")} <em>{mine.data?.conversations.length ?? 0}</em></h3>
            {mine.isPending ? <Skeleton active className="pad" paragraph={{ rows: 2 }} /> : mine.data?.conversations.length === 0 ? <p className="quiet">{t("mineEmpty")}</p> : null}
            {mine.data?.conversations.map((row) => <Row key={row.id} row={row} on={row.id === selected} onSelect={onSelect} />)}
          </>
        ) : <RowList key={tab + me.id} scope={tab} selected={selected} onSelect={onSelect} />}
      </div>
    </aside>
  );
}

function TicketCard({ ticket, on, onSelect }: { ticket: Ticket; on: boolean; onSelect: (id: string) => void }) {
  const { t, language } = useDesk();
  const accept = useAccept(onSelect);
  const [busy, setBusy] = useState(false);
  const name = customerName(ticket.customer, t("guest"));
  return (
    <div className={`ticket p${Math.min(4, Math.max(1, ticket.priority))}${on ? " on" : ""}`} data-testid="ticket" data-conversation={ticket.conversation}>
      <button type="button" className="cover" aria-label={`${name}: ${ticket.summary}`} data-testid="ticket-open" onClick={() => onSelect(ticket.conversation)} />
      <div className="top"><b>{name}</b><Tier tier={ticket.customer.tier} /><span className="lang">{ticket.language === "en" ? "EN" : "中"}</span></div>
      <div className="tags"><PriorityTag priority={ticket.priority} /><Tag className="small" color="cyan">{named(staffWords, language, "reason", ticket.reason)}</Tag></div>
      <p>{ticket.message_left ? ticket.message_left.text : ticket.summary}</p>
      <div className="bottom">
        <span className="ticks"><Waited since={ticket.created_at} t={t} /><Deadline at={ticket.deadline} t={t} /></span>
        <Button type="primary" size="small" loading={busy} data-testid="accept" onClick={() => { setBusy(true); void accept(ticket).finally(() => setBusy(false)); }}>{t("accept")}</Button>
      </div>
    </div>
  );
}

function Row({ row, on, onSelect }: { row: ConversationRow; on: boolean; onSelect: (id: string) => void }) {
  const { t, language, me } = useDesk();
  const now = useNow(60_000);
  const name = customerName(row.customer, t("guest"));
  const unread = on ? 0 : row.unread;
  const holder = row.holder === "agent" && row.agent && row.agent.id !== me.id ? t("heldBy", { name: row.agent.name }) : row.holder === "agent" ? "" : named(staffWords, language, "holder", row.holder);
  return (
    <button type="button" className={on ? "crow on" : "crow"} data-testid="row" data-conversation={row.id} data-unread={unread} onClick={() => onSelect(row.id)}>
      <Badge count={unread} size="small"><Face name={name} /></Badge>
      <span className="mid">
        <span className="top"><b>{name}</b><Tier tier={row.customer.tier} /><time>{shortTime(row.last_at, language, now)}</time></span>
        <span className={unread > 0 ? "last fresh" : "last"}>{lastText(row)}</span>
        {holder ? <span className="holder">{holder}</span> : null}
      </span>
    </button>
  );
}

function RowList({ scope, selected, onSelect }: { scope: Scope; selected: string | undefined; onSelect: (id: string) => void }) {
  const { t } = useDesk();
  const { message } = App.useApp();
  const rows = useQuery({ queryKey: ["rows", scope], queryFn: () => staff.conversations(scope) });
  const [older, setOlder] = useState<ConversationRow[]>([]);
  const [end, setEnd] = useState(false);
  const [busy, setBusy] = useState(false);
  const fresh = rows.data?.conversations ?? [];
  const all = [...fresh, ...older.filter((o) => !fresh.some((f) => f.id === o.id))];
  const more = async () => {
    const last = all.at(-1);
    if (!last) return;
    setBusy(true);
    try {
      const next = await staff.conversations(scope, last.last_at);
      const news = next.conversations.filter((r) => !all.some((a) => a.id === r.id));
      setOlder((list) => [...list, ...news]);
      setEnd(news.length === 0);
    } catch (error) {
      void message.error(problem(error, t));
    } finally {
      setBusy(false);
    }
  };
  if (rows.isPending) return <Skeleton active className="pad" />;
  if (rows.isError) return <p className="quiet">{t("cannotLoad")} <Button type="link" size="small" onClick={() => void rows.refetch()}>{t("retry")}</Button></p>;
  if (all.length === 0) return <Empty className="pad" image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("listEmpty")} />;
  return (
    <>
      {all.map((row) => <Row key={row.id} row={row} on={row.id === selected} onSelect={onSelect} />)}
      {end || all.length < 20 ? null : <Button type="text" block loading={busy} onClick={() => void more()}>{t("more")}</Button>}
    </>
  );
}
