// Schedules: what runs when, in words, in its own zone and in UTC; how the last runs went; run, enable, edit.

import {get, post, put, seg} from "./api.js";
import {act} from "./dialog.js";
import {fill, h, svg} from "./dom.js";
import {NONE, ago, clock, count, plural, share, span, time} from "./format.js";
import {badge} from "./icons.js";
import {part, plainTable, sh} from "./plain.js";
import {createList} from "./table.js";

export const title = "Schedules";

const utc = (at) => `${new Date(at).toISOString().slice(5, 16).replace("T", " ")} UTC`;

export async function show(ctx) {
    const list = createList(ctx, {
        caption: "Schedules", name: ["schedule", "schedules"], id: (s) => s.schedule,
        columns: [
            {label: "schedule", cell: (s) => [h("strong", s.schedule), " ", h("span", {class: "muted"},
                `${s.kind}${s.subject && s.subject !== "all" ? ` ${s.subject}` : ""}`)]},
            {label: "state", cell: (s) => (s.active_job ? badge("work", "running") : s.overdue_seconds
                ? badge("late", `late ${span(s.overdue_seconds)}`) : badge(s.enabled ? "enabled"
                    : "disabled"))},
            {label: "cron", cell: (s) => h("code", {class: s.hours_setting ? "wrap" : "nowrap"},
                s.hours_setting
                ? `every ${s.hours_setting}` : s.cron)},
            {label: "in words", cell: (s) => (s.hours_setting ? NONE : s.words)},
            {label: "zone", cell: (s) => s.time_zone},
            {label: "next", cell: (s) => (s.next_at ? [time(s.next_at), h("br"), h("span", {class: "muted"},
                utc(s.next_at))]
                : NONE)},
            {label: "last runs", cell: (s) => recent(s)},
            {label: "late", num: true, cell: (s) => share(s.late_share)},
        ],
        load: ({signal}) => get("schedules", null, signal),
        tooSlow: "Reading the schedules was cut at the statement timeout; the database is busy.",
        empty: () => ["No schedule is set up.", h("code",
            "pgsync schedule set retention --kind retention --cron '0 3 * * *'")],
        inside: (s) => details(s),
    });
    const row = () => list.at();
    ctx.put(list.el);
    ctx.keys({
        r: ["Run the schedule now", () => { runNow(row()); }],
        s: ["Enable or disable the schedule", () => { toggle(row()); }],
        e: ["Edit the schedule", () => { edit(row()); }],
    });

    function details(s) {
        const next = h("div");
        const runs = h("div");
        part(ctx, next, () => get(`schedules/${seg(s.schedule)}/next`, {count: 5}, ctx.signal),
            ({data}) => nextTable(data, s));
        part(ctx, runs, () => get(`schedules/${seg(s.schedule)}/runs`, {limit: 20}, ctx.signal),
            ({data}) => runsTable(data));
        const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
        return h("div", {class: "stack"}, h("dl", {class: "facts"}, fact("starts",
            `a ${s.kind} job of ${s.subject}${
            s.type ? `, ${s.type}` : ""}`), fact("may start late by", s.too_late_seconds === null ? "any time"
            : span(s.too_late_seconds)), s.hours_setting && fact("follows the setting", h("a", {
            href: `configuration?find=${s.hours_setting}`}, s.hours_setting)),
        fact("runs", `${count(s.runs)}, ${count(s.skipped_runs)} skipped because the one before still ran`),
        s.last_error && fact("last error", s.last_error), s.active_job && fact("running", h("a",
            {href: `jobs?job=${s.active_job}`}, `job ${s.active_job}`)),
        fact("changed", s.updated_at ? [ago(s.updated_at), ` by ${s.updated_by ?? NONE}`, s.as_installed ? ""
            : ", not as installed"]
            : "as installed")),
        h("div", {class: "line"}, ctx.can("operate") && h("button", {type: "button", onclick: () =>
            runNow(s)}, "Run now…"),
            ctx.can("operate") && h("button", {type: "button", onclick: () => toggle(s)},
                s.enabled ? "Disable…" : "Enable…"),
            ctx.can("admin") && h("button", {type: "button", onclick: () => edit(s)}, "Edit…")),
        h("div", {class: "two"}, h("div", h("h3", "Next five runs"), next), h("div", h("h3", "Recent runs"),
            runs)));
    }

    const run = async (what) => {
        const answer = await act(what);
        if (!answer) return;
        const id = list.state.current;
        await list.reload();
        list.el.querySelector(`tr[data-id="${CSS.escape(id ?? "")}"]`)?.focus();
    };

    function runNow(s) {
        if (!s || !ctx.can("operate")) return;
        run({title: `Run ${s.schedule} now`, verb: "Run now", command: `pgsync schedule run ${
            sh(s.schedule)}`,
            lines: [`A ${s.kind} job of ${s.subject} starts now.`, s.active_job
                ? `Job ${s.active_job} of it still runs, so this is refused.`
                    : "The next run by the clock stays as it is."],
            run: ({key}) => post(`schedules/${seg(s.schedule)}/run`, {}, {key}),
            done: ({data}) => ({words: data.job ? `Job ${data.job} is started.` : "It is started.",
                action: data.job && {label: "See the job", run: () => ctx.go(`jobs?job=${data.job}`)}})});
    }

    function toggle(s) {
        if (!s || !ctx.can("operate")) return;
        const verb = s.enabled ? "disable" : "enable";
        run({title: `${s.enabled ? "Disable" : "Enable"} ${s.schedule}`, verb: s.enabled ? "Disable"
            : "Enable",
            lines: s.enabled ? `No ${s.kind} job starts by the clock until it is enabled again${s.next_at
                ? `; the one of ${clock(s.next_at, {date: true})} is left out` : ""}.`
                : `It runs ${s.words} (${s.time_zone}) again. What was missed is not caught up.`,
            command: `pgsync schedule ${verb} ${sh(s.schedule)}`,
            run: ({key}) => post(`schedules/${seg(s.schedule)}/${verb}`, {}, {key}),
            done: ({data}) => (s.enabled ? `${s.schedule} is disabled.` : `${s.schedule} is enabled${
                data.next_at
                ? `, next at ${clock(data.next_at, {date: true})}` : ""}.`)});
    }

    // The server computes the next runs while one types; the cron's fault is marked where it is.
    function edit(s) {
        if (!s || !ctx.can("admin")) return;
        const preview = h("div", {class: "panel", "aria-live": "polite"});
        const asked = {cron: s.cron, zone: s.time_zone, stop: new AbortController(), timer: 0};
        const late = (v) => (String(v.late ?? "").trim() === "" ? null : Number(v.late));
        const what = run({title: `Edit ${s.schedule}`, verb: "Save", fields: [
            {name: "cron", label: "Cron: minute hour day month weekday", value: s.cron, required: true},
            {name: "zone", label: "Zone whose clocks count", value: s.time_zone, required: true},
            {name: "late", label: "May start late by (seconds; empty for any time)", type: "number",
                value: s.too_late_seconds ?? ""},
            {name: "enabled", label: "Enabled", type: "checkbox", value: s.enabled}],
        lines: [s.hours_setting ? `It follows the setting ${
            s.hours_setting}; the cron expression is its base.`
            : `Now: ${s.words}.`, preview],
        command: (v) => `pgsync schedule set ${sh(s.schedule)} --cron ${sh(v.cron || s.cron)} --zone ${
            sh(v.zone || s.time_zone)}${late(v) === null ? " --never-too-late" : ` --too-late ${late(v)}s`}`,
        run: ({zone, cron, enabled, ...v}) => put(`schedules/${seg(s.schedule)}`, {cron, time_zone: zone,
            enabled,
            too_late_seconds: late(v)}),
        done: () => `${s.schedule} is saved.`});
        const form = preview.closest("form");
        const zones = h("datalist", {id: "zones"}, (Intl.supportedValuesOf?.("timeZone") ?? []).map((z) =>
            h("option", {value: z})));
        form.append(zones);
        form.elements.zone.setAttribute("list", "zones");
        form.elements.cron.spellcheck = false;
        const ask = async () => {
            asked.stop.abort();
            asked.stop = new AbortController();
            const {signal} = asked.stop;
            const [cron, zone] = [form.elements.cron.value, form.elements.zone.value.trim()];
            try {
                const {data} = await get(`schedules/${seg(s.schedule)}/next`, {count: 5, cron,
                    time_zone: zone}, signal);
                form.elements.cron.removeAttribute("aria-invalid");
                fill(preview, h("h3", "Next five runs"), nextTable(data, {time_zone: zone}));
            } catch (error) {
                if (signal.aborted) return;
                form.elements.cron.setAttribute("aria-invalid", String(error.status === 422));
                fill(preview, fault(error, cron));
            }
        };
        form.addEventListener("input", (event) => {
            if (!["cron", "zone"].includes(event.target.name)) return;
            clearTimeout(asked.timer);
            asked.timer = setTimeout(ask, 300);
        });
        form.elements.cron.select();
        ask();
        return what;
    }

    ctx.on("schedule", () => list.probe());
    ctx.every(30, () => list.probe());
    await list.load();
}

