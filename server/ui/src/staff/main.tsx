// The staff app: sign-in, then the pages that the role may see.
import { QueryCache, QueryClient, QueryClientProvider, useQuery, useQueryClient } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider, Spin } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import { useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { ApiError } from "../api/http";
import { speak, staff } from "../api/staff";
import type { Language, Me } from "../api/types";
import { translator } from "../i18n";
import { staffWords } from "../i18n/staff";
import { pick } from "../text/format";
import { DeskContext, type Desk } from "./context";
import { Login } from "./Login";
import { Shell } from "./Shell";
import "./staff.css";

const LANGUAGE = "kefu.staff.language";

const client: QueryClient = new QueryClient({
  defaultOptions: { queries: { retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500), staleTime: 5_000, refetchOnWindowFocus: true } },
  queryCache: new QueryCache({
    onError: (error, query) => {
      if (error instanceof ApiError && error.status === 401 && query.queryKey[0] !== "me") void client.invalidateQueries({ queryKey: ["me"] });
    },
  }),
});

const theme = {
  token: {
    colorPrimary: "#0f766e", colorInfo: "#0f766e", colorLink: "#0f766e", colorText: "#10242b", colorTextSecondary: "#566a70", colorBorderSecondary: "#e3eaea",
    borderRadius: 9, fontSize: 14, controlHeight: 34,
    fontFamily: `-apple-system, BlinkMacSystemFont, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", Roboto, sans-serif`,
  },
};

function Root() {
  const [chosen, setChosen] = useState(() => localStorage.getItem(LANGUAGE));
  const queries = useQueryClient();
  const me = useQuery({ queryKey: ["me"], queryFn: staff.me, staleTime: 60_000 });
  // Who has chosen no language here gets the one of the account, before that the browser's.
  const language: Language = pick([chosen, me.data?.language, ...navigator.languages]);
  speak(language);
  const t = useMemo(() => translator(staffWords, language), [language]);

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = t("product");
  }, [language, t]);

  const setLanguage = (next: Language) => {
    localStorage.setItem(LANGUAGE, next);
    speak(next);
    setChosen(next);
    if (queries.getQueryData(["me"])) {
      void staff.change({ language: next }).then((changed) => queries.setQueryData(["me"], (old: Me | undefined) => ({ ...old, ...changed })), () => undefined);
    }
  };
  const signedIn = me.error instanceof ApiError && me.error.status === 401 ? undefined : me.data;
  const desk: Desk | undefined = signedIn && { me: signedIn, language, t, setLanguage };

  return (
    <ConfigProvider locale={language === "zh" ? zhCN : enUS} theme={theme} button={{ autoInsertSpace: false }}>
      <AntApp message={{ top: 70, duration: 2.5 }}>
        {me.isPending ? <div className="centre"><Spin /></div> : desk ? (
          <DeskContext value={desk}><BrowserRouter basename="/staff"><Shell /></BrowserRouter></DeskContext>
        ) : (
          <Login t={t} language={language} setLanguage={setLanguage} onMe={(next) => queries.setQueryData(["me"], next)} />
        )}
      </AntApp>
    </ConfigProvider>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<QueryClientProvider client={client}><Root /></QueryClientProvider>);
