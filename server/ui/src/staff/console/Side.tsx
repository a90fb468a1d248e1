// What is known: the customer, why the bot handed over, and the customer's orders.
import { BookOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Skeleton, Tag } from "antd";
import type { ReactNode } from "react";
import { staff } from "../../api/staff";
import type { Address, ConversationDetail, Language, Order, Packet } from "../../api/types";
import { named } from "../../i18n";
import { intents as intentWords } from "../../i18n/intents";
import { orders as orderWords } from "../../i18n/orders";
import { staffWords } from "../../i18n/staff";
import { addressLine, dateOnly, localised, money } from "../../text/format";
import { citationHref } from "../../text/linkify";
import { useDesk } from "../context";
import { PriorityTag, Tier, customerName } from "./Lists";
import { Plain } from "./Messages";
import { MoodCurve } from "./MoodCurve";
import { triedLines } from "./tried";

const MOOD: Record<string, string> = { happy: "green", calm: "blue", annoyed: "orange", angry: "red" };

export function readable(value: unknown, language: Language): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map((v) => readable(v, language)).join(", ");
  const object = value as Record<string, unknown>;
  if (typeof object.full === "string" && object.full !== "") return object.full;
  if ("street" in object || "city" in object) return addressLine(object as Partial<Address>, language);
  if (typeof object.amount === "number" && typeof object.currency === "string") return money(object.amount, object.currency, language);
  return Object.entries(object).map(([k, v]) => `${k}: ${readable(v, language)}`).join(", ");
}

function Part({ title, children, id }: { title: string; children: ReactNode; id: string }) {
  return <section data-testid={id}><h4>{title}</h4>{children}</section>;
}
function Line({ label, children }: { label: string; children: ReactNode }) {
  return <div className="line"><dt>{label}</dt><dd>{children}</dd></div>;
}

export function Side({ detail, packet, onInsert }: { detail: ConversationDetail; packet: Packet | undefined; onInsert: ((text: string) => void) | undefined }) {
  const { t, language } = useDesk();
  const { conversation, customer, ticket } = detail;
  const signedIn = customer.signed_in ?? (customer.name !== null && customer.name !== undefined);
  return (
    <aside className="sidepanel" data-testid="side">
      <Part id="side-customer" title={t("customer")}>
        <div className="person"><b>{customerName(customer, t("guest"))}</b><Tier tier={customer.tier} /><Tag className="small">{signedIn ? t("signedIn") : t("anonymous")}</Tag></div>
        <dl>
          <Line label="ID"><code>{customer.id}</code></Line>
          {customer.email ? <Line label={t("email")}>{customer.email}</Line> : null}
          {customer.phone ? <Line label={t("slot.phone")}>{customer.phone}</Line> : null}
          {conversation.rating ? <Line label={t("rated")}>{conversation.rating} / 5</Line> : null}
        </dl>
      </Part>
      {ticket?.message_left ? <Part id="side-left" title={t("messageLeft")}><p className="quote"><Plain text={ticket.message_left.text} /></p><dl><Line label={t("contact")}>{ticket.message_left.contact}</Line></dl></Part> : null}
      {packet || ticket ? (
        <Part id="side-packet" title={t("packet")}>
          <div className="tags">
            {ticket ? <PriorityTag priority={ticket.priority} /> : null}
            <Tag color="cyan" className="small">{named(staffWords, language, "reason", packet?.reason ?? ticket?.reason)}</Tag>
            {packet?.mood ? <Tag color={MOOD[packet.mood]} className="small">{named(staffWords, language, "mood", packet.mood)}</Tag> : null}
            {packet?.mood_curve ? <MoodCurve curve={packet.mood_curve} label={t("moodCurve")} /> : null}
          </div>
          <p className="summary">{packet?.summary || ticket?.summary}</p>
          {packet ? <PacketBody packet={packet} onInsert={onInsert} /> : null}
        </Part>
      ) : null}
      <Orders id={conversation.id} />
    </aside>
  );
}