// What is wrong with a cron expression, with a mark under the place.
function fault(error, cron) {
    const field = Number(/\(field (\d)\)/.exec(error.detail ?? "")?.[1] ?? 0);
    const place = cron.match(new RegExp(`^(\\s*(?:\\S+\\s+){${field - 1}})`))?.[0].length;
    return [h("p", {class: "wrong"}, error.detail ?? error.title), field > 0 && h("pre",
        {"aria-hidden": "true"}, `${cron}\n${" ".repeat(place ?? 0)}^`)];
}

function nextTable(data, s) {
    if (!data.length) return h("p", "It never runs.");
    return plainTable({caption: "Next five runs", rows: data, cards: false, columns: [
        {label: s.time_zone, cell: (r) => [r.local, r.moved ? [" ", badge("warn", "moved: clocks change")]
            : ""]},
        ...s.time_zone === "UTC" ? [] : [{label: "UTC", cell: (r) => utc(r.run_at).slice(0, -4)}],
        {label: "your clock", cell: (r) => time(r.run_at)}]});
}

const OUTCOMES = {started: "work", ran: "good", skipped: "wait", too_late: "warn", missed: "warn"};

function runsTable(data) {
    if (!data.length) return h("p", {class: "muted"}, "It has not run so far.");
    return plainTable({caption: "Recent runs", rows: data, columns: [
        {label: "due", cell: (r) => time(r.due_at ?? r.noted_at)},
        {label: "outcome", cell: (r) => h("span", r.state ? badge(r.state)
            : badge(OUTCOMES[r.outcome] ?? "unknown",
            r.outcome.replaceAll("_", " ")), r.missed ? ` caught up ${plural(r.missed, "missed run")}` : "",
        r.error_message ? h("span", {class: "bad"}, ` ${r.error_message}`) : "")},
        {label: "job", num: true, cell: (r) => (r.job ? h("a", {href: `jobs?job=${r.job}`}, r.job) : NONE)},
        {label: "late", num: true, cell: (r) => span(r.late_seconds)}, {label: "took", num: true,
            cell: (r) => span(r.seconds)}]});
}

