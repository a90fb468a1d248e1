// The frame of the staff app: rail on the left (below on a phone), page on the right.
import { BarChartOutlined, BookOutlined, BranchesOutlined, ExperimentOutlined, GlobalOutlined, LogoutOutlined, MessageOutlined, ShareAltOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Badge, Dropdown, Empty, Spin } from "antd";
import { Suspense, lazy, type ReactNode } from "react";
import { Navigate, NavLink, Route, Routes } from "react-router";
import { staff } from "../api/staff";
import type { Me, Presence } from "../api/types";
import { named } from "../i18n";
import { staffWords } from "../i18n/staff";
import { pagesOf, useDesk, type Page } from "./context";
import { useLive } from "./live";
import { Logo } from "./Logo";
import { problem } from "./problem";
import { Console } from "./console/Console";

const Knowledge = lazy(() => import("./knowledge/Knowledge"));
const Replay = lazy(() => import("./knowledge/Replay"));
const Editor = lazy(() => import("./knowledge/Editor"));
const TryBot = lazy(() => import("./TryBot"));
const Dashboard = lazy(() => import("./Dashboard"));
const Graph = lazy(() => import("./graph/Graph"));
const Training = lazy(() => import("./training/Training"));

const PATHS: Record<Page, string> = { console: "/console", knowledge: "/knowledge", try: "/try", dashboard: "/dashboard", training: "/training", graph: "/graph" };
const ICONS: Record<Page, ReactNode> = { console: <MessageOutlined />, knowledge: <BookOutlined />, try: <ExperimentOutlined />, dashboard: <BarChartOutlined />, training: <BranchesOutlined />, graph: <ShareAltOutlined /> };
export const PRESENCE_COLOUR: Record<Presence, string> = { online: "#22b07d", away: "#e0a100", offline: "#9aa9ad" };

export function Shell() {
  const { me, language, t, setLanguage } = useDesk();
  const { message } = App.useApp();
  const client = useQueryClient();
  const pages = pagesOf(me.role);
  const talks = pages.includes("console");
  const live = useLive(me.id, talks);
  const queue = useQuery({ queryKey: ["queue"], queryFn: staff.queue, enabled: talks, refetchInterval: 30_000 });
  const waiting = queue.data?.tickets.filter((x) => x.status === "waiting").length ?? 0;

  const presence = useMutation({
    mutationFn: (next: Presence) => staff.change({ presence: next }),
    onSuccess: (changed) => client.setQueryData<Me>(["me"], (old) => old && { ...old, ...changed }),
    onError: (error) => message.error(problem(error, t)),
  });
  const leave = async () => {
    await staff.logout().catch(() => undefined);
    client.clear();
    location.assign("/staff");
  };

  const show = (page: Page, element: ReactNode) => (pages.includes(page) ? element : <div className="centre"><Empty description={t("nothingHere")} /></div>);
  const home = PATHS[pages[0] ?? "try"];

  return (
    <div className="shell">
      <nav className="rail" aria-label={t("product")}>
        <span className="mark"><Logo size={36} /></span>
        {pages.map((page) => (
          <NavLink key={page} to={PATHS[page]} data-testid={`nav-${page}`}>
            <Badge count={page === "console" ? waiting : 0} size="small" offset={[4, 0]}><i>{ICONS[page]}</i></Badge>
            <span>{t(`nav.${page}`)}</span>
          </NavLink>
        ))}
        <div className="foot">
          <button type="button" data-testid="language" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}><i><GlobalOutlined /></i><span>{t("language")}</span></button>
          <Dropdown trigger={["click"]} placement="topRight" menu={{
            items: [
              { key: "who", type: "group", label: <span className="whoami"><b>{me.name}</b><em>{named(staffWords, language, "role", me.role)} · {me.email}</em></span> },
              ...(talks ? (["online", "away", "offline"] as const).map((p) => ({ key: p, label: <span data-testid={`presence-${p}`}><Badge color={PRESENCE_COLOUR[p]} text={t(`presence.${p}`)} />{me.presence === p ? " ✓" : ""}</span> })) : []),
              { type: "divider" as const, key: "line" },
              { key: "logout", icon: <LogoutOutlined />, label: <span data-testid="logout">{t("logout")}</span> },
            ],
            onClick: ({ key }) => { if (key === "logout") void leave(); else if (key === "online" || key === "away" || key === "offline") presence.mutate(key); },
          }}>
            <button type="button" className="me" data-testid="me" data-presence={me.presence} aria-label={`${me.name}, ${t("presence")}: ${named(staffWords, language, "presence", me.presence)}`}>
              <span className="face">{[...me.name][0]}{talks ? <u style={{ background: PRESENCE_COLOUR[me.presence] ?? PRESENCE_COLOUR.offline }} /> : null}</span>
              <span>{talks ? named(staffWords, language, "presence", me.presence) : named(staffWords, language, "role", me.role)}</span>
            </button>
          </Dropdown>
        </div>
      </nav>
      <div className="stage">
        {live ? null : <div className="offline" role="status" data-testid="reconnecting">{t("reconnecting")}</div>}
        <Suspense fallback={<div className="centre"><Spin /></div>}>
          <Routes>
            <Route path="/console/:id?" element={show("console", <Console />)} />
            <Route path="/knowledge" element={show("knowledge", <Knowledge />)} />
            <Route path="/knowledge/-/replay" element={show("knowledge", <Replay />)} />
            <Route path="/knowledge/:slug" element={show("knowledge", <Editor />)} />
            <Route path="/try" element={show("try", <TryBot />)} />
            <Route path="/dashboard" element={show("dashboard", <Dashboard />)} />
            <Route path="/graph" element={show("graph", <Graph />)} />
            <Route path="/training" element={show("training", <Training />)} />
            <Route path="*" element={<Navigate to={home} replace />} />
          </Routes>
        </Suspense>
      </div>
    </div>
  );
}
