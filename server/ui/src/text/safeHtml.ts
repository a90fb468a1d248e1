// HTML that came from the server or from Markdown, made harmless before it is put into a page.
import DOMPurify, { type Config } from "dompurify";

const CONFIG: Config = {
  ALLOWED_TAGS: ["p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "b", "i", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td", "img", "sup", "sub"],
  ALLOWED_ATTR: ["href", "title", "src", "alt", "colspan", "rowspan", "align", "start"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|\/(?!\/)|#|[^:/?#]*(?:[/?#]|$))/i,
  ALLOW_DATA_ATTR: false,
};

export function safeHtml(html: string): string {
  return DOMPurify.sanitize(html, CONFIG);
}
