// The Diff tab of a rule: another text or version against what is in force, as a job whose result is kept.

import {can, get, post, seg} from "./api.js";
import {cash} from "./books.js";
import {act, command, problemNote} from "./dialog.js";
import {fill, h} from "./dom.js";
import {NONE, ago, count, money, plural} from "./format.js";
import {badge} from "./icons.js";
import {plainTable, sh} from "./plain.js";

const OVER = new Set(["completed", "partial", "failed", "cancelled"]);

export function diffView(ctx, rule, versions) {
    const result = h("div", {class: "stack"});
    const runs = h("select", {"aria-label": "Comparisons that were run", hidden: true,
        onchange: () => show(runs.value)});
    const start = can("images") && h("button", {type: "button", class: "main", onclick: ask}, "Compare…");
    const stop = h("button", {type: "button", hidden: true, onclick: cancel}, "Cancel");
    let shown = null;
    let busy = false;

    async function ask() {
        const answer = await act({title: `Compare with ${rule.rule}`, verb: "Compare",
            lines: ["A worker runs the other text over the newest captured image of each record, beside the rules in "
                + "force, and keeps what differs. Nothing is posted or applied."],
            fields: [
                {name: "version", label: "Version", value: String(rule.version), options: [
                    ...versions.map((v) => ({value: String(v.version), label: `v${v.version}`})),
                    {value: "", label: "the text below"}]},
                {name: "text", label: "Text of the rule", type: "textarea"},
                {name: "since", label: "Captured since", type: "date"},
                {name: "until", label: "Captured until", type: "date"}],
            command: `pgsync rules diff ${sh(rule.rule)}.rules`,
            run: ({key, version, text, since, until}) => post("rule-diffs", {rule: rule.rule,
                ...version ? {version: Number(version)} : {text}, ...since && {since}, ...until && {until}}, {key}),
            done: ({data}) => `Job ${data.job} compares them.`});
        if (answer) load(answer.data.job);
    }

    async function cancel() {
        const {job} = shown;
        const done = await act({title: "Cancel the comparison", verb: "Cancel it", danger: true,
            lines: "What it has compared so far stays.", command: `pgsync jobs cancel ${job}`,
            run: ({key}) => post(`jobs/${seg(job)}/cancel`, {}, {key}), done: () => "The comparison ends."});
        if (done) show(job);
    }

    async function load(job) {
        try {
            const {data} = await get("rule-diffs", {rule: rule.rule, limit: 20}, ctx.signal);
            fill(runs, data.map((d) => h("option", {value: d.job}, `Job ${d.job}: ${d.candidates.join(", ")
                || "not begun"}, ${d.state}`)));
            runs.hidden = data.length < 2;
            const wanted = job ?? data[0]?.job;
            if (wanted) {
                runs.value = wanted;
                await show(wanted);
            } else {
                fill(result, h("p", "No comparison was run yet."), h("p", {class: "muted small"},
                    "Over present rows, and with files: "), command(`pgsync rules diff ${sh(rule.rule)}.rules --rows`));
            }
        } catch (error) {
            if (!ctx.signal.aborted) fill(result, problemNote(error, () => load(job)));
        }
    }

    async function show(job) {
        busy = true;
        try {
            const {data} = await get(`rule-diffs/${seg(job)}`, null, ctx.signal);
            const first = can("images") && await get(`rule-diffs/${seg(job)}/records`, {limit: 50}, ctx.signal);
            shown = data;
            draw(data, first || {data: []});
        } catch (error) {
            if (!ctx.signal.aborted) fill(result, problemNote(error, () => show(job)));
        } finally {
            busy = false;
        }
    }

    function draw(d, {data: records, next}) {
        const over = OVER.has(d.state);
        stop.hidden = over || !can("operate");
        const span = d.since || d.until ? `captured ${d.since ?? "…"} to ${d.until ?? "…"}` : "all captured changes";
        const known = d.records + d.left_out;
        fill(result, h("p", {class: "line"}, badge(d.state), h("strong", d.candidates.join(", ") || rule.rule),
            h("span", span), h("span", {class: "muted"}, over ? ["compared ", ago(d.finished_at)] : d.expected
                ? `${count(d.done)} of ${count(d.expected)} compared` : "waits for a worker"),
            h("span", {class: "muted"}, ` by ${d.requested_by}`)),
        !over && d.expected ? h("progress", {max: d.expected, value: d.done, "aria-label": "Compared"}) : null,
        d.error_message && h("p", {class: "bad"}, d.error_message),
        h("p", known || over ? `${plural(d.records, "record")}, ${count(d.differing)} would change`
            + `${d.left_out ? `; ${count(d.left_out)} could not be compared` : ""}.` : "Nothing is compared yet.",
        d.failures_before || d.failures_after ? ` ${count(d.failures_before)} fail now, ${
            count(d.failures_after)} would fail.` : ""),
        sums(d), records.length ? h("section", {class: "stack tight", "aria-label": "Records that would change"},
            h("h2", d.differing > records.length ? `The first ${records.length} records` : "Records"),
            records.map(pair), next && h("p", {class: "muted small"}, "More: ",
                h("code", `GET /api/v1/rule-diffs/${d.job}/records`))) : null,
        d.differing && !can("images") ? h("p", {class: "muted small"}, "Seeing records needs the scope “images”.") : null,
        h("p", {class: "muted small"}, "Applying stays on the command line: ", h("code", "pgsync rules apply rules/")));
    }

    function sums(d) {
        const changed = d.sums.filter((s) => !/^-?0(\.0+)?$/.test(s.difference));
        if (!changed.length) return d.records ? h("p", "No account would have another sum.") : null;
        const cell = (name) => (s) => money(s[name], s.currency);
        return plainTable({caption: "Accounts that would have another sum; debits are positive", rows: changed,
            columns: [{label: "account", cell: (s) => h("a", {href: `ledger/accounts/${seg(s.account)}`}, s.account)},
                {label: "name", cell: (s) => s.name ?? NONE}, {label: "now", num: true, cell: cell("before")},
                {label: "then", num: true, cell: cell("after")},
                {label: "difference", num: true, cell: cell("difference")},
                {label: "currency", cell: (s) => s.currency}]});
    }

    const view = h("div", {class: "state"}, h("div", {class: "line"}, start, stop, runs), result);
    ctx.every(2, () => {
        if (view.isConnected && shown && !OVER.has(shown.state) && !busy) show(shown.job);
    });
    load();
    return view;
}

// A record by both sides, lines beside each other.
function pair(r) {
    return h("details", h("summary", `${r.table} ${r.record}`), h("p", h("a",
        {href: `records/${seg(r.table)}/${seg(r.record)}`}, "Trace the record")), h("div", {class: "two"},
        side("Now", r.before), side("Then", r.after)));
}

function side(word, s) {
    const said = s.outcome === "entry" ? `${s.date} ${s.description ?? ""}`
        : s.outcome === "failure" ? `${s.error_class}: ${s.error_message}` : "posts nothing";
    return h("section", {class: "panel"}, h("h3", `${word}${s.rule ? `: ${s.rule}` : ""}`), h("p", said),
        s.lines ? plainTable({caption: `${word}: lines`, rows: s.lines, columns: [
            {label: "account", cell: (l) => [l.account, l.party ? ` · ${l.party}` : ""]},
            {label: `debit ${s.currency}`, num: true, cell: (l) => cash(l.debit, s.currency)},
            {label: `credit ${s.currency}`, num: true, cell: (l) => cash(l.credit, s.currency)}]}) : null);
}
