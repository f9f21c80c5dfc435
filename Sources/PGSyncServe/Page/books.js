// What the screens of the ledger share: the span, sums, the way up, export and paper.

import {download, get, session} from "./api.js";
import {problemNote} from "./dialog.js";
import {h} from "./dom.js";
import {NONE, clock, money, zoneName} from "./format.js";
import {saveCSV} from "./plain.js";
import {nextSpan, parseSpan, spanFault} from "./spans.js";

// The names of the accounts: lines carry the code only. Read once; unknown when that fails.
let chart = null;
export function accountNames() {
    chart ??= get("ledger/accounts").then(({data}) => new Map(data.map((a) => [a.account, a.name])))
        .catch(() => {
            chart = null;
            return new Map();
        });
    return chart;
}

// Sums of amounts. They stay text: digits are added as BigInt, never as Number.
function scaled(amount, places) {
    const [, sign, whole, rest = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount);
    return BigInt(sign + whole + rest.padEnd(places, "0"));
}

export function sum(amounts) {
    const given = amounts.filter((a) => a !== null && a !== undefined);
    if (!given.length) return null;
    const places = Math.max(...given.map((a) => (a.split(".")[1] ?? "").length));
    const total = given.reduce((s, a) => s + scaled(a, places), 0n);
    const digits = String(total < 0n ? -total : total).padStart(places + 1, "0");
    return (total < 0n ? "-" : "") + (places ? `${digits.slice(0, -places)}.${digits.slice(-places)}`
        : digits);
}

export const minus = (amount) => (!amount || /^0(\.0+)?$/.test(amount) ? amount
    : amount.startsWith("-") ? amount.slice(1) : `-${amount}`);
const isZero = (amount) => /^-?0*(\.0+)?$/.test(amount ?? "0");

// An amount in its column; nothing where the other column has it.
export const cash = (amount, currency) => (amount === null || amount === undefined ? "" : money(amount,
    currency));
// A zero of one side is left blank.
export const side = (amount, currency) => (isZero(amount) ? "" : money(amount, currency));
// One currency is said once, in the heads; several get a column.
const currencies = (rows) => [...new Set(rows.map((r) => r.currency).filter(Boolean))];
export const CURRENCY = {label: "currency", cell: (r) => r.currency, spare: (rows) =>
    currencies(rows).length < 2};
export const unit = (rows) => (currencies(rows).length === 1 ? currencies(rows)[0] : "");

// A balance with its side in words, since colour or a sign alone would be missed.
export const balanceText = (amount, currency) => (amount === null || amount === undefined ? NONE
    : isZero(amount) ? money(amount, currency)
    : amount.startsWith("-") ? `${money(amount.slice(1), currency)} Cr` : `${money(amount, currency)} Dr`);

export const SPAN = {name: "span", soft: true, label: "days", width: 21, placeholder: "2026-Q3, month-1",
    check: spanFault,
    words: (w) => {
        const s = parseSpan(w);
        return !s?.from && !s?.to ? "all" : s.name === w && s.unit === "day" ? w
            : `${w} (${s.from ?? "…"} to ${s.to ?? "…"})`;
    }};

// The page's filters as the API takes them.
export function apiOf({span, net, tree, ...rest}) {
    const s = parseSpan(span) ?? {};
    return {...rest, from: s.from, to: s.to};
}

// A screen that needs a span gets one, in its address, so that what is shown is also what is said.
export function wantSpan(ctx, words = "fy") {
    if (ctx.query.get("span")) return;
    const query = new URLSearchParams(ctx.query);
    query.set("span", words);
    ctx.setQuery(query, {replace: true});
}

