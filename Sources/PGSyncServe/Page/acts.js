// Retry and resolve of changes: alone, selected, or all of a class.

import {can, post, session} from "./api.js";
import {act} from "./dialog.js";
import {count, plural} from "./format.js";
import {sh, sql} from "./plain.js";

// One act takes at most 200 changes: their slots stay locked until it commits.
const LIMIT = 200;
const most = (all) => [all.slice(0, LIMIT), all.length > LIMIT
    && `${all.length} are selected. One act takes at most ${
    LIMIT}, so these are the first ${LIMIT}; the other ${all.length - LIMIT} stay selected.`];

// What a toast says; nothing done is a warning.
const told = (n, words, none) => (n ? words : {words: `Nothing was ${none}.`, kind: "warn"});

// The same job as a statement.
const asked = (kind, {state, table, class: name, min_age}, reason) => `select pgsync.request_queue_job(${[
    sql(kind), state && `state => ${sql(state)}`, table && `source => ${sql(table)}`,
    name && `error_class => ${sql(name)}`, min_age && `min_age => '${min_age} seconds'`,
    reason && `reason => ${sql(reason)}`].filter(Boolean).join(", ")});`;

// after() reloads; dropped(ids) takes them out of a selection; go(path) shows a job.
export function changeActs(after, dropped = () => null, go = () => null) {
    const job = (kind, {state, table, class: name, min_age}, {key, reason}) => post("queue/jobs", {kind, reason,
        ...Object.fromEntries(Object.entries({state, table, class: name,
            min_age: min_age && Number(min_age)}).filter(([, value]) => value))}, {key});
    const begun = ({data}) => ({words: `Job ${data.job} does it in batches; it can be cancelled.`,
        action: {label: "See the job", run: () => go(`jobs?job=${data.job}`)}});
    async function run(what) {
        if (!can("operate")) return;
        if (await act(what)) after();
    }
    return {
        retry(all) {
            if (!all.length) return;
            const [ids, over] = most(all);
            run({title: `Retry ${plural(ids.length, "change")}`, verb: `Retry ${ids.length}`,
                lines: [`${plural(ids.length,
                    "change")} will be due now and start with a fresh count of tries. `
                    + "A change that was posted meanwhile is left alone.", over],
                command: `pgsync retry ${ids.join(" ")}`,
                run: ({key}) => post("changes/retry", {changes: ids}, {key}),
                done: ({data}) => {
                    dropped(ids);
                    return told(data.retried, `${plural(data.retried, "change")} of ${
                        ids.length} will be retried now.`, "retried: they were posted or resolved meanwhile");
                }});
        },
        retryClass(c) {
            const n = count(c.dead + c.failing, c);
            run({title: `Retry all of ${c.error_class}`, verb: `Retry ${n}`,
                lines: `${n} changes of class ${c.error_class} in ${c.tables.join(", ")} will be due now: ${
                    count(c.dead, c)} dead letters and ${count(c.failing, c)} that wait for their next try.`,
                command: `pgsync retry --class ${sh(c.error_class)}`,
                run: ({key}) => (!session.site && (c.capped || c.dead + c.failing > LIMIT)
                    ? job("retry", {class: c.error_class}, {key})
                    : post("changes/retry", {class: c.error_class}, {key})),
                done: ({data}) => (data.job ? begun({data}) : told(data.retried, `${plural(data.retried, "change")} of ${
                    c.error_class} will be retried now.`, `retried: none of ${c.error_class} is left`))});
        },
        all(values, said) {
            run({title: "All that match", verb: "Start the job", danger: true, reason: "required",
                fields: [{name: "kind", label: "What to do", options: [
                    {value: "retry", label: "Retry what failed"},
                    {value: "resolve", label: "Resolve: never post them"}]}],
                lines: [`All changes that are there now with ${said}, also those beyond this page.`,
                    "A job does it, 500 at a time, with progress; it can be cancelled, what it did stays."],
                command: ({kind = "retry", reason}) => asked(kind, values, reason),
                run: ({key, kind, reason}) => job(kind, values, {key, reason}),
                done: begun});
        },
        resolve(all) {
            if (!all.length) return;
            const [ids, over] = most(all);
            run({title: `Resolve ${plural(ids.length, "change")}`, verb: `Resolve ${ids.length}`,
                danger: true,
                reason: "required",
                lines: [`${plural(ids.length, "change")} will be marked skipped and never posted. Nothing is `
                    + "deleted: change, attempts and reason stay in the record's trace.", over],
                command: ({reason}) =>
                    `select pgsync.skip_changes(array[${ids.join(", ")}], ${sql(reason || "…")});`,
                run: ({key, reason}) => post("changes/resolve", {changes: ids, reason}, {key}),
                done: ({data}) => {
                    dropped(ids);
                    return told(data.skipped, `${plural(data.skipped, "change")} resolved.`,
                        "resolved: they were posted or resolved meanwhile");
                }});
        },
    };
}
