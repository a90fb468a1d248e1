// One conversation: header with what may be done, the messages, the composer, and the side panel.
import { ArrowLeftOutlined, CloseCircleOutlined, InfoCircleOutlined, RobotOutlined, SwapOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Empty, Input, Modal, Select, Skeleton, Tooltip } from "antd";
import { useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/http";
import { staff } from "../../api/staff";
import type { ConversationDetail, ConversationRow, Message, Sender } from "../../api/types";
import { named } from "../../i18n";
import { staffWords } from "../../i18n/staff";
import { addMessage } from "../cache";
import { Deadline } from "../clock";
import { useDesk } from "../context";
import { problem } from "../problem";
import { Composer, type Draft } from "./Composer";
import { customerName, Face, Tier, useAccept } from "./Lists";
import { Messages } from "./Messages";
import { Side } from "./Side";

/** What was written but not confirmed, kept while other conversations are open. */
const unsent = new Map<string, Draft[]>();

interface Props { id: string; side: boolean; onSide: () => void; onBack: () => void }

export function Chat({ id, side, onSide, onBack }: Props) {
  const { t, me, language } = useDesk();
  const { message } = App.useApp();
  const client = useQueryClient();
  const detail = useQuery({ queryKey: ["conversation", id], queryFn: () => staff.conversation(id), staleTime: 0 });
  const typing = useQuery<Sender | null>({ queryKey: ["typing", id], queryFn: () => null, staleTime: Infinity, initialData: null });
  const [outgoing, setOutgoingState] = useState<Draft[]>(() => unsent.get(id) ?? []);
  const [insert, setInsert] = useState<{ text: string }>();
  const [dialog, setDialog] = useState<"transfer" | "return" | "close">();
  const [busy, setBusy] = useState(false);
  const accept = useAccept(() => undefined);
  const alive = useRef(true);

  useEffect(() => {
    alive.current = true;
    for (const scope of ["mine", "all", "bot", "closed"]) {
      client.setQueryData<{ conversations: ConversationRow[] }>(["rows", scope], (d) => d && { conversations: d.conversations.map((r) => (r.id === id ? { ...r, unread: 0 } : r)) });
    }
    return () => { alive.current = false; };
  }, [client, id]);
  useEffect(() => {
    if (!typing.data) return;
    const timer = setTimeout(() => client.setQueryData(["typing", id], null), 8000);
    return () => clearTimeout(timer);
  }, [client, id, typing.data]);

  const setOutgoing = (change: (list: Draft[]) => Draft[]) => {
    const next = change(unsent.get(id) ?? []);
    unsent.set(id, next);
    if (alive.current) setOutgoingState(next);
  };
  const arrived = (m: Message) => client.setQueryData<ConversationDetail>(["conversation", id], (d) => d && { ...d, messages: addMessage(d.messages, m) });

  const deliver = async (draft: Draft) => {
    setOutgoing((list) => [...list.filter((d) => d.client_id !== draft.client_id), { ...draft, error: undefined }]);
    try {
      const sent = await staff.say(id, { client_id: draft.client_id, text: draft.text, note: draft.note });
      arrived(sent);
      setOutgoing((list) => list.filter((d) => d.client_id !== draft.client_id));
    } catch (error) {
      setOutgoing((list) => list.map((d) => (d.client_id === draft.client_id ? { ...d, error: problem(error, t) } : d)));
    }
  };
  const act = async (run: () => Promise<unknown>, done: string) => {
    setBusy(true);
    try {
      await run();
      void message.success(done);
      setDialog(undefined);
    } catch (error) {
      if (error instanceof ApiError && error.code === "already_taken") void message.warning(t("taken"));
      else void message.error(problem(error, t));
    } finally {
      setBusy(false);
      for (const key of [["queue"], ["rows"], ["conversation", id]]) void client.invalidateQueries({ queryKey: key });
    }
  };

  if (detail.isPending) return <div className="chat"><Skeleton active className="pad" /></div>;
  if (detail.isError) {
    const missing = detail.error instanceof ApiError && detail.error.status === 404;
    return <div className="chat"><div className="centre"><Empty description={missing ? t("conversationMissing") : t("cannotLoad")}><Button onClick={() => (missing ? onBack() : void detail.refetch())}>{missing ? t("back") : t("retry")}</Button></Empty></div></div>;
  }

  const { conversation, customer, messages, ticket, packet } = detail.data;
  const holder = conversation.holder;
  const agent = conversation.agent ?? ticket?.agent;
  const mine = holder === "agent" && agent?.id === me.id;
  const senior = me.role === "supervisor" || me.role === "admin";
  // A message left while nobody was present waits as a ticket although the bot holds the conversation.
  const waiting = ticket?.status === "waiting" && holder !== "agent" ? ticket : undefined;
  const mayTakeOver = waiting === undefined && (holder !== "agent" || (!mine && senior));
  const takeOver = () => (holder === "agent" ? staff.transfer(id, { agent: me.id }) : staff.takeOver(id));
  const mayManage = mine || (senior && holder !== "nobody");
  const name = customerName(customer, t("guest"));
  const known = new Set(messages.map((m) => m.client_id).filter(Boolean));
  const lastCustomer = messages.findLast((m) => m.sender.kind === "customer")?.seq ?? 0;
  const state = holder === "agent" ? (mine ? named(staffWords, language, "holder", "agent") : t("heldBy", { name: agent?.name ?? "" })) : named(staffWords, language, "holder", holder);

  return (
    <>
      <section className="chat" data-testid="chat" data-holder={holder} data-mine={mine}>
        <header>
          <Button type="text" className="only-narrow" icon={<ArrowLeftOutlined />} aria-label={t("back")} onClick={onBack} />
          <Face name={name} />
          <div className="title"><span><b data-testid="chat-customer">{name}</b><Tier tier={customer.tier} /></span><em className={`held ${holder}`}>{state}{waiting ? <> · <Deadline at={waiting.deadline} t={t} /></> : null}</em></div>
          <div className="acts">
            {waiting ? <Button type="primary" loading={busy} data-testid="chat-accept" onClick={() => { setBusy(true); void accept(waiting).finally(() => setBusy(false)); }}>{t("accept")}</Button> : null}
            {mayTakeOver ? <Tooltip title={t(holder === "nobody" ? "reopenHint" : "takeOverHint")}><Button type={holder === "nobody" ? "default" : "primary"} loading={busy} data-testid="take-over" onClick={() => void act(takeOver, t("accepted"))}>{t(holder === "nobody" ? "reopen" : "takeOver")}</Button></Tooltip> : null}
            {mayManage && holder === "agent" ? <Tooltip title={t("transfer")}><Button icon={<SwapOutlined />} aria-label={t("transfer")} data-testid="transfer" onClick={() => setDialog("transfer")}><span className="roomy">{t("transfer")}</span></Button></Tooltip> : null}
            {mayManage && holder === "agent" ? <Tooltip title={t("giveBack")}><Button icon={<RobotOutlined />} aria-label={t("giveBack")} data-testid="return" onClick={() => setDialog("return")}><span className="roomy">{t("giveBack")}</span></Button></Tooltip> : null}
            {mayManage ? <Button icon={<CloseCircleOutlined />} aria-label={t("close")} data-testid="close" onClick={() => setDialog("close")}><span data-narrow="hide">{t("close")}</span></Button> : null}
            <Button type={side ? "primary" : "text"} className="only-medium" icon={<InfoCircleOutlined />} aria-label={t("details")} aria-expanded={side} data-testid="toggle-side" onClick={onSide} />
          </div>
        </header>
        <Messages messages={messages} outgoing={outgoing.filter((d) => !known.has(d.client_id))} customer={name} typing={typing.data !== null}
          onRetry={(d) => void deliver(d)} onDiscard={(d) => setOutgoing((list) => list.filter((x) => x.client_id !== d.client_id))} />
        <Composer key={id} id={id} mayReply={mine} closed={holder === "nobody"} insert={insert} lastCustomer={lastCustomer} suggested={packet?.suggested_reply ?? undefined}
          onInsert={(text) => setInsert({ text })} onSend={(d) => void deliver(d)} />
      </section>
      <Side detail={detail.data} packet={packet ?? undefined} onInsert={mine ? (text) => setInsert({ text }) : undefined} />
      {dialog === "transfer" ? <Transfer busy={busy} onCancel={() => setDialog(undefined)} onDone={(body) => void act(() => staff.transfer(id, body), t("transferred"))} /> : null}
      {dialog === "return" || dialog === "close" ? (
        <Finish kind={dialog} busy={busy} onCancel={() => setDialog(undefined)}
          onDone={(note) => void (dialog === "return" ? act(() => staff.giveBack(id, note), t("givenBack")) : act(() => staff.close(id, note), t("closedDone")))} />
      ) : null}
    </>
  );
}

function Transfer({ busy, onCancel, onDone }: { busy: boolean; onCancel: () => void; onDone: (body: { agent?: string; note?: string }) => void }) {
  const { t, me, language } = useDesk();
  const agents = useQuery({ queryKey: ["agents"], queryFn: staff.agents, staleTime: 0 });
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const list = (agents.data?.agents ?? []).filter((a) => a.id !== me.id && a.role !== "editor");
  return (
    <Modal open title={t("transferTitle")} okText={t("transfer")} cancelText={t("cancel")} confirmLoading={busy} onCancel={onCancel} okButtonProps={{ "data-testid": "transfer-ok" }}
      onOk={() => onDone({ ...(to ? { agent: to } : {}), ...(note.trim() ? { note: note.trim() } : {}) })}>
      <label className="field"><span>{t("transferTo")}</span>
        <Select value={to} onChange={setTo} style={{ width: "100%" }} data-testid="transfer-to" options={[
          { value: "", label: t("transferAny") },
          ...list.map((a) => ({ value: a.id, label: `${a.name} · ${named(staffWords, language, "presence", a.presence)}${a.open === undefined ? "" : ` · ${t("agentOpen", { n: a.open })}`}`, disabled: a.presence === "offline" })),
        ]} />
      </label>
      <label className="field"><span>{t("noteOptional")}</span><Input.TextArea rows={3} maxLength={1000} value={note} onChange={(e) => setNote(e.target.value)} data-testid="transfer-note" /></label>
    </Modal>
  );
}

function Finish({ kind, busy, onCancel, onDone }: { kind: "return" | "close"; busy: boolean; onCancel: () => void; onDone: (note?: string) => void }) {
  const { t } = useDesk();
  const [note, setNote] = useState("");
  return (
    <Modal open title={t(kind === "return" ? "giveBackTitle" : "closeTitle")} okText={t(kind === "return" ? "giveBack" : "close")} cancelText={t("cancel")} confirmLoading={busy} onCancel={onCancel}
      okButtonProps={{ "data-testid": `${kind}-ok` }} onOk={() => onDone(note.trim() || undefined)}>
      <label className="field"><span>{t("noteOptional")}</span><Input.TextArea rows={3} maxLength={1000} value={note} onChange={(e) => setNote(e.target.value)} data-testid={`${kind}-note`} /></label>
    </Modal>
  );
}
