// Status is word + shape + colour, in this order of trust. Shapes are 12 px, stroke 1.5.

import {h, svg} from "./dom.js";

const SHAPES = {
    good: [["circle", {cx: 6, cy: 6, r: 5.25, class: "full"}],
        ["path", {d: "M3.5 6.2 5.3 8 8.6 4.3", class: "hole"}]],
    work: [["path", {d: "M6 1.2A4.8 4.8 0 1 1 1.2 6"}]],
    wait: [["rect", {x: 1.75, y: 1.75, width: 8.5, height: 8.5}]],
    warn: [["path", {d: "M6 1 11.3 10.8H.7Z"}], ["path", {d: "M6 4.6V7.2M6 8.6V9.4"}]],
    bad: [["path", {d: "M4 1H8L11 4V8L8 11H4L1 8V4Z"}], ["path", {d: "M4.2 4.2 7.8 7.8M7.8 4.2 4.2 7.8"}]],
    undo: [["path", {d: "M4 1.5 1.5 4 4 6.5M1.8 4H8A2.8 2.8 0 0 1 8 9.900H4"}]],
    unknown: [["rect", {x: 1.75, y: 1.75, width: 8.5, height: 8.5}],
        ["path", {d: "M4.7 4.800A1.3 1.3 0 1 1 6 6.200V7M6 8.300V8.8"}]],
};

export const shape = (token) => svg("svg", {class: `shape ${token}`, viewBox: "0 0 12 12",
    "aria-hidden": "true"},
    (SHAPES[token] ?? SHAPES.unknown).map(([tag, props]) => svg(tag, props)));

// The token of each state word of the contract.
const TOKENS = {
    good: "posted proven running resolved healed_ok attached in_force done finished closed ok balanced"
        + " verified delivered enabled equal matching succeeded up connected completed perfect ran",
    work: "ready working active started open closing queued pending requested starting sending",
    wait: "scheduled paused blocked unchanged superseded skipped unknown waiting disabled silenced"
        + " not_attached no_effect canceled cancelled draining stopped not_watched missed gone unposted",
    warn: "retrying late medium firing warning doubt acknowledged investigating failing lagging notice low"
        + " partial interrupted too_late unanchored cancelling",
    bad: "dead failed critical difference lost broken error refused high crashed discarded silent",
    undo: "amended corrected reversed healed accepted undone",
};
const TOKEN_OF = new Map(Object.entries(TOKENS).flatMap(([token, words]) => words.split(" ").map((w) =>
    [w, token])));

export const tokenOf = (state) => TOKEN_OF.get(String(state).toLowerCase().replaceAll(" ", "_")) ?? "unknown";

const WORDS = {dead: "needs a person", no_effect: "no effect", not_watched: "not watched"};
const wordOf = (state) => WORDS[state] ?? String(state ?? "–").replaceAll("_", " ");

// badge("posted"), badge("dead"), badge("warn", "late")
export function badge(state, word) {
    const token = SHAPES[state] ? state : tokenOf(state);
    return h("span", {class: `badge ${token}`}, shape(token), h("span", word ?? wordOf(state)));
}

// Icons of the rail: 20 px, stroke only.
const ICONS = {
    overview: "M3 11 10 4l7 7M5 10v6h10v-6",
    queue: "M3 5h14M3 10h14M3 15h9",
    sources: "M4 5c0-3 12-3 12 0v10c0 3-12 3-12 0V5c0 3 12 3 12 0M4 10c0 3 12 3 12 0",
    rules: "M6 3h8v14H6zM8.5 7h3M8.5 10h3M8.5 13h3",
    imports: "M10 3v9M6 8.500l4 4 4-4M4 13v3h12v-3",
    compares: "M3 4h5v12H3zM12 4h5v12h-5zM8 8h4M8 12h4",
    nodes: "M7 3h6v4H7zM2 13h6v4H2zM12 13h6v4h-6zM10 7v3M5 13v-3h10v3",
    conflicts: "M3 6h9M9 3l3 3-3 3M17 14H8M11 11l-3 3 3 3",
    ledger: "M3 4h14v12H3zM10 4v12M3 8h14",
    proof: "M10 2.5 16 5v5c0 4-3 6.5-6 7.500C7 16.5 4 14 4 10V5zM7.5 10l2 2 3-4",
    alerts: "M5 14V9a5 5 0 0 1 10 0v5l1.5 1.500h-13zM8.5 17.500h3",
    jobs: "M10 6a4 4 0 1 0 0 8 4 4 0 0 0 0-8M10 2v3M10 15v3M2 10h3M15 10h3",
    schedules: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6v4l3 2",
    analytics: "M4 16V9M8 16V4M12 16v-6M16 16V7",
    configuration: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
    access: "M7 8a3.5 3.5 0 1 0 0 5l1.5-1.500H17v-2.500h-8.500z",
    audit: "M5 3h10v14l-2.5-1.500L10 17l-2.5-1.500L5 17zM8 7h4M8 10h4",
    more: "M4 10h.010M10 10h.010M16 10h.010",
    find: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4M13 13l4 4",
    copy: "M7 7h9v10H7zM13 7V3H4v10h3",
    pause: "M7 4v12M13 4v12",
    play: "M6 4l10 6-10 6z",
    theme: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
    help: "M7 7.500a3 3 0 1 1 3 3.500v1.500M10 15v.5",
    person: "M10 4a3 3 0 1 0 0 6 3 3 0 0 0 0-6M4 17c0-5 12-5 12 0",
};

export const icon = (name) => svg("svg", {class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true"},
    svg("path", {d: ICONS[name] ?? ICONS.more}));
