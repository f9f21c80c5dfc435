// Conflicts: records that two systems changed at once, what became of each, and those that wait for a person.

import {get, seg} from "./api.js";
import {h} from "./dom.js";
import {createFilters} from "./filters.js";
import {ago} from "./format.js";
import {badge} from "./icons.js";
import {createList} from "./table.js";

export const title = "Conflicts";

// What clashed; the names are those of PostgreSQL.
export const TYPES = {insert_exists: "inserted in both systems", update_origin_differs: "changed in both systems",
    update_exists: "takes the key of another row", update_deleted: "changed there, deleted here",
    update_missing: "changed there, missing here", delete_origin_differs: "deleted there, changed here",
    multiple_unique_conflicts: "takes the keys of several rows", refused: "cannot be written here"};
export const DONE = {apply_remote: "took the remote row", keep_local: "kept the local row",
    merged: "merged both rows", queued: "left it to a person", given: "wrote a row that was given"};
export const stateOf = (c) => badge(c.state === "open" ? "warn" : "good", c.state);
// Without the scope of the rows a conflict is found again by its record.
export const linkOf = (ctx, c) => `conflicts/${c.conflict}${ctx.can("images") ? ""
    : `?table=${seg(c.table)}&record=${seg(c.record)}`}`;

export async function show(ctx) {
    const filters = createFilters(ctx, [
        {name: "state", label: "state", type: "select", options: ["settled", {value: "all",
            label: "open and settled"}], none: "open", words: (v) => (v === "all" ? "open and settled" : v)},
        {name: "node", label: "node", type: "select"}, {name: "table", label: "table", type: "select"},
        {name: "type", label: "type", type: "select", options: Object.entries(TYPES).map(([value, label]) =>
            ({value, label})), words: (v) => TYPES[v] ?? v},
        {name: "record", label: "record", placeholder: "4711", width: 14},
    ], () => list.load());
    const list = createList(ctx, {
        caption: "Conflicts, newest first", name: ["conflict", "conflicts"], id: (c) => c.conflict, filters,
        columns: [
            {label: "conflict", num: true, cell: (c) => h("a", {href: linkOf(ctx, c)}, c.conflict)},
            {label: "record", cell: (c) => [h("strong", c.table), ` ${c.record}`]},
            {label: "node", cell: (c) => c.node},
            {label: "type", cell: (c) => [TYPES[c.type] ?? c.type, c.error_class && [h("br"),
                h("span", {class: "muted"}, c.error_class)]]},
            {label: "state", cell: stateOf},
            {label: "what was done", cell: (c) => [DONE[c.resolution] ?? c.resolution, h("br"),
                h("span", {class: "muted"}, c.decided_by ? `by ${c.decided_by}` : `by the policy ${c.policy}`)]},
            {label: "noted", cell: (c) => ago(c.noted_at)},
        ],
        load: ({cursor, limit, signal}) => {
            const {state = "open", ...rest} = filters.values();
            return get("conflicts", {...rest, state: state === "all" ? null : state, cursor, limit}, signal);
        },
        empty: () => ["No conflict is open.", h("button", {type: "button",
            onclick: () => filters.set({state: "settled"})}, "Show settled conflicts")],
        open: (c) => ctx.go(linkOf(ctx, c)),
        tooSlow: "Reading the conflicts was cut at the statement timeout. Narrow them to a node, a table or a record.",
    });
    ctx.put(filters.el, filters.chips, list.el);
    ctx.every(15, list.probe);
    // The choices are read aside; without them the list still works.
    Promise.all([get("nodes", null, ctx.signal), get("masters", null, ctx.signal)]).then(([nodes, masters]) => {
        filters.setOptions("node", nodes.data.map((n) => n.name));
        filters.setOptions("table", [...new Set([...nodes.data, ...masters.data].flatMap((one) =>
            one.tables))].sort());
    }).catch(() => null);
    await list.load();
}
