// The rows that differ in one run of a comparison: keys first; the rows of both sides when they are asked for.

import {get, seg} from "./api.js";
import {crumbs} from "./books.js";
import {kinds} from "./compareparts.js";
import {problemNote} from "./dialog.js";
import {fill, h} from "./dom.js";
import {createFilters} from "./filters.js";
import {NONE, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {plainTable} from "./plain.js";
import {createList} from "./table.js";

export const title = ({name}) => `Differences of ${name}`;

const STATES = {found: ["wait", "open"], healed: ["good", "mended"], moved: ["wait", "had changed"],
    failed: ["bad", "failed"], undone: ["undo", "undone"]};
const TOKENS = {missing_left: "warn", missing_right: "warn", different: "warn", ambiguous: "bad"};
const keyOf = (d) => Object.entries(d.key).map(([name, value]) => `${name} ${value}`).join(", ");

export async function show(ctx) {
    const {name} = ctx.params;
    const home = `compares/${seg(name)}`;
    const may = ctx.can("images");
    const {data: known} = await get(home, null, ctx.signal);
    const job = ctx.query.get("job") ?? known.trend.at(-1)?.job ?? known.job;
    const report = !job || job === known.report?.job ? known.report
        : (await get(`${home}/runs/${seg(job)}`, null, ctx.signal)).data;
    const way = crumbs(ctx, [["compares", "Compare"], [home, name]], "Differences");
    if (!report) {
        ctx.put(way, h("div", {class: "panel"}, h("p", `${name} has not run so far, so nothing is known to differ.`),
            h("p", h("a", {href: home}, `To ${name}`))));
        return;
    }
    const words = kinds(report);
    const path = `${home}/runs/${seg(report.job)}/differences`;
    let withRows = false;
    const filters = createFilters(ctx, [
        {name: "entity", label: "entity", type: "select", options: report.entities.map((e) => e.entity)},
        {name: "kind", label: "kind", type: "select", options: Object.entries(words).map(([value, label]) => ({value,
            label})), words: (v) => words[v]},
        {name: "job", label: "run", type: "hidden", quiet: true},
    ], () => list.load());
    const list = createList(ctx, {
        caption: "Differences", name: ["difference", "differences"], id: (d) => d.difference, filters,
        columns: [
            {label: "entity", cell: (d) => d.entity},
            {label: "key", cell: (d) => h("strong", keyOf(d))},
            {label: "kind", cell: (d) => badge(TOKENS[d.kind], words[d.kind])},
            {label: "columns that differ", cell: (d) => (withRows && d.kind === "different" ? values(d, report)
                : d.columns.map((c, i) => [i > 0 && ", ", h("code", c)]))},
            {label: "state", spare: (rows) => rows.every((d) => d.state === "found"), cell: (d) => [
                badge(...STATES[d.state] ?? [d.state]), d.problem && ` ${d.problem}`]},
        ],
        load: ({cursor, limit, signal}) => {
            const {job: _, ...rest} = filters.values();
            return get(withRows ? `${path}/rows` : path, {...rest, cursor, limit}, signal);
        },
        empty: () => ["Nothing differs in this run.", h("p", h("a", {href: home}, `To ${name}`))],
        inside: (d) => inside(ctx, d, path, report),
    });
    const all = may && h("button", {type: "button", async onclick() {
        withRows = !withRows;
        fill(all, withRows ? "Hide the rows" : "Show the rows");
        await list.load();
    }}, "Show the rows");
    ctx.tools(all);
    ctx.keys({i: ["Show both rows", () => { list.el.querySelector("tr.inside .show-image")?.click(); }]});
    const capped = report.entities.filter((e) => e.capped).map((e) => e.entity);
    ctx.put(way, h("p", {class: "line"}, h("a", {href: `${home}?job=${report.job}`}, `run ${report.number}`),
        h("span", {class: "muted"}, `${report.left_name} and ${report.right_name}`, ", ", time(report.started_at)),
        !may && h("span", {class: "muted"}, "Seeing the rows needs the scope “images”.")),
    capped.length > 0 && h("p", {class: "note"}, shape("warn"), h("span", `There are more differences of ${
        capped.join(", ")} than were looked at; 10,000 of each are kept.`)),
    filters.el, filters.chips, list.el);
    await list.load();
}

// "name a in Shop, b in Books", a line for each column.
const values = (d, report) => d.columns.map((c, i) => [i > 0 && h("br"), h("code", c), " ", said(d.left_row?.[c]),
    h("span", {class: "muted"}, ` in ${report.left_name}, `), said(d.right_row?.[c]), h("span", {class: "muted"},
        ` in ${report.right_name}`)]);

// Hidden until asked for: each look is audited.
function inside(ctx, d, path, report) {
    const place = h("div");
    const box = h("div", {class: "stack tight"}, h("dl", {class: "facts"}, h("dt", "key"), h("dd", keyOf(d)),
        d.settled_at && [h("dt", "settled"), h("dd", time(d.settled_at), ` by ${d.settled_by}`)]), place);
    if (!ctx.can("images")) {
        fill(place, h("p", {class: "muted"}, "Seeing the rows needs the scope “images”."));
    } else if ("left_row" in d) fill(place, sides(d, report));
    else {
        const button = h("button", {type: "button", class: "show-image", async onclick() {
            button.disabled = true;
            try {
                const {data} = await get(`${path}/rows`, {difference: d.difference}, ctx.signal);
                fill(place, data[0] ? sides(data[0], report) : h("p", "It is no longer kept."));
            } catch (error) {
                button.disabled = false;
                if (!ctx.signal.aborted) place.append(problemNote(error));
            }
        }}, "Show both rows");
        fill(place, h("p", {class: "muted small"}, "Hidden until asked for; each look is audited."), button);
    }
    return box;
}

function sides(d, report) {
    const [left, right] = [d.left_row, d.right_row];
    const differs = (column) => d.columns.includes(column);
    const names = [...new Set([left, right].flatMap((row) => Object.keys(row ?? {})))]
        .sort((a, b) => differs(b) - differs(a));
    const side = (label, row) => ({label, cell: (column) => (row ? h(differs(column) ? "strong" : "span",
        {class: "wrap"}, said(row[column])) : h("em", {class: "muted nowrap"}, "no row"))});
    return plainTable({caption: "Both rows, column by column", rows: names, columns: [
        {label: "column", cell: (column) => h("code", column)},
        left && right && {label: "compared", cell: (column) => (differs(column) ? badge("warn", "differs")
            : h("span", {class: "muted"}, "same"))},
        side(report.left_name, left), side(report.right_name, right)].filter(Boolean)});
}

const said = (v) => (v === null || v === undefined ? h("em", {class: "muted"}, v === null ? "null" : NONE)
    : v === "" ? h("em", {class: "muted"}, "empty") : String(v));