function PacketBody({ packet, onInsert }: { packet: Packet; onInsert: ((text: string) => void) | undefined }) {
  const { t, language } = useDesk();
  const slots = Object.entries(packet.slots ?? {}).filter(([, v]) => v !== null && v !== "");
  return (
    <>
      <dl>
        {packet.intent ? <Line label={t("intent")}><span title={packet.intent}>{named(intentWords, language, "intent", packet.intent)}</span> <span className="soft">{Math.round(packet.confidence * 100)}%</span></Line> : null}
        {slots.map(([key, value]) => <Line key={key} label={named(staffWords, language, "slot", key)}>{readable(value, language)}</Line>)}
      </dl>
      {packet.tried && packet.tried.length > 0 ? <><h5>{t("tried")}</h5><ul className="tried">{triedLines(packet.tried, language).map((x, i) => <li key={i}>{x}</li>)}</ul></> : null}
      {packet.passages && packet.passages.length > 0 ? <><h5>{t("passages")}</h5><ul className="passages">{packet.passages.map((p, i) => { const href = citationHref(p.url); return <li key={i}><BookOutlined /> {href ? <a href={href} target="_blank" rel="noopener noreferrer">{p.title}</a> : p.title}</li>; })}</ul></> : null}
      {packet.suggested_reply ? <><h5>{t("suggestions")}</h5><p className="quote">{packet.suggested_reply}{onInsert ? <Button type="link" size="small" onClick={() => onInsert(packet.suggested_reply ?? "")}>{t("insert")}</Button> : null}</p></> : null}
      {packet.last_messages && packet.last_messages.length > 0 ? (
        <details><summary>{t("lastMessages")}</summary><ul className="lasts">{packet.last_messages.map((m, i) => { const kind = m.sender; return <li key={i}><em>{kind === "customer" ? t("customer") : kind === "bot" ? t("bot") : kind === "agent" ? t("role.agent") : t("system")}</em><Plain text={m.text} /></li>; })}</ul></details>
      ) : null}
    </>
  );
}

function Orders({ id }: { id: string }) {
  const { t } = useDesk();
  const orders = useQuery({ queryKey: ["orders", id], queryFn: () => staff.orders(id), staleTime: 20_000 });
  return (
    <Part id="side-orders" title={t("orders")}>
      {orders.isPending ? <Skeleton active paragraph={{ rows: 2 }} title={false} /> : orders.isError ? <p className="quiet">{t("cannotLoad")} <Button type="link" size="small" onClick={() => void orders.refetch()}>{t("retry")}</Button></p>
        : orders.data.orders.length === 0 ? <p className="quiet">{t("noOrders")}</p> : orders.data.orders.map((o) => <OrderCard key={o.id} order={o} />)}
    </Part>
  );
}

const STATUS: Record<string, string> = { pending: "gold", paid: "gold", packed: "orange", shipped: "blue", delivered: "green", return_requested: "purple" };

function OrderCard({ order }: { order: Order }) {
  const { language } = useDesk();
  return (
    <div className="order" data-testid={`order-${order.id}`}>
      <div className="top"><code>{order.id}</code><Tag color={STATUS[order.status]} className="small">{named(orderWords, language, "status", order.status)}</Tag></div>
      <p>{order.items.map((i) => `${localised(i.name, language)}${i.quantity > 1 ? ` × ${i.quantity}` : ""}`).join(language === "zh" ? "、" : ", ")}</p>
      <p className="soft">{addressLine(order.address, language)}</p>
      {order.tracking_number ? <p className="soft">{[order.carrier, order.tracking_number].filter(Boolean).join(" ")}</p> : null}
      {order.return ? <p className="soft">{named(orderWords, language, "kind", order.return.kind)}: {order.return.reason}</p> : null}
      <div className="top"><span className="soft">{dateOnly(order.created_at, language)}</span><b>{money(order.total, order.currency, language)}</b></div>
    </div>
  );
}
