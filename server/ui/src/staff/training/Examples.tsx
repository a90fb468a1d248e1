// The draft: intents on the left, the chosen one's examples on the right.
import { DeleteOutlined, EditOutlined, FormOutlined, PlusOutlined, SearchOutlined } from "@ant-design/icons";
import { App, Button, Empty, Input, Modal, Segmented, Select, Table, Tag } from "antd";
import { useEffect, useMemo, useRef, useState } from "react";
import { staff } from "../../api/staff";
import type { Intent, IntentList } from "../../api/types";
import { named } from "../../i18n";
import { intents as intentWords } from "../../i18n/intents";
import { shortTime } from "../../text/format";
import { useDesk } from "../context";
import { useAct } from "./act";
import { BulkEdit, NewIntent, Rename } from "./dialogs";
import { isChinese, lacking, plain, spoken } from "./marks";
import { IntentName, Marked } from "./parts";
import type { Place } from "./Training";

type Filter = "all" | "changed" | "few";

export function Examples({ list, place, onPlace }: { list: IntentList; place: Place; onPlace: (place: Place) => void }) {
  const { t, language } = useDesk();
  const [filter, setFilter] = useState<Filter>("all");
  const [creating, setCreating] = useState(false);
  const words = place.words ?? "";
  const languages = useMemo(() => spoken(list.intents.map((i) => i.examples)), [list.intents]);
  const needle = words.trim().toLowerCase();
  const rows = useMemo(() => list.intents.map((intent) => {
    const byName = needle === "" || intent.name.toLowerCase().includes(needle) || named(intentWords, language, "intent", intent.name).toLowerCase().includes(needle);
    const hits = needle === "" ? intent.examples.length : intent.examples.filter((e) => plain(e).toLowerCase().includes(needle) || e.toLowerCase().includes(needle)).length;
    return { intent, byName, hits, few: intent.name === "nlu_fallback" ? undefined : lacking(intent.examples, languages) };
  }).filter((r) => r.byName || r.hits > 0), [list.intents, needle, language, languages]);
  const shown = rows.filter((r) => filter === "all" || (filter === "changed" ? r.intent.change !== "same" : r.few !== undefined));
  const chosen = list.intents.find((i) => i.name === place.intent) ?? (place.intent === undefined ? shown[0]?.intent : undefined);
  const row = chosen && rows.find((r) => r.intent.name === chosen.name);

  return (
    <div className="examples-pane">
      <aside>
        <Input allowClear prefix={<SearchOutlined />} value={words} placeholder={t("searchIntents")} aria-label={t("searchIntents")} data-testid="intent-search" onChange={(e) => onPlace({ ...place, words: e.target.value })} />
        <div className="under"><Select<Filter> size="small" value={filter} onChange={setFilter} aria-label={t("filter.all")} options={(["all", "changed", "few"] as const).map((f) => ({ value: f, label: t(`filter.${f}`) }))} />
          <Button size="small" icon={<PlusOutlined />} data-testid="new-intent" onClick={() => setCreating(true)}>{t("newIntent")}</Button></div>
        <ul className="intent-list">
          {shown.map(({ intent, hits, few }) => (
            <li key={intent.name}><button type="button" className={intent.name === chosen?.name ? "on" : ""} aria-current={intent.name === chosen?.name} data-testid={`intent-${intent.name}`} onClick={() => onPlace({ intent: intent.name, words })}>
              <span className="name"><b>{named(intentWords, language, "intent", intent.name)}</b>{named(intentWords, language, "intent", intent.name) === intent.name ? null : <code>{intent.name}</code>}</span>
              <span className="signs">{intent.change === "same" ? null : <Tag className="small" color={intent.change === "new" ? "green" : "gold"}>{t(intent.change === "new" ? "change.new" : "change.changed")}</Tag>}
                {few ? <Tag className="small" color="red" title={`${t("fewIn", { language: t(few.language), n: few.n })} · ${t("fewHint")}`}>{t("few")}</Tag> : null}
                <em>{needle === "" ? intent.examples.length : `${hits}/${intent.examples.length}`}</em></span>
            </button></li>
          ))}
          {shown.length === 0 ? <li><Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("noIntents")} /></li> : null}
          {filter !== "few" && needle === "" && list.deleted.length > 0 ? <li className="gone"><h3>{t("deletedIntents")}</h3>{list.deleted.map((name) => <s key={name}>{name}</s>)}</li> : null}
        </ul>
      </aside>
      {chosen ? <One key={chosen.name} intent={chosen} list={list} needle={row?.byName && row.hits === 0 ? "" : needle} onGo={(intent) => onPlace({ intent, words: "" })} /> : <section className="one"><Empty className="pad" description={t("chooseIntent")} /></section>}
      {creating ? <NewIntent known={list.intents.map((i) => i.name)} onClose={(made) => { setCreating(false); if (made !== undefined) onPlace({ intent: made }); }} /> : null}
    </div>
  );
}

