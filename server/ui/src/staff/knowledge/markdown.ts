import { marked } from "marked";
import { safeHtml } from "../../text/safeHtml";

/** Markdown to HTML that may be shown; whatever could run is gone. */
export function preview(source: string): string {
  return safeHtml(marked.parse(source, { async: false, gfm: true }));
}
