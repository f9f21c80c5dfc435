// What waits, and the dead letters: by class, retry, resolve with a reason.

import {changeActs} from "./acts.js";
import {can, get, newKey, post, seg} from "./api.js";
import {copy, fill, h, say} from "./dom.js";
import {problemNote} from "./dialog.js";
import {createFilters} from "./filters.js";
import {NONE, ago, count, idText, plural, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {imageBox} from "./image.js";
import {saveCSV} from "./plain.js";
import {createList} from "./table.js";

export const title = "Queue";
const STATES = ["ready", "scheduled", "paused", "working", "dead"];
const EXPORT = ["change", "state", "table", "record", "captured_at", "retry_count", "max_retries",
    "error_class",
    "error_message", "scheduled_at"];

export async function show(ctx) {
    const tabs = h("div", {class: "tabs", role: "group", "aria-label": "State"});
    const classes = h("section", {class: "panel", "aria-label": "By error class", hidden: true});
    const filters = createFilters(ctx, [
        {name: "state", label: "state", type: "hidden", quiet: true},
        ctx.session.site ? {name: "table", label: "table", placeholder: "public.bills", width: 18}
            : {name: "table", label: "table", type: "select"},
        {name: "class", label: "class", placeholder: "data.missing, data.*", width: 20},
        {name: "key", label: "record", placeholder: "P-1771", width: 14},
        {name: "min_age", label: "older than", type: "select", words: (s) => span(Number(s)), options: [
            ["60", "1 min"], ["600", "10 min"], ["3600", "1 h"], ["86400", "1 d"]].map(([value, label]) =>
                ({value, label}))},
        ...can("images") ? [
            {name: "column", label: "column", needs: "table", placeholder: "needs a table", width: 14},
            {name: "contains", label: "contains", needs: "column", placeholder: "needs a column", width: 16},
        ] : [],
    ], () => {
        if (all) all.hidden = !many();
        list.clear();
        list.load();
        loadCounts();
        loadClasses();
    });
    const list = createList(ctx, {
        caption: "Changes in the queue", name: ["change", "changes"], id: (row) => row.change, filters,
            select: can("operate"),
        columns: [
            {label: "change", cell: (r) => h("a", {href: `changes/${r.change}`, class: "mono"}, r.change)},
            {label: "state", cell: (r) => badge(r.attempts > 0 && r.state === "scheduled" ? "retrying"
                : r.state)},
            {label: "table", cell: (r) => r.table},
            {label: "record", cell: (r) => h("a", {href: `records/${seg(r.table)}/${seg(r.record)}`},
                r.record)},
            {label: "captured", cell: (r) => time(r.captured_at)},
            {label: "tries", num: true, cell: (r) => `${r.retry_count}/${r.max_retries}`},
            {label: "class", cell: (r) => r.error_class ?? NONE},
            {label: "message", cell: (r) => r.error_message ?? NONE},
            {label: "next try", cell: (r) => (r.state === "dead" ? NONE : time(r.scheduled_at))},
        ],
        load: ({cursor, limit, signal}) => {
            // Contents are searched by their own, audited path; they belong in no address.
            const {column, contains, ...rest} = filters.values();
            const body = Object.fromEntries(Object.entries({...rest, column, contains}).filter(([, value]) => value));
            if (body.min_age) body.min_age = Number(body.min_age);
            return contains ? post("queue/search", body, {key: newKey(), signal})
                : get("queue", {...rest, cursor, limit}, signal);
        },
        empty: () => [h("span", filters.values().state === "dead" ? "No change needs a person."
            : "Nothing waits.", lastPosted()),
            !ctx.session.site && h("a", {href: "./"}, "To the overview")],
        inside: (row) => details(ctx, row, acts), bulk: (ids) => bulk(ids),
    });
    const acts = changeActs(() => {
        list.reload();
        loadCounts();
        loadClasses();
    }, (ids) => list.drop(ids), ctx.go);
    const bulk = (ids) => [
        h("button", {type: "button", class: "main", onclick: () => acts.retry(ids)},
            `Retry ${ids.length} selected`),
        h("button", {type: "button", async onclick() {
            say(await copy(ids.join("\n")) ? "Ids copied" : "Copying failed");
        }}, "Copy ids"),
        h("button", {type: "button", class: "danger", onclick: () => acts.resolve(ids)}, "Resolve…")];
    let sources = [];
    const lastPosted = () => {
        const times = sources.map((s) => s.last_posted_at).filter(Boolean).sort();
        return times.length ? h("span", " Last posted ", ago(times.at(-1)), ".") : "";
    };
    ctx.put(tabs, filters.el, filters.chips, classes, list.el);
    // Of a record there are few, and contents are searched by those who may see images.
    const many = () => {
        const {key, contains, column, ...rest} = filters.values();
        return !key && !contains && rest.state !== "working" && Object.values(rest).some(Boolean) ? rest : null;
    };
    const all = can("operate") && !ctx.session.site && h("button", {type: "button", hidden: !many(), onclick: () =>
        acts.all(many(), filters.said().join(", "))}, "All that match…");
    ctx.tools(all, h("button", {type: "button", onclick: () => saveCSV("queue.csv", EXPORT,
        list.state.rows)}, "Export CSV"));

    async function loadCounts() {
        try {
            const {data, capped} = await get("queue/counts", {table: filters.values().table}, ctx.signal);
            drawTabs(data, capped || data.capped);
        } catch (error) {
            if (!ctx.signal.aborted) drawTabs({}, false);
        }
    }
    function drawTabs(counts, capped) {
        const now = filters.values().state;
        const tab = (state, word) => h("button",
            {type: "button", "aria-current": String((now ?? "") === state),
            onclick: () => filters.set({state})}, state === "dead" && counts.dead ? h("span", {class: "bad"},
                shape("bad"))
            : null, word, state && h("span", {class: "muted"},
                count(counts[state], {capped: capped && counts[state] > 9999})));
        const focus = [...tabs.children].indexOf(document.activeElement);
        fill(tabs, tab("", "All"), STATES.map((s) => tab(s, s === "dead" ? "Needs a person"
            : s[0].toUpperCase() + s.slice(1))));
        if (focus >= 0) tabs.children[focus].focus();
    }
    async function loadClasses() {
        const {state} = filters.values();
        if (state && state !== "dead" && state !== "scheduled") {
            classes.hidden = true;
            return;
        }
        try {
            const {data} = await get("queue/classes", null, ctx.signal);
            drawClasses(data.filter((c) => (state === "dead" ? c.dead : state ? c.failing : true)));
        } catch (error) {
            if (ctx.signal.aborted) return;
            classes.hidden = false;
            fill(classes, problemNote(error, loadClasses));
        }
    }
    function drawClasses(data) {
        const buttons = () => [...classes.querySelectorAll("button")];
        const held = buttons().indexOf(document.activeElement);
        classes.hidden = !data.length;
        fill(classes, h("h2", "By error class"), h("ul", {class: "stack tight"},
            data.map((c) => h("li", {class: "line apart"},
            h("div", {class: "note"}, h("span", {class: c.dead ? "bad" : "warn"},
                shape(c.dead ? "bad" : "warn")),
                h("p", h("button", {type: "button", class: "chip",
                    onclick: () => filters.set({class: c.error_class}),
                    "aria-label": `Show only ${c.error_class}`}, c.error_class),
                        ` ${count(c.dead, c)} dead, ${count(c.failing, c)} retrying · last in ${
                    c.tables.join(", ")} `, ago(c.last_at)),
                h("p", {class: "muted small"}, c.meaning ?? c.message ?? "")),
            can("operate") && h("button", {type: "button", onclick: () => acts.retryClass(c)},
                `Retry all ${count(c.dead + c.failing, c)}`)))));
        if (held >= 0) (buttons()[Math.min(held, buttons().length - 1)] ?? ctx.h1).focus();
    }
    if (!ctx.session.site) get("sources", null, ctx.signal).then(({data}) => {
        sources = data;
        filters.setOptions("table", data.map((s) => s.table));
    }).catch(() => null);
    ctx.keys({
        e: ["Retry the row or the selection", () => { acts.retry(list.chosen()); }],
        d: ["Resolve the row or the selection", () => { acts.resolve(list.chosen()); }],
        c: ["To the error classes", () => { classes.querySelector(".line > button")?.focus(); }],
        i: ["Show the image of the open row", () => {
            const row = list.at();
            if (!row) return;
            if (list.state.opened !== row.change) list.toggle(row);
            list.el.querySelector("tr.inside .show-image")?.click();
        }],
    });
    drawTabs({}, false);
    let tick = 0;
    ctx.on("status", () => {
        list.probe();
        if (tick++ % 5 === 4) loadCounts();
    });
    await Promise.allSettled([list.load(), loadCounts(), loadClasses()]);
}

// A row opened in place: image and error side by side.
function details(ctx, row, acts) {
    const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
    return h("div", {class: "stack"}, h("div", {class: "two"},
        h("dl", {class: "facts"}, fact("change", idText(row.change, "change")),
            fact("state", badge(row.state)),
            fact("class", row.error_class), fact("message", row.error_message),
                fact("column", row.error_column
                && h("code", row.error_column)), fact("tries", `${row.retry_count} of ${row.max_retries}, ${
                plural(row.attempts, "attempt")} in all`), fact("last attempt", time(row.last_attempt_at)),
            fact("from", row.origin), fact("correlation id", row.correlation_id
                && idText(row.correlation_id))), imageBox(ctx, row)),
    h("div", {class: "line"}, can("operate") && h("button", {type: "button", class: "main",
        onclick: () => acts.retry([row.change])}, "Retry"),
            h("a", {href: `changes/${row.change}`, class: "button"},
        "Open the change"), h("a", {href: `records/${seg(row.table)}/${seg(row.record)}`, class: "button"},
        "Trace the record"), can("operate") && row.state === "dead" && h("button",
            {type: "button", class: "danger",
        onclick: () => acts.resolve([row.change])}, "Resolve…")));
}
