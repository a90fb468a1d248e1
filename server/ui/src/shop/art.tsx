/** @jsxImportSource preact */
// Product pictures drawn from the product's id: one line drawing per kind of thing on a quiet ground.
import type { ComponentChildren } from "preact";

export type Department = "digital" | "home" | "wear" | "beauty" | "food" | "other";

interface Kind { match: RegExp; department: Department; art: () => ComponentChildren }

const KINDS: Kind[] = [
  { match: /headphone|earbud|e1-/, department: "digital", art: () => <><path d="M30 74V58a30 30 0 0 1 60 0v16" /><rect x="23" y="66" width="16" height="26" rx="8" /><rect x="81" y="66" width="16" height="26" rx="8" /></> },
  { match: /speaker|soundbar/, department: "digital", art: () => <><rect x="38" y="24" width="44" height="72" rx="14" /><circle cx="60" cy="70" r="13" /><circle cx="60" cy="41" r="5" /></> },
  { match: /phone|case/, department: "digital", art: () => <><rect x="40" y="20" width="40" height="80" rx="10" /><path d="M55 28h10" /><circle cx="60" cy="88" r="2.500" /></> },
  { match: /power-bank|charger|cable/, department: "digital", art: () => <><rect x="38" y="38" width="44" height="60" rx="10" /><path d="M50 38V24M70 38V24M64 56l-10 14h12l-10 14" /></> },
  { match: /laptop|monitor|tv|j-pad|tablet|note-pro/, department: "digital", art: () => <><rect x="28" y="32" width="64" height="44" rx="6" /><path d="M18 90h84M48 76l-2 14M72 76l2 14" /></> },
  { match: /keyboard|mouse/, department: "digital", art: () => <><rect x="20" y="44" width="80" height="34" rx="8" /><path d="M32 56h.1M44 56h.1M56 56h.1M68 56h.1M80 56h.1M88 56h.1M44 67h32" /></> },
  { match: /watch|band/, department: "digital", art: () => <><rect x="40" y="40" width="40" height="42" rx="12" /><path d="M46 40l4-18h20l4 18M46 82l4 18h20l4-18M60 52v10l7 5" /></> },
  { match: /fridge|washer|aircon|air-purifier|vacuum|robot|humidifier|dryer/, department: "home", art: () => <><rect x="34" y="22" width="52" height="76" rx="8" /><circle cx="60" cy="66" r="18" /><path d="M44 34h14M50 66a10 10 0 0 1 10-10" /></> },
  { match: /lamp/, department: "home", art: () => <><path d="M44 98h32M60 98V66M60 66L42 42M34 50l20-20 10 10-20 20z" /></> },
  { match: /coffee|kettle|thermos|cup|blender|tea-table/, department: "home", art: () => <><path d="M34 46h46v26a18 18 0 0 1-18 18H52a18 18 0 0 1-18-18zM80 52h6a10 10 0 0 1 0 20h-6M48 34c0-6 5-6 5-12M62 34c0-6 5-6 5-12" /></> },
  { match: /rice-cooker|fryer|wok|pot|knife/, department: "home", art: () => <><path d="M28 56h64v16a20 20 0 0 1-20 20H48a20 20 0 0 1-20-20zM20 60h8M92 60h8M34 46h52M60 46v-8" /></> },
  { match: /pillow|duvet|bedset|mattress|blanket/, department: "home", art: () => <><path d="M24 80V50a8 8 0 0 1 8-8h56a8 8 0 0 1 8 8v30M18 80h84v10M18 80v10M36 62h48a8 8 0 0 1 8 8v10H28V70a8 8 0 0 1 8-8z" /></> },
  { match: /desk|chair|sofa|bookshelf|table/, department: "home", art: () => <><path d="M30 62V46a10 10 0 0 1 10-10h40a10 10 0 0 1 10 10v16M22 62h16v14h44V62h16v28H22zM32 90v8M88 90v8" /></> },
  { match: /shirt|jacket|sweater|raincoat|brief|bra|thermal|hoodie/, department: "wear", art: () => <><path d="M46 26l-24 14 10 18 10-5v43h36V53l10 5 10-18-24-14a14 14 0 0 1-28 0z" /></> },
  { match: /dress|legging/, department: "wear", art: () => <><path d="M48 22l6 12h12l6-12M50 34l4 22-20 40h52L66 56l4-22M54 56h12" /></> },
  { match: /runner|boot|loafer|slipper|sock|shoe/, department: "wear", art: () => <><path d="M22 78V52c8 6 16 4 20-4l22 18c10 6 26 4 34 14v4H22zM22 78v12h76v-6M50 54l-6 6M58 60l-6 6" /></> },
  { match: /serum|sunscreen|cleanser|lipstick|perfume|foundation|mask/, department: "beauty", art: () => <><rect x="42" y="50" width="36" height="48" rx="8" /><path d="M52 50V36h16v14M56 36v-12h8v12M52 70h16M52 80h10" /></> },
  { match: /tea|cake|nut|beef|mooncake|olive|rice|cherry|salmon|crab/, department: "food", art: () => <><path d="M60 40c-20-14-38 2-34 24 3 18 14 34 24 34 5 0 6-3 10-3s5 3 10 3c10 0 21-16 24-34 4-22-14-38-34-24zM60 40c0-10 5-18 14-20" /></> },
  { match: /tent|sleeping|backpack|yoga|dumbbell|bike/, department: "other", art: () => <><path d="M60 28l42 66H18zM60 28v66M60 60l18 34M60 60L42 94" /></> },
  { match: /cat|dog|pet/, department: "other", art: () => <><circle cx="42" cy="46" r="8" /><circle cx="60" cy="38" r="8" /><circle cx="78" cy="46" r="8" /><path d="M60 60c14 0 26 14 24 26-2 10-14 10-24 6-10 4-22 4-24-6-2-12 10-26 24-26z" /></> },
  { match: /book|novel|atlas|cook/, department: "other", art: () => <><path d="M60 38c-10-8-24-10-36-8v58c12-2 26 0 36 8 10-8 24-10 36-8V30c-12-2-26 0-36 8zM60 38v58" /></> },
];
const BOX: Kind = { match: /./, department: "other", art: () => <><path d="M24 46l36-18 36 18v36L60 100 24 82zM24 46l36 18 36-18M60 64v36M42 37l36 18" /></> };

const GROUND: Record<Department, [string, string, string]> = {
  digital: ["#e3efee", "#cfe3e4", "#1d5a60"],
  home: ["#eeeee6", "#e0e2d2", "#56603b"],
  wear: ["#ecebf3", "#dcdaea", "#4d4878"],
  beauty: ["#f5eaea", "#ecd8d9", "#8a4650"],
  food: ["#f5eee1", "#ecdfc5", "#80591c"],
  other: ["#e8eff5", "#d4e0ec", "#345575"],
};

function kindOf(id: string): Kind {
  const name = id.replace(/^product:/, "");
  return KINDS.find((k) => k.match.test(name)) ?? BOX;
}

export function departmentOf(id: string): Department {
  return kindOf(id).department;
}

export function Art({ id, small = false }: { id: string; small?: boolean }) {
  const kind = kindOf(id);
  const [from, to, line] = GROUND[kind.department];
  return (
    <span class={small ? "art small" : "art"} style={{ background: `linear-gradient(145deg, ${from}, ${to})`, color: line }} aria-hidden="true">
      <svg viewBox="0 0 120 120" fill="none" stroke="currentColor" stroke-width="2.600" stroke-linecap="round" stroke-linejoin="round">{kind.art()}</svg>
    </span>
  );
}
