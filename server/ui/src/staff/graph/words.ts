// The words of this page, and the names of kinds and nodes in the reader's language.
import { useMemo } from "react";
import type { GraphRow } from "../../api/types";
import { named, translator, type Translate } from "../../i18n";
import { graphWords } from "../../i18n/graph";
import { useDesk } from "../context";

export interface Words {
  w: Translate<typeof graphWords>;
  kind(kind: string): string;
  edge(kind: string): string;
  label(node: Pick<GraphRow, "zh" | "en" | "id">): string;
}

export function useWords(): Words {
  const { language } = useDesk();
  return useMemo(() => ({
    w: translator(graphWords, language),
    kind: (kind) => named(graphWords, language, "kind", kind),
    edge: (kind) => named(graphWords, language, "edge", kind),
    label: (node) => (language === "zh" ? node.zh : node.en) || node.id,
  }), [language]);
}
