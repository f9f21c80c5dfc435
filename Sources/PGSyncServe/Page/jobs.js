// Jobs: how far each is, how they ended, and which items failed.

import {get, post, seg} from "./api.js";
import {bar} from "./charts.js";
import {act, problemNote} from "./dialog.js";
import {fill, h, text} from "./dom.js";
import {createFilters} from "./filters.js";
import {NONE, ago, count, idText, now, number, plural, share, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {plainTable, waiting} from "./plain.js";
import {createList} from "./table.js";

export const title = "Jobs";

const STATES = ["pending", "running", "waiting", "interrupted", "completed", "partial", "failed",
    "cancelled"];
const ACTIVE = new Set(["pending", "running", "waiting", "interrupted", "cancelling"]);
const KINDS = ["verify", "reconcile", "chain", "retention", "backfill", "import", "compare", "sync", "rules_diff", "resolve",
    "retry"];
const MEANING = {verify: "Compares everything, or a table, with the ledger. It heals nothing.",
    reconcile: "Compares what changed since the last time, and heals if reconcile_heals is true.",
    chain: "Chains new rows of the audit log and the journal, and anchors the chain.",
    retention: "Drops ranges of changes and removes ended jobs and alerts older than the settings say."};
const words = (counts) => Object.entries(counts ?? {}).map(([k, n]) => `${number(n)} ${k.replaceAll("_",
    " ")}`).join(", ");

// How long it may take still: a range of the rate since the start and that of the last seconds, after 5 s.
function estimate(job, seen) {
    if (!job.expected || job.done === null || job.done >= job.expected || seen.length < 2) return null;
    const [first, last] = [seen[0], seen.at(-1)];
    if (last.at - first.at < 5 || last.done <= first.done) return null;
    const rates = [(last.done - first.done) / (last.at - first.at)];
    const middle = seen[Math.floor(seen.length / 2)];
    if (last.at > middle.at) rates.push((last.done - middle.done) / (last.at - middle.at));
    const whole = job.started_at ? (now() - Date.parse(job.started_at)) / 1000 : 0;
    if (whole > 5) rates.push(job.done / whole);
    const left = rates.filter((r) => r > 0).map((r) => (job.expected - job.done) / r);
    return {rate: rates[0], from: Math.min(...left), to: Math.max(...left)};
}

function range({from, to}) {
    const [a, b] = [span(Math.round(from)), span(Math.round(to))];
    if (a === b) return `${a} left`;
    const unit = a.split(" ")[1];
    return `${b.endsWith(` ${unit}`) && !a.includes("h") ? a.split(" ")[0] : a} to ${b} left`;
}

export async function show(ctx) {
    const live = h("section", {class: "panel", "aria-label": "Under way"});
    const filters = createFilters(ctx, [
        {name: "kind", label: "kind", type: "select", options: KINDS},
        {name: "state", label: "state", type: "select", options: STATES},
        {name: "job", label: "job", type: "hidden"},
    ], () => list.load());
    const list = createList(ctx, {
        caption: "Jobs, newest first", name: ["job", "jobs"], id: (j) => j.job, filters, limit: 25,
        columns: [
            {label: "job", num: true, cell: (j) => j.job}, {label: "kind", cell: (j) => j.kind + (j.type
                ? ` ${j.type}` : "")},
            {label: "subject", cell: (j) => j.subject}, {label: "state",
                cell: (j) => stateOf(j)},
            {label: "progress", cell: (j) => progress(j)},
            {label: "failed items", num: true, cell: (j) => (j.failed_items ? badge("bad",
                count(j.failed_items))
                : count(j.failed_items))},
            {label: "requested", cell: (j) => [time(j.requested_at), ` by ${j.requested_by}`]},
            {label: "took", num: true, cell: (j) => span(j.seconds)},
        ],
        load: async ({cursor, limit, signal}) => {
            const {job, ...rest} = filters.values();
            if (job) return oneJob(job, signal);
            const page = await get("jobs", {...rest, cursor, limit}, signal);
            if (!cursor) learn(page.data);
            return page;
        },
        empty: () => ["No job has run so far.", ctx.can("operate") && h("button", {type: "button",
            onclick: start}, "Start a job…")],
        tooSlow: "Reading the jobs was cut at the statement timeout. Narrow them to a kind or a state.",
        inside: (j) => details(ctx, j, cancel),
        drawn: (rows) => { if (filters.values().job && rows[0]) list.toggle(rows[0]); },
    });
    const idle = h("p", {class: "muted"}, "No job runs now.");
    const jobs = new Map();
    const nodes = new Map();
    ctx.put(live, filters.el, filters.chips, list.el);
    if (ctx.can("operate")) ctx.tools(h("button", {type: "button", class: "main", onclick: start},
        "Start a job…"));
    ctx.keys({
        b: ["Start a job", () => { start(); }],
        c: ["Cancel the job of the row", () => { cancel(list.at() ?? [...jobs.values()][0]); }],
    });

    async function oneJob(id, signal) {
        const {data, ...rest} = await get(`jobs/${seg(id)}`, null, signal).catch((error) => {
            if (error.name === "not-found") return {data: null, as_of: new Date().toISOString()};
            throw error;
        });
        return {...rest, data: data ? [data] : [], next: null, prev: null};
    }

    // What is known of the jobs under way, with the progress seen while this screen was open.
    function learn(rows) {
        for (const row of rows) {
            if (!ACTIVE.has(row.state)) {
                if (jobs.delete(row.job)) list.probe();
                continue;
            }
            const job = {...jobs.get(row.job), ...row};
            job.seen = [...jobs.get(row.job)?.seen ?? [], {at: performance.now() / 1000,
                done: row.done ?? 0}].slice(-60);
            jobs.set(row.job, job);
        }
        drawLive();
    }

    function drawLive() {
        for (const [id, node] of nodes) {
            if (jobs.has(id)) continue;
            node.el.remove();
            nodes.delete(id);
        }
        if (!live.firstChild) fill(live, h("h2", "Under way"), idle);
        idle.hidden = jobs.size > 0;
        for (const [id, job] of jobs) {
            if (!nodes.has(id)) {
                nodes.set(id, liveNode(job));
                live.append(nodes.get(id).el);
            }
            nodes.get(id).update(job);
        }
    }

    function liveNode(job) {
        const say = h("span");
        const meter = h("span");
        const state = h("span");
        const stop = ctx.can("operate") && h("button", {type: "button", onclick: () =>
            cancel(jobs.get(job.job)),
            "aria-label": `Cancel job ${job.job}`}, "Cancel…");
        const el = h("div", {class: "stack tight"}, h("div", {class: "line apart"}, h("span", {class: "line"},
            state,
            h("strong", job.kind), h("span", job.subject), h("a", {href: `jobs?job=${job.job}`},
                `job ${job.job}`)), stop),
        meter, h("p", {class: "muted"}, say));
        return {el, update(j) {
            if (state.dataset.word !== j.state) fill(state, stateOf(j));
            state.dataset.word = j.state;
            const about = estimate(j, j.seen);
            if (j.expected) {
                if (!meter.firstChild) fill(meter, bar(0, `Progress of job ${j.job}`));
                meter.querySelector(".bar > span").style.setProperty("width", `${Math.min(100,
                    j.done / j.expected * 100)}%`);
            } else fill(meter);
            text(say, [j.phase && `phase ${j.phase}`, progress(j),
                about && `${number(Math.round(about.rate))} a second`,
                about ? range(about) : j.expected && j.seen.length > 1 ? "the end is not known yet" : null,
                    words(j.counts),
                j.failed_items ? `${plural(j.failed_items, "item")} failed`
                    : null].filter(Boolean).join(" · "));
        }};
    }

    async function start() {
        if (!ctx.can("operate")) return;
        const {data} = await get("sources", null, ctx.signal).catch(() => ({data: []}));
        const answer = await act({title: "Start a job", verb: "Start", fields: [
            {name: "kind", label: "Kind", options: Object.keys(MEANING)},
            {name: "subject", label: "Subject", options: ["all", ...data.map((s) => s.table)]}],
        lines: ({kind = "verify", subject = "all"}) => {
            const same = [...jobs.values()].find((j) => j.kind === kind && j.subject === subject);
            return [MEANING[kind], subject === "all" ? `It covers all ${plural(data.length,
                "attached table")}.`
                : `It covers ${subject} only.`,
                    same ? `Job ${same.job} of this kind and subject is active, so it will be refused.`
                : null].filter(Boolean);
        },
        command: ({kind = "verify", subject = "all"}) => `SELECT pgsync.request_job('${kind}', '${
            subject}');`,
        run: ({key, kind, subject}) => post("jobs", {kind, subject}, {key}),
        done: ({data: made}) => `Job ${made.job} is requested; a worker begins it.`});
        if (answer) list.reload();
    }

    async function cancel(job) {
        if (!job || !ctx.can("operate") || !ACTIVE.has(job.state)) return;
        const answer = await act({title: `Cancel job ${job.job}`, verb: "Cancel the job", danger: true,
            lines: [`${job.kind} of ${job.subject}: ${progress(job) || "not begun"}. What it has done stays.`,
                "It stops at the end of its step."], command: `pgsync jobs cancel ${job.job}`,
            run: ({key}) => post(`jobs/${seg(job.job)}/cancel`, {}, {key}),
            done: ({data}) => `Job ${job.job} is ${data.state}.`});
        if (answer) list.reload();
    }

    ctx.on("jobs", (rows) => {
        const shown = new Set(rows.map((r) => r.job));
        for (const id of jobs.keys()) if (!shown.has(id)) jobs.delete(id);
        learn(rows);
        list.probe();
    });
    drawLive();
    await list.load();
}

const stateOf = (j) => (j.cancel_requested_at && ACTIVE.has(j.state) ? badge("cancelling")
    : j.state === "running" ? badge("work", "running") : badge(j.state));

// The first things that were found.
const found = (j) => words(Object.fromEntries(Object.entries(j.counts ?? {}).filter(([, n]) => n)
    .slice(0, 2)));

// "412 of 1,024, 40.2 %", else "12,400 so far".
function progress(j) {
    if (j.done === null || j.done === undefined) return NONE;
    return j.expected ? `${count(j.done)} of ${count(j.expected)}, ${share(Math.min(1, j.done / j.expected),
        0)}`
        : ACTIVE.has(j.state) ? `working, ${count(j.done)} so far` : found(j) || count(j.done);
}

function details(ctx, row, cancel) {
    const place = h("div", {class: "stack"});
    const stop = waiting(place);
    const load = async () => {
        try {
            const {data} = await get(`jobs/${seg(row.job)}`, null, ctx.signal);
            stop();
            fill(place, drawDetails(ctx, data, cancel));
        } catch (error) {
            stop();
            if (!ctx.signal.aborted) fill(place, problemNote(error, load));
        }
    };
    load();
    return place;
}

function drawDetails(ctx, j, cancel) {
    const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
    return [h("div", {class: "two"}, h("dl", {class: "facts"}, fact("job", idText(j.job, "job")),
        fact("state", stateOf(j)),
        fact("started by", `${j.trigger}, ${j.requested_by}`), fact("phase", j.phase), fact("progress",
            progress(j)),
        fact("found", words(j.counts) || NONE), j.message && fact("message", j.message)),
    h("dl", {class: "facts"}, fact("requested", time(j.requested_at)), fact("started", time(j.started_at)),
        fact("heartbeat", ago(j.heartbeat_at)), fact("finished", time(j.finished_at)), fact("took",
            span(j.seconds)),
        j.cancel_requested_at && fact("cancel asked", [time(j.cancel_requested_at),
            ` by ${j.cancel_requested_by ?? NONE}`]),
        j.correlation_id && fact("correlation id", idText(j.correlation_id)))),
    j.error_message && h("div", {class: "note"}, shape("bad"), h("p", h("strong", j.error_class),
        `: ${j.error_message}`)),
    j.failed?.length ? [h("h3", `Failed items (${j.failed.length})`), h("p", {class: "muted"},
        "The job tries each again at "
        + "its time until its tries are used up."), plainTable({caption: "Failed items", rows: j.failed,
            columns: [
        {label: "item", cell: (f) => f.item}, {label: "state", cell: (f) => badge(f.state === "open"
            ? "retrying" : f.state)},
        {label: "class", cell: (f) => f.error_class}, {label: "message", cell: (f) => f.error_message},
        {label: "tries", num: true, cell: (f) => `${f.attempts}/${f.max_attempts}`},
        {label: "next try", cell: (f) => time(f.next_at)}]})] : j.failed_items === 0 && h("p",
            {class: "muted"}, "No item failed."),
    h("div", {class: "line"}, ctx.can("operate") && ACTIVE.has(j.state) && h("button", {type: "button",
        class: "danger",
        onclick: () => cancel(j)}, "Cancel the job…"), ["verify", "reconcile"].includes(j.kind) && h("a",
            {class: "button",
        href: "proof"}, "Open the proof"), j.kind === "backfill" && h("a", {class: "button",
        href: `sources?table=${encodeURIComponent(j.subject)}`}, "Open the source"), j.kind === "import"
            && h("a", {class: "button", href: `imports/runs?job=${j.job}`}, "Open the run"), j.kind === "compare" && h("a", {class: "button",
        href: `compares/${seg(j.subject)}?job=${j.job}`}, "Open the run"), j.kind === "sync" && h("a", {class: "button",
        href: "nodes"}, "Open the nodes"))];
}
