// The failed items and the runs of imports, as lists.

import {get, seg} from "./api.js";
import {problemNote} from "./dialog.js";
import {fill, h} from "./dom.js";
import {createFilters} from "./filters.js";
import {NONE, ago, count, idText, number, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {isActive, stateOf, tabs} from "./imports.js";
import {plainTable, waiting} from "./plain.js";
import {createList} from "./table.js";

const STATES = ["pending", "running", "waiting", "interrupted", "completed", "partial", "failed",
    "cancelled"];
const imports = async (ctx) => [...new Set((await get("imports", null, ctx.signal)).data.map((s) =>
    s.import))];
const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];

export function nothing(ctx) {
    ctx.put(h("div", {class: "panel"}, h("p", "There is no such part of this screen."),
        h("p", h("a", {href: "imports"}, "To the imports"))));
}

export async function runs(ctx, acts) {
    const names = await imports(ctx);
    const filters = createFilters(ctx, [
        {name: "import", label: "import", type: "select", options: names},
        {name: "type", label: "type", type: "select", options: ["initial", "daily", "manual", "retry"]},
        {name: "state", label: "state", type: "select", options: STATES},
        {name: "job", label: "run", type: "hidden"},
    ], () => list.load());
    const list = createList(ctx, {
        caption: "Runs of imports, newest first", name: ["run", "runs"], id: (r) => r.job, filters, limit: 25,
        columns: [
            {label: "run", num: true, cell: (r) => r.job},
            {label: "import", cell: (r) => [h("strong", r.import), ` ${r.type ?? ""}`, r.dry_run
                ? ", writes nothing" : ""]},
            {label: "state", cell: (r) => stateOf(r)},
            {label: "new", num: true, cell: (r) => count(r.added)},
            {label: "updated", num: true, cell: (r) => count(r.updated)},
            {label: "unchanged", num: true, cell: (r) => count(r.unchanged)},
            {label: "failed", num: true, cell: (r) => (r.failed_items ? h("a",
                {href: `imports/failed?import=${
                seg(r.import)}`}, badge("bad", count(r.failed_items))) : count(r.failed))},
            {label: "asked for", cell: (r) => [time(r.requested_at), ` by ${r.requested_by}`]},
            {label: "took", num: true, cell: (r) => span(r.seconds)},
        ],
        load: async ({cursor, limit, signal}) => {
            const {job, ...rest} = filters.values();
            if (!job) return get("imports/runs", {...rest, cursor, limit}, signal);
            const {data, ...page} = await get(`imports/runs/${seg(job)}`, null, signal).catch((error) => {
                if (error.name === "not-found") return {data: null, as_of: new Date().toISOString()};
                throw error;
            });
            return {...page, data: data ? [data] : [], next: null, prev: null};
        },
        empty: () => ["No import has run so far.", h("p", h("a", {href: "imports"}, "To the imports"))],
        inside: (r) => details(ctx, r, cancel),
        drawn: (rows) => { if (filters.values().job && rows[0]) list.toggle(rows[0]); },
    });
    const cancel = async (run) => {
        if (run && isActive(run) && await acts.cancel(run)) list.reload();
    };
    ctx.keys({c: ["Cancel the run of the row", () => { cancel(list.at()); }]});
    ctx.put(tabs("imports/runs"), filters.el, filters.chips, list.el);
    ctx.on("jobs", (rows) => rows.some((r) => r.kind === "import") && list.probe());
    await list.load();
}

function details(ctx, row, cancel) {
    const place = h("div", {class: "stack"});
    const stop = waiting(place);
    const load = async () => {
        try {
            const {data} = await get(`imports/runs/${seg(row.job)}`, null, ctx.signal);
            stop();
            fill(place, drawDetails(ctx, data, cancel));
        } catch (error) {
            stop();
            if (!ctx.signal.aborted) fill(place, problemNote(error, load));
        }
    };
    load();
    return place;
}

function drawDetails(ctx, r, cancel) {
    return [r.error_message && h("div", {class: "note"}, shape(isActive(r) && !r.needs_person ? "wait"
        : "bad"),
        h("p", h("strong", r.error_class ?? "It waits"), `: ${r.error_message}`)),
    h("div", {class: "two"}, h("dl", {class: "facts"}, fact("run", idText(r.job, "run")),
        fact("number over HTTP", idText(r.sync, "sync")), fact("state", stateOf(r)),
        fact("started by", `${r.trigger ?? NONE}, ${r.requested_by}`),
        fact("version", count(r.version)), fact("streams", r.streams?.join(", ") ?? "all"),
        (r.since || r.until) && fact("span", [time(r.since), " to ", time(r.until)]),
        r.holds_key && fact("key", "came with the request; the process that took it runs it")),
    h("dl", {class: "facts"}, fact("asked for", time(r.requested_at)), fact("began", time(r.started_at)),
        isActive(r) && fact("heartbeat", ago(r.heartbeat_at)),
        r.waits_until && fact("goes on", time(r.waits_until)), fact("ended", time(r.finished_at)),
        fact("took", span(r.seconds)), fact("pages", count(r.pages)))),
    plainTable({caption: "Streams of the run", rows: r.parts, columns: [
        {label: "stream", cell: (p) => h("strong", p.stream)}, {label: "state", cell: (p) => badge(p.state)},
        {label: "rows", num: true, cell: (p) => (p.expected && p.state !== "finished" ? `${
            count(p.done)} of ${
            count(p.expected)}` : count(p.done))},
        {label: "new", num: true, cell: (p) => count(p.added)},
        {label: "updated", num: true, cell: (p) => count(p.updated)},
        {label: "unchanged", num: true, cell: (p) => count(p.unchanged)},
        {label: "failed", num: true, cell: (p) => count(p.failed)},
        {label: "removed", num: true, cell: (p) => count(p.removed)},
        {label: "pages", num: true, cell: (p) => number(p.pages)},
        {label: "what it did", cell: (p) => p.message ?? NONE}]}),
    h("div", {class: "line"}, ctx.can("operate") && isActive(r) && h("button", {type: "button",
        class: "danger",
        onclick: () => cancel(r)}, "Cancel the run…"),
    r.failed_items > 0 && h("a", {class: "button", href: `imports/failed?import=${seg(r.import)}`},
        "Its failed items"))];
}

