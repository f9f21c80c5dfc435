// The journal: entries with their lines, newest first.

import {get, seg} from "./api.js";
import {h} from "./dom.js";
import {CURRENCY, SPAN, accountNames, apiOf, cash, dayLinks, fileTools, ledgerTabs, paper, spanTools, sum,
    unit, withSpan} from "./books.js";
import {createFilters} from "./filters.js";
import {money, plural} from "./format.js";
import {badge} from "./icons.js";
import {createList} from "./table.js";

export const title = "Entries";

export async function show(ctx) {
    const filters = createFilters(ctx, [SPAN,
        {name: "account", label: "account", width: 10, placeholder: "1000"},
        ctx.session.site ? {name: "table", label: "table", placeholder: "public.bills", width: 18}
            : {name: "table", label: "table", type: "select"},
        {name: "record", label: "record", width: 12, placeholder: "P-1771"},
        {name: "rule", label: "rule", width: 12, placeholder: "bills"},
        {name: "purpose", label: "purpose", type: "select", options: ["posting", "reversal", "manual",
            "opening", "closing"]},
        {name: "text", label: "text", width: 14},
        {name: "min", label: "from amount", width: 9, check: amountFault},
        {name: "max", label: "to amount", width: 9, check: amountFault}], () => {
        list.load();
    });
    const list = createList(ctx, {
        caption: "Entries, newest first", name: ["entry", "entries"], id: (e) => e.entry, filters,
        sorted: ctx.session.site ? "newest posted first" : "newest first", rowClass: () => "entry",
        columns: [
            {label: "date", cell: (e) => dayLinks(e.date, filters)},
            {label: "entry", cell: (e) => h("a", {href: withSpan(`ledger/entries/${e.entry}`, ctx),
                class: "mono"},
                e.entry)},
            {label: "description", cell: (e) => [e.description, e.purpose === "posting" ? null
                : h("span", {class: "line small"}, badge(e.purpose === "reversal" ? "undo" : "wait",
                    e.reverses ? `reversal of ${e.reverses}` : e.purpose)),
            e.reversed_by ? h("span", {class: "line small"},
                badge("reversed", `reversed by ${e.reversed_by}`)) : null]},
            {label: "source",
                cell: (e) => (e.table ? h("a", {href: `records/${seg(e.table)}/${seg(e.record)}`},
                `${e.table} ${e.record}`) : e.posted_by)},
            {label: "account · debit · credit", unit, cell: (e) => entryLines(e, ctx)},
            CURRENCY,
        ],
        load: async ({cursor, limit, signal}) => {
            const [page, names] = await Promise.all([get("ledger/entries",
                {...apiOf(filters.values()), cursor, limit}, signal), accountNames()]);
            for (const e of page.data) for (const l of e.lines) l.name = names.get(l.account) ?? "";
            return page;
        },
        empty: () => [filters.values().span ? "No entry was posted in this span."
            : "No entry was posted yet.",
            filters.values().span ? h("div", {class: "chips"}, filters.chipList())
                : h("p", "Entries appear as soon as a rule posts a captured change: ",
                    h("code", "pgsync rules list"))],
        open: (e) => ctx.go(withSpan(`ledger/entries/${e.entry}`, ctx)),
        sums: (rows, page) => [...Map.groupBy(rows, (e) => e.currency)].map(([currency, some]) => [`Σ`,
            plural(some.length, "entry", "entries"), page.next || page.prev ? "of these only; there are more"
                : "all that match",
            "", h("span", {class: "lines"}, h("span"), ["debit", "credit"].map((s) => h("span",
                money(sum(some.flatMap((e) => e.lines.map((l) => l[s]))), currency)))), currency]),
        paper: () => paper("Entries", filters, list.state.page.as_of),
    });
    const trouble = h("div", {role: "alert"});
    // The books as a whole are of all sites.
    const {site} = ctx.session;
    if (!site) fileTools(ctx, filters, trouble, () => list.readAll());
    ctx.put(site ? null : ledgerTabs(ctx, "ledger/entries"), filters.el, spanTools(ctx, filters), filters.chips, trouble,
        list.el);
    if (!site) get("sources", null, ctx.signal).then(({data}) => filters.setOptions("table", data.map((s) => s.table)))
        .catch(() => null);
    ctx.on("status", () => list.probe());
    await list.load();
}

export const amountFault = (words) => (!words || /^\d+(\.\d+)?$/.test(words) ? null
    : "An amount such as 90.00.");

// Account, debit and credit of each line.
function entryLines(entry, ctx) {
    return h("span", {class: "lines wide"}, entry.lines.map((l) => [
        h("span", h("a", {href: withSpan(`ledger/accounts/${seg(l.account)}`, ctx)}, l.account), ` ${l.name}`,
            l.party ? ` · ${l.party}` : ""),
        h("span", cash(l.debit, entry.currency)), h("span", cash(l.credit, entry.currency))]));
}
