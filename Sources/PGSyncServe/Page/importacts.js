// What may be done about imports: start, cancel, retry, resolve, pause and resume.

import {post, seg} from "./api.js";
import {act} from "./dialog.js";
import {plural} from "./format.js";
import {sh, sql} from "./plain.js";

const TYPES = [{value: "daily", label: "daily: what is new, and the last of it once more"},
    {value: "initial", label: "initial: all that has not been read, the oldest first"},
    {value: "manual", label: "manual: a span of its own"}];
const midnight = (day) => (day ? `${day}T00:00:00Z` : undefined);

// Whether something keeps it from being called.
export const isStopped = (e) => e.state === "paused" || e.state === "limited" || e.breaker !== "closed";

// Each resolves to an answer, or to nothing when it was not done.
export function importActs(ctx) {
    const may = (what) => (ctx.can("operate") ? act(what) : Promise.resolve(null));
    const asked = ({data}) => ({words: `Run ${data.job} is asked for; a worker begins it.`,
        action: {label: "See the run", run: () => ctx.go(`imports/runs?job=${data.job}`)}});

    function start(name, streams) {
        const words = ({type = "daily", stream, since, until, dry}) => [`pgsync import run ${
            sh(name)} --type`,
            type, stream && `--stream ${sh(stream)}`, type === "manual" && since && `--since ${since}`,
            type === "manual" && until && `--until ${until}`, dry && "--dry-run", "--background"];
        return may({title: `Start a run of ${name}`, verb: "Start", fields: [
            {name: "type", label: "What to read", options: TYPES},
            {name: "stream", label: "Streams", options: [{value: "", label: "all"},
                ...streams.map((s) => s.stream)]},
            {name: "since", label: "From (manual)", type: "date"},
            {name: "until", label: "To, not itself (manual)", type: "date"},
            {name: "dry", label: "Read three pages of each stream, and write nothing", type: "checkbox"}],
        lines: ({type = "daily", since, until}) => [streams[0]?.active_job
            ? `Run ${streams[0].active_job} is under way, so this is refused.`
            : `A worker reads ${name}. A run that is cut goes on where it was.`,
        type !== "manual" && (since || until) ? "The span is for a manual run, and left out." : null],
        command: (given) => words(given).filter(Boolean).join(" "),
        run: ({key, type, stream, since, until, dry}) => post(`imports/${seg(name)}/runs`, {type,
            streams: stream ? [stream] : undefined, dry_run: dry || undefined,
            ...type === "manual" && {since: midnight(since), until: midnight(until)}}, {key}),
        done: asked});
    }

    const cancel = (run) => may({title: `Cancel run ${run.job}`, verb: "Cancel the run", danger: true,
        lines: [`${run.type} of ${run.import}: ${
            plural(run.added + run.updated + run.unchanged, "row")} so far, which stay.`,
        "It stops after the page it is at; the next run goes on there."],
        command: `pgsync import cancel ${sh(run.import)}`,
        run: ({key}) => post(`imports/runs/${seg(run.job)}/cancel`, {}, {key}),
        done: ({data}) => `Run ${data.job} is ${data.state}.`});

    function toggle(e) {
        const [verb, word] = isStopped(e) ? ["resume", "Resume"] : ["pause", "Pause"];
        return may({title: `${word} calls to ${e.endpoint}`, verb: word,
            reason: verb === "pause" ? "optional" : undefined,
            lines: verb === "pause" ? "Nothing calls it until somebody resumes it. Runs under way wait."
                : ["It may be called at once, also before the time it asked for. Runs that wait go on.",
                    e.pause_reason && `It was paused because: ${e.pause_reason}.`],
            command: `pgsync endpoint ${verb} ${sh(e.endpoint)}`,
            run: ({key, reason}) => post(`endpoints/${seg(e.endpoint)}/${verb}`, reason ? {reason} : {},
                {key}),
            done: () => `${e.endpoint} is ${verb === "pause" ? "paused" : "called again"}.`});
    }

    const retry = (name, errorClass = "", all) => may({title: `Retry failed items of ${name}`, verb: "Retry",
        fields: [{name: "class", label: "Which", value: errorClass, options: [
            {value: "", label: "those whose time has come"},
            ...all.map((c) => ({value: c, label: `all of ${c}`}))]}],
        lines: "Each is fetched anew if its stream has a path for one item; else what was kept is read again.",
        command: ({class: c = errorClass}) => `pgsync import retry ${sh(name)}${
            c ? ` --class ${sh(c)}` : ""} --background`,
        run: ({key, class: c}) => post(`imports/${seg(name)}/retry`, c ? {class: c} : {}, {key}),
            done: asked});

    const resolve = (item) => may({title: `Resolve failed item ${item.failed_item}`, verb: "Resolve",
        danger: true, reason: "required",
        lines: `${item.stream} ${item.item} is no longer tried. What the API has of it comes with a later run.`,
        command: ({reason}) => `select pgsync.settle_failed_item(${item.failed_item}, ${sql(reason
            || "…")});`,
        run: ({key, reason}) => post(`imports/failed-items/${seg(item.failed_item)}/resolve`, {reason},
            {key}),
        done: () => `Failed item ${item.failed_item} is resolved.`});

    return {start, cancel, toggle, retry, resolve};
}
