// Who is signed in, in which language, and what that role may see.
import { createContext, useContext } from "react";
import type { Language, Me, Role } from "../api/types";
import type { Translate } from "../i18n";
import type { staffWords } from "../i18n/staff";

export type Page = "console" | "knowledge" | "try" | "dashboard" | "training" | "graph";

const PAGES: Record<Role, readonly Page[]> = {
  agent: ["console", "try"],
  editor: ["knowledge", "graph", "try", "training"],
  supervisor: ["console", "knowledge", "graph", "try", "dashboard", "training"],
  admin: ["console", "knowledge", "graph", "try", "dashboard", "training"],
};

export function pagesOf(role: Role): readonly Page[] {
  return PAGES[role] ?? [];
}

export interface Desk {
  me: Me;
  language: Language;
  t: Translate<typeof staffWords>;
  setLanguage(language: Language): void;
}

export const DeskContext = createContext<Desk | undefined>(undefined);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error("outside the staff app");
  return desk;
}
