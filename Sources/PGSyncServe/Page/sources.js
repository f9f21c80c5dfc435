// The captured tables: what waits, what failed, and signs that writes went past the trigger.

import {can, get, post, seg} from "./api.js";
import {bar} from "./charts.js";
import {h} from "./dom.js";
import {act, command} from "./dialog.js";
import {NONE, ago, clock, count, now, plural, share, span, time} from "./format.js";
import {badge} from "./icons.js";
import {sh} from "./plain.js";
import {createList} from "./table.js";

export const title = "Sources";

export async function show(ctx) {
    // Posted per table is not in the sources: it is read aside, and unknown when that fails.
    const posted = new Map();
    const list = createList(ctx, {
        caption: "Captured tables", name: ["table", "tables"], id: (s) => s.table,
        columns: [
            {label: "table", cell: (s) => h("strong", s.table)},
            {label: "state", cell: (s) => stateOf(s)},
            {label: "posted, last h", num: true, cell: (s) => count(posted.get(s.table))},
            {label: "waiting", num: true, cell: (s) => h("a", {href: `queue?table=${seg(s.table)}`},
                count(s.waiting, s))},
            {label: "oldest", num: true, cell: (s) => span(s.oldest_seconds)},
            {label: "dead", num: true,
                cell: (s) => (s.dead ? h("a", {href: `queue?state=dead&table=${seg(s.table)}`},
                badge("bad", count(s.dead, s))) : count(s.dead))},
            {label: "last error", cell: (s) => (s.last_error_class ? [s.last_error_class, " ",
                ago(s.last_error_at)]
                : NONE)},
            {label: "rules", cell: (s) => (s.rules.length ? s.rules.map((r, i) => [i ? ", " : "", h("a",
                {href: `rules/${seg(r.split("@")[0])}`}, r)]) : badge("warn", "none"))},
            {label: "bypass signs", cell: (s) => growth(s), spare: (rows) => rows.every((s) => !s.growth)},
        ],
        load: ({signal}) => get("sources", null, signal),
        inside: (s) => details(s),
        empty: () => ["Nothing is captured yet. Three steps:", h("ol", {class: "stack tight"},
            ["pgsync attach public.bills", "pgsync rules apply bills.rules", "pgsync worker"].map((line) =>
                h("li", command(line))))],
        drawn: (rows) => {
            const asked = ctx.query.get("table");
            const row = rows.find((r) => r.table === asked);
            if (!row || show.opened === asked) return;
            show.opened = asked;
            list.toggle(row);
        },
    });
    show.opened = null;

    async function toggle(s) {
        if (!s || !can("operate")) return;
        const to = s.paused_at ? "resume" : "pause";
        const verb = s.paused_at ? "Resume" : "Pause";
        const lines = s.paused_at
            ? `${plural(s.waiting, "change waits", "changes wait", s)} and will be posted, oldest `
            + `first. Paused since ${clock(s.paused_at)} by ${s.paused_by ?? NONE}.`
            : `${plural(s.waiting, "change waits", "changes wait",
                s)} now. Capture goes on; nothing of ${s.table} is `
            + "posted until somebody resumes it.";
        if (await act({title: `${verb} posting of ${s.table}`, verb, lines, reason: "optional",
            command: `pgsync ${to} ${sh(s.table)}`,
            run: ({key, reason}) => post(`sources/${seg(s.table)}/${to}`, reason ? {reason} : {}, {key}),
            done: () => `${s.table} is ${s.paused_at ? "posted again" : "paused"}.`})) list.reload();
    }
    async function backfill(s) {
        if (!s || !can("operate")) return;
        if (await act({title: `Backfill ${s.table}`, verb: "Start", command: `pgsync backfill ${sh(s.table)}`,
            lines: `The existing rows of ${s.table} are added to the log and posted. It locks nothing `
                + "and runs beside writers. How many rows is told while it runs.",
            run: ({key}) => post(`sources/${seg(s.table)}/backfill`, {}, {key}),
            done: ({data}) => `Backfill ${data.backfill} of ${s.table} is asked for.`})) list.reload();
    }

    function details(s) {
        const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
        return h("div", {class: "stack"}, (s.findings ?? []).map((f) => h("div", {class: "note"},
            h("span", badge(f.severity === "low" ? "warn" : f.severity, "")), h("p", h("strong", f.found),
                "."),
            f.remedy && h("p", /^(pgsync|select|alter) /i.test(f.remedy) ? h("code", f.remedy) : f.remedy))),
                s.backfill && progress(s.backfill),
        h("div", {class: "two"}, h("dl", {class: "facts"},
            fact("attached", [time(s.attached_at), ` by ${s.attached_by}`]),
            fact("kind", s.kind), fact("actions", s.actions.join(", ")),
                fact("key", h("code", s.key.join(", "))),
            fact("site column", s.site_column), fact("image key", s.image_key),
            fact("image before", s.before_image ? "kept" : "not kept")),
        h("dl", {class: "facts"}, fact(`columns kept, ${s.columns.length}`, s.columns.join(", ")),
            fact("left out", s.left_out.join(", ") || "none"),
            s.paused_at && fact("paused", [time(s.paused_at), ` by ${s.paused_by ?? NONE}`]),
            s.growth && fact("growth", growth(s, true)))),
        h("div", {class: "line"}, can("operate") && s.attached
            && [h("button", {type: "button", onclick: () => toggle(s)},
            s.paused_at ? "Resume…" : "Pause…"),
            s.backfill?.state !== "running" && h("button", {type: "button", onclick: () => backfill(s)},
                "Backfill…")],
        h("a", {class: "button", href: `queue?table=${seg(s.table)}`}, "What waits")));
    }

    ctx.keys({p: ["Pause or resume the row", () => { toggle(list.at()); }],
        b: ["Backfill the row", () => { backfill(list.at()); }]});
    ctx.put(list.el, h("details", {class: "panel"}, h("summary", "Capture another table"),
        h("p", "A table is attached on the command line, by a login that may create triggers on it:"),
        command("pgsync attach public.bills --rule bills.rules --backfill")));
    ctx.on("sources", (rows) => {
        if (!list.state.page) return;
        list.renew(rows.map((r) => ({...list.state.rows.find((old) => old.table === r.table), ...r})));
        if (rows.some((r) => !list.state.rows.find((old) => old.table === r.table))) list.probe();
    });
    get("analytics/sources", {from: new Date(now() - 3_600_000).toISOString()}, ctx.signal).then(({data}) => {
        for (const s of data) posted.set(s.table, s.posted);
        list.renew(list.state.rows);
    }).catch(() => null);
    await list.load();
}

function stateOf(s) {
    if (!s.attached) return badge("wait", "detached");
    if (s.paused_at) return badge("paused");
    return s.findings?.length || s.growth?.missed > 0 ? badge("doubt") : badge("attached");
}

// Rows the server says were changed, against those captured, since a look whose time is named.
function growth(s, long = false) {
    const g = s.growth;
    if (!g) return "not measured";
    const since = [" since ", time(g.from_at)];
    if (!g.missed && !long) return ["none", since];
    return [`${count(g.written)} written, ${count(g.captured)} captured, ${count(g.missed)} missed`,
        since];
}

function progress(b) {
    const part = b.expected ? b.done / b.expected : null;
    return h("p", {class: "line"}, h("span", "Backfill "), badge(b.state), part !== null && h("span",
        {css: {width: "160px"}}, bar(part, `Backfill, ${share(part)}`)), h("span", `${count(b.done)} rows`,
        b.expected ? ` of about ${count(b.expected)}` : ", total unknown"));
}
