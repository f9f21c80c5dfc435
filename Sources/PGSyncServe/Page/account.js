// One account: the balance brought forward, each line, and the balance after it.

import {get, seg} from "./api.js";
import {h} from "./dom.js";
import {CURRENCY, SPAN, apiOf, balanceText, cash, crumbs, dayLinks, exportTools, minus, paper, spanTools, sum,
    unit, wantSpan,
    withSpan} from "./books.js";
import {amountFault} from "./entries.js";
import {createFilters} from "./filters.js";
import {money, plural} from "./format.js";
import {shape} from "./icons.js";
import {parseSpan} from "./spans.js";
import {createList} from "./table.js";

export const title = ({code}) => `Account ${code}`;

export async function show(ctx) {
    wantSpan(ctx);
    const {code} = ctx.params;
    const why = h("p", {class: "note", hidden: true}, shape("wait"),
        h("span", "With a filter on party, text or "
        + "amount only some lines are shown. A running balance of some lines would be wrong, "
        + "so there is none; "
        + "the sums of the lines shown stand below."));
    const filters = createFilters(ctx, [SPAN,
        {name: "party", label: "party", width: 12}, {name: "text", label: "text", width: 14},
        {name: "min", label: "from amount", width: 9, check: amountFault},
        {name: "max", label: "to amount", width: 9, check: amountFault},
        {name: "currency", label: "currency", type: "select"}], () => {
        list.load();
    });
    const open = (r) => withSpan(`ledger/entries/${r.entry}`, ctx, {account: code});
    let data = null;
    const list = createList(ctx, {
        caption: `Statement of account ${code}, oldest first`, name: ["line", "lines"], filters,
        id: (r) => r.id ?? `${r.entry}-${r.line}`, rowClass: (r) => r.kind,
        counts: (r) => !r.kind,
        columns: [
            {label: "date", cell: (r) => (r.kind ? r.date ?? "" : dayLinks(r.date, filters))},
            {label: "entry", cell: (r) => (r.kind ? "" : h("a", {href: open(r), class: "mono"}, r.entry))},
            {label: "description", cell: (r) => (r.kind === "opening" ? h("strong", r.description)
                : r.description)},
            {label: "party", spare: (rows) => rows.every((r) => !r.party), cell: (r) => r.party ?? ""},
            {label: "source",
                cell: (r) => (r.table ? h("a", {href: `records/${seg(r.table)}/${seg(r.record)}`},
                r.record) : "")},
            CURRENCY,
            {label: "debit", num: true, unit, cell: (r) => cash(r.debit, r.currency)},
            {label: "credit", num: true, unit, cell: (r) => cash(r.credit, r.currency)},
            {label: "balance", num: true, unit, cell: (r) => (r.kind === "daysum" ? ""
                : balanceText(r.balance,
                r.currency))},
        ],
        load: ({cursor, limit, signal}) => get(`ledger/accounts/${seg(code)}/statement`,
            {...apiOf(filters.values()), cursor, limit}, signal),
        rows: (given, page) => {
            data = given;
            return statementRows(given, page, parseSpan(filters.values().span));
        },
        // Among very many entries, what a filter leaves is not added up.
        sums: () => (data.shown ?? [null]).map((s) => ["Σ", "", !s
            ? "not added up among so many entries: take a shorter span" : data.filtered ? "of all lines that match"
            : "of all lines in the span", "", "", s?.currency ?? "", s ? money(s.debit, s.currency) : "",
        s ? money(s.credit, s.currency) : "", ""]),
        drawn: () => {
            ctx.title(`${code} ${data.name}`);
            why.hidden = !data.filtered;
        },
        paper: () => paper(`Statement of account ${code} ${data.name}`, filters, list.state.page.as_of),
        empty: () => ["This account has no balance and no line in this span.",
            h("div", {class: "chips"}, filters.chipList())],
        open: (r) => r.entry && ctx.go(open(r)),
        tooSlow: "This span of a busy account takes too long. Take a shorter one, such as a month.",
    });
    exportTools(ctx, `account-${code}`, ["date", "entry", "line", "description", "party", "currency", "debit",
        "credit", "balance", "table", "record"], () => list.state.rows.filter((r) => r.entry),
    () => list.readAll());
    ctx.put(crumbs(ctx, [[withSpan("ledger", ctx), "Trial balance"]], `Account ${code}`), filters.el,
        spanTools(ctx, filters), filters.chips, h("p", {class: "line no-print"},
            h("a", {href: withSpan("ledger/entries", ctx,
            {account: code})}, "Entries of this account")), why, list.el);
    get("ledger/currencies", null, ctx.signal).then(({data: all}) =>
        filters.setOptions("currency", all.map((c) => c.currency))).catch(() => null);
    await list.load();
}

// Opening balances first, whatever is filtered; then each line, and the sums of a day after its lines.
function statementRows(data, page, span) {
    const rows = page.cursor ? carried(data) : (data.opening ?? []).map((o) => ({kind: "opening",
        id: `opening-${o.currency}`, date: span?.from, description: "Brought forward", ...o}));
    for (const [date, lines] of Map.groupBy(data.lines, (l) => l.date)) {
        rows.push(...lines);
        if (lines.length < 2) continue;
        for (const [currency, some] of Map.groupBy(lines, (l) => l.currency)) {
            rows.push({kind: "daysum", id: `day-${date}-${currency}`, date: "",
                description: `Σ ${date}, ${plural(some.length, "line")}`, currency,
                debit: sum(some.map((l) => l.debit)), credit: sum(some.map((l) => l.credit))});
        }
    }
    return data.lines.length || rows.length ? rows : [];
}

// The balance before the first line of a later page.
function carried(data) {
    const seen = new Set();
    return data.lines.filter((l) => l.balance !== null && !seen.has(l.currency) && seen.add(l.currency))
        .map((l) => ({kind: "opening", id: `opening-${l.currency}`, description: "Carried over",
            currency: l.currency,
            balance: sum([l.balance, minus(l.debit), l.credit])}));
}
