// Imports: how far each stream has been read, what runs or waits and why, and the API it is read from.

import {get, seg} from "./api.js";
import {bar} from "./charts.js";
import {command, problemNote} from "./dialog.js";
import {fill, h} from "./dom.js";
import {NONE, ago, clock, count, number, plural, share, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {importActs, isStopped} from "./importacts.js";
import {part, plainTable} from "./plain.js";

export const title = ({view}) => ({failed: "Failed items of imports", runs: "Runs of imports"}[view]
    ?? "Imports");

const ACTIVE = new Set(["pending", "running", "waiting", "interrupted"]);
const VIEWS = [["imports", "Streams"], ["imports/failed", "Failed items"], ["imports/runs", "Runs"]];
const day = (at) => clock(at, {date: true}).slice(0, 10);
// To the minute; midnight is a day.
const minute = (at) => clock(at, {date: true}).slice(0, 16).replace(" 00:00", "");
// Whether an API may be called, in words.
const ENDPOINT = {closed: ["good", "can be called"], open: ["bad", "does not answer"],
    half_open: ["warn", "is tried"], limited: ["wait", "wants a wait"], paused: ["paused", "paused"]};

export const stateOf = (run) => (run.cancel_requested_at && ACTIVE.has(run.state) ? badge("cancelling")
    : run.needs_person ? badge("bad", "waits for a person") : badge(run.state));
export const isActive = (run) => ACTIVE.has(run.state);

export const tabs = (path) => h("nav", {class: "tabs no-print", "aria-label": "Parts"},
    VIEWS.map(([to, word]) => h("a", {href: to, "aria-current": to === path ? "page" : null}, word)));

export async function show(ctx) {
    if (ctx.params.view) {
        const lists = await import("./importlists.js");
        await (lists[ctx.params.view] ?? lists.nothing)(ctx, importActs(ctx));
        return;
    }
    const body = h("div", {class: "stack"});
    const times = h("section", {class: "panel", "aria-label": "Schedules"});
    const acts = importActs(ctx);
    const cards = new Map();
    let known = [];
    ctx.put(tabs("imports"), body, times);

    async function read() {
        const [streams, endpoints] = await Promise.all([get("imports", null, ctx.signal),
            get("endpoints", null, ctx.signal)]);
        return {streams: streams.data, endpoints: endpoints.data};
    }

    function draw({streams, endpoints}) {
        known = [...new Set(streams.map((s) => s.import))];
        if (!known.length) return nothing();
        for (const [name, card] of cards) if (!known.includes(name)) {
            card.el.remove();
            cards.delete(name);
        }
        for (const name of known) {
            if (!cards.has(name)) cards.set(name, createCard(ctx, name, acts, changed));
            cards.get(name).update(streams.filter((s) => s.import === name),
                endpoints.find((e) => e.endpoint === name));
        }
        return known.map((name) => cards.get(name).el);
    }

    // Reads again without a skeleton; a failure leaves what is shown, and the shell tells of it.
    async function changed() {
        try {
            const page = await read();
            const open = document.activeElement?.closest("[data-import]");
            if (!known.length || known.length !== new Set(page.streams.map((s) => s.import)).size) {
                fill(body, draw(page));
            } else draw(page);
            if (open && !open.isConnected) ctx.h1.focus();
        } catch { /* it is tried again */ }
    }

    const here = () => document.activeElement?.closest("[data-import]")?.dataset.import ?? known[0];
    const start = () => known.length && acts.start(here(), cards.get(here())?.streams ?? []).then(
        (done) => done && changed());
    ctx.keys({
        b: ["Start a run", () => { start(); }],
        c: ["Cancel the run", () => { cards.get(here())?.cancel(); }],
        p: ["Pause or resume calls", () => { cards.get(here())?.toggle(); }],
    });
    let busy = "";
    ctx.on("jobs", (rows) => {
        const own = rows.filter((r) => r.kind === "import");
        const now = own.map((r) => `${r.job} ${r.state}`).join();
        if (now !== busy && known.length) changed();
        busy = now;
        for (const row of own) cards.get(row.subject)?.progress(row);
    });
    ctx.every(10, changed);
    part(ctx, times, () => get("schedules", null, ctx.signal), ({data}) => schedules(data));
    await part(ctx, body, read, draw);
    await Promise.all([...cards.values()].flatMap((card) => [card.ready, card.read]));
}

const nothing = () => h("div", {class: "panel"}, h("p", "No import is in force. Three steps:"),
    h("ol", {class: "stack tight"}, ["pgsync import check crm.import", "pgsync import apply crm.import",
        "pgsync import run crm --type initial"].map((line) => h("li", command(line)))));

function schedules(all) {
    const own = all.filter((s) => s.kind === "import");
    return [h("h2", "Schedules"), own.length ? plainTable({caption: "Schedules of imports", rows: own,
        columns: [
        {label: "schedule", cell: (s) => h("a", {href: "schedules"}, s.schedule)},
        {label: "import", cell: (s) => `${s.subject} ${s.type ?? ""}`},
        {label: "in words", cell: (s) => `${s.words ?? s.cron} (${s.time_zone})`},
        {label: "state", cell: (s) => badge(s.enabled ? "enabled" : "disabled")},
        {label: "next", cell: (s) => time(s.next_at)},
        {label: "last", cell: (s) => (s.last_at ? [badge(s.last_state ?? s.last_outcome), " ", ago(s.last_at)]
            : NONE)}]})
        : [h("p", "No schedule starts an import; one is set on the command line:"),
            command("pgsync schedule set crm-daily --kind import --subject crm --type daily "
                + "--cron '0 11,19 * * *'")]];
}

// One import: its API, its run, its streams.
function createCard(ctx, name, acts, changed) {
    const head = h("div");
    const api = h("div", {class: "stack tight"});
    const work = h("div", {class: "stack tight"});
    const list = h("div", {class: "stack tight"});
    const content = h("div");
    const written = h("details", {class: "no-print", ontoggle: () => written.open && !content.firstChild
        && part(ctx, content, () => get(`imports/${seg(name)}`, null, ctx.signal), definition)},
    h("summary", "Definition"), content);
    const el = h("section", {class: "panel", "aria-label": `Import ${name}`, "data-import": name}, head, api,
        work, list, written);
    const card = {el, streams: [], endpoint: null, run: null, ready: null, read: null, update,
        progress,
        cancel: () => card.run && isActive(card.run) && acts.cancel(card.run).then((done) => done
            && changed()),
        toggle: () => card.endpoint && acts.toggle(card.endpoint).then((done) => done && changed())};
    let spans = "";
    let asked = 0;
    let seen = [];

    function update(streams, endpoint) {
        Object.assign(card, {streams, endpoint});
        drawHead();
        fill(api, endpoint ? about(endpoint) : null);
        const moved = streams.map((s) => `${s.stream} ${s.moved_at}`).join();
        if (moved !== spans) {
            spans = moved;
            card.read = part(ctx, list, () => get(`imports/${seg(name)}/spans`, null, ctx.signal),
                ({data}) => streamsOf(streams, data));
        }
        const job = streams[0]?.active_job ?? (card.run && isActive(card.run) ? card.run.job : null);
        if (job) card.ready = follow(job);
        else if (!card.run) card.ready = last();
    }

    function drawHead() {
        const e = card.endpoint;
        fill(head, h("div", {class: "line apart"}, h("div", {class: "line"}, h("h2", name),
            e && badge(...ENDPOINT[e.state] ?? [e.state]), h("span", {class: "muted small"},
                `version ${card.streams[0]?.version}`)),
        ctx.can("operate") && h("span", {class: "line"},
            h("button", {type: "button", onclick: () => acts.start(name, card.streams).then(
                (done) => done && changed())}, "Start…"),
            e && h("button", {type: "button", onclick: card.toggle}, isStopped(e) ? "Resume…" : "Pause…"))));
    }

    // The run under way or, if there is none, the newest.
    async function last() {
        const {data} = await get("imports/runs", {import: name, limit: 1}, ctx.signal).catch(() =>
            ({data: []}));
        if (data[0]) await follow(data[0].job);
        else fill(work, h("p", {class: "muted"}, "It has not run so far."));
    }

    async function follow(job) {
        asked = performance.now();
        try {
            const {data} = await get(`imports/runs/${seg(job)}`, null, ctx.signal);
            if (card.run?.job !== data.job) seen = [];
            seen = [...seen, {at: performance.now() / 1000, done: rows(data)}].slice(-30);
            card.run = data;
            fill(work, runOf(ctx, data, rate(), card.cancel));
        } catch (error) {
            if (!ctx.signal.aborted) fill(work, problemNote(error, () => follow(job)));
        }
    }

    function rate() {
        const [first, end] = [seen[0], seen.at(-1)];
        return end.at - first.at >= 3 && end.done > first.done ? (end.done - first.done) / (end.at - first.at)
            : null;
    }

    // The stream of figures says that something moved; its parts are read every two seconds.
    function progress(row) {
        if (performance.now() - asked > 2000) follow(row.job);
    }
    return card;
}

const definition = ({data}) => [h("p", {class: "muted small"}, `version ${data.version}, applied `,
    time(data.applied_at), ` by ${data.applied_by}`, data.versions.length > 1
        ? `; ${plural(data.versions.length - 1, "version")} before it` : ""),
h("ol", {class: "code"}, data.content.trimEnd().split("\n").map((line) => h("li", h("code", line))))];

const rows = (run) => run.parts.reduce((n, p) => n + p.done, 0);

// What stands in the way of calls, and what is left of the budgets.
function about(e) {
    const why = e.paused_at ? ["paused ", ago(e.paused_at), ` by ${e.paused_by}`,
        e.pause_reason ? `: ${e.pause_reason}` : ""]
        : e.breaker !== "closed" ? [`${plural(e.failures_in_a_row,
            "call")} in a row failed; it is tried again `,
            e.next_probe_at ? time(e.next_probe_at) : "soon"]
        : e.state === "limited" ? ["it asked not to be called before ", time(e.limited_until)] : null;
    return [why && h("p", {class: "note"}, shape(e.state === "paused" || e.state === "limited" ? "wait"
        : "bad"),
        h("span", why)),
    h("p", {class: "line small"}, h("code", {class: "wrap"}, e.base_url),
        e.budgets.map((b) => h("span", `${count(b.left)} of ${count(b.allowed)} calls left this ${b.name}`,
            b.allowed < b.limit ? ` (${count(b.limit)} until it complained)` : "")),
        e.last_ok_at && h("span", {class: "muted"}, "last answer ", ago(e.last_ok_at)),
        Math.abs(e.clock_skew_seconds ?? 0) >= 2 && h("span", {class: "warn"},
            `its clock is ${span(Math.abs(e.clock_skew_seconds))} ${e.clock_skew_seconds > 0 ? "ahead"
                : "behind"}`)),
    e.last_error && e.state !== "closed" && h("p", {class: "small"}, h("strong", e.last_error_class),
        `: ${e.last_error} `, h("span", {class: "muted"}, ago(e.last_error_at)))];
}

function runOf(ctx, run, rate, cancel) {
    const active = isActive(run);
    const kept = run.parts.filter((p) => p.state !== "skipped" || !active);
    return [h("div", {class: "line apart"}, h("div", {class: "line"}, h("h3", active ? "Under way"
        : "Last run"),
        stateOf(run), h("a", {href: `imports/runs?job=${run.job}`}, `run ${run.job}`),
        h("span", {class: "muted"}, run.type, run.dry_run ? ", writes nothing" : "", " · ",
            run.started_at ? [active ? "since " : "", ago(run.finished_at ?? run.started_at)] : "not begun"),
        active && rate && h("span", `${number(Math.round(rate))} rows a second`)),
    ctx.can("operate") && active && h("button", {type: "button", onclick: cancel}, "Cancel…")),
    run.error_message && h("p", {class: "note"}, shape(active && !run.needs_person ? "wait" : "bad"),
        h("span",
        active ? "waits" : "failed", run.waits_until ? [" until ", time(run.waits_until)] : "", ": ",
        run.error_class ? h("strong", run.error_class) : "", ` ${run.error_message}`)),
    h("div", {class: "parts"}, kept.map((p) => partOf(p, active)))];
}

// "812 of 1,950, 41.6 %".
export function partOf(p, active = true) {
    const known = p.expected ? Math.min(1, p.done / p.expected) : null;
    return h("div", {class: "line"}, h("span", {class: "name"}, p.stream), badge(p.state),
        active && ["running", "waiting"].includes(p.state) && known !== null && h("span", {class: "meter"},
            bar(known, `${p.stream}: ${share(known)}`)),
        h("span", {class: "muted"}, [p.expected && active && p.state !== "finished"
            ? `${count(p.done)} of ${count(p.expected)}, ${share(known)}` : plural(p.done, "row"),
        p.added && `${count(p.added)} new`, p.updated && `${count(p.updated)} updated`,
        p.removed && `${count(p.removed)} removed`, p.failed && `${count(p.failed)} failed`,
        active && p.message].filter(Boolean).join(" · ")));
}

// Each stream with what has been read of it, all on one axis.
function streamsOf(streams, spans) {
    const ends = spans.flatMap((s) => [s.since, s.until]).filter(Boolean).map(Date.parse);
    const [from, to] = [Math.min(...ends), Math.max(...ends)];
    return [h("h3", "Read so far"), streams.map((s) => {
        const own = spans.filter((one) => one.stream === s.stream);
        const gaps = own.filter((one) => one.state === "gap");
        const open = gaps.at(-1)?.until && s.finished_until && gaps.at(-1).since === s.finished_until
            ? gaps.at(-1) : null;
        const holes = gaps.filter((g) => g !== open);
        const words = s.finished_until ? `${s.finished_from ? day(s.finished_from) : "the beginning"} to ${
            minute(s.finished_until)}${holes.length ? `, ${plural(holes.length, "gap")}` : ""}`
            : own.length ? "nothing so far" : s.swept_at ? `each run walks through everything, last ${
                minute(s.swept_at)}` : "each run walks through everything";
        return h("div", {class: "stream"}, h("span", h("strong", s.stream), " ", h("span",
            {class: "muted small"},
            "into ", h("code", s.target))),
        own.length > 0 && to > from && timeline(own, from, to, `${s.stream}: read from ${words}`),
        h("span", {class: own.length ? "small" : "small alone"}, words, s.failed_items ? [" · ", h("a", {href:
            `imports/failed?import=${seg(s.import)}&stream=${seg(s.stream)}`}, badge("bad",
            plural(s.failed_items, "failed item")))] : ""),
        holes.length > 0 && h("details", {class: "small no-print"}, h("summary", "Gaps"), h("ul",
            holes.slice(0, 20)
            .map((g) => h("li", time(g.since), " to ", time(g.until))), holes.length > 20
                && h("li", `and ${holes.length - 20} more`))));
    }), ends.length > 1 && h("p", {class: "line apart muted small axis"}, h("span", day(from)),
        h("span", "filled: read"), h("span", day(to)))];
}

function timeline(spans, from, to, label) {
    const at = (t, none) => ((t ? Date.parse(t) : none) - from) / (to - from) * 100;
    return h("span", {class: "times", role: "img", "aria-label": label}, spans.filter((s) =>
        s.state === "finished")
        .map((s) => h("i", {css: {left: `${at(s.since, from)}%`,
            width: `max(2px, ${at(s.until, to) - at(s.since, from)}%)`}})));
}
