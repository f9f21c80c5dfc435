// One comparison: its score, what its newest run found of each entity, what runs now, and the runs before.

import {get, seg} from "./api.js";
import {crumbs} from "./books.js";
import {bar} from "./charts.js";
import {compareActs} from "./compareacts.js";
import {differing, entities, figures} from "./compareparts.js";
import {isActive, label, percent, stateOf, tenths, trend} from "./compares.js";
import {command, problemNote} from "./dialog.js";
import {fill, h, say} from "./dom.js";
import {NONE, ago, count, plural, share, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {nearList, part, sh} from "./plain.js";
import {createList} from "./table.js";

export const title = ({name}) => `Compare ${name}`;

const kindOf = (run) => (run.sync ? run.dry_run ? "dry run" : "sync" : "compare");

export async function show(ctx) {
    const {name} = ctx.params;
    const path = `compares/${seg(name)}`;
    const acts = compareActs(ctx, name);
    const trouble = h("div", {class: "panel", hidden: true, role: "alert"});
    const work = h("section", {class: "panel", "aria-label": "Under way", hidden: true});
    const score = h("section", {class: "panel", "aria-label": "Score"});
    const found = h("div", {class: "stack"});
    const which = h("select", {"aria-label": "Entities to compare", hidden: true});
    const written = h("div", {class: "stack tight"});
    const buttons = [["Compare now", "main", () => begin(acts.compare)], ["Dry run", null, () => begin(acts.dryRun)],
        ["Sync now…", null, sync]].map(([word, kind, onclick]) => h("button", {type: "button", class: kind,
        onclick}, word));
    let known = null;
    let report = null;
    let run = null;
    let asked = 0;
    const runs = history(ctx, path);

    ctx.put(crumbs(ctx, [["compares", "Compare"]], name), trouble, work, score, found,
        h("h2", "Runs"), runs.el, h("details", {class: "panel no-print"}, h("summary", "Definition"), written));
    if (ctx.can("operate")) ctx.tools(which, buttons);
    ctx.keys({b: ["Compare now", () => { begin(acts.compare); }], d: ["Dry run", () => { begin(acts.dryRun); }],
        s: ["Sync now", () => { sync(); }], c: ["Cancel the run", () => { cancel(); }]});

    // The run that is asked for, else the newest that has ended: one under way has no score.
    async function read() {
        const {data} = await get(path, null, ctx.signal);
        const ended = data.report && isActive(data.report) ? data.trend.at(-1)?.job : data.report?.job;
        const job = ctx.query.get("job") ?? ended;
        const shown = !job || job === data.report?.job ? data.report
            : (await get(`${path}/runs/${seg(job)}`, null, ctx.signal)).data;
        return {data, shown};
    }

    function draw({data, shown}) {
        known = data;
        report = shown && !(isActive(shown) && !ctx.query.get("job")) ? shown : null;
        fill(found, report && [entities(path, report), figures(report), differing(report), undo()]);
        fill(written, definition(data));
        const names = data.entities;
        if (which.options.length !== names.length + 1) fill(which, h("option", {value: ""}, "all entities"),
            names.map((e) => h("option", {value: e}, e)));
        which.hidden = names.length < 2;
        if (data.active_job) follow(data.active_job);
        else drawWork(null);
        return scoreOf(data, report);
    }

    const undo = () => report.healed > 0 && h("section", {class: "panel", "aria-label": "Undo"}, h("p",
        `${plural(report.healed, "difference")} of this run ${report.healed === 1 ? "was" : "were"} mended. `
            + "To bring back what was there:"),
    command(`pgsync compare undo ${sh(name)} --job ${report.job}`));

    async function changed() {
        try {
            fill(score, draw(await read()));
            runs.reload();
        } catch { /* what is shown stays, and the shell tells of a lost connection */ }
    }

    async function begin(ask) {
        if (!ctx.can("operate") || !known || buttons.some((b) => b.disabled)) return;
        for (const b of buttons) b.disabled = true;
        trouble.hidden = true;
        try {
            await asks(await ask(which.value));
        } catch (error) {
            if (ctx.signal.aborted) return;
            trouble.hidden = false;
            fill(trouble, problemNote(error));
        } finally {
            for (const b of buttons) b.disabled = false;
        }
    }

    async function sync() {
        if (ctx.can("operate") && known) await asks(await acts.sync(which.value, report));
    }

    async function asks(answer) {
        if (!answer) return;
        say(`Job ${answer.data.job} is asked for`);
        if (ctx.query.get("job")) ctx.setQuery(new URLSearchParams());
        await changed();
    }

    async function cancel() {
        if (run && ctx.can("operate") && await acts.cancel(run)) changed();
    }

    async function follow(job) {
        asked = performance.now();
        try {
            const {data} = await get(`${path}/runs/${seg(job)}`, null, ctx.signal);
            if (isActive(data)) drawWork(data);
            else if (run || known.active_job === job) {
                run = known.active_job = null;
                say(`Run ${data.number} ${data.state}`);
                await changed();
            }
        } catch (error) {
            // One that a schedule asked for is no run before a worker begins it.
            if (error.name === "not-found") drawWork({job, state: "pending", entities: []});
        }
    }

    function drawWork(now) {
        run = now;
        work.hidden = !now;
        if (now) fill(work, workOf(now, known, ctx.can("operate") && now.number && cancel));
    }

    ctx.onQuery = () => { changed(); };
    ctx.on("jobs", (rows) => {
        const own = rows.find((r) => r.kind === "compare" && r.subject === name
            && ["pending", "running", "waiting", "interrupted"].includes(r.state));
        const job = own?.job ?? run?.job;
        if (job && known && performance.now() - asked > 1500) follow(job);
    });
    ctx.every(3, () => { if (run && performance.now() - asked > 2500) follow(run.job); });
    const page = await part(ctx, score, () => read().catch((error) => {
        if (error.name === "not-found") return {missing: error};
        throw error;
    }), (one) => (one.missing ? [] : draw(one)));
    if (page?.missing) nothing(ctx, name, page.missing);
    else await runs.load();
}

function nothing(ctx, name, error) {
    const job = error.near?.some((n) => /^\d+$/.test(n)) && ctx.query.get("job");
    ctx.tools();
    ctx.put(crumbs(ctx, [["compares", "Compare"]], name), h("div", {class: "panel"}, h("p", job
        ? `${name} has no run of job ${job}.` : `There is no comparison ${name}.`),
    nearList(error, (n) => (job ? [`compares/${seg(name)}?job=${n}`, `job ${n}`] : [`compares/${seg(n)}`, n])),
    h("p", h("a", {href: "compares"}, "To the comparisons"))));
}

function workOf(run, known, cancel) {
    const all = run.only?.length ?? known.entities.length;
    const done = run.entities.length;
    const step = run.expected ? Math.min(1, run.done / run.expected) : null;
    return [h("div", {class: "line apart"}, h("div", {class: "line"}, h("h2", "Under way"), stateOf(run),
        run.number && h("span", `run ${run.number}: ${kindOf(run)} of ${run.only?.join(", ") ?? "all entities"}`),
        h("span", {class: "muted"}, run.started_at ? ["since ", ago(run.started_at)] : "a worker begins it")),
    cancel && h("button", {type: "button", onclick: cancel}, "Cancel…")),
    run.error_message && h("p", {class: "note"}, shape("wait"), h("span", `waits: ${run.error_message}`)),
    run.started_at && h("div", {class: "parts"}, h("div", {class: "line"}, h("span", {class: "name"}, "entities"),
        h("span", {class: "meter"}, bar(all ? done / all : 0, `${done} of ${all} entities`)),
        h("span", {class: "muted"}, `${done} of ${count(all)}`)),
    run.phase && h("div", {class: "line"}, h("span", {class: "name"}, run.phase), step !== null && h("span",
        {class: "meter"}, bar(step, `${run.phase}: ${share(step)}`)), h("span", {class: "muted"}, [step !== null
        && `${count(run.done)} of ${count(run.expected)}, ${share(step)}`, run.message].filter(Boolean).join(" · "))))];
}

const COSTS = [["Freshness", "freshness", "how old is what was fetched"],
    ["Failed items", "failed_items", "a tenth of a point for each that is open"],
    ["Full comparison", "sweep", "how long ago all entities were compared"]];

function scoreOf(known, report) {
    const past = known.trend.filter((r) => r.health !== null);
    const line = past.length > 1 && h("div", {class: "line"}, trend(known.trend), h("span", {class: "muted small"},
        `the last ${plural(past.length, "run")}: ${tenths(past[0].health)} to ${tenths(past.at(-1).health)}`));
    if (!report) {
        return [h("p", known.active_job ? "Its first run is under way; there is no score so far."
            : "It has not run so far, so there is no score. Compare now begins a run, or on the command line:"),
        !known.active_job && command(`pgsync compare run ${sh(known.comparison)}`), next(known)];
    }
    const older = known.job !== report.job && known.trend.at(-1)?.job !== report.job;
    return [older && h("p", {class: "note"}, shape("wait"), h("span", `This is run ${report.number}, not the newest. `,
        h("a", {href: `compares/${seg(known.comparison)}`}, "To the newest"))),
    h("p", {class: "line"}, h("span", {class: "figure"}, tenths(report.health), h("span", {class: "muted small"},
        " of 100")), label(report), h("span", `run ${report.number}, ${kindOf(report)} of ${
        report.only?.join(", ") ?? "all entities"}`), report.state !== "completed" && stateOf(report),
    h("span", {class: "muted"}, ago(report.finished_at ?? report.started_at), ` · took ${span(report.seconds)}`)),
    report.error_message && h("p", {class: "note"}, shape("bad"), h("span", report.error_class
        ? h("strong", report.error_class) : "It failed", `: ${report.error_message}`)),
    report.capped_by && h("p", {class: "note"}, shape("warn"), h("span", report.health === null
        ? "No score, because nothing was compared: " : "At most 89.9, because of what was not compared, or not to its end: ",
    h("strong", report.capped_by))),
    h("div", {class: "tiles"}, h("div", {class: "tile"}, h("span", {class: "name"}, "Match"), h("strong",
        percent(report.match)), bar((report.match ?? 0) / 100, `Match: ${percent(report.match)}`),
    h("span", {class: "scope"}, "rows that are the same, by the weights of entities")),
    COSTS.map(([word, key, meaning]) => cost(word, report.costs[key], meaning))),
    report.health !== null && h("p", {class: "muted small"}, `Health is the match less the three costs, rounded down${
        report.capped_by ? ", and no more than 89.9 while an entity was not compared" : ""}.`), line, next(known)];
}

function cost(word, points, meaning) {
    const said = points === null ? "not known" : points === 0 ? "costs nothing" : `− ${points.toFixed(2)} of 5`;
    return h("div", {class: "tile"}, h("span", {class: "name"}, word), h("strong", said), bar((points ?? 0) / 5,
        `${word}: ${said}`), h("span", {class: "scope"}, meaning));
}

const next = (known) => h("p", {class: "muted small"}, known.next_run_at ? ["It runs by itself next at ",
    time(known.next_run_at), "; ", h("a", {href: "schedules"}, "its schedule"), "."] : "It runs by hand only.");

const definition = (data) => [h("p", {class: "muted small"}, `version ${data.version}, applied `,
    time(data.applied_at), ` by ${data.applied_by}`, data.versions.length > 1
        ? `; ${plural(data.versions.length - 1, "version")} before it` : ""),
h("ol", {class: "code"}, data.content.trimEnd().split("\n").map((line) => h("li", h("code", line))))];

function history(ctx, path) {
    const list = createList(ctx, {
        caption: "Runs, newest first", name: ["run", "runs"], id: (r) => r.job, limit: 10,
        columns: [
            {label: "run", num: true, cell: (r) => h("a", {href: `${path}?job=${r.job}`}, r.number)},
            {label: "what", cell: (r) => [h("strong", kindOf(r)), h("span", {class: "muted"}, ` ${r.only?.join(", ")
                ?? "all entities"}, ${r.trigger ?? NONE}`)]},
            {label: "state", cell: stateOf},
            {label: "health", num: true, cell: (r) => tenths(r.health)},
            {label: "label", cell: (r) => (r.label ? label(r) : NONE)},
            {label: "match", num: true, cell: (r) => percent(r.match)},
            {label: "differences", num: true, cell: (r) => `${r.capped ? "at least " : ""}${count(r.differences)}`},
            {label: "mended", num: true, spare: (rows) => rows.every((r) => !r.healed && !r.unhealed),
                cell: (r) => [count(r.healed), r.unhealed > 0 && [" ", badge("warn", `${count(r.unhealed)} left`)]]},
            {label: "asked for", cell: (r) => [time(r.requested_at), ` by ${r.requested_by}`]},
            {label: "took", num: true, cell: (r) => span(r.seconds)},
        ],
        load: ({cursor, limit, signal}) => get(`${path}/runs`, {cursor, limit}, signal),
        empty: () => ["It has not run so far."],
        open: (r) => ctx.go(`${path}?job=${r.job}`),
    });
    return list;
}
