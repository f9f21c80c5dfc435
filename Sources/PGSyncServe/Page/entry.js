// One entry: lines, where it came from, what reverses it, and its place in the chain.

import {get, seg} from "./api.js";
import {copy, h, save, say} from "./dom.js";
import {accountNames, cash, crumbs, paper, sum, withSpan} from "./books.js";
import {problemNote} from "./dialog.js";
import {NONE, digits, idText, time} from "./format.js";
import {badge} from "./icons.js";
import {nearList, paperRow, plainTable} from "./plain.js";

export const title = ({entry}) => `Entry ${digits(entry)}`;

export async function show(ctx) {
    const {entry} = ctx.params;
    // The way up is the way down: by the account when it was opened there.
    const account = ctx.query.get("account");
    const way = crumbs(ctx, [[withSpan("ledger", ctx), "Trial balance"], account
        ? [withSpan(`ledger/accounts/${seg(account)}`, ctx), `Account ${account}`]
        : [withSpan("ledger/entries", ctx), "Entries"]].slice(ctx.session.site ? 1 : 0), `Entry ${entry}`);
    let answer;
    try {
        const [one, names] = await Promise.all([get(`ledger/entries/${seg(entry)}`, null, ctx.signal),
            accountNames()]);
        answer = one;
        for (const l of one.data.lines) l.name = names.get(l.account) ?? "";
    } catch (error) {
        if (ctx.signal.aborted) return;
        ctx.put(way, h("div", {class: "panel"}, problemNote(error, ctx.reload), nearList(error, (n) =>
            [`ledger/entries/${n}`, `Entry ${n}`])));
        return;
    }
    const e = answer.data;
    const other = (id) => (id ? h("a", {href: withSpan(`ledger/entries/${id}`, ctx), class: "mono"}, id)
        : NONE);
    const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
    const lines = plainTable({caption: `Lines of entry ${entry}`, columns: [
        {label: "account", cell: (l) => h("a", {href: withSpan(`ledger/accounts/${seg(l.account)}`, ctx)},
            l.account)},
        {label: "name", cell: (l) => l.name}, {label: "party", cell: (l) => l.party ?? NONE},
        {label: "dimensions", cell: (l) => Object.entries(l.dimensions ?? {}).map(([k, v]) =>
            `${k} ${v}`).join(", ")
            || NONE},
        {label: `debit ${e.currency}`, num: true, cell: (l) => cash(l.debit, e.currency)},
        {label: `credit ${e.currency}`, num: true, cell: (l) => cash(l.credit, e.currency)}], rows: e.lines,
    sums: [["Σ", "", "", "", ...["debit", "credit"].map((s) => cash(sum(e.lines.map((l) => l[s])),
        e.currency))]]});
    lines.querySelector("thead").prepend(paperRow(paper(`Entry ${entry}`, null, answer.as_of), 6));
    if (e.table) {
        ctx.keys({r: ["Trace the source document",
            () => ctx.go(`records/${seg(e.table)}/${seg(e.record)}`)]});
    }
    ctx.tools(h("button", {type: "button", async onclick() {
        say(await copy(location.href) ? "Link copied" : "Copying failed");
    }}, "Copy link"), h("button", {type: "button", onclick: () => save(`entry-${entry}.json`,
        "application/json",
        JSON.stringify(e, null, 2))}, "JSON"), h("button", {type: "button", onclick: () => print()},
            "Print"));
    ctx.put(way, h("div", {class: "panel"}, h("p", {class: "line"}, h("strong", e.description),
        h("span", {class: "muted"},
        `${e.purpose} entry`), e.reverses && badge("undo", `reverses ${e.reverses}`),
    e.reversed_by && badge("reversed", `reversed by ${e.reversed_by}`))), h("div", {class: "panel flush"},
        lines),
    h("div", {class: "two"}, h("section", {class: "panel"}, h("h2", "Where it comes from"),
        h("dl", {class: "facts"},
        fact("source document", e.table && h("a", {href: `records/${seg(e.table)}/${seg(e.record)}`},
            `${e.table} ${e.record}`)),
        fact("change", e.change && h("a", {href: `changes/${e.change}`, class: "mono"}, e.change)),
        fact("rule", e.rule && h("a", {href: `rules/${seg(e.rule.split("@")[0])}`}, e.rule)),
        fact("reverses", other(e.reverses)), fact("reversed by", other(e.reversed_by)))),
    h("section", {class: "panel"}, h("h2", "In the books"), h("dl", {class: "facts"},
        fact("entry", idText(e.entry, "entry")), fact("date", h("a", {href: `ledger/entries?span=${e.date}`},
            e.date)),
        fact("document date", e.document_date), fact("swept from", e.swept_from),
            fact("posted", time(e.posted_at)),
        fact("posted by", e.posted_by), fact("idempotency key", e.idempotency_key && idText(e.idempotency_key,
            "key")),
        fact("correlation id", e.correlation_id && idText(e.correlation_id)),
        !ctx.session.site && fact("chain seq", e.chain_block ? h("a", {href: "proof"}, digits(e.chain_block))
            : "not chained yet")))));
}
