// What stands around each screen: rail, top bar, banners, and the state of the connection.

import {session} from "./api.js";
import {fill, h, say, store, text} from "./dom.js";
import {clock, setZone, span, tickAll, zone, zoneName} from "./format.js";
import {icon, shape} from "./icons.js";
import {again, live, setPaused, setRate} from "./live.js";

// [path, word, icon, key, scope]; null is a rule between groups.
const RAIL = [["", "Overview", "overview", "o"], ["queue", "Queue", "queue", "q"],
    ["ledger", "Ledger", "ledger", "l"],
    ["alerts", "Alerts", "alerts", "a"], ["proof", "Proof", "proof", "p"], ["sources", "Sources", "sources",
        "s"],
    ["rules", "Rules", "rules", "r"], ["imports", "Imports", "imports", "i"],
    ["compares", "Compare", "compares", "m"],
    ["nodes", "Nodes", "nodes", "n"], ["conflicts", "Conflicts", "conflicts", "x"], null, ["jobs", "Jobs", "jobs", "j"], ["schedules", "Schedules",
        "schedules", "h"],
    ["analytics", "Analytics", "analytics", "y"], null,
    ["configuration", "Configuration", "configuration", "c"], ["access", "Access", "access", null, "admin"],
    ["audit", "Audit", "audit", "u", "audit"]];
// What a token of one site can read.
const RAIL_OF_SITE = [["queue", "Queue", "queue", "q"], ["ledger/entries", "Entries", "ledger", "l"]];

let acts = {};
const parts = {};
let path = "";

export function drawShell(given) {
    acts = given;
    drawTop();
    drawRail();
    clearInterval(parts.timer);
    parts.timer = setInterval(tick, 1000);
    tick();
}

function drawRail() {
    const rail = document.getElementById("rail");
    let cut = false;
    let place = 0;
    parts.links = [];
    const items = (session.site ? RAIL_OF_SITE : RAIL).flatMap((item) => {
        if (item === null) {
            cut = true;
            return [];
        }
        const [to, word, picture, key, scope] = item;
        if (scope && !session.scopes.includes(scope)) return [];
        const mark = h("b", {class: "mark"});
        const link = h("a", {href: to || "./", title: key ? `${word} (g ${key})` : word}, icon(picture),
            h("span", word), mark);
        parts.links.push({to, link, mark});
        const name = `${place++ < 4 ? "first" : ""} ${cut ? "cut" : ""}`.trim();
        cut = false;
        return h("li", {class: name || null}, link);
    });
    const more = h("button", {type: "button", "aria-expanded": "false", onclick() {
        more.setAttribute("aria-expanded", String(rail.classList.toggle("all")));
    }}, icon("more"), "More");
    fill(rail, h("ul", {onclick: (e) => e.target.closest("a") && rail.classList.remove("all")}, items,
        h("li", {class: "more"}, more)));
    markRail(path);
}

