// Keeps what is written: a draft on the server follows the form, and nothing of anybody else is overwritten.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/http";
import { staff } from "../../api/staff";
import type { Article, ArticleContent, MergeView, Version } from "../../api/types";
import { problem } from "../problem";
import { lack, same, toContent, toForm, type Form } from "./form";
import { useWords } from "./words";

/** Typing rests this long before it is saved. */
const REST_MS = 1200;

interface Given { slug: string; article: Article | undefined; draft: Version | undefined; form: Form; setForm: (form: Form) => void; ready: boolean }

/** What the server has: the version, and the form and note that it was made of. */
interface Kept { version: Version | undefined; form: Form; note: string }

/** Without a category or a word there is nothing that could be kept. */
function keepable(form: Form): boolean {
  const missing = lack(form);
  return missing === undefined || missing.key === "needBoth";
}

export function useDraft({ slug, article, draft, form, setForm, ready }: Given) {
  const { t } = useWords();
  const client = useQueryClient();
  const [kept, setKept] = useState<Kept>(() => ({ version: draft, form: draft ? toForm(draft.content) : article && article.revision > 0 ? { ...toForm(article), stillRight: [] } : form, note: draft?.note ?? "" }));
  const [note, setNote] = useState(draft?.note ?? "");
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ text: string; form: Form }>();
  const [merging, setMerging] = useState<MergeView>();
  /** As `kept`, also for what began before the last rendering. */
  const now = useRef(kept);
  const running = useRef<Promise<Version | undefined> | undefined>(undefined);
  const saved = kept.version;
  const dirty = !same(form, kept.form) || note !== kept.note;
  const published = article?.revision ?? 0;
  const behind = saved !== undefined && saved.behind && (saved.state === "draft" || saved.state === "review" || saved.state === "rejected");

  const put = useCallback((next: Kept) => { now.current = next; setKept(next); }, []);

  /** Shows what both made of it; `theirs` is what somebody else saved. */
  const show = useCallback(async (theirs: number, from: { base_number?: number; base?: ArticleContent }) => {
    try {
      setMerging(await staff.merge(slug, { mine: toContent(form), theirs, ...from }));
    } catch (error) { setFailed({ text: problem(error, t), form }); }
  }, [slug, form, t]);

  const keep = useCallback(async (content: ArticleContent, shown: Form, over?: Version): Promise<Version | undefined> => {
    setBusy(true);
    const seen = over ?? now.current.version;
    try {
      const next = await staff.saveDraft(slug, { content, note, based_on: seen?.based_on ?? published, ...(seen ? { number: seen.number, revision: seen.revision } : {}) });
      put({ version: next, form: shown, note });
      setFailed(undefined);
      void client.invalidateQueries({ queryKey: ["articles"] });
      void client.invalidateQueries({ queryKey: ["versions", slug] });
      return next;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409 && seen) {
        // Somebody else saved this very draft, or it is no more.
        const there = await staff.article(slug).catch(() => undefined);
        if (there?.open.some((v) => v.number === seen.number)) await show(seen.number, { base: toContent(now.current.form) });
        else { setFailed({ text: t("gone"), form: shown }); put({ ...now.current, version: undefined }); }
      } else setFailed({ text: problem(error, t), form: shown });
      return undefined;
    } finally { setBusy(false); }
  }, [client, note, published, put, show, slug, t]);

  const save = useCallback(async (): Promise<Version | undefined> => {
    if (running.current) await running.current;
    const { version, form: known, note: noted } = now.current;
    if (version && same(form, known) && note === noted) return version;
    running.current = keep(toContent(form), form);
    try { return await running.current; } finally { running.current = undefined; }
  }, [form, keep, note]);

  useEffect(() => {
    // After a failure only what is written next is tried by itself.
    if (!ready || !dirty || busy || merging || failed?.form === form || !keepable(form)) return;
    const timer = setTimeout(() => void save(), REST_MS);
    return () => clearTimeout(timer);
  }, [ready, dirty, busy, merging, failed, form, save]);
  useEffect(() => {
    if (!dirty) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  // Who goes to another page while typing has not rested yet.
  const leaving = useRef<() => void>(() => undefined);
  const forgotten = useRef(false);
  useEffect(() => {
    leaving.current = () => { if (ready && dirty && !busy && keepable(form) && !forgotten.current) void save(); };
  }, [ready, dirty, busy, form, save]);
  useEffect(() => () => leaving.current(), []);

  return {
    saved, dirty, busy, note, behind, merging, problem: failed?.text ?? "", save, setNote,
    moved: (version: Version) => put({ ...now.current, version }),
    /** What is written is not wanted any more. */
    forget: () => { forgotten.current = true; },
    /** What is published has changed since this draft was begun. */
    merge: async () => {
      const there = await staff.article(slug).catch(() => undefined);
      if (there && there.revision > 0) await show(there.revision, { base_number: saved?.based_on ?? 0 });
    },
    stopMerging: () => setMerging(undefined),
    merged: async (content: ArticleContent): Promise<boolean> => {
      if (!merging || !saved) return false;
      const { theirs } = merging;
      // Their published version is what this builds on now; their saving of this draft is what is saved over.
      const over: Version = theirs.number === saved.number ? { ...saved, revision: theirs.revision, based_on: theirs.based_on } : { ...saved, based_on: theirs.number };
      const next = toForm(content);
      setForm(next);
      const done = await keep(content, next, over);
      if (done) setMerging(undefined);
      return done !== undefined;
    },
  };
}
