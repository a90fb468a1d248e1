/** @jsxImportSource preact */
// The one script tag: <script src="https://…/widget.js" data-customer-token="…" data-language="zh" async></script>
// It adds <kefu-chat> to the page; everything visible lives in that element's shadow tree.
import { render } from "preact";
import { CustomerApi } from "../api/customer";
import type { Language } from "../api/types";
import { Connection } from "../chat/connection";
import { pick } from "../text/format";
import { App } from "./App";
import css from "./widget.css?inline";

const script = document.currentScript as HTMLScriptElement | null;
const TAG = "kefu-chat";
const VISITOR = "kefu.visitor";
const LANGUAGE = "kefu.language";

function remembered(key: string): string | undefined {
  try { return localStorage.getItem(key) ?? undefined; } catch { return undefined; }
}
function remember(key: string, value: string): void {
  try { localStorage.setItem(key, value); } catch { /* a page that forbids storage gets a new visitor each time */ }
}

/** Tells customers of one browser apart without keeping their tokens. */
function mark(text: string): string {
  let hash = 5381;
  for (let i = 0; i < text.length; i += 1) hash = ((hash * 33) ^ text.charCodeAt(i)) >>> 0;
  return hash.toString(36);
}

class KefuChat extends HTMLElement {
  private connection: Connection | undefined;
  private readonly wake = () => { if (document.visibilityState === "visible") this.connection?.wake(); };

  connectedCallback(): void {
    if (this.connection) return;
    const base = this.getAttribute("base") ?? "";
    const token = this.getAttribute("customer-token") || undefined;
    const chosen = this.getAttribute("language");
    let language: Language = pick([chosen, remembered(LANGUAGE), document.documentElement.lang, ...navigator.languages]);
    const who = token === undefined ? "visitor" : mark(token);
    const talked = `kefu.talked.${who}`;
    const api = new CustomerApi(base);
    const connection = new Connection(api, {
      customerToken: token,
      visitorToken: () => remembered(VISITOR),
      keepVisitorToken: (value) => remember(VISITOR, value),
    }, language);
    this.connection = connection;

    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
    } else {
      const style = document.createElement("style");
      style.textContent = css;
      (root as ShadowRoot).append(style);
    }
    const place = document.createElement("div");
    root.append(place);
    const startNow = remembered(talked) !== undefined;
    const draw = () => render(
      <App api={api} base={base} connection={connection} language={language} draftKey={`kefu.draft.${who}`} startNow={startNow} root={root}
        onTalked={() => remember(talked, "1")}
        onLanguage={(next) => { language = next; remember(LANGUAGE, next); connection.speak(next); draw(); this.dispatchEvent(new CustomEvent("kefu-language", { detail: next })); }} />,
      place,
    );
    draw();
    window.addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
  }

  disconnectedCallback(): void {
    window.removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.connection?.close();
    this.connection = undefined;
    const place = this.shadowRoot?.querySelector("div");
    if (place) { render(null, place); place.remove(); }
  }
}

if (!customElements.get(TAG)) customElements.define(TAG, KefuChat);

function mount(): void {
  const element = document.createElement(TAG);
  const base = script?.dataset.base ?? (script?.src ? new URL(script.src).origin : "");
  element.setAttribute("base", base === location.origin ? "" : base);
  if (script?.dataset.customerToken) element.setAttribute("customer-token", script.dataset.customerToken);
  if (script?.dataset.language) element.setAttribute("language", script.dataset.language);
  document.querySelector(TAG)?.remove();
  document.body.append(element);
}
if (document.body) mount();
else document.addEventListener("DOMContentLoaded", mount);
