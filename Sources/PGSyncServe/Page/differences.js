// Differences between the ledger and its sources, what healing did, and deciding about them.

import {get, post, seg} from "./api.js";
import {act, modal} from "./dialog.js";
import {h, say} from "./dom.js";
import {createFilters} from "./filters.js";
import {NONE, ago, clock, count, money, plural, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {part, plainTable, sh, sql} from "./plain.js";
import {createList} from "./table.js";

const STATES = ["open", "investigating", "accepted", "healed", "gone"];
const words = (kind) => String(kind).replaceAll("_", " ");
const job = (id) => (id ? h("a", {href: `jobs?job=${id}`}, `job ${id}`) : NONE);

export function showDifferences(ctx) {
    const filters = createFilters(ctx, [
        {name: "state", label: "state", type: "select", options: STATES},
        {name: "table", label: "table", type: "select"},
        {name: "kind", label: "kind", placeholder: "wrong_entry", width: 16},
    ], () => list.load());
    const list = createList(ctx, {
        caption: "Differences", name: ["difference", "differences"], id: (d) => d.difference, filters,
        columns: [
            {label: "kind", cell: (d) => badge(["open", "investigating"].includes(d.state) ? "bad" : "wait",
                words(d.kind))},
            {label: "record", cell: (d) => (d.table && d.record ? h("a", {href: `records/${seg(d.table)}/${
                seg(d.record)}`}, `${d.table} ${d.record}`) : d.table ?? NONE)},
            {label: "found", cell: (d) => d.found},
            {label: "at stake", num: true, cell: (d) => (d.amount ? `${money(d.amount,
                d.currency)} ${d.currency}` : NONE)},
            {label: "state", cell: (d) => badge(d.state)},
            {label: "since", cell: (d) => ago(d.first_seen_at)},
            {label: "seen", cell: (d) => [`${count(d.seen)}×, last by `, job(d.last_job)]},
        ],
        load: ({cursor, limit, signal}) => get("proof/differences", {...filters.values(), cursor, limit},
            signal),
        empty: () => ["No difference is open: the ledger says what the rules say.", h("p", {class: "muted"},
            "Verify again to look at what changed since.")],
        inside: (d) => details(d),
    });
    const heals = h("section", {class: "panel flush", "aria-label": "What healing did"});
    const el = h("section", {class: "stack tight", "aria-label": "Differences"}, h("h2", "Differences"),
        filters.el,
        filters.chips, list.el, heals);
    ctx.keys({
        i: ["Take the difference in hand", () => { mark(list.at(), "investigating"); }],
        c: ["Accept the difference", () => { mark(list.at(), "accepted"); }],
        o: ["Open the record's trace", () => {
            const d = list.at();
            if (d?.record) ctx.go(`records/${seg(d.table)}/${seg(d.record)}`);
        }],
    });
    ctx.on("status", ({sources}) => {
        if (filters.filled || !sources?.length) return;
        filters.filled = true;
        filters.setOptions("table", sources.map((s) => s.table));
    });

    // The place is kept: after an act the row that took the old one's place has the focus.
    async function after(id) {
        const place = Math.max(0, list.state.rows.findIndex((d) => d.difference === id));
        await list.reload();
        const rows = list.el.querySelectorAll("tr[data-id]");
        rows[Math.min(place, rows.length - 1)]?.focus();
    }

    async function mark(d, state) {
        if (!d || !ctx.can(state === "accepted" ? "admin" : "operate") || d.state === state) return;
        const verb = {investigating: "Investigate", accepted: "Accept", open: "Reopen"}[state];
        const stake = d.amount ? `, ${money(d.amount, d.currency)} ${d.currency} at stake` : "";
        const line = {investigating: "investigate", accepted: "accept", open: "reopen"}[state];
        const answer = await act({title: `${verb} difference ${d.difference}`, verb,
            danger: state === "accepted",
            reason: "required", lines: [`${words(d.kind)}, ${d.table ?? ""} ${d.record ?? ""}: ${d.found}${
                stake}.`, {
                investigating: "It is not healed meanwhile.",
                accepted: "It stays as it is and no longer caps the score. This needs a second confirmation.",
                open: "Healing may mend it again.",
            }[state]],
            command: ({reason}) => `pgsync differences ${line} ${d.difference} --reason ${sh(reason
                || "REASON")}`,
            run: ({key, reason}) => (state === "accepted"
                ? post(`proof/differences/${seg(d.difference)}/accept`, {reason}, {key})
                : post(`proof/differences/${seg(d.difference)}/mark`, {state, reason}, {key})),
            done: () => `Difference ${d.difference} is now ${state}.`});
        if (answer) await after(d.difference);
    }

    async function heal(table = "") {
        if (!ctx.can("operate")) return;
        const settings = await get("configuration", null, ctx.signal).catch(() => null);
        const limits = (settings?.data ?? []).filter((x) => x.key.startsWith("heal_limit_"))
            .map((x) => `${x.key} ${x.value}${x.unit ? ` ${x.unit}` : ""}`).join(", ");
        const off = settings?.data.find((x) => x.key === "reconcile_heals")?.value === "false";
        const open = list.state.rows.filter((d) => d.healable && d.state === "open"
            && (!table || d.table === table));
        const tables = [...new Set([table, ...list.state.rows.map((d) => d.table)].filter(Boolean))];
        const answer = await act({title: "Heal differences", verb: "Heal",
            fields: [{name: "table", label: "Which records", value: table, options: [
                {value: "", label: "All attached tables"}, ...tables.map((t) => ({value: t, label: t}))]}],
            lines: ({table: t = table}) => {
                const n = open.filter((d) => !t || d.table === t);
                return ["A reconciliation compares the records that changed since the one before, and heals "
                    + "what may be healed: the record gets a new change; its wrong entry is reversed and the "
                    + `right one posted. It stops at its limits (${limits || "settings heal_limit_…"}).`,
                `${plural(n.length, "difference")} shown here may be healed${t ? ` in ${t}` : ""}.`,
                n.length ? plan(n) : null,
                off ? "The setting reconcile_heals is false, so it will only compare." : null,
                h("p", "What healing would do is told by ",
                    h("code", `pgsync verify${t ? ` --source ${sh(t)}` : ""} --heal --dry-run`), ".")];
            },
            command: ({table: t = table}) => `select pgsync.request_job('reconcile', ${sql(t || "all")});`,
            run: ({key, table: t}) => post("jobs", {kind: "reconcile", subject: t || "all"}, {key}),
            done: ({data}) => ({words: `Started as job ${data.job}.`,
                action: {label: "See the job", run: () => ctx.go(`jobs?job=${data.job}`)}})});
        if (answer) list.probe();
    }

    function details(d) {
        const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
        return h("div", {class: "stack"}, h("p", d.meaning), d.remedy && h("p", h("strong", "What to do: "),
            d.remedy), d.expected_lines || d.posted_lines
            ? h("div", {class: "two"}, lines("The rules say", d.expected_lines),
                lines("Posted", d.posted_lines)) : null,
        h("dl", {class: "facts"}, fact("first seen", [time(d.first_seen_at), " by ", job(d.first_job)]),
            fact("last seen", [time(d.last_seen_at), " by ", job(d.last_job)]),
            d.reason && fact("reason", `“${d.reason}”`), d.state_changed_at && fact("marked",
                [time(d.state_changed_at),
                ` by ${d.state_changed_by ?? NONE}`])),
        h("div", {class: "line"}, d.table && d.record && h("a", {class: "button",
            href: `records/${seg(d.table)}/${
            seg(d.record)}`}, "Trace the record"),
        ctx.can("operate") && d.healable && h("button", {type: "button", onclick: () => heal(d.table)},
            "Heal…"),
        ctx.can("operate") && d.state === "open" && h("button", {type: "button",
            onclick: () => mark(d, "investigating")}, "Investigate…"),
        ctx.can("operate") && ["investigating", "accepted"].includes(d.state) && h("button",
            {type: "button", onclick: () => mark(d, "open")}, "Reopen…"),
        ctx.can("admin") && ["open", "investigating"].includes(d.state) && h("button",
            {type: "button", class: "danger", onclick: () => mark(d, "accepted")}, "Accept with reason…")));
    }

    function drawHeals({data, as_of: at}) {
        const runs = [...group(data)];
        return [h("div", {class: "head"}, h("h2", "What healing did"), h("span", {class: "muted small"},
            `read at ${clock(at)}`)), runs.length ? runs.map(([id, rows]) => [h("div", {class: "head"},
            h("h3", "Job ", h("a", {href: `jobs?job=${id}`}, id), `, ${plural(rows.length, "record")}`),
            ctx.can("operate") && rows.some((x) => !x.undone_at) && h("button", {type: "button",
                onclick: () => undo(id, rows)}, "Undo…")),
        plainTable({caption: `Healed by job ${id}`, rows, columns: [
            {label: "record", cell: (x) => h("a", {href: `records/${seg(x.table)}/${seg(x.record)}`},
                `${x.table} ${x.record}`)},
            {label: "by the change", cell: (x) => (x.change ? h("a", {href: `changes/${x.change}`}, x.change)
                : NONE)},
            {label: "healed", cell: (x) => [ago(x.healed_at), ` by ${x.healed_by}`]},
            {label: "undone", cell: (x) => (x.undone_at ? [badge("undone"), " ", time(x.undone_at)]
                : NONE)}]})])
            : h("p", "Nothing was healed so far.")];
    }

    async function undo(id, rows) {
        const n = rows.filter((x) => !x.undone_at).length;
        const answer = await act({title: `Undo what job ${id} healed`, verb: `Undo ${n}`, danger: true,
            lines: `${plural(n, "record goes",
                "records go")} back to what was posted before: entries that healing `
                + "reversed are reinstated, those it posted are reversed. "
                + "A record that changed since is left alone.",
            command: `pgsync differences undo ${id}`, run: ({key}) => post(`proof/heals/${seg(id)}/undo`, {},
                {key}),
            done: ({data}) => {
                const undone = data.filter((x) => x.undone).length;
                return {words: `${plural(undone, "record")} of ${data.length} undone.`,
                    kind: undone ? "good" : "warn"};
            }});
        if (!answer) return;
        const left = answer.data.filter((x) => !x.undone);
        if (left.length) {
            modal("Left alone", plainTable({caption: "Records that were left alone", rows: left, columns: [
                {label: "record", cell: (x) => `${x.table} ${x.record}`},
                {label: "why", cell: (x) => x.reason ?? "changed since"}]}));
        }
        loadHeals();
        list.reload();
        say("Heals read again");
    }
    const loadHeals = () => part(ctx, heals, () => get("proof/heals", null, ctx.signal), drawHeals);
    return {el, list, heal, load: () => Promise.all([list.load(), loadHeals()])};
}

function* group(rows) {
    const all = new Map();
    for (const row of rows) all.set(row.job, [...all.get(row.job) ?? [], row]);
    yield* all;
}

const plan = (rows) => plainTable({caption: "What may be healed", rows: rows.slice(0, 8), columns: [
    {label: "record", cell: (d) => `${d.table} ${d.record}`}, {label: "reverses",
        cell: (d) => short(d.posted_lines)},
    {label: "posts", cell: (d) => short(d.expected_lines)}]});

// An amount below zero is a credit.
const side = (l, sign) => ((sign < 0) === l.amount.startsWith("-")
    ? money(l.amount.replace("-", ""), l.currency) : "");

const short = (list) => (list?.length ? list.map((l) =>
    `${l.account} ${side(l, 1) ? `Dr ${side(l, 1)}` : `Cr ${side(l, -1)}`}`).join(", ") : "nothing");

function lines(name, list) {
    return h("div", h("h3", name), list?.length ? plainTable({caption: name, rows: list, cards: false,
        columns: [
        {label: "account", cell: (l) => h("a", {href: `ledger/accounts/${seg(l.account)}`}, l.account)},
        {label: "debit", num: true, cell: (l) => side(l, 1)},
        {label: "credit", num: true, cell: (l) => side(l, -1)}]})
        : h("p", {class: "note"}, shape("wait"), h("span", "nothing")));
}
