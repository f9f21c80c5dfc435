// One conflict: the rows of both sides, column by column, and what was decided or is to be.

import {get, post, seg} from "./api.js";
import {crumbs} from "./books.js";
import {DONE, TYPES, linkOf, stateOf} from "./conflicts.js";
import {act, problemNote} from "./dialog.js";
import {h} from "./dom.js";
import {NONE, idText, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {part, plainTable, waiting} from "./plain.js";

export const title = ({conflict}) => `Conflict ${conflict}`;

const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];

// "stamp@origin": the microsecond since 1970 in which it changed, and the system in which it did.
function versionOf(words) {
    const [, stamp, origin] = /^(\d+)@(.*)$/.exec(words ?? "") ?? [];
    return stamp ? {stamp: BigInt(stamp), at: new Date(Number(BigInt(stamp) / 1000n)).toISOString(), origin} : null;
}

function version(words) {
    const known = versionOf(words);
    return known ? [time(known.at, {fraction: 3}), " in ", h("strong", known.origin)] : words ?? "not known";
}

export async function show(ctx) {
    const {conflict: id} = ctx.params;
    const way = crumbs(ctx, [["conflicts", "Conflicts"]], `Conflict ${id}`);
    const place = h("div", {class: "panel"});
    ctx.put(way, place);
    const stop = waiting(place);
    try {
        const c = await find(ctx, id);
        if (c) draw(ctx, c, way);
        else {
            ctx.put(way, h("div", {class: "panel"}, h("p", "Your token does not show the rows of a conflict: that "
                + "needs the scope “images”."), h("p", h("a", {href: "conflicts"}, "To the conflicts"))));
        }
    } catch (error) {
        if (!ctx.signal.aborted) ctx.put(way, h("div", {class: "panel"}, problemNote(error, ctx.reload)));
    } finally {
        stop();
    }
}

async function find(ctx, id) {
    if (ctx.can("images")) return (await get(`conflicts/${seg(id)}`, null, ctx.signal)).data;
    const [table, record] = [ctx.query.get("table"), ctx.query.get("record")];
    if (!table || !record) return null;
    return (await get("conflicts", {table, record, limit: 200}, ctx.signal)).data.find((c) => c.conflict === id);
}

function draw(ctx, c, way) {
    const rows = ctx.can("images");
    const may = ctx.can("operate");
    const choose = (take) => decide(ctx, c, take);
    const trace = `records/${seg(c.table.includes(".") ? c.table : `public.${c.table}`)}/${seg(c.record)}`;
    const others = h("section", {class: "panel flush", "aria-label": "Conflicts of this record"});
    ctx.tools(may && [["local", "Keep the local row…"], ["remote", "Take the remote row…"]].map(([take, word]) =>
        h("button", {type: "button", onclick: () => choose(take)}, word)),
    h("a", {class: "button", href: trace}, "Trace the record"));
    ctx.keys({...may && {l: ["Keep the local row", () => { choose("local"); }],
        m: ["Take the remote row", () => { choose("remote"); }]},
    r: ["Trace the record", () => ctx.go(trace)]});
    ctx.put(way, h("p", {class: "line"}, stateOf(c), h("span", h("a", {href: trace}, `${c.table} ${c.record}`),
        `, ${TYPES[c.type] ?? c.type}, with node `, h("a", {href: `conflicts?node=${seg(c.node)}&state=all`},
            c.node))),
    c.error_class && h("div", {class: "panel"}, h("div", {class: "note"}, shape("bad"), h("p",
        "The remote row could not be written. ", h("strong", c.error_class), `: ${c.error_message ?? NONE}`))),
    h("div", {class: "two"}, h("section", {class: "panel"}, h("h2", "Versions"), h("dl", {class: "facts"},
        fact("local", version(c.local_version)), fact("remote", version(c.remote_version)),
        fact("base", version(c.base_version)), fact("newer", newer(c)))),
    h("section", {class: "panel"}, h("h2", "Decision"), h("dl", {class: "facts"},
        fact("what was done", DONE[c.resolution] ?? c.resolution),
        fact("by", c.decided_by ?? `the policy ${c.policy}`),
        c.decided_by && [fact("when", time(c.decided_at)), fact("policy", c.policy)],
        fact("noted", time(c.noted_at)), fact("type", h("code", c.type)), fact("conflict", idText(c.conflict,
            "conflict"))))),
    rows ? rowsOf(c) : h("section", {class: "panel"}, h("h2", "Rows"), h("p", "Your token does not show the rows: "
        + "that needs the scope “images”.")), others);
    part(ctx, others, () => get("conflicts", {table: c.table, record: c.record, limit: 20}, ctx.signal),
        ({data}) => [h("div", {class: "head"}, h("h2", "Other conflicts of this record")), past(ctx, data.filter(
            (one) => one.conflict !== c.conflict))]);
}

