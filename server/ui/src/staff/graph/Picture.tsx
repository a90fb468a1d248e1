// The graph drawn: a part of it at a time, grown by clicking. Positions come from d3-force; the view pans and zooms.
import { AimOutlined, ClearOutlined, MinusOutlined, PlusOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Tooltip } from "antd";
import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationLinkDatum, type SimulationNodeDatum } from "d3-force";
import { useCallback, useEffect, useMemo, useRef, useState, type PointerEvent } from "react";
import { staff } from "../../api/staff";
import type { GraphReply, GraphRow, GraphView } from "../../api/types";
import { NodeSelect } from "./parts";
import { NEW } from "./Graph";
import { COLOURS } from "./shapes";
import { useWords } from "./words";

/** More at once would be a ball of wool. */
const EXPANDED = 40;
const DRAWN = 220;
const START = "category:all";

interface Dot extends SimulationNodeDatum { id: string; row: GraphRow }
interface Line extends SimulationLinkDatum<Dot> { key: string; kind: string }
interface Net { dots: Map<string, Dot>; lines: Map<string, Line>; more: Map<string, number> }
interface Look { x: number; y: number; k: number }

const empty = (): Net => ({ dots: new Map(), lines: new Map(), more: new Map() });

export function Picture({ open, found, reply, version, onGo }: { open: string | undefined; found: readonly GraphRow[] | undefined; reply: GraphReply | undefined; version: number; onGo: (id: string) => void }) {
  const { w, label, edge } = useWords();
  const client = useQueryClient();
  const [net, setNet] = useState<Net>(empty);
  const [, drawn] = useState(0);
  const [look, setLook] = useState<Look>({ x: 0, y: 0, k: 1 });
  const [hover, setHover] = useState<string>();
  const frame = useRef<SVGSVGElement>(null);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const moved = useRef(false);
  const fits = useRef(true);

  const load = useCallback((id: string): Promise<GraphView> => client.fetchQuery({ queryKey: ["graph", "node", id], queryFn: () => staff.graphNode(id), staleTime: 2_000 }), [client]);

  /** A node with its neighbours, or only with those that are drawn already. */
  const grow = useCallback(async (id: string, wide: boolean) => {
    let view: GraphView;
    try { view = await load(id); } catch { return; }
    setNet((old) => {
      const next: Net = { dots: new Map(old.dots), lines: new Map(old.lines), more: new Map(old.more) };
      const at = next.dots.get(id);
      const row: GraphRow = { id, kind: view.node.kind, zh: view.node.name.zh, en: view.node.name.en, edges: view.edges.length };
      next.dots.set(id, at ? Object.assign(at, { row }) : { id, row, x: (Math.random() - 0.5) * 120, y: (Math.random() - 0.5) * 120 });
      const centre = next.dots.get(id) ?? { x: 0, y: 0 };
      let added = 0;
      let left = 0;
      for (const neighbour of view.neighbours) {
        const known = next.dots.get(neighbour.id);
        if (known) { known.row = neighbour; continue; }
        if (!wide || added >= EXPANDED || next.dots.size >= DRAWN) { left += 1; continue; }
        const turn = (added / Math.max(1, Math.min(EXPANDED, view.neighbours.length))) * 2 * Math.PI;
        next.dots.set(neighbour.id, { id: neighbour.id, row: neighbour, x: (centre.x ?? 0) + 90 * Math.cos(turn), y: (centre.y ?? 0) + 90 * Math.sin(turn) });
        added += 1;
      }
      next.more.set(id, left);
      // Edges of this node that are gone since, are gone here, too.
      for (const [key, line] of next.lines) if (end(line.source) === id || end(line.target) === id) next.lines.delete(key);
      for (const e of view.edges) {
        const key = `${e.from} ${e.kind} ${e.to}`;
        if (next.dots.has(e.from) && next.dots.has(e.to)) next.lines.set(key, { key, kind: e.kind, source: e.from, target: e.to });
      }
      return next;
    });
  }, [load]);

  // What is asked for decides what is drawn first: a path, what was searched for, the open node, else the categories.
  const path = useMemo(() => reply?.steps.map((s) => s.node) ?? [], [reply]);
  const pathKey = path.join(" ");
  useEffect(() => {
    if (path.length === 0) return;
    void (async () => { fits.current = true; setNet(empty()); for (const id of new Set([...path, ...(reply?.nodes ?? []).slice(0, 20)])) await grow(id, false); })();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the path is what matters, not the object that holds it
  }, [pathKey, grow]);
  const foundKey = found?.map((r) => r.id).join(" ");
  useEffect(() => {
    if (!found || found.length === 0) return;
    void (async () => { fits.current = true; setNet(empty()); for (const row of found.slice(0, 30)) await grow(row.id, found.length <= 3); })();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a reload of the same nodes draws nothing anew
  }, [foundKey, grow]);
  useEffect(() => {
    if (open !== undefined && open !== NEW) void grow(open, true);
    else if (path.length === 0 && !found) void grow(START, true);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only where the reader goes, and what was changed there
  }, [open, version, grow]);

  useEffect(() => {
    const dots = [...net.dots.values()];
    const lines = [...net.lines.values()].map((l) => Object.assign(l, { source: end(l.source), target: end(l.target) }));
    const simulation = forceSimulation<Dot>(dots)
      .force("link", forceLink<Dot, Line>(lines).id((d) => d.id).distance(95).strength(0.35))
      .force("charge", forceManyBody<Dot>().strength(-260).distanceMax(420))
      .force("x", forceX<Dot>(0).strength(0.035)).force("y", forceY<Dot>(0).strength(0.05))
      .force("collide", forceCollide<Dot>(30))
      .alpha(0.7).alphaDecay(0.045)
      .on("tick", () => {
        drawn((n) => n + 1);
        // What is drawn anew is brought into view once it has settled, unless the reader has moved it himself.
        if (fits.current && simulation.alpha() < 0.12) { fits.current = false; setLook(fitted(dots, frame.current)); }
      });
    return () => { simulation.stop(); };
  }, [net]);

  const size = () => frame.current?.getBoundingClientRect() ?? { width: 800, height: 500, left: 0, top: 0 };
  const zoom = useCallback((by: number, at?: { x: number; y: number }) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return;
    setLook((l) => {
      const k = Math.min(3, Math.max(0.2, l.k * by));
      const px = (at ? at.x - box.left : box.width / 2) - box.width / 2;
      const py = (at ? at.y - box.top : box.height / 2) - box.height / 2;
      return { k, x: px - ((px - l.x) * k) / l.k, y: py - ((py - l.y) * k) / l.k };
    });
  }, []);
  const fit = () => setLook(fitted([...net.dots.values()], frame.current));
  // React's own wheel listener is passive and cannot keep the page from scrolling.
  useEffect(() => {
    const svg = frame.current;
    if (!svg) return;
    const wheel = (e: WheelEvent) => { e.preventDefault(); zoom(Math.exp(-e.deltaY * 0.0016), { x: e.clientX, y: e.clientY }); };
    svg.addEventListener("wheel", wheel, { passive: false });
    return () => svg.removeEventListener("wheel", wheel);
  }, [zoom]);

  const down = (e: PointerEvent) => { pointers.current.set(e.pointerId, { x: e.clientX, y: e.clientY }); if (pointers.current.size === 1) moved.current = false; };
  const move = (e: PointerEvent) => {
    const before = pointers.current.get(e.pointerId);
    if (!before) return;
    const others = [...pointers.current].filter(([id]) => id !== e.pointerId).map(([, p]) => p);
    const dx = e.clientX - before.x;
    const dy = e.clientY - before.y;
    const other = others[0];
    if (other) {
      const far = (p: { x: number; y: number }) => Math.hypot(p.x - other.x, p.y - other.y);
      zoom(far({ x: e.clientX, y: e.clientY }) / Math.max(1, far(before)), { x: (e.clientX + other.x) / 2, y: (e.clientY + other.y) / 2 });
    } else if (moved.current || Math.hypot(dx, dy) > 3) {
      moved.current = true;
      fits.current = false;
      frame.current?.setPointerCapture(e.pointerId);
      setLook((l) => ({ ...l, x: l.x + dx, y: l.y + dy }));
    } else return;
    pointers.current.set(e.pointerId, { x: e.clientX, y: e.clientY });
  };
  const up = (e: PointerEvent) => { pointers.current.delete(e.pointerId); };

  const box = size();
  const onPath = new Set(path);
  const asked = new Set(reply?.nodes ?? []);
  const near = new Set<string>();
  for (const l of net.lines.values()) { const [a, b] = [end(l.source), end(l.target)]; if (a === hover || a === open) near.add(b); if (b === hover || b === open) near.add(a); }
  const steps = new Set<string>();
  path.forEach((id, i) => { const to = path[i + 1]; if (to !== undefined) { steps.add(`${id} ${to}`); steps.add(`${to} ${id}`); } });
  const left = open === undefined ? 0 : net.more.get(open) ?? 0;
  const openDot = open === undefined ? undefined : net.dots.get(open);

  return (
    <div className="graph-picture" data-testid="picture" data-dots={net.dots.size}>
      <svg ref={frame} role="application" aria-label={w("pictureHint")} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} onPointerLeave={up}>
        <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" /></marker></defs>
        <g transform={`translate(${box.width / 2 + look.x} ${box.height / 2 + look.y}) scale(${look.k})`}>
          {[...net.lines.values()].map((l) => {
            const a = net.dots.get(end(l.source));
            const b = net.dots.get(end(l.target));
            if (!a || !b) return null;
            const [ax, ay, bx, by] = [a.x ?? 0, a.y ?? 0, b.x ?? 0, b.y ?? 0];
            const length = Math.hypot(bx - ax, by - ay) || 1;
            const [tx, ty] = [bx - ((bx - ax) / length) * 13, by - ((by - ay) / length) * 13];
            const lit = steps.has(`${a.id} ${b.id}`);
            const close = lit || a.id === open || b.id === open || a.id === hover || b.id === hover;
            return <g key={l.key} className={lit ? "line lit" : close ? "line close" : "line"}><line x1={ax} y1={ay} x2={tx} y2={ty} markerEnd="url(#arrow)" />{close && look.k > 0.55 ? <text x={(ax + bx) / 2} y={(ay + by) / 2 - 3}>{edge(l.kind)}</text> : null}</g>;
          })}
          {[...net.dots.values()].map((d) => (
            <g key={d.id} className={`dot${d.id === open ? " open" : ""}${onPath.has(d.id) ? " lit" : ""}${asked.has(d.id) ? " asked" : ""}`} transform={`translate(${d.x ?? 0} ${d.y ?? 0})`} tabIndex={0} role="button" aria-label={label(d.row)} data-testid="dot" data-id={d.id}
              onPointerEnter={() => setHover(d.id)} onPointerLeave={() => setHover(undefined)}
              onClick={() => { if (!moved.current) onGo(d.id); }} onKeyDown={(e) => { if (e.key === "Enter") onGo(d.id); }}>
              <circle r={d.row.kind === "category" || d.row.kind === "policy" ? 11 : 9} fill={COLOURS[d.row.kind] ?? "#64748b"} />
              {look.k > 0.5 || near.has(d.id) || d.id === open || onPath.has(d.id) ? <text y={23}>{short(label(d.row))}</text> : null}
            </g>
          ))}
        </g>
      </svg>
      <div className="tools">
        <NodeSelect placeholder={w("goTo")} testId="picture-search" onChange={onGo} />
        <Tooltip title={w("zoomIn")}><Button icon={<PlusOutlined />} aria-label={w("zoomIn")} onClick={() => zoom(1.3)} /></Tooltip>
        <Tooltip title={w("zoomOut")}><Button icon={<MinusOutlined />} aria-label={w("zoomOut")} onClick={() => zoom(1 / 1.3)} /></Tooltip>
        <Tooltip title={w("fitAll")}><Button icon={<AimOutlined />} aria-label={w("fitAll")} data-testid="fit" onClick={fit} /></Tooltip>
        <Tooltip title={w("clearPicture")}><Button icon={<ClearOutlined />} aria-label={w("clearPicture")} onClick={() => { fits.current = true; setNet(empty()); void grow(open !== undefined && open !== NEW ? open : START, true); }} /></Tooltip>
      </div>
      <p className="hint soft">{openDot && left > 0 ? w("hiddenNeighbours", { name: label(openDot.row), n: left }) : w("pictureHint")}</p>
    </div>
  );
}

/** The view in which all dots can be seen. */
function fitted(dots: readonly Dot[], svg: SVGSVGElement | null): Look {
  if (dots.length === 0 || svg === null) return { x: 0, y: 0, k: 1 };
  const xs = dots.map((d) => d.x ?? 0);
  const ys = dots.map((d) => d.y ?? 0);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const box = svg.getBoundingClientRect();
  const k = Math.min(1.4, Math.max(0.2, Math.min(box.width / (right - left + 180), (box.height - 60) / (bottom - top + 110))));
  return { k, x: (-(left + right) / 2) * k, y: (-(top + bottom) / 2) * k + 12 };
}

function end(at: Line["source"]): string {
  return typeof at === "object" ? at.id : String(at);
}

function short(name: string): string {
  const letters = [...name];
  const most = /\p{Script=Han}/u.test(name) ? 12 : 22;
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : name;
}