// Quick spans, pickers, and the span before and after with [ and ].
export function spanTools(ctx, filters) {
    const span = () => parseSpan(filters.values().span) ?? parseSpan("all");
    const step = (n) => {
        const words = nextSpan(span(), n);
        if (words) filters.set({span: words});
        return Boolean(words);
    };
    const quick = h("select", {"aria-label": "Quick spans", onchange() {
        if (quick.value) filters.set({span: quick.value});
        quick.value = "";
    }}, [["", "Quick…"], ["month", "this month"], ["month-1", "last month"], ["quarter", "this quarter"],
        ["quarter-1", "last quarter"], ["fy", "this financial year"], ["fy-1", "last financial year"],
        ["today", "today"], ["all", "all days"]].map(([value, word]) => h("option", {value}, word)));
    const pick = (label, end) => h("label", {class: "line small"}, label, h("input", {type: "date",
        onchange: (e) => {
            const {from, to} = {...span(), [end]: e.target.value || null};
            if (!from || !to || from <= to) filters.set({span: `${from ?? ""}..${to ?? ""}`});
        }}));
    ctx.keys({"[": ["Span before", () => step(-1)], "]": ["Span after", () => step(1)]});
    return h("div", {class: "line no-print"},
        h("button", {type: "button", onclick: () => step(-1), "aria-label": "Span before ([)"}, "‹"),
        h("button", {type: "button", onclick: () => step(1), "aria-label": "Span after (])"}, "›"), quick,
        h("details", h("summary", "Pick days"), h("div", {class: "line"}, pick("from", "from"),
            pick("to", "to"))));
}

// Each part of a date narrows the span to it.
export function dayLinks(date, filters) {
    const to = (words, shown) => h("button", {type: "button", class: "part", title: `Only ${words}`,
        "aria-label": `Only ${words}`, onclick: () => filters.set({span: words})}, shown);
    return h("span", {class: "nowrap date"}, to(date.slice(0, 4), date.slice(0, 4)), "-",
        to(date.slice(0, 7), date.slice(5, 7)), "-", to(date, date.slice(8)));
}

// A query that keeps the span, for links that go down or up.
export function withSpan(path, ctx, more = {}) {
    const query = new URLSearchParams(more);
    const span = ctx.query.get("span");
    if (span) query.set("span", span);
    const words = query.toString();
    return words ? `${path}?${words}` : path;
}

export function ledgerTabs(ctx, at) {
    return h("nav", {class: "tabs no-print", "aria-label": "Ledger"}, [["ledger", "Trial balance"],
        ["ledger/entries", "Entries"], ["ledger/periods", "Periods"]].map(([path, word]) =>
        h("a", {href: withSpan(path, ctx), "aria-current": at === path ? "page" : null}, word)));
}

// The way up; Backspace takes its last link.
export function crumbs(ctx, links, here) {
    ctx.keys({Backspace: ["Up", () => ctx.go(links.at(-1)[0])]});
    return h("nav", {class: "crumbs no-print", "aria-label": "The way here"}, h("ol", {class: "line"},
        links.map(([path, word]) => h("li", h("a", {href: path}, word), h("span", {"aria-hidden": "true"},
            " ›"))),
        h("li", h("span", {"aria-current": "page"}, here))));
}

// What each sheet says first: database, report, span, filters, when and by whom.
export function paper(title, filters, asOf) {
    const said = filters ? filters.said() : [];
    return [h("strong", `${session.database ?? "pgsync"} · ${title}`), h("br"),
        said.length ? said.join(" · ") : "no filter", h("br"),
        `Read at ${clock(asOf, {date: true})}, printed at ${clock(Date.now(),
            {date: true})} ${zoneName()} by ${
            session.name ?? "anonymous"}`];
}

// What is shown as CSV and on paper. all(): reads on to the end first.
export function exportTools(ctx, name, columns, rows, all) {
    ctx.tools(h("button", {type: "button", async onclick() {
        await all?.();
        saveCSV(`${name}.csv`, columns, rows());
    }}, "CSV"), printTool(all));
}

const printTool = (all) => h("button", {type: "button", async onclick() {
    await all?.();
    globalThis.print();
}}, "Print");

// All entries that match, as the server writes them, however many they are.
export function fileTools(ctx, filters, trouble, all) {
    const file = (word, format, more) => h("button", {type: "button", async onclick() {
        try {
            trouble.replaceChildren();
            await download("ledger/export", {...apiOf(filters.values()), format, ...more});
        } catch (error) {
            trouble.replaceChildren(problemNote(error));
        }
    }}, word);
    ctx.tools(file("CSV", "csv", {totals: true, bom: true}), file("hledger", "hledger"), printTool(all));
}