// The base is the version that the node had changed.
function newer(c) {
    const [here, there] = [versionOf(c.local_version), versionOf(c.remote_version)];
    if (!here || !there) return NONE;
    if (here.stamp === there.stamp) return "neither";
    const first = there.stamp > here.stamp;
    const gap = first ? there.stamp - here.stamp : here.stamp - there.stamp;
    return `${first ? "remote" : "local"}, by ${span(Number(gap) / 1e6)}`;
}

function rowsOf(c) {
    const [local, remote] = [c.local_row, c.remote_row];
    const differs = (name) => (local && remote ? name in local && name in remote
        && JSON.stringify(local[name]) !== JSON.stringify(remote[name]) : false);
    const all = [...new Set([local, remote, c.base_row, c.result_row].flatMap((row) => Object.keys(row ?? {})))];
    const names = all.sort((a, b) => differs(b) - differs(a) || a.localeCompare(b));
    const n = names.filter(differs).length;
    const column = (label, row, none) => ({label, cell: (name) => (!row ? said("no row")
        : name in row ? value(row[name], differs(name)) : none)});
    const missing = !local ? "There is no local row." : !remote ? "The remote row was deleted."
        : n ? `${n} of ${names.length} columns differ; they come first.` : "The rows are the same.";
    return h("section", {class: "panel flush", "aria-label": "Rows"}, h("div", {class: "head"}, h("h2", "Rows"),
        h("span", {class: "muted small"}, "Each look at them is audited.")), h("p", missing),
    names.length ? plainTable({caption: "Rows of the conflict, column by column", rows: names, columns: [
        {label: "column", cell: (name) => h("code", name)},
        local && remote && {label: "compared", cell: (name) => (differs(name) ? badge("warn", "differs")
            : h("span", {class: "muted"}, "same"))},
        column("local", local, NONE), column("remote", remote, said("not sent")),
        c.base_row && column("base", c.base_row, NONE),
        (c.result_row || c.state === "settled") && column("result", c.result_row, NONE)].filter(Boolean)})
        : null);
}

const said = (words) => h("em", {class: "muted nowrap"}, words);

function value(v, differs) {
    const words = v === null ? said("null") : typeof v === "object" ? JSON.stringify(v)
        : v === "" ? said("empty") : String(v);
    return h(differs ? "strong" : "span", {class: "wrap"}, words);
}

const past = (ctx, data) => (data.length ? plainTable({caption: "Other conflicts of this record", rows: data,
    columns: [
        {label: "conflict", cell: (c) => h("a", {href: linkOf(ctx, c)}, c.conflict)},
        {label: "node", cell: (c) => c.node}, {label: "type", cell: (c) => TYPES[c.type] ?? c.type},
        {label: "state", cell: stateOf}, {label: "what was done", cell: (c) => DONE[c.resolution] ?? c.resolution},
        {label: "noted", cell: (c) => time(c.noted_at)}]}) : h("p", "There is no other."));

async function decide(ctx, c, take) {
    const words = take === "local" ? "Keep the local row" : "Take the remote row";
    const gone = take === "remote" && "remote_row" in c && c.remote_row === null;
    const done = await act({title: `${words} of ${c.table} ${c.record}`, verb: words, danger: gone,
        reason: "optional",
        lines: [take === "local" ? "The row that is here now stays as it is."
            : gone ? "The row that is here now is deleted, as it was in the remote system."
            : "The remote row is written over the row that is here now, also if that changed since the conflict.",
        "The record gets a new version, which wins in all systems.", c.state === "settled"
            ? `It was settled before: ${c.decided_by ?? `the policy ${c.policy}`} ${DONE[c.resolution]
                ?? c.resolution}.` : null],
        command: `pgsync conflicts resolve ${c.conflict} --take ${take}`,
        run: ({key, reason}) => post(`conflicts/${seg(c.conflict)}/resolve`, {take, ...reason && {reason}}, {key})
            .catch((error) => {
                if (error.name === "forbidden" && !error.scope) error.detail = `Who takes a remote row must be allowed `
                    + `to write ${c.table}: grant select, insert, update and delete on it to pgsync_api_operate.`;
                throw error;
            }),
        done: ({data}) => `Conflict ${data.conflict} is settled: ${DONE[data.resolution] ?? data.resolution}.`});
    if (done) ctx.reload();
}
