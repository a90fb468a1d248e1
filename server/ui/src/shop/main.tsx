/** @jsxImportSource preact */
// The demo storefront: something to talk about, with the widget in its corner.
import { render } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { CustomerApi } from "../api/customer";
import type { DemoCustomer, Language, Order, Product } from "../api/types";
import { named, translator } from "../i18n";
import { orders as orderWords } from "../i18n/orders";
import { shop } from "../i18n/shop";
import { addressLine, dateOnly, localised, money, pick } from "../text/format";
import { Art, departmentOf, type Department } from "./art";
import { ask, embed } from "./embed";
import "./shop.css";

const api = new CustomerApi();
const CUSTOMER = "kefu.demo.customer";
const LANGUAGE = "kefu.language";
const DEPARTMENTS: ("all" | Department)[] = ["all", "digital", "home", "wear", "beauty", "food", "other"];
const FIRST = 12;

function Logo() {
  return <svg width="30" height="30" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="#0f766e" /><path d="M6 19.500h20l-3.400 5.200a2 2 0 0 1-1.700.9h-9.800a2 2 0 0 1-1.700-.9zM15 6.500v10.800H7.800zM17 9v8.300h6.200z" fill="#fff" /></svg>;
}

/** One of each department in turn, so that the first screen shows the whole range. */
function mixed(products: Product[]): Product[] {
  const piles = DEPARTMENTS.slice(1).map((d) => products.filter((p) => departmentOf(p.id) === d));
  const out: Product[] = [];
  for (let i = 0; out.length < products.length; i += 1) for (const pile of piles) { const p = pile[i]; if (p) out.push(p); }
  return out;
}

function App() {
  const [language, setLanguage] = useState<Language>(() => pick([new URLSearchParams(location.search).get("lang"), localStorage.getItem(LANGUAGE), ...navigator.languages]));
  const t = useMemo(() => translator(shop, language), [language]);
  const [customers, setCustomers] = useState<DemoCustomer[]>();
  const [chosen, setChosen] = useState<string | undefined>(() => sessionStorage.getItem(CUSTOMER) ?? undefined);
  const [products, setProducts] = useState<Product[] | "failed">();
  const [department, setDepartment] = useState<"all" | Department>("all");
  const [everything, setEverything] = useState(false);
  const [menu, setMenu] = useState(false);
  const [drawer, setDrawer] = useState(false);
  const menuBox = useRef<HTMLDivElement>(null);

  useEffect(() => {
    api.demo().then((d) => setCustomers(d.customers), () => setCustomers([]));
    api.demoProducts().then(setProducts, () => setProducts("failed"));
  }, []);
  const customer = customers?.find((c) => c.id === chosen);
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = language === "zh" ? "青舟商城" : "Skiff Store";
    localStorage.setItem(LANGUAGE, language);
  }, [language]);
  useEffect(() => { if (customers !== undefined) embed(language, customer?.token); }, [customers, customer?.token, language]);
  useEffect(() => {
    if (!menu) return;
    const away = (e: Event) => { if (e instanceof KeyboardEvent ? e.key === "Escape" : !menuBox.current?.contains(e.target as Node)) setMenu(false); };
    document.addEventListener("mousedown", away);
    document.addEventListener("keydown", away);
    return () => { document.removeEventListener("mousedown", away); document.removeEventListener("keydown", away); };
  }, [menu]);

  const choose = (id: string | undefined) => {
    if (id === undefined) sessionStorage.removeItem(CUSTOMER);
    else sessionStorage.setItem(CUSTOMER, id);
    setChosen(id);
    setMenu(false);
    if (id === undefined) setDrawer(false);
  };
  const list = Array.isArray(products) ? (department === "all" ? mixed(products) : products.filter((p) => departmentOf(p.id) === department)) : [];
  const shown = everything ? list : list.slice(0, FIRST);

  return (
    <>
      <header class="top">
        <div class="wrap">
          <a class="brand" href="/"><Logo /><span>{t("brand")}</span></a>
          <span class="tag">{t("demo")}</span>
          <nav>
            {customer ? <button type="button" class="link" data-testid="my-orders" onClick={() => setDrawer(true)}>{t("myOrders")}</button> : null}
            <button type="button" class="link" data-testid="shop-language" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>{t("switchLanguage")}</button>
            {customers && customers.length > 0 ? (
              <div class="menu" ref={menuBox}>
                <button type="button" class="who" data-testid="sign-in" aria-expanded={menu} aria-haspopup="menu" onClick={() => setMenu(!menu)}>
                  {customer ? <><i>{[...customer.name][0]}</i><span>{customer.name}</span></> : t("signIn")}
                </button>
                {menu ? (
                  <div class="pop" role="menu">
                    <p>{t("signInHint")}</p>
                    <button type="button" role="menuitem" data-testid="customer-guest" class={customer ? "" : "on"} onClick={() => choose(undefined)}><i class="none">–</i><span>{t("guest")}</span></button>
                    {customers.map((c) => (
                      <button key={c.id} type="button" role="menuitem" data-testid={`customer-${c.id}`} data-language={c.language} class={c.id === chosen ? "on" : ""} onClick={() => choose(c.id)}>
                        <i>{[...c.name][0]}</i><span>{c.name}</span>
                        <em>{[named(orderWords, language, "tier", c.tier), c.language === "zh" ? "中文" : "English"].filter(Boolean).join(" · ")}</em>
                      </button>
                    ))}
                  </div>
                ) : null}
              </div>
            ) : null}
          </nav>
        </div>
      </header>

      <main>
        <section class="hero">
          <div class="wrap">
            <div>
              <h1>{t("heroTitle")}</h1>
              <p>{t("heroText")}</p>
              <div class="asks">
                <span>{t("heroTry")}</span>
                {(["heroAsk1", "heroAsk2", "heroAsk3"] as const).map((k) => (
                  <button key={k} type="button" data-testid={k} onClick={() => ask(t(k))}>{t(k)}</button>
                ))}
              </div>
            </div>
            <div class="scene" aria-hidden="true"><Art id="product:m2-headphones" /><Art id="product:kettle-17" /><Art id="product:down-jacket" /><Art id="product:hydra-serum" /></div>
          </div>
        </section>

        <section class="wrap goods">
          <div class="tabs" role="tablist">
            {DEPARTMENTS.map((d) => <button key={d} type="button" role="tab" aria-selected={d === department} class={d === department ? "on" : ""} onClick={() => { setDepartment(d); setEverything(false); }}>{t(d)}</button>)}
          </div>
          {products === undefined ? <p class="note">{t("loading")}</p> : products === "failed" ? <p class="note">{t("failed")}</p> : null}
          <ul class="grid">
            {shown.map((p) => (
              <li key={p.id} data-testid="product">
                <Art id={p.id} />
                <h3>{localised(p.name, language)}</h3>
                <strong>{money(p.price, p.currency ?? "CNY", language)}</strong>
              </li>
            ))}
          </ul>
          {shown.length < list.length ? <button type="button" class="more" onClick={() => setEverything(true)}>{t("showAll", { n: list.length })}</button> : null}
        </section>
      </main>

      <footer>
        <div class="wrap"><span>{t("footer")}</span><nav><a href={`/help/?lang=${language}`}>{t("help")}</a><a href="/staff">{t("staff")}</a><a href="/docs">{t("docs")}</a></nav></div>
      </footer>
      {drawer && customer ? <Orders customer={customer} language={language} onClose={() => setDrawer(false)} /> : null}
    </>
  );
}

