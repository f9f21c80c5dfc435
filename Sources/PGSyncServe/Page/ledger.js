// The trial balance: every account with opening, movement and closing of one span.

import {get} from "./api.js";
import {h} from "./dom.js";
import {CURRENCY, SPAN, apiOf, exportTools, ledgerTabs, minus, paper, side, spanTools, sum, unit,
    wantSpan, withSpan} from "./books.js";
import {createFilters} from "./filters.js";
import {plural, time} from "./format.js";
import {badge} from "./icons.js";
import {createList} from "./table.js";

export const title = "Trial balance";
const COLUMNS = ["opening_debit", "opening_credit", "debits", "credits", "closing_debit", "closing_credit"];
const TYPES = ["asset", "liability", "equity", "income", "expense"];

export async function show(ctx) {
    wantSpan(ctx);
    const verdict = h("p", {class: "line", role: "status"});
    const filters = createFilters(ctx, [SPAN,
        {name: "currency", label: "currency", type: "select"},
        {name: "zero", label: "zero accounts", type: "check", quiet: true},
        {name: "tree", label: "by type", type: "check", quiet: true},
        {name: "net", label: "net movement", type: "check", quiet: true}], (values) => {
        // The heads of the columns change with net.
        if (Boolean(values.net) !== net) ctx.reload();
        else list.load();
    });
    const net = Boolean(filters.values().net);
    const heads = ["opening Dr", "opening Cr", net ? "net Dr" : "debits", net ? "net Cr" : "credits",
        "closing Dr",
        "closing Cr"];
    const link = (row) => withSpan(`ledger/accounts/${encodeURIComponent(row.account)}`, ctx,
        {currency: row.currency});
    let totals = [];
    let asOf = null;
    const list = createList(ctx, {
        caption: "Trial balance", name: ["account", "accounts"],
            id: (r) => `${r.account ?? r.group}-${r.currency}`,
        filters, rowClass: (r) => (r.group ? "group" : null), counts: (r) => !r.group,
        columns: [
            {label: "account", cell: (r) => (r.group ? h("strong", r.group) : h("a", {href: link(r)},
                r.account))},
            {label: "name", cell: (r) => h("span",
                {css: r.depth ? {display: "block", "padding-left": `${r.depth * 16}px`}
                : null},
                r.name ?? "")},
            CURRENCY,
            ...COLUMNS.map((key, i) => ({label: heads[i], num: true, unit, cell: (r) => (r.group
                ? h("strong", side(r[key], r.currency)) : side(r[key], r.currency))})),
        ],
        load: async ({signal}) => {
            const [page, chart] = await Promise.all([get("ledger/trial-balance", apiOf(filters.values()),
                signal),
                filters.values().tree ? get("ledger/accounts", null, signal) : null]);
            return {...page, next: null, prev: null, chart: chart?.data};
        },
        rows: (data, page) => {
            totals = data.totals;
            asOf = page.as_of;
            const rows = data.accounts.map((r) => (net ? netted(r) : r));
            return page.chart ? tree(rows, page.chart) : rows;
        },
        sums: (rows) => totals.map((t) => (net ? {...t, ...sums(rows.filter((r) => r.account
            && r.currency === t.currency))} : t)).map((t) => ["Σ", "all accounts", t.currency,
            ...COLUMNS.map((key) => side(t[key], t.currency))]),
        paper: () => paper("Trial balance", filters, asOf),
        empty: () => ["The ledger has no account with a balance or a line in this span.",
            h("p", "A new ledger begins with its chart of accounts: ",
                h("code", "pgsync ledger import-chart chart.csv"))],
        open: (row) => row.account && ctx.go(link(row)),
        drawn: (rows, page) => {
            const accounts = rows.filter((r) => r.account).length;
            verdict.replaceChildren(...[h("span", `Up to ${page.data.to ?? "today"}, read at `,
                time(page.as_of),
                ` · ${plural(accounts, "account")}`), ...totals.map((t) => h("span", {class: "line"},
                h("span", `${t.currency}: Σ debits ${side(t.debits, t.currency)} ${
                    t.balanced ? "=" : "≠"} Σ credits ${side(t.credits, t.currency)}`),
                t.balanced ? badge("balanced") : badge("bad", "not balanced")))]);
        },
    });
    exportTools(ctx, "trial-balance", ["account", "name", "type", "currency", ...COLUMNS],
        () => list.state.rows.filter((r) => r.account));
    ctx.put(ledgerTabs(ctx, "ledger"), filters.el, spanTools(ctx, filters), filters.chips, verdict, list.el);
    get("ledger/currencies", null, ctx.signal).then(({data}) =>
        filters.setOptions("currency", data.map((c) => c.currency))).catch(() => null);
    await list.load();
}

const sums = (rows) => Object.fromEntries(COLUMNS.map((key) => [key, sum(rows.map((r) => r[key]))]));

// Movement on its heavier side only; opening and closing are net already.
function netted(row) {
    const n = sum([row.debits, minus(row.credits)]);
    return {...row, debits: n.startsWith("-") ? "0" : n, credits: n.startsWith("-") ? n.slice(1) : "0"};
}

// Accounts below their type, with the sums of the type, indented by their parents in the chart.
function tree(rows, chart) {
    const parent = new Map(chart.map((a) => [a.account, a.parent]));
    const depth = (code, n = 1) => (parent.get(code) && n < 9 ? depth(parent.get(code), n + 1) : n);
    const groups = Map.groupBy(rows, (r) => `${r.currency} ${r.type}`);
    return [...groups.values()].sort((a, b) => a[0].currency.localeCompare(b[0].currency)
        || TYPES.indexOf(a[0].type) - TYPES.indexOf(b[0].type)).flatMap((list) => [
        {group: list[0].type, currency: list[0].currency, ...sums(list)},
        ...list.map((r) => ({...r, depth: depth(r.account)}))]);
}
