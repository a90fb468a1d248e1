import { BulbOutlined, LockOutlined, SendOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Input, Segmented } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useEffect, useRef, useState } from "react";
import { staff } from "../../api/staff";
import { identifier } from "../../text/identifier";
import { length } from "../../text/format";
import { useDesk } from "../context";
import { tellTyping } from "../live";

export interface Draft { client_id: string; text: string; note: boolean; error?: string }

const MAX = 8000;
const drafts = new Map<string, string>();

interface Props {
  id: string; mayReply: boolean; closed: boolean; insert: { text: string } | undefined; lastCustomer: number; suggested: string | undefined;
  onInsert: (text: string) => void; onSend: (draft: Draft) => void;
}

export function Composer({ id, mayReply, closed, insert, lastCustomer, suggested, onInsert, onSend }: Props) {
  const { t } = useDesk();
  const [text, setTextState] = useState(() => drafts.get(id) ?? "");
  const [noteChosen, setNote] = useState(false);
  const box = useRef<TextAreaRef>(null);
  const typed = useRef(0);
  const note = noteChosen || !mayReply;
  const over = length(text) - MAX;

  const setText = (next: string) => {
    drafts.set(id, next);
    setTextState(next);
    const now = Date.now();
    if (!note && now - typed.current > 3000 && next !== "") { typed.current = now; tellTyping(id, true); }
  };
  useEffect(() => {
    if (insert === undefined) return;
    setNote(false);
    setTextState((old) => { const next = old.trim() === "" ? insert.text : `${old.trimEnd()}\n${insert.text}`; drafts.set(id, next); return next; });
    box.current?.focus();
  }, [id, insert]);
  useEffect(() => { if (mayReply) box.current?.focus(); }, [mayReply]);

  const send = () => {
    const trimmed = text.trim();
    if (trimmed === "" || over > 0) return;
    onSend({ client_id: identifier(), text: trimmed, note });
    setText("");
    typed.current = 0;
    if (!note) tellTyping(id, false);
  };

  return (
    <footer className={note ? "composer noting" : "composer"}>
      {mayReply ? <Suggestions id={id} lastCustomer={lastCustomer} suggested={suggested} onInsert={onInsert} /> : null}
      <div className="row">
        <Segmented<boolean> size="small" value={note} disabled={!mayReply} onChange={setNote} options={[
          { value: false, label: <span data-testid="mode-reply">{t("reply")}</span> },
          { value: true, label: <span data-testid="mode-note"><LockOutlined /> {t("note")}</span> },
        ]} />
        {over > 0 ? <span className="bad" role="alert">{t("tooLong", { n: over })}</span> : null}
      </div>
      <div className="write">
        <Input.TextArea ref={box} value={text} autoSize={{ minRows: 2, maxRows: 8 }} variant="borderless" data-testid="composer" aria-label={note ? t("note") : t("reply")}
          placeholder={note ? (mayReply ? t("writeNote") : closed ? t("writeClosed") : t("writeBlocked")) : t("writeReply")}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => { if (e.key === "Enter" && !e.shiftKey && !e.nativeEvent.isComposing && e.keyCode !== 229) { e.preventDefault(); send(); } }} />
        <Button type="primary" icon={<SendOutlined />} disabled={text.trim() === "" || over > 0} data-testid="composer-send" onClick={send}>{t("send")}</Button>
      </div>
    </footer>
  );
}

function Suggestions({ id, lastCustomer, suggested, onInsert }: { id: string; lastCustomer: number; suggested: string | undefined; onInsert: (text: string) => void }) {
  const { t } = useDesk();
  const query = useQuery({ queryKey: ["suggestions", id, lastCustomer], queryFn: () => staff.suggestions(id), staleTime: 300_000, enabled: lastCustomer > 0, placeholderData: (old) => old });
  const found = query.data?.suggestions ?? [];
  const list = found.length > 0 ? found : suggested ? [{ text: suggested, score: undefined }] : [];
  if (list.length === 0) return null;
  return (
    <div className="suggestions" aria-label={t("suggestions")} data-testid="suggestions">
      <span className="label"><BulbOutlined /> {t("suggestions")}</span>
      {list.slice(0, 4).map((s, i) => <button key={i} type="button" title={s.text} data-testid="suggestion" onClick={() => onInsert(s.text)}>{s.text}</button>)}
    </div>
  );
}
