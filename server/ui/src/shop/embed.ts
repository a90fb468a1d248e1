// Puts the widget on a page the way any shop does: one script tag. Another customer or language: the tag is set anew.
import type { Language } from "../api/types";

let tag: HTMLScriptElement | undefined;

export function embed(language: Language, customerToken?: string): void {
  tag?.remove();
  document.querySelector("kefu-chat")?.remove();
  tag = document.createElement("script");
  tag.src = "/widget.js";
  tag.async = true;
  tag.dataset.language = language;
  if (customerToken) tag.dataset.customerToken = customerToken;
  document.body.append(tag);
}

/** Opens the widget and asks, as the widget's own `kefu-ask` event allows any page to do. */
export function ask(text: string): void {
  document.querySelector("kefu-chat")?.dispatchEvent(new CustomEvent("kefu-ask", { detail: text }));
}