export function markRail(to) {
    path = to;
    for (const {to: own, link} of parts.links ?? []) {
        const inside = own ? to === own || to.startsWith(`${own}/`) : to === "";
        if (inside || (own === "queue" && /^(changes|records)\//.test(to))) link.setAttribute("aria-current",
            "page");
        else link.removeAttribute("aria-current");
    }
}

function drawTop() {
    parts.where = h("span", {class: "where"});
    parts.live = h("button", {type: "button", id: "live", class: "quiet", onclick: liveMenu,
        "aria-haspopup": "dialog"});
    parts.pause = h("button", {type: "button", class: "quiet roomy", onclick: acts.togglePause,
        hidden: Boolean(session.site)});
    parts.bell = h("a", {href: "alerts", class: "button quiet", hidden: Boolean(session.site)});
    parts.zone = h("select", {"aria-label": "Zone of all times", class: "roomy", value: zone.choice,
        onchange: (e) => setZone(e.target.value)}, [["utc", "UTC"], ["browser", "Browser"],
            ["books", "Books"]]
        .map(([value, word]) => h("option", {value}, word)));
    parts.zone.value = zone.choice;
    const button = (name, picture, run, extra = "") => h("button", {type: "button", class: `quiet ${extra}`,
        "aria-label": name, title: name, onclick: run}, icon(picture));
    fill(document.getElementById("top"), h("a", {href: "./", class: "brand"}, "pgsync"), parts.where,
        h("span", {class: "gap"}), parts.live, parts.pause, parts.bell, parts.zone,
        button("Theme: system, light or dark (t)", "theme", () => setTheme(), "roomy"),
        button("Keys and help (?)", "help", acts.help, "roomy"),
        h("a", {href: "login", class: "button quiet", "aria-label": session.logged_in
            ? `Session of ${session.name ?? "anonymous"}` : "Log in", title: session.name ?? "Log in"},
                icon("person")),
        h("button", {type: "button", class: "find", onclick: acts.palette, "aria-label": "Find anything"},
            icon("find"), h("span", "Find a bill, id, account"), h("kbd", "/")));
    for (const node of document.querySelectorAll("#top a.button")) node.classList.add("quiet");
}

const NEXT = {system: "light", light: "dark", dark: "system"};
export function setTheme(name) {
    const next = name ?? NEXT[store("theme") ?? "system"];
    store("theme", next);
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    if (!name) say(`Theme: ${next}`);
}

async function liveMenu() {
    const {modal} = await import("./dialog.js");
    const choice = live.rate === 0 || live.paused ? 0 : live.rate;
    const option = (value, word) => h("label", {class: "check"},
        h("input", {type: "radio", name: "rate", value,
        checked: value === choice, onchange() {
            setPaused(false);
            setRate(value);
            tick();
        }}), word);
    modal("Live figures", h("fieldset", {class: "stack tight"}, h("legend", {class: "unseen"}, "How often"),
        option(1, "each second"), option(10, "each 10 seconds"), option(0, "off")),
    h("p", {class: "muted small"}, "Lists never move by themselves: new rows wait behind a bar."),
    h("form", {method: "dialog", class: "acts"}, h("button", {class: "main"}, "Close")));
}

// The height of the banners keeps the end of the page above them.
new ResizeObserver(([seen]) => document.documentElement.style.setProperty("--banners",
    `${Math.ceil(seen.contentRect.height)}px`)).observe(document.getElementById("banners"));

// Banners, one per cause. {kind, words, act: [word, run], closes}
const banners = new Map();
export function banner(cause, what) {
    const place = document.getElementById("banners");
    const old = banners.get(cause);
    if (!what) {
        old?.node.remove();
        banners.delete(cause);
        return;
    }
    if (old) {
        text(old.words, what.words);
        return;
    }
    const words = h("span", what.words);
    const node = h("div", {class: `banner ${what.kind}`}, shape(what.kind), words,
        what.act && h("button", {type: "button", class: "quiet", onclick: what.act[1]}, what.act[0]),
        what.closes && h("button", {type: "button", class: "quiet", onclick: () => banner(cause, null)},
            "Close"));
    banners.set(cause, {node, words});
    place.append(node);
}

let away = null;
addEventListener("pgsync:away", () => { away ??= new Date(); tick(); });
addEventListener("pgsync:reached", () => { away = null; });

function tick() {
    const state = live.state();
    const status = live.last("status");
    document.documentElement.dataset.live = state;
    drawLive(state);
    text(parts.where, [status?.database ?? session.database, session.site && `site ${session.site}`,
        status?.durability?.sentence]
        .filter(Boolean).join(" · "));
    parts.where.title = parts.where.textContent;
    drawMarks(status);
    const link = live.link();
    if (link.state === "open" && state === "fresh") away = null;
    if (state === "offline" && !away) {
        const left = Math.max(0, Math.ceil((link.again - Date.now()) / 1000));
        banner("offline", {kind: "bad", words: `Not connected since ${clock(link.since)} (${zoneName()}). `
            + `Figures are the last known. Trying again ${left ? `in ${left} s` : "now"}.`,
                act: ["Try now", again]});
    } else banner("offline", null);
    banner("stale", state === "stale" ? {kind: "warn",
        words: `No news for ${span(Math.floor(live.age()))}. Figures may be old.`, act: ["Reconnect", again]}
            : null);
    banner("paused", status?.paused ? {kind: "warn",
        words: "Posting is paused for all tables. Changes are kept.",
    } : null);
    banner("away", away ? {kind: "bad", words: `The database is away since ${clock(away)}. `
        + "Figures are the last known; acts are refused until it is back.", act: ["Try now", again]} : null);
    tickAll();
}

const LIVE = {fresh: ["good", "live"], late: ["wait", ""], stale: ["warn", "stale"],
    offline: ["bad", "offline"],
    paused: ["wait", "paused"], closed: ["wait", "not live"]};

function drawLive(state) {
    const [token, word] = LIVE[state];
    if (parts.live.dataset.state !== state || !parts.live.lastChild) {
        parts.live.dataset.state = state;
        fill(parts.live, shape(token), h("span"));
    }
    const old = live.age();
    const words = state === "fresh" ? `live ${live.rate} s` : state === "late" && old !== null
        ? `${span(Math.floor(old))} ago` : word || "connecting";
    text(parts.live.lastChild, words);
    const paused = state === "paused";
    if (parts.pause.dataset.paused !== String(paused)) {
        parts.pause.dataset.paused = String(paused);
        parts.pause.title = `${paused ? "Go on" : "Pause"} (.)`;
        fill(parts.pause, icon(paused ? "play" : "pause"), h("span", {class: "unseen"},
            paused ? "Go on with live figures" : "Pause live figures"));
        parts.pause.onclick = paused && live.rate === 0 ? () => setRate(1) : null;
    }
}

function drawMarks(status) {
    const firing = status?.alerts?.firing;
    const words = firing === undefined ? "–" : String(firing);
    if (parts.bell.dataset.words !== words) {
        parts.bell.dataset.words = words;
        parts.bell.setAttribute("aria-label", firing === undefined ? "Alerts: unknown"
            : `Alerts firing: ${firing}`);
        fill(parts.bell, firing ? shape(status.alerts.worst === "critical" ? "bad" : "warn") : icon("alerts"),
            h("span", words));
    }
    const dead = status?.dead;
    for (const {to, mark} of parts.links ?? []) {
        const n = to === "queue" ? dead : to === "alerts" ? firing : 0;
        const token = to === "queue" || status?.alerts?.worst === "critical" ? "bad" : "warn";
        if (mark.dataset.n === String(n)) continue;
        mark.dataset.n = String(n);
        fill(mark, n ? [h("span", {class: "unseen"}, to === "queue" ? "need a person: " : "firing: "),
            h("i", {class: `badge ${token}`}, shape(token),
                h("span", n > 999 ? "999+"
                    : `${n}${status.dead_capped && to === "queue" ? "+" : ""}`))] : null);
    }
}

live.on("link", () => parts.live && tick());
live.on("alert", ({changed}) => {
    for (const a of changed ?? []) say(`Alert ${a.state}: ${a.kind}${a.table ? ` ${a.table}`
        : ""}. ${a.message ?? ""}`);
});
