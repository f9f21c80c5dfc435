// Proof: the score, what it means and what was not looked at, conservation, differences, heals, chain.

import {get, post} from "./api.js";
import {bar} from "./charts.js";
import {act} from "./dialog.js";
import {showDifferences} from "./differences.js";
import {fill, h} from "./dom.js";
import {NONE, ago, count, digits, idText, now, number, plural, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {chainState, part, plainTable, sh} from "./plain.js";

export const title = "Proof";

// Name, key, most points, what it measures.
const PARTS = [
    ["Freshness", "freshness", 25, "nothing waits longer than a minute"],
    ["Proven share", "proven", 35, "records equal to what the rules say"],
    ["Failures", "failure_free", 25, "records without a dead letter"],
    ["Full sweep", "sweep", 15, "everything was verified on schedule"],
];

export async function show(ctx) {
    const score = h("section", {class: "panel", "aria-label": "Score"});
    const books = h("section", {class: "panel flush", "aria-label": "Conservation", hidden: true});
    const checked = h("section", {class: "panel flush", "aria-label": "Verified tables", hidden: true});
    const chain = h("section", {class: "panel", "aria-label": "Chain and anchors", id: "chain",
        hidden: true});
    const differences = showDifferences(ctx);
    let last = null;
    let attached = [];

    ctx.put(score, books, differences.el, checked, chain);
    if (ctx.can("operate")) {
        ctx.tools(h("button", {type: "button", class: "main", onclick: () => verify()}, "Verify…"),
            h("button", {type: "button", onclick: () => differences.heal()}, "Heal…"));
    }
    ctx.keys({v: ["Verify", () => { verify(); }], h: ["Heal", () => { differences.heal(); }]});

    async function verify() {
        if (!ctx.can("operate")) return;
        const tables = (last?.sources ?? []).map((s) => s.table);
        const records = (t) => (last?.sources ?? []).filter((s) => !t || s.table === t)
            .reduce((n, s) => n + (s.records ?? 0), 0);
        await act({title: "Verify", verb: "Verify",
            fields: [{name: "table", label: "Which records", options: [{value: "",
                label: "All attached tables"},
                ...tables.map((t) => ({value: t, label: t}))]}],
            lines: ({table}) => [`${table || "Every attached table"} is compared with the ledger: ${
                records(table)
                ? `${count(records(table))} records at the last verification` : "never counted so far"}.`,
            "It changes nothing. Each step is short and of one moment, so it disturbs nobody."],
            command: ({table}) => `pgsync verify${table ? ` --source ${sh(table)}` : ""}`,
            run: ({key, table}) => post("jobs", {kind: "verify", subject: table || "all"}, {key}),
            done: ({data}) => ({words: `Verification started as job ${data.job}.`,
                action: {label: "See the job", run: () => ctx.go(`jobs?job=${data.job}`)}})});
    }

    function draw({data}) {
        last = data;
        for (const node of [books, checked, chain]) node.hidden = false;
        drawScore(score, data.score, data, attached);
        drawDays(books, data.days, ctx);
        drawChecked(checked, data.sources);
        drawChain(ctx, chain, data.chain);
        if (location.hash === "#chain") chain.scrollIntoView();
        return [...score.childNodes];
    }
    ctx.on("status", (s) => {
        const names = (s.sources ?? []).filter((t) => t.attached).map((t) => t.table);
        if (names.join() === attached.join()) return;
        attached = names;
        if (last) drawScore(score, last.score, last, attached);
    });
    ctx.on("proof", ({score: newest}) => {
        if (!last) return;
        const moved = newest.verified_at !== last.score.verified_at;
        last = {...last, score: newest};
        drawScore(score, newest, last, attached);
        if (moved) differences.list.probe();
    });
    await Promise.all([part(ctx, score, () => get("proof", null, ctx.signal), draw), differences.load()]);
}

function drawScore(node, s, proof, attached) {
    const known = s.points !== null && s.points !== undefined;
    const token = !known ? "unknown" : s.points >= 95 ? "good" : s.points >= 90 ? "warn" : "bad";
    const parts = PARTS.map(([name, key, most, meaning]) => h("div", {class: "tile"}, h("span",
        {class: "name"}, name),
        h("strong", s[key] === null || s[key] === undefined ? `? of ${most}` : `${number(s[key])} of ${
            most}`),
        bar((s[key] ?? 0) / most, s[key] === null || s[key] === undefined ? `${name}: not measured`
            : `${name}: ${number(s[key])} of ${most} points`), h("span", {class: "scope"}, meaning)));
    const sum = PARTS.reduce((n, [, key]) => n + (s[key] ?? 0), 0);
    fill(node, h("p", {class: "line"}, h("span", {class: "figure"}, known ? number(s.points) : "?",
        h("span", {class: "muted small"}, " of 100")), badge(token, s.verdict),
    s.capped_by && h("span", `Capped at ${number(s.cap)} by ${s.capped_by}; the parts give ${number(sum)}.`)),
    h("div", {class: "tiles"}, parts), h("div", {class: "stack tight"}, meaningOf(s, proof.verification,
        proof),
        notSeen(s, proof, attached), s.recommendation && h("p", h("strong", "Next: "), s.recommendation)));
}

// What the green means: method, span, snapshot, how old.
function meaningOf(s, v, proof) {
    if (!v) return h("p", "Nothing was verified so far, so there is no score. Start with Verify.");
    const over = v.since || v.until ? ["records that changed ", v.since ? ["from ", time(v.since)] : "",
        v.until ? [" to ", time(v.until)] : ""] : "every record";
    const all = (key) => (proof.sources ?? []).reduce((n, t) => n + (t[key] ?? 0), 0);
    return h("p", `What the score means: job ${v.job} compared `, over,
        ", row by row, with the entries that the rules of the document's date make. "
        + `${count(all("equal"))} of ${plural(all("records"), "record")} were equal, ${
            count(all("no_entry"))} without an entry as it should be, ${
            count(all("failed"))} with a dead letter, ${count(all("different"))} different`,
        v.heal_stopped ? `; healing stopped: ${v.heal_stopped}` : "", ". Each step read one snapshot; it ",
    v.finished_at ? ["ended ", ago(v.finished_at), " after ", span((Date.parse(v.finished_at)
        - Date.parse(v.started_at)) / 1000)] : ["runs since ", time(v.started_at)],
            ". The last full verification ended ",
    s.verified_at ? ago(s.verified_at) : "never", proof.chain?.verified_block
        ? `. The chain is verified to block ${digits(proof.chain.verified_block)}.`
        : ". The chain was never verified.");
}

function notSeen(s, proof, attached) {
    const list = [];
    const seen = new Set((proof.sources ?? []).map((t) => t.table));
    const missing = attached.filter((t) => !seen.has(t));
    if (missing.length) list.push(`attached but not verified: ${missing.join(", ")}`);
    const sum = (key) => (proof.sources ?? []).reduce((n, t) => n + (t[key] ?? 0), 0);
    if (sum("not_watched")) list.push(`${plural(sum("not_watched"),
        "record")} written while no trigger watched`);
    if (sum("waiting")) list.push(`${plural(sum("waiting"), "record")} whose change waits`);
    if (proof.verification?.since
        || proof.verification?.until) list.push("records that did not change in that span");
    if (s.verified_at && now() - Date.parse(s.verified_at) > 60_000) list.push("anything written since");
    for (const [name, key] of PARTS) if (s[key] === null || s[key] === undefined) list.push(`${
        name.toLowerCase()}`);
    const behind = BigInt(proof.chain?.block ?? 0) - BigInt(proof.chain?.verified_block ?? 0);
    if (behind > 0n) list.push(`the newest ${digits(behind)} blocks of the chain`);
    list.push("tables that are not attached, and whether the source rows themselves are right");
    return h("p", {class: "muted"}, `Not looked at: ${list.join("; ")}.`);
}

// captured = posted + no effect + superseded + skipped + not posted + failed + waiting + lost.
// Each number leads to its records.
function drawDays(node, days, ctx) {
    if (!days?.length) {
        fill(node, h("div", {class: "head"}, h("h2", "Conservation")), h("p",
            "No change was captured so far. ",
            h("a", {href: "sources"}, "Attach a table")));
        return;
    }
    const all = [...new Set(days.map((d) => d.day))].sort().reverse();
    const chosen = all.includes(ctx.query.get("day")) ? ctx.query.get("day") : all[0];
    const to = (path, query, n, token) => (n ? h("a", {href: `${path}?${new URLSearchParams(query)}`,
        class: token},
        count(n)) : count(n));
    const posted = (d) => ({table: d.table, from: d.day, to: d.day});
    fill(node, h("div", {class: "head"}, h("h2", "Conservation"), h("div", {class: "tabs", role: "group",
        "aria-label": "Day"}, all.slice(0, 7).map((day) => h("button", {type: "button",
            "aria-current": String(day === chosen),
        onclick() {
            const query = new URLSearchParams(ctx.query);
            query.set("day", day);
            ctx.setQuery(query, {replace: true});
            drawDays(node, days, ctx);
            node.querySelector("[aria-current=true]").focus();
        }}, day.slice(5))))),
    h("p", {class: "muted"}, `On ${
        chosen}: every captured change is posted, had no effect, was superseded or skipped, `
        + "is of a table that is not posted, failed, waits, or is lost. The last column must be 0."),
    plainTable({caption: `Changes captured on ${chosen}`, rows: days.filter((d) => d.day === chosen),
        columns: [
        {label: "table", cell: (d) => h("a", {href: `sources?table=${encodeURIComponent(d.table)}`},
            d.table)},
        {label: "captured", num: true, cell: (d) => count(d.captured)},
        {label: "= posted", num: true, cell: (d) => to("ledger/entries", posted(d), d.posted)},
        {label: "+ no effect", num: true, cell: (d) => count(d.unchanged)},
        {label: "+ superseded", num: true, cell: (d) => count(d.superseded)},
        {label: "+ skipped", num: true, cell: (d) => count(d.skipped)},
        ...(days.some((d) => d.unposted)
            ? [{label: "+ not posted", num: true, cell: (d) => count(d.unposted)}] : []),
        {label: "+ failed", num: true, cell: (d) => to("queue", {state: "dead", table: d.table}, d.failed)},
        {label: "+ waiting", num: true, cell: (d) => to("queue", {table: d.table}, d.waiting)},
        {label: "+ lost", num: true, cell: (d) => to("proof", {table: d.table, kind: "lost_change"}, d.lost)},
        {label: "Δ", num: true, cell: (d) => (d.difference === null || d.difference === undefined ? NONE
            : d.difference === 0 ? badge("good", "0") : h("a",
                {href: `proof?table=${encodeURIComponent(d.table)}`},
                badge("bad", count(d.difference))))},
    ]}));
}

function drawChecked(node, sources) {
    fill(node, h("div", {class: "head"}, h("h2", "Verified tables")), sources?.length ? plainTable({
        caption: "What the last verification found in each table", rows: sources, columns: [
            {label: "table", cell: (t) => t.table}, {label: "records", num: true,
                cell: (t) => count(t.records)},
            {label: "equal", num: true, cell: (t) => count(t.equal)},
            {label: "no entry", num: true, cell: (t) => count(t.no_entry)},
            {label: "waiting", num: true, cell: (t) => count(t.waiting)},
            {label: "dead", num: true, cell: (t) => (t.failed ? h("a", {href: `queue?state=dead&table=${
                encodeURIComponent(t.table)}`}, count(t.failed)) : count(t.failed))},
            {label: "skipped", num: true, cell: (t) => count(t.skipped)},
            {label: "not watched", num: true, cell: (t) => count(t.not_watched)},
            {label: "different", num: true, cell: (t) => (t.different ? h("a", {href: `proof?table=${
                encodeURIComponent(t.table)}`}, badge("bad", count(t.different))) : count(t.different))}]})
        : h("p", "No table was verified so far."));
}

function drawChain(ctx, node, chain) {
    if (!chain) {
        fill(node, h("h2", "Chain"), h("p", "The chain is not known."));
        return;
    }
    const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
    fill(node, h("div", {class: "head"}, h("h2", "Chain and anchors"), h("div", {class: "line"},
        ctx.can("operate") && h("button", {type: "button", onclick: () => extend(ctx)},
            "Chain new rows…"))),
    h("p", {class: "line"}, chainState(chain), h("span",
        `block ${digits(chain.block)} · ${count(chain.rows)} rows of audit log and journal · ${
            chain.lag_seconds === null || chain.lag_seconds === undefined ? "lag not known" : `${
                span(chain.lag_seconds)} behind`}`)),
    h("div", {class: "two"}, h("dl", {class: "facts"}, fact("head", chain.head && idText(chain.head, "head")),
        fact("verified", chain.verified_at ? [ago(chain.verified_at),
            ` to block ${digits(chain.verified_block)}`]
            : "never"),
        fact("links checked", count(chain.links)), fact("rows checked", count(chain.rows_checked)),
        fact("findings", chain.findings ? badge("bad", count(chain.findings)) : count(chain.findings))),
    h("div", {class: "stack tight"}, h("p", {class: "muted"},
        "The database cannot prove itself: whoever can rewrite it "
        + "can rewrite the chain. Compare it with anchors kept elsewhere: ",
    h("code", "pgsync audit verify --anchors FILE"), "."))),
    chain.anchors?.length ? plainTable({caption: "Anchors", rows: chain.anchors, columns: [
        {label: "kind", cell: (a) => a.kind}, {label: "destination", cell: (a) => h("span", {class: "wrap"},
            a.destination)},
        {label: "block", num: true, cell: (a) => digits(a.block)}, {label: "head", cell: (a) => h("code",
            a.head)},
        {label: "anchored", cell: (a) => ago(a.anchored_at)}]}) : h("p", {class: "note"}, shape("warn"),
        h("span", "The chain is anchored nowhere. ", h("code", "pgsync audit anchor --to file:PATH"))));
}

async function extend(ctx) {
    await act({title: "Chain new rows", verb: "Chain", command: "SELECT pgsync.request_job('chain', 'all');",
        lines: "New rows of the audit log and the journal join the chain, "
            + "as the worker does on its schedule.",
        run: ({key}) => post("jobs", {kind: "chain", subject: "all"}, {key}),
        done: ({data}) => ({words: `Started as job ${data.job}.`,
            action: {label: "See the job", run: () => ctx.go(`jobs?job=${data.job}`)}})});
}
