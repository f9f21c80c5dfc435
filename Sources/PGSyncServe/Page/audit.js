// The audit log: who did what, when, with which result. Refusals included.

import {get, seg} from "./api.js";
import {h} from "./dom.js";
import {createFilters} from "./filters.js";
import {NONE, ago, digits, idText, time} from "./format.js";
import {badge} from "./icons.js";
import {chainState, part, saveCSV} from "./plain.js";
import {createList} from "./table.js";

export const title = "Audit";

const COLUMNS = ["id", "at", "actor", "token", "address", "login", "act", "object", "reason", "result",
    "confirmed_by",
    "correlation_id", "details"];

// The page of an object, by the act that was done to it.
const PLACES = [[/image/, (o) => `changes/${o}`], [/^cancel job/, (o) => `jobs?job=${o}`],
    [/period|closing/, () => "ledger/periods"], [/alert|silence/, () => "alerts"],
    [/schedule/, () => "schedules"], [/configuration/, (o) => `configuration?find=${o}`],
    [/difference|heals/, () => "proof"], [/token/, () => "access"],
    [/^(pause|resume|backfill)/, (o) => `sources?table=${seg(o)}`]];

function linkOf({act, object, result}) {
    const to = result === "done" && object && PLACES.find(([words]) => words.test(act))?.[1](object);
    return to ? h("a", {href: to}, object) : object || NONE;
}

// A date of a filter is a day of the browser's zone; the API takes moments.
const moment = (day, more) => {
    const at = new Date(`${day}T00:00`);
    at.setDate(at.getDate() + more);
    return Number.isNaN(+at) ? undefined : at.toISOString();
};

export async function show(ctx) {
    const filters = createFilters(ctx, [
        {name: "actor", label: "actor", placeholder: "ravi", width: 14}, {name: "act", label: "act",
            placeholder: "retry", width: 14},
        {name: "object", label: "object", placeholder: "2026-09", width: 18},
        {name: "result", label: "result", type: "select", options: ["done", "refused", "failed"]},
        {name: "from", label: "from", type: "date"}, {name: "to", label: "to", type: "date"},
    ], () => list.load());
    const only = (name, value) => (value ? h("button", {type: "button", class: "chip",
        "aria-label": `Only ${name} ${value}`,
        onclick: () => filters.set({[name]: value})}, value) : NONE);
    const list = createList(ctx, {
        caption: "Acts, newest first", name: ["act", "acts"], id: (a) => a.id, filters,
        columns: [
            {label: "at", cell: (a) => time(a.at)}, {label: "actor", cell: (a) => a.actor}, {label: "act",
                cell: (a) => h("strong", a.act)},
            {label: "object", cell: (a) => linkOf(a)}, {label: "reason", cell: (a) => (a.reason
                ? `“${a.reason}”` : NONE)},
            {label: "result", cell: (a) => badge(a.result)}, {label: "from", cell: (a) => a.address ?? NONE},
        ],
        load: ({cursor, limit, signal}) => {
            const {from, to, ...rest} = filters.values();
            return get("audit", {...rest, from: from && moment(from, 0), to: to && moment(to, 1),
                cursor, limit}, signal);
        },
        empty: () => ["Nobody has done anything through pgsync so far.", h("a", {href: "./"},
            "To the overview")],
        tooSlow: "Reading the acts was cut at the statement timeout. Narrow the time, "
            + "or name an actor or act.",
        inside: (a) => {
            const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
            return h("div", {class: "stack"}, h("div", {class: "two"}, h("dl", {class: "facts"}, fact("line",
                idText(a.id, "line")),
                fact("at", time(a.at, {date: true, fraction: 3})), fact("actor", only("actor", a.actor)),
                fact("act", only("act", a.act)), fact("object", only("object", a.object)), fact("reason",
                    a.reason)),
            h("dl", {class: "facts"}, fact("result", badge(a.result)), fact("confirmed by", a.confirmed_by),
                fact("token", a.token && h("a", {href: "access"}, `token ${a.token}`)), fact("address",
                    a.address),
                fact("database login", a.login), fact("correlation id", a.correlation_id
                    && idText(a.correlation_id)))),
            a.details && Object.keys(a.details).length ? h("pre", JSON.stringify(a.details, null, 2)) : null,
            h("p", {class: "muted"}, "This line is part of the ", h("a", {href: "proof#chain"}, "chain"),
                " once the chain reaches it; a changed or missing line is found by ", h("code",
                    "pgsync audit verify"), "."));
        },
    });
    const chain = h("section", {class: "panel", "aria-label": "Chain"});
    ctx.tools(h("button", {type: "button", onclick: () => saveCSV("audit.csv", COLUMNS, list.state.rows)},
        "CSV of what is shown"));
    ctx.put(chain, filters.el, filters.chips, list.el);
    ctx.every(10, () => list.probe());
    await Promise.all([list.load(), part(ctx, chain, () => get("audit-chain", null, ctx.signal),
        ({data: {chain: c}}) => h("p", {class: "line"},
        chainState(c), h("span", "The audit log is chained to block ", digits(c.block),
            c.verified_at ? [", verified ", ago(c.verified_at), ` to block ${digits(c.verified_block)}`]
                : ", never verified",
            c.anchors?.length ? [", anchored ", ago(c.anchors[0].anchored_at)] : ", anchored nowhere", ". "),
        h("a", {href: "proof#chain"}, "Open the chain")))]);
}