interface Row { text: string; fresh: boolean }

function One({ intent, list, needle, onGo }: { intent: Intent; list: IntentList; needle: string; onGo: (intent?: string) => void }) {
  const { t, language } = useDesk();
  const { modal, message } = App.useApp();
  const act = useAct();
  const [dialog, setDialog] = useState<"rename" | "bulk">();
  const [text, setText] = useState("");
  const [lang, setLang] = useState<"all" | "zh" | "en">("all");
  const [onlyChanges, setOnlyChanges] = useState(false);
  const [picked, setPicked] = useState<string[]>([]);
  const [editing, setEditing] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [box, height] = useHeight();
  const fresh = useMemo(() => new Set(intent.added), [intent.added]);
  const rows: Row[] = useMemo(() => intent.examples
    .filter((e) => (needle === "" || plain(e).toLowerCase().includes(needle) || e.toLowerCase().includes(needle)) && (lang === "all" || isChinese(e) === (lang === "zh")))
    .map((e) => ({ text: e, fresh: intent.change !== "same" && fresh.has(e) })).filter((r) => !onlyChanges || r.fresh), [intent, needle, lang, onlyChanges, fresh]);
  const chosen = picked.filter((p) => intent.examples.includes(p));
  const change = async (what: { add?: string[]; remove?: string[] }, done?: string) => { setBusy(true); const fine = await act(() => staff.changeExamples(intent.name, what), done); setBusy(false); return fine; };
  const add = async () => {
    const said = text.trim();
    if (said === "") return;
    if (intent.examples.includes(said)) { void message.info(t("knownExample")); return; }
    if (await change({ add: [said] }, t("exampleAdded"))) setText("");
  };
  const move = async (to: string) => {
    if (await act(() => staff.moveExamples(intent.name, to, chosen), t("moved", { n: chosen.length, name: named(intentWords, language, "intent", to) }))) setPicked([]);
  };
  const remove = async (examples: string[]) => { if (await change({ remove: examples }, t("removed", { n: examples.length }))) setPicked([]); };
  const drop = () => void modal.confirm({
    title: t("deleteIntentTitle", { name: intent.name }), content: t("deleteIntentText", { n: intent.examples.length }), okText: t("deleteIntent"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "delete-intent-ok" },
    onOk: async () => { if (await act(() => staff.deleteIntent(intent.name, intent.revision), t("intentDeleted", { name: intent.name }))) onGo(); },
  });

  return (
    <section className="one" data-testid="intent-editor" data-intent={intent.name}>
      <header>
        <div><h2><IntentName name={intent.name} /> <code>{intent.name}</code></h2>{intent.updated_by ? <span className="soft">{t("changedBy", { name: intent.updated_by, time: shortTime(intent.updated_at, language, Date.now()) })}</span> : null}</div>
        <div className="acts">
          <Button size="small" icon={<FormOutlined />} data-testid="bulk-edit" onClick={() => setDialog("bulk")}>{t("bulkEdit")}</Button>
          <Button size="small" icon={<EditOutlined />} data-testid="rename" onClick={() => setDialog("rename")}>{t("rename")}</Button>
          <Button size="small" danger icon={<DeleteOutlined />} data-testid="delete-intent" onClick={drop}>{t("deleteIntent")}</Button>
        </div>
      </header>
      <form className="add-line" onSubmit={(e) => { e.preventDefault(); void add(); }}>
        <Input value={text} maxLength={500} placeholder={t("addExample")} aria-label={t("addExample")} data-testid="add-example" onChange={(e) => setText(e.target.value)} />
        <Button type="primary" htmlType="submit" disabled={text.trim() === ""} loading={busy} data-testid="add-example-ok">{t("add")}</Button>
      </form>
      <div className="tools">
        <Segmented<"all" | "zh" | "en"> size="small" value={lang} onChange={(v) => setLang(v)} options={[{ value: "all", label: t("bothLanguages") }, { value: "zh", label: t("zh") }, { value: "en", label: t("en") }]} />
        {intent.added.length > 0 && intent.change !== "new" ? <label className="check"><input type="checkbox" checked={onlyChanges} onChange={(e) => setOnlyChanges(e.target.checked)} /> {t("onlyChanges")}</label> : null}
        <span className="soft">{rows.length === intent.examples.length ? t("exampleCount", { n: rows.length }) : t("foundOf", { found: rows.length, n: intent.examples.length })}</span>
        {chosen.length > 0 ? <span className="picked" data-testid="picked">
          {t("selected", { n: chosen.length })}
          <Select size="small" showSearch value={null} placeholder={t("moveTo")} aria-label={t("moveTo")} data-testid="move-to" popupMatchSelectWidth={false} onChange={(to: string | null) => { if (to !== null) void move(to); }} optionFilterProp="label"
            options={list.intents.filter((i) => i.name !== intent.name).map((i) => ({ value: i.name, label: label(named(intentWords, language, "intent", i.name), i.name) }))} />
          <Button size="small" danger data-testid="remove-picked" onClick={() => void remove(chosen)}>{t("remove")}</Button>
        </span> : null}
      </div>
      <div className="table-box" ref={box}>
        <Table<Row> virtual rowKey="text" size="small" showHeader={false} pagination={false} dataSource={rows} scroll={{ x: 300, y: height }} locale={{ emptyText: t("noExamples") }}
          rowSelection={{ selectedRowKeys: chosen, onChange: (keys) => setPicked(keys.map(String)), columnWidth: 40, getCheckboxProps: (r) => ({ "aria-label": r.text }) }}
          columns={[
            { render: (_, r) => editing === r.text
              ? <EditLine text={r.text} onEnd={async (next) => { if (next === undefined || next === r.text || (await change({ remove: [r.text], add: [next] }))) setEditing(undefined); }} />
              : <span className="example" data-testid="example" onDoubleClick={() => setEditing(r.text)}><Marked text={r.text} />{r.fresh ? <Tag className="small" color="green">{t("change.new")}</Tag> : null}</span> },
            { width: 84, align: "right" as const, render: (_, r) => <span className="row-acts"><Button size="small" type="text" icon={<EditOutlined />} aria-label={`${t("edit")}: ${r.text}`} title={t("edit")} onClick={() => setEditing(r.text)} /><Button size="small" type="text" icon={<DeleteOutlined />} aria-label={`${t("remove")}: ${r.text}`} title={t("remove")} onClick={() => void remove([r.text])} /></span> },
          ]} />
      </div>
      {intent.removed.length > 0 ? <details className="removed"><summary>{t("removedExamples", { n: intent.removed.length })}</summary><ul>{intent.removed.slice(0, 200).map((e) => <li key={e}><s><Marked text={e} /></s> <Button size="small" type="link" onClick={() => void change({ add: [e] })}>{t("restore")}</Button></li>)}</ul></details> : null}
      {dialog === "rename" ? <Rename intent={intent} onClose={(to) => { setDialog(undefined); if (to !== undefined) onGo(to); }} /> : null}
      {dialog === "bulk" ? <BulkEdit intent={intent} onClose={() => setDialog(undefined)} /> : null}
    </section>
  );
}

