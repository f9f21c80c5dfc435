// Start, routes and keys. Screens are loaded when they are first opened.

import {ROOT, Problem, can, loadSession, session, setSession} from "./api.js";
import {copy, fill, h, say, store} from "./dom.js";
import {setZone, zone} from "./format.js";
import * as live from "./live.js";
import {banner, drawShell, markRail, setTheme} from "./shell.js";

// Path below the root → module. ":name" is one part of the path.
const ROUTES = Object.entries({
    "": "overview", queue: "queue", "changes/:change": "change", "records/:table/:key": "record",
    sources: "sources", rules: "rules", "rules/:rule": "rules", imports: "imports", "imports/:view": "imports",
    compares: "compares", "compares/:name": "compare", "compares/:name/differences": "comparerows",
    nodes: "nodes", conflicts: "conflicts", "conflicts/:conflict": "conflict", ledger: "ledger",
    "ledger/accounts/:code": "account", "ledger/entries": "entries", "ledger/entries/:entry": "entry",
    "ledger/periods": "periods", proof: "proof", alerts: "alerts", jobs: "jobs", schedules: "schedules",
    configuration: "configuration", access: "access", audit: "audit", analytics: "analytics",
        login: "session",
}).map(([path, module]) => ({names: path.split("/"), module}));

const GO = {o: ["", "Overview"], q: ["queue", "Queue"], l: ["ledger", "Ledger"], p: ["proof", "Proof"],
    a: ["alerts", "Alerts"], j: ["jobs", "Jobs"], s: ["sources", "Sources"], r: ["rules", "Rules"], i: ["imports", "Imports"],
    m: ["compares", "Compare"], n: ["nodes", "Nodes"], x: ["conflicts", "Conflicts"],
    c: ["configuration", "Configuration"], u: ["audit", "Audit"], h: ["schedules", "Schedules"],
    y: ["analytics", "Analytics"]};
// What a token of one site can read; all other screens are of all sites.
const OF_SITE = new Set(["queue", "change", "record", "entries", "entry", "session"]);
const goTo = () => (session.site ? {q: GO.q, l: ["ledger/entries", "Entries"]} : GO);

const main = document.getElementById("main");
let current = null;

function match(path) {
    const parts = path.split("/").filter((p, i) => p || i === 0);
    for (const {names, module} of ROUTES) {
        if (names.length !== parts.length) continue;
        const params = {};
        if (names.every((n, i) => (n[0] === ":" ? params[n.slice(1)] = decodeURIComponent(parts[i])
            : n === parts[i]))) {
            return {module, params};
        }
    }
    return null;
}