// The last 30 runs as bars of their length; a failed one is a cross, one that did not run a dot.
// Words say the same.
function recent(s) {
    const runs = (s.recent ?? []).slice(-30).toSorted((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at));
    if (!runs.length) return NONE;
    const top = Math.max(...runs.map((r) => r.seconds ?? 0), 0.001);
    const bad = runs.filter((r) => r.state === "failed" || r.state === "partial").length;
    const left = runs.filter((r) => ["skipped", "too_late", "missed"].includes(r.outcome)).length;
    const bars = runs.map((r, i) => {
        const x = i * 4;
        if (r.state === "failed") return svg("path", {class: "bad", stroke: "currentColor",
            d: `M${x} 18l4 4m0-4l-4 4`});
        if (["skipped", "too_late", "missed"].includes(r.outcome)) return svg("circle", {class: "wait",
            cx: x + 2, cy: 20, r: 1.5});
        const tall = Math.max(2, (r.seconds ?? 0) / top * 20);
        return svg("rect", {class: r.state === "partial" ? "warn" : "work", fill: "currentColor", x: x + 0.5,
            y: 22 - tall, width: 3,
            height: tall});
    });
    return h("span", svg("svg", {class: "spark", viewBox: "0 0 120 24", preserveAspectRatio: "xMinYMid",
        "aria-hidden": "true"}, bars),
        h("br"),
        h("span", {class: "muted"}, plural(runs.length, "run"), bad ? [", ", h("span", {class: "bad"},
            `${bad} failed`)] : "",
            left ? `, ${left} left out` : ""));
}