export async function failed(ctx, acts) {
    const names = await imports(ctx);
    const filters = createFilters(ctx, [
        {name: "import", label: "import", type: "select", options: names, none: names[0] ?? "none"},
        {name: "state", label: "state", type: "select", options: [{value: "open", label: "tried again"},
            {value: "given_up", label: "given up"}, {value: "resolved", label: "resolved"}],
                none: "not resolved"},
        {name: "stream", label: "stream", placeholder: "merchants", width: 16},
        {name: "class", label: "class", placeholder: "data.*", width: 16},
    ], () => list.load());
    const name = () => filters.values().import ?? names[0];
    const empty = {data: [], next: null, prev: null, as_of: new Date().toISOString()};
    const list = createList(ctx, {
        caption: "Failed items, newest first", name: ["failed item", "failed items"], id: (f) =>
            f.failed_item, filters,
        columns: [
            {label: "item", cell: (f) => [h("strong", f.stream), ` ${f.item}`]},
            {label: "state", cell: (f) => badge({open: "retrying", given_up: "dead"}[f.state] ?? f.state,
                f.state === "given_up" ? "given up" : undefined)},
            {label: "class", cell: (f) => f.error_class},
            {label: "message", cell: (f) => [f.error_column && [h("code", f.error_column), ": "],
                f.error_message]},
            {label: "tries", num: true, cell: (f) => `${f.attempts}/${f.max_attempts}`},
            {label: "last seen", cell: (f) => ago(f.last_seen_at)},
            {label: "next try", cell: (f) => time(f.next_at)},
        ],
        load: ({cursor, limit, signal}) => {
            const {import: _, ...rest} = filters.values();
            return name() ? get(`imports/${seg(name())}/failed-items`, {...rest, cursor, limit}, signal)
                : empty;
        },
        empty: () => [name() ? `Every item of ${name()} was written, or is resolved.`
            : "No import is in force.",
            h("p", h("a", {href: "imports"}, "To the imports"))],
        inside: (f) => inside(f),
    });
    const classes = () => [...new Set(["data.*", ...list.state.rows.map((f) => f.error_class)])].sort();
    const retry = async (f) => name() && await acts.retry(name(), f?.error_class, classes()) && list.reload();
    const resolve = async (f) => f && f.state !== "resolved" && await acts.resolve(f) && list.reload();

    function inside(f) {
        return h("div", {class: "stack"}, h("dl", {class: "facts"}, fact("item", idText(f.item, "item")),
            fact("first seen", time(f.first_seen_at)), fact("last seen", time(f.last_seen_at)),
            f.job && fact("by", h("a", {href: `imports/runs?job=${f.job}`}, `run ${f.job}`)),
            f.resolved_at && fact("resolved", [time(f.resolved_at), ` by ${f.resolved_by}: ${
                f.resolution}`])),
        payload(ctx, f), ctx.can("operate") && f.state !== "resolved" && h("div", {class: "line"},
            h("button", {type: "button", onclick: () => retry(f)}, "Retry…"),
            h("button", {type: "button", class: "danger", onclick: () => resolve(f)}, "Resolve…")));
    }

    ctx.tools(ctx.can("operate") && name() && h("button", {type: "button", class: "main", onclick: () =>
        retry()},
        "Retry…"));
    ctx.keys({
        e: ["Retry the class of the row", () => { retry(list.at()); }],
        d: ["Resolve the row", () => { resolve(list.at()); }],
        i: ["Show what was kept", () => { list.el.querySelector("tr.inside .show-image")?.click(); }],
    });
    ctx.put(tabs("imports/failed"), filters.el, filters.chips, list.el);
    await list.load();
}

// What the API had sent: hidden until asked for, each look is audited.
function payload(ctx, f) {
    if (!ctx.can("images")) return h("p", {class: "muted"},
        "Seeing what was kept of it needs the scope “images”.");
    const trouble = h("div");
    const shown = h("button", {type: "button", class: "show-image", async onclick() {
        shown.disabled = true;
        try {
            const {data} = await get(`imports/failed-items/${seg(f.failed_item)}/payload`, null, ctx.signal);
            fill(trouble, data.payload === null ? h("p", "Nothing was kept of it.")
                : h("pre", JSON.stringify(data.payload, null, 2)));
            shown.remove();
        } catch (error) {
            shown.disabled = false;
            fill(trouble, problemNote(error));
        }
    }}, "Show what was kept");
    return h("div", {class: "stack tight"}, h("h3", "What came"), h("p", {class: "muted small"},
        "Hidden until asked for; each look is audited."), h("div", shown), trouble);
}
