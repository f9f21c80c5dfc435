// Comparisons: how well two data sets agree, and how that has changed from run to run.

import {get, seg} from "./api.js";
import {sparkline} from "./charts.js";
import {command} from "./dialog.js";
import {h} from "./dom.js";
import {NONE, ago, time} from "./format.js";
import {badge} from "./icons.js";
import {createList} from "./table.js";

export const title = "Compare";

const ACTIVE = new Set(["pending", "running", "waiting", "interrupted"]);
const LABELS = {excellent: "good", good: "good", fair: "warn", poor: "bad"};
export const isActive = (run) => ACTIVE.has(run.state);
export const stateOf = (run) => (run.cancel_requested_at && isActive(run) ? badge("cancelling")
    : run.state === "running" ? badge("work", "running") : badge(run.state));

// Shares come rounded down from the server: 98.96 is not 99.
export const tenths = (n) => (n === null || n === undefined ? NONE : n.toFixed(1));
export const percent = (n) => (n === null || n === undefined ? NONE : `${n.toFixed(1)} %`);

export const label = (run) => (run.label ? badge(LABELS[run.label], run.label) : h("span", {class: "muted"},
    "no score"));

// The health of the last runs: a line, and the same in words.
export function trend(runs) {
    const values = runs.map((r) => r.health);
    const known = values.filter((v) => v !== null);
    if (known.length < 2) return h("span", {class: "muted small"}, known.length ? "one run" : NONE);
    const line = sparkline("health", {floor: Math.max(0, Math.floor(Math.min(...known) - 2))});
    line.update(values);
    const words = known.map(tenths);
    return h("span", {class: "trend"}, line.el, h("span", {class: "unseen"},
        `Health of the last ${known.length} runs, the oldest first: ${words.join(", ")}`));
}

export async function show(ctx) {
    let seen = "";
    const load = (signal) => get("compares", null, signal);
    const list = createList(ctx, {
        caption: "Comparisons", name: ["comparison", "comparisons"], id: (c) => c.comparison,
        columns: [
            {label: "comparison", cell: (c) => [h("a", {href: `compares/${seg(c.comparison)}`}, h("strong",
                c.comparison)), h("span", {class: "muted"}, ` ${c.left_name} and ${c.right_name}`)]},
            {label: "health", num: true, cell: (c) => tenths(newest(c)?.health)},
            {label: "label", cell: (c) => (newest(c) ? label(newest(c)) : h("span", {class: "muted"},
                "has not run"))},
            {label: "last runs", cell: (c) => trend(c.trend)},
            {label: "match", num: true, cell: (c) => percent(newest(c)?.match)},
            {label: "newest run", cell: (c) => (c.job ? [stateOf(c), " ", ago(c.finished_at ?? c.started_at)]
                : NONE)},
            {label: "next", cell: (c) => (c.next_run_at ? time(c.next_run_at) : h("span", {class: "muted"},
                "by hand"))},
        ],
        load: ({signal}) => load(signal),
        empty: () => ["No comparison is in force. Three steps:", h("ol", {class: "stack tight"}, [
            "pgsync compare check FILE", "pgsync compare apply FILE", "pgsync compare doctor NAME"].map((line) =>
            h("li", command(line))))],
        open: (c) => ctx.go(`compares/${seg(c.comparison)}`),
    });
    // The newest run that has ended has a score; that of a run under way is not known.
    const newest = (c) => c.trend.at(-1);
    ctx.put(list.el);
    async function renew() {
        try {
            const {data} = await load(ctx.signal);
            if (data.length === list.state.rows.length) list.renew(data);
            else list.probe();
        } catch { /* the shell tells of a lost connection */ }
    }
    ctx.on("jobs", (rows) => {
        const now = rows.filter((r) => r.kind === "compare").map((r) => `${r.job} ${r.state}`).join();
        if (now !== seen) renew();
        seen = now;
    });
    await list.load();
}