function Orders({ customer, language, onClose }: { customer: DemoCustomer; language: Language; onClose: () => void }) {
  const t = useMemo(() => translator(shop, language), [language]);
  const [orders, setOrders] = useState<Order[] | "failed">();
  const [round, setRound] = useState(0);
  const close = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    let gone = false;
    api.demoOrders(customer.token, language).then((o) => { if (!gone) setOrders(o.orders); }, () => { if (!gone) setOrders("failed"); });
    return () => { gone = true; };
  }, [customer.token, language, round]);
  useEffect(() => {
    close.current?.focus();
    const key = (e: KeyboardEvent) => { if (e.key === "Escape") onClose(); };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [onClose]);

  return (
    <div class="shade" onClick={(e) => { if (e.target === e.currentTarget) onClose(); }}>
      <div class="drawer" role="dialog" aria-modal="true" aria-label={t("myOrders")} data-testid="orders">
        <header><h2>{t("myOrders")}</h2><button type="button" class="link" data-testid="orders-refresh" onClick={() => setRound(round + 1)}>{t("refresh")}</button><button ref={close} type="button" class="link" data-testid="orders-close" onClick={onClose}>{t("close")}</button></header>
        <div class="scroll">
          {orders === undefined ? <p class="note">{t("loading")}</p> : orders === "failed" ? <p class="note">{t("ordersFailed")}</p> : orders.length === 0 ? <p class="note">{t("noOrders")}</p> : orders.map((order) => (
            <article key={order.id} data-testid={`order-${order.id}`} data-status={order.status}>
              <div class="line"><button type="button" class="id" title={t("copy")} onClick={() => void navigator.clipboard?.writeText(order.id)}>{order.id}</button><span class={`state ${order.status}`}>{named(orderWords, language, "status", order.status)}</span></div>
              <p class="soft">{t("placed", { date: dateOnly(order.created_at, language) })}</p>
              {order.items.map((item) => (
                <div class="item" key={item.sku}><Art id={item.product_id ?? item.sku} small /><span>{localised(item.name, language)}</span><em>{t("quantity", { n: item.quantity })}</em><b>{money(item.price, order.currency, language)}</b></div>
              ))}
              <p class="soft" data-testid="order-address">{t("shipTo")}{language === "zh" ? "：" : ": "}{addressLine(order.address, language)}</p>
              {order.tracking_number ? <p class="soft">{t("tracking")}{language === "zh" ? "：" : ": "}{[order.carrier, order.tracking_number].filter(Boolean).join(" ")}</p> : null}
              <div class="line total"><span>{t("total")}</span><strong>{money(order.total, order.currency, language)}</strong></div>
            </article>
          ))}
        </div>
      </div>
    </div>
  );
}

const root = document.getElementById("root");
if (root) render(<App />, root);
