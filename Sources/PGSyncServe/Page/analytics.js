// How it went: throughput, delay, failures and freshness over a span, beside the span before.

import {get} from "./api.js";
import {bar, chart} from "./charts.js";
import {fill, h} from "./dom.js";
import {NONE, ago, clock, count, now, number, plural, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {part, plainTable, saveCSV} from "./plain.js";

export const title = "Analytics";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
// Steps are such that no chart has more than 500 points.
const SPANS = [["24h", "24 h", DAY, "hour"], ["7d", "7 d", 7 * DAY, "hour"], ["30d", "30 d", 30 * DAY, "day"],
    ["90d", "90 d", 90 * DAY, "day"]];
const SIZE = {hour: HOUR, day: DAY};
const COLUMNS = ["at", "captured", "posted", "no_effect", "failed", "waiting", "oldest_seconds", "p50", "p95",
    "p99", "samples"];
const ms = (s) => (s === null || s === undefined ? NONE : s >= 1 ? span(s)
    : `${number(Math.round(s * 1e4) / 10)} ms`);
// A figure of ten million or more is rounded; the table has it whole.
const short = (n) => (n >= 1e7 ? `${number(Math.round(n / 1e5) / 10)} M` : count(n));
const sum = (rows, key) => (rows.length ? rows.reduce((n, r) => n + (r[key] ?? 0), 0) : null);
const most = (rows, key) => {
    const all = rows.map((r) => r[key]).filter((v) => v !== null && v !== undefined);
    return all.length ? Math.max(...all) : null;
};

export async function show(ctx) {
    const spans = h("div", {class: "tabs", role: "group", "aria-label": "Span"});
    const compare = h("input", {type: "checkbox", onchange: () => set({compare: compare.checked ? ""
        : "0"})});
    const figures = h("div", {class: "tiles", hidden: true});
    const gaps = h("div", {hidden: true});
    const charts = h("div", {class: "stack"});
    const failures = h("section", {class: "panel", "aria-label": "Failures by class"});
    const fresh = h("section", {class: "panel flush", "aria-label": "Freshness per table"});
    const table = h("section", {class: "panel flush", "aria-label": "Table", hidden: true});
    const content = h("div", {class: "stack"}, gaps, charts);
    let rows = [];
    const chosen = () => SPANS.find(([name]) => name === ctx.query.get("span")) ?? SPANS[0];
    const comparing = () => ctx.query.get("compare") !== "0";

    ctx.put(h("div", {class: "line apart"}, spans, h("label", {class: "check"}, compare, h("span",
        "compare with the span before"))),
        figures, content, h("div", {class: "two"}, failures, fresh), table);
    ctx.tools(h("button", {type: "button", onclick: () => saveCSV(`pgsync-${chosen()[0]}.csv`, COLUMNS,
        rows)}, "CSV"));
    ctx.onQuery = load;
    ctx.keys(Object.fromEntries(SPANS.map(([name, word], i) => [String(i + 1), [`Show ${word}`,
        () => set({span: name})]])));

    function set(changes) {
        const query = new URLSearchParams(ctx.query);
        for (const [name, value] of Object.entries(changes)) {
            if (value === "" || value === SPANS[0][0]) query.delete(name);
            else query.set(name, value);
        }
        ctx.setQuery(query);
        load();
    }

    let asked = 0;
    async function load() {
        const turn = ++asked;
        const [name, , length, step] = chosen();
        compare.checked = comparing();
        const focus = spans.contains(document.activeElement);
        fill(spans, SPANS.map(([other, word]) => h("button", {type: "button",
            "aria-current": String(other === name),
            onclick: () => set({span: other})}, word)));
        if (focus) spans.querySelector("[aria-current=true]").focus();
        const to = now();
        const ask = (from, until) => samplesOf({step, from: new Date(from).toISOString(),
            to: new Date(until).toISOString()}, ctx.signal);
        const range = {from: new Date(to - length).toISOString(), to: new Date(to).toISOString()};
        const samples = part(ctx, charts, async () => {
            const [own, before] = await Promise.all([ask(to - length, to), comparing() ? ask(to - 2 * length,
                to - length)
                .catch(() => null) : null]);
            return {...own, before};
        }, (page) => {
            if (turn !== asked) return [];
            rows = within(page.data, to - length, to);
            const before = page.before ? within(page.before.data, to - 2 * length, to - length) : null;
            drawFigures(figures, rows, before);
            drawGaps(gaps, rows, to - length, to, step);
            drawTable(table, rows, step, page.as_of);
            return drawCharts(rows, before, step, length);
        });
        await Promise.all([samples,
            part(ctx, failures, () => get("analytics/failures", range, ctx.signal),
                ({data}) => drawFailures(data)),
            part(ctx, fresh, () => get("analytics/sources", range, ctx.signal),
                ({data}) => drawFresh(data))]);
    }
    await load();
}

// All samples of a span, also when the server hands them out in pages.
async function samplesOf(query, signal) {
    const all = [];
    let page = {next: null};
    for (let i = 0; i < 20 && (i === 0 || page.next); i++) {
        page = await get("health/samples", {...query, cursor: page.next}, signal);
        all.push(...page.data);
    }
    return {...page, data: all};
}

const within = (data, from, to) => data.filter((r) => Date.parse(r.at) >= from - DAY
    && Date.parse(r.at) < to);

// Change against the span before, in words and with a sign.
function against(value, before) {
    if (before === undefined) return "";
    if (value === null || before === null || before === 0) return "nothing before to compare";
    const part_ = (value - before) / before * 100;
    if (Math.abs(part_) < 0.5) return "as in the span before";
    if (part_ > 900) return `${number(Math.round(part_ / 100 + 1))} times the span before`;
    return `${part_ > 0 ? "+" : "−"}${number(Math.round(Math.abs(part_)))} % on the span before`;
}

function drawFigures(node, rows, before) {
    node.hidden = !rows.length;
    const old = (value) => (before ? value(before) : undefined);
    const tile = (name, scope, value, form) => h("div", {class: "tile"}, h("span", {class: "name"}, name),
        h("span", {class: "figure"}, form(value(rows))), h("span", {class: "scope"}, scope, before ? h("br")
            : "",
            against(value(rows), old(value))));
    const failed = (r) => {
        const all = (sum(r, "posted") ?? 0) + (sum(r, "no_effect") ?? 0) + (sum(r, "failed") ?? 0);
        return all ? sum(r, "failed") / all : null;
    };
    fill(node, tile("Captured", "changes", (r) => sum(r, "captured"), short),
        tile("Posted", "changes", (r) => sum(r, "posted"), short),
        tile("Failed attempts", "of all attempts", failed, (v) => (v === null ? NONE
            : `${(v * 100).toFixed(2)} %`)),
        tile("Highest p99 delay", "of one step, from capture", (r) => most(r, "p99"), ms),
        tile("Longest wait", "oldest change seen", (r) => most(r, "oldest_seconds"), span));
}

// Steps without a sample: said in words, and left empty in the charts.
function drawGaps(node, rows, from, to, step) {
    const size = SIZE[step];
    const list = [];
    let last = rows.length ? Date.parse(rows[0].at) : null;
    if (last !== null && last - from > 1.5 * size) list.push([from, last]);
    for (const row of rows.slice(1)) {
        const at = Date.parse(row.at);
        if (at - last > size * 1.5) list.push([last + size, at]);
        last = at;
    }
    if (last !== null && to - last > 2.5 * size) list.push([last + size, to]);
    const words = (at) => clock(at, {date: true}).slice(5, step === "day" ? 10 : 16);
    fill(node, list.length ? h("p", {class: "note panel"}, shape("wait"), h("span", `${plural(list.length,
        "gap")}: ${
        list.slice(0, 5).map(([a, b]) => `${words(a)} to ${words(b)}`).join(", ")}${list.length > 5
            ? " and more" : ""}. `
        + "No worker took samples then; that is not 0.")) : null);
    node.hidden = !list.length;
}

function drawCharts(rows, before, step, length) {
    if (!rows.length) {
        return h("div", {class: "panel"}, h("p", `No ${step} with samples is over in this span. `
            + `A worker takes one each minute, and adds them up when the ${step} is over.`));
    }
    const bucket = SIZE[step];
    const thousands = Math.max(...rows.map((r) => r.captured ?? 0)) >= 1e6;
    const unit = `${thousands ? "thousand changes" : "changes"} per ${step}`;
    const form = thousands ? (n) => number(Math.round(n / 1000)) : number;
    const old = new Map((before ?? []).map((r) => [Date.parse(r.at) + length, r]));
    const joined = rows.map((r) => {
        const b = old.get(Date.parse(r.at)) ?? {};
        return {...r, posted_before: b.posted ?? null, p99_before: b.p99 ?? null};
    });
    const all = [
        chart({title: "Throughput", unit, form, kind: "bars", bucket, series: [
            {name: "posted", token: "good", key: "posted"}, {name: "no effect", token: "wait",
                key: "no_effect"},
            {name: "failed", token: "bad", key: "failed"}]}),
        before && chart({title: "Posted, beside the span before", unit, form, kind: "lines",
            bucket, series: [
            {name: "posted", token: "good", key: "posted"}, {name: "before", token: "wait",
                key: "posted_before", dash: "4 3"}]}),
        chart({title: "Delay", unit: "from capture to posting", kind: "lines", bucket, form: ms, series: [
            {name: "p50", token: "good", key: "p50"}, {name: "p95", token: "work", key: "p95"}, {name: "p99",
                token: "bad",
                key: "p99"}, ...before ? [{name: "p99 before", token: "wait", key: "p99_before", dash: "4 3"}]
                    : []]}),
        chart({title: "Oldest waiting change", unit: `longest wait per ${step}`, kind: "lines", bucket,
            form: span, series: [
            {name: "oldest", token: "work", key: "oldest_seconds"}]}),
    ].filter(Boolean);
    // A chart measures its width when it is drawn: so after it is on the page.
    queueMicrotask(() => { for (const c of all) c.update(joined); });
    return h("div", {class: "two"}, all.map((c) => h("div", {class: "panel"}, c.el)));
}

function drawFailures(data) {
    const whole = sum(data, "failures") ?? 0;
    return [h("h2", "Failures by class"), data.length ? plainTable({caption: "Failed attempts by class",
        rows: data.toSorted((a, b) => b.failures - a.failures), columns: [
            {label: "class", cell: (f) => h("a", {href: `queue?class=${encodeURIComponent(f.error_class)}`},
                f.error_class)},
            {label: "failed attempts", num: true, cell: (f) => count(f.failures)},
            {label: "share", cell: (f) => bar(f.failures / (whole || 1), `${Math.round(f.failures / (whole
                || 1) * 100)} %`)}]})
        : h("p", "No attempt failed in this span.")];
}

function drawFresh(data) {
    return [h("div", {class: "head"}, h("h2", "Freshness per table")),
        data.length ? plainTable({caption: "Freshness per table",
        rows: data, columns: [
            {label: "table", cell: (t) => h("a", {href: `sources?table=${encodeURIComponent(t.table)}`},
                t.table)},
            {label: "posted", num: true, cell: (t) => count(t.posted)},
            {label: "failed", num: true, cell: (t) => (t.failed ? badge("bad", count(t.failed))
                : count(t.failed))},
            {label: "last posted", cell: (t) => ago(t.last_posted_at)}]}) : h("p", "No table is attached.")];
}

function drawTable(node, rows, step, at) {
    const shown = rows.toReversed();
    const columns = [
        {label: step, cell: (r) => time(r.at, {date: true})},
        {label: "captured", num: true, cell: (r) => count(r.captured)},
        {label: "posted", num: true, cell: (r) => count(r.posted)},
        {label: "no effect", num: true, cell: (r) => count(r.no_effect)},
        {label: "failed", num: true, cell: (r) => count(r.failed)}, {label: "p50", num: true,
            cell: (r) => ms(r.p50)},
        {label: "p95", num: true, cell: (r) => ms(r.p95)}, {label: "p99", num: true, cell: (r) => ms(r.p99)},
        {label: "oldest", num: true, cell: (r) => span(r.oldest_seconds)}];
    const draw = (n) => fill(node, h("div", {class: "head"}, h("h2", "Table"), h("span",
        {class: "muted small"},
        `${plural(rows.length, step)} with samples, read at ${clock(at)}`)),
    plainTable({caption: `Samples by ${step}`, rows: shown.slice(0, n), columns}),
        shown.length > n
        && h("div", {class: "head"}, h("button", {type: "button", onclick: () => draw(shown.length)},
            `Show all ${shown.length}`)));
    draw(12);
    node.hidden = !rows.length;
}