const here = () => decodeURI(location.href.slice(ROOT.length)).split(/[?#]/)[0].replace(/\/$/, "");
const rawHere = () => location.href.slice(ROOT.length).split(/[?#]/)[0].replace(/\/$/, "");

// Goes to a path below the root, such as "queue?state=dead".
export function go(path, {replace = false} = {}) {
    const url = new URL(path || "./", ROOT);
    if (current) history.replaceState({...history.state, y: scrollY}, "");
    history[replace ? "replaceState" : "pushState"]({y: 0}, "", url);
    return open();
}

async function open({back = false} = {}) {
    const path = rawHere();
    if (back && current?.path === path && current.onQuery) {
        current.query = new URLSearchParams(location.search);
        current.onQuery(current.query);
        return;
    }
    current?.stop.abort();
    document.querySelector("dialog[open]")?.close();
    const found = match(path);
    const stop = new AbortController();
    const ctx = current = context(path, found?.params ?? {}, stop);
    markRail(path);
    if (!session.logged_in && found?.module !== "session" && session.loaded && !can("read")) {
        go(`login?next=${encodeURIComponent(path + location.search)}`, {replace: true});
        return;
    }
    if (!found) {
        draw(ctx, "Nothing is here", h("div", {class: "panel"}, h("p", "There is no screen at ",
            h("code", here()), "."),
            h("p", h("a", {href: "./"}, "To the overview"))));
        return;
    }
    if (session.site && !OF_SITE.has(found.module)) {
        if (!path) {
            go("queue", {replace: true});
            return;
        }
        draw(ctx, "Not for one site", h("div", {class: "panel"}, h("p", "This screen is of all sites; you see ",
            h("strong", session.site), " alone."), h("p", h("a", {href: "queue"}, "To the queue"))));
        return;
    }
    try {
        const screen = await import(`./${found.module}.js`);
        if (stop.signal.aborted) return;
        draw(ctx, typeof screen.title === "function" ? screen.title(ctx.params) : screen.title);
        main.setAttribute("aria-busy", "true");
        await screen.show(ctx);
        if (back && history.state?.y) scrollTo(0, history.state.y);
    } catch (error) {
        if (stop.signal.aborted) return;
        if (!(error instanceof Problem)) {
            console.error(error);
            error.detail = "This screen could not be loaded. The rest of the page still works.";
            error.title = "The screen failed";
        }
        if (!main.querySelector("h1")) draw(ctx, "This screen failed");
        ctx.put(await problem(error, () => open()));
    } finally {
        if (!stop.signal.aborted) main.removeAttribute("aria-busy");
    }
}

async function problem(error, again) {
    const {problemNote} = await import("./dialog.js");
    return h("div", {class: "panel"}, problemNote(error, again));
}

function draw(ctx, title, ...content) {
    fill(main, h("div", {class: "screen"}, ctx.head, ctx.body));
    ctx.title(title);
    ctx.put(...content);
    scrollTo(0, 0);
    if (context.moved) ctx.h1.focus({preventScroll: true});
    context.moved = true;
}

// What a screen gets. See CORE.md.
function context(path, params, stop) {
    const h1 = h("h1", {tabindex: "-1"});
    const tools = h("div", {class: "line no-print"});
    const ctx = {path, params, query: new URLSearchParams(location.search), signal: stop.signal, stop, h1,
        keyMap: {},
        head: h("div", {class: "head"}, h1, tools), body: h("div", {class: "stack"}), can, go, session,
            problem,
        title(words) {
            h1.textContent = words;
            document.title = `${words} · ${session.database ?? "pgsync"}`;
        },
        put: (...nodes) => fill(ctx.body, nodes),
        tools: (...nodes) => fill(tools, nodes),
        on: (topic, hear) => live.live.on(topic, hear, stop.signal),
        every(seconds, run) {
            const timer = setInterval(() => !document.hidden && run(), seconds * 1000);
            stop.signal.addEventListener("abort", () => clearInterval(timer));
        },
        keys: (map) => Object.assign(ctx.keyMap, map),
        reload: () => open(),
        entered: (next) => { boot(next); },
        setQuery(query, {replace = false} = {}) {
            ctx.query = query;
            const words = query.toString();
            history[replace ? "replaceState" : "pushState"](history.state, "",
                new URL(ctx.path + (words ? `?${words}` : "") || "./", ROOT));
        }};
    return ctx;
}

// Keys: none acts in inputs or dialogs; one setting turns them all off.
let prefix = -Infinity;
const PAGE_KEYS = {
    "/": ["Find anything", () => palette()], "?": ["This help", () => help()], ".": ["Pause or go on",
        togglePause],
    t: ["Change the theme", () => setTheme()], z: ["Change the zone", nextZone],
    y: ["Copy the link of this page", async () => say(await copy(location.href) ? "Link copied"
        : "Copying failed")],
};
const keysOn = () => store("keys") !== "off";

function onKey(event) {
    if (event.ctrlKey || event.metaKey) {
        if (event.key === "k" && !event.altKey && keysOn()) {
            event.preventDefault();
            palette();
        }
        return;
    }
    if (event.altKey || event.defaultPrevented || document.querySelector("dialog[open]") || !keysOn()) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) {
        if (event.key === "Escape") event.target.blur();
        return;
    }
    if (performance.now() - prefix < 1500 && goTo()[event.key]) {
        prefix = -Infinity;
        event.preventDefault();
        go(goTo()[event.key][0]);
        return;
    }
    if (event.key === "g" && !current?.keyMap.g) {
        prefix = performance.now();
        return;
    }
    const name = event.shiftKey && event.key.length > 1 ? `Shift+${event.key}` : event.key;
    const found = current?.keyMap[name] ?? PAGE_KEYS[name];
    // Enter and Space belong to the button or link that has the focus.
    if (!found || (event.key === "Enter" && event.target.closest("a, button, summary"))) return;
    if (found[1](event) !== false) event.preventDefault();
}

function togglePause() {
    live.setPaused(!live.live.paused);
    say(live.live.paused ? "Live figures paused" : "Live figures go on");
}

function nextZone() {
    const all = ["utc", "browser", "books"];
    setZone(all[(all.indexOf(zone.choice) + 1) % 3]);
    say(`Times in ${zone.choice === "books" ? "the zone of the books" : zone.choice}`);
}

const palette = async () => (await import("./palette.js")).palette({go, GO: goTo()});
const help = async () => (await import("./palette.js")).help({screen: current?.keyMap, page: PAGE_KEYS,
    GO: goTo(),
    title: current?.h1.textContent});

function onClick(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey
        || event.defaultPrevented || link.target || link.hasAttribute("download")
            || link.origin !== location.origin
        || !link.href.startsWith(ROOT)
            || /^(api|assets|problems)\//.test(link.href.slice(ROOT.length))) return;
    event.preventDefault();
    if (link.id === "skip") main.focus();
    else go(link.href.slice(ROOT.length));
}

async function needLogin(why) {
    if (current?.path === "login") return;
    const {loginBox} = await import("./session.js");
    loginBox(async () => {
        if (!session.site) await live.start();
        current?.onQuery ? current.onQuery(current.query) : open();
    }, why);
}

// After the start and after each log-in.
async function boot(next) {
    document.body.dataset.ready = "";
    // The figures are of all sites.
    if (session.loaded && can("read") && !session.site) live.start();
    drawShell({palette, help, togglePause, go, logIn: needLogin});
    return next === undefined ? open() : go(next, {replace: true});
}

async function tryStart() {
    try {
        await loadSession();
        banner("start", null);
        return true;
    } catch (error) {
        banner("start", {kind: "bad", words: `${error.title}. ${error.detail ?? ""} Trying again every 5 s.`,
            act: ["Try now", begin]});
        clearTimeout(tryStart.timer);
        tryStart.timer = setTimeout(begin, 5000);
        return false;
    }
}

async function begin() {
    if (await tryStart()) await boot();
}

addEventListener("popstate", () => open({back: true}));
addEventListener("click", onClick);
addEventListener("keydown", onKey);
addEventListener("pgsync:login", () => needLogin());
addEventListener("pgsync:session", () => { zone.books = session.time_zone ?? "UTC"; });
live.live.on("session", ({reason, seconds}) => {
    if (seconds > 0) banner("session", {kind: "warn", words: `Your session ends in ${seconds} s.`,
        act: ["Log in again", () => needLogin("Your session ends soon.")]});
    else {
        setSession({...session, logged_in: false, scopes: []});
        needLogin(reason === "revoked" ? "Your token was revoked." : "Your session has ended.");
    }
});
live.live.on("hello", ({version}) => {
    if (session.version && version && session.version !== version) {
        banner("version",
            {kind: "work", words: `The server is now version ${version}; this page is of ${session.version}.`,
            act: ["Reload", () => location.reload()]});
    }
});
live.live.on("link", async ({state}) => {
    // A refused stream looks like a lost one: ask the session which it is.
    if (state === "offline" && session.logged_in) {
        const was = session.name;
        await loadSession().catch(() => null);
        if (!can("read") && was !== undefined) needLogin();
    }
});

setTheme(store("theme") ?? "system");
if (location.hash.startsWith("#login=")) {
    const {loginByCode} = await import("./session.js");
    const done = await loginByCode();
    if (done instanceof Error) banner("code", {kind: "warn", words: done.detail ?? done.title, closes: true});
}
drawShell({palette, help, togglePause, go, logIn: needLogin});
await begin();