export function label(shown: string, name: string): string {
  return shown === name ? name : `${shown} · ${name}`;
}

function EditLine({ text, onEnd }: { text: string; onEnd: (next?: string) => Promise<void> }) {
  const { t } = useDesk();
  const [value, setValue] = useState(text);
  const end = (next?: string) => void onEnd(next);
  return <Input size="small" autoFocus value={value} maxLength={500} aria-label={t("edit")} data-testid="edit-example" onChange={(e) => setValue(e.target.value)} onBlur={() => end()}
    onKeyDown={(e) => { if (e.key === "Escape") end(); if (e.key === "Enter" && !e.nativeEvent.isComposing && value.trim() !== "") { e.preventDefault(); end(value.trim()); } }} />;
}

/** The height that is left for the list: a virtual list must know its own. */
function useHeight(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement | null>(null);
  const [height, setHeight] = useState(400);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(([entry]) => { if (entry) setHeight(Math.max(200, Math.floor(entry.contentRect.height))); });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, height];
}

/** Where a sentence of a customer should go. */
export function AddTo({ text, suggested, list, onClose }: { text: string; suggested: string; list: IntentList; onClose: () => void }) {
  const { t, language } = useDesk();
  const act = useAct();
  const [example, setExample] = useState(text);
  const [intent, setIntent] = useState(list.intents.some((i) => i.name === suggested) ? suggested : undefined);
  const [busy, setBusy] = useState(false);
  const add = async () => {
    if (intent === undefined) return;
    setBusy(true);
    const fine = await act(() => staff.changeExamples(intent, { add: [example.trim()] }), t("addedTo", { name: named(intentWords, language, "intent", intent) }));
    setBusy(false);
    if (fine) onClose();
  };
  return (
    <Modal open title={t("addToTitle")} onCancel={onClose} onOk={() => void add()} okText={t("add")} cancelText={t("cancel")} confirmLoading={busy} okButtonProps={{ disabled: intent === undefined || example.trim() === "", "data-testid": "add-to-ok" }}>
      <label className="field"><span>{t("intent")}</span><Select showSearch value={intent} onChange={setIntent} optionFilterProp="label" data-testid="add-to-intent" options={list.intents.map((i) => ({ value: i.name, label: label(named(intentWords, language, "intent", i.name), i.name) }))} /></label>
      <label className="field"><span>{t("example")}</span><Input.TextArea value={example} maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(e) => setExample(e.target.value.replaceAll("\n", " "))} /></label>
    </Modal>
  );
}
