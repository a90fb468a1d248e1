// The words of these pages: their own, and those that the whole staff app shares.
import { useMemo } from "react";
import type { Language } from "../../api/types";
import { translator, type Translate } from "../../i18n";
import { knowledgeWords } from "../../i18n/knowledge";
import { staffWords } from "../../i18n/staff";
import { useDesk } from "../context";

const words = { ...staffWords, ...knowledgeWords } as const;

export type Words = Translate<typeof words>;

export function useWords(): { t: Words; language: Language } {
  const { language } = useDesk();
  return useMemo(() => ({ t: translator(words, language), language }), [language]);
}
