// What may be done about a comparison: compare, say what a sync would do, sync, cancel.

import {post, seg} from "./api.js";
import {act} from "./dialog.js";
import {plural} from "./format.js";
import {sh} from "./plain.js";

export function compareActs(ctx, name) {
    const path = `compares/${seg(name)}/runs`;
    const only = (entity) => (entity ? {entities: [entity]} : {});

    // Neither changes a row, so nobody is asked first.
    const compare = (entity) => post(path, only(entity));
    const dryRun = (entity) => post(path, {...only(entity), sync: true, dry_run: true});

    function sync(entity, report) {
        const due = (report?.entities ?? []).filter((e) => e.due && e.differences && (!entity
            || e.entity === entity));
        return act({title: `Sync ${name} now`, verb: "Sync now", danger: true, reason: "optional",
            lines: [`${entity ? `The entity ${entity} is` : "All entities are"} compared anew; `
                + "what is due then is mended as the definition says.", report ? due.length ? `Due at run ${report.number}: ${due.map((e) =>
                `${e.entity}, ${e.capped ? "at least " : ""}${plural(e.differences, "difference")}`).join("; ")}.`
                : `Nothing was due at run ${report.number}.` : "It has not run so far.",
            "Of an entity more than a fifth of whose rows differ nothing is mended. What was there before is kept, and "
                + "pgsync compare undo brings it back."],
            command: `pgsync compare run ${sh(name)} --sync${entity ? ` --entities ${sh(entity)}` : ""} --background`,
            run: ({key, reason}) => post(path, {...only(entity), sync: true, ...reason && {reason}}, {key}),
            done: ({data}) => `Job ${data.job} is asked for; a worker begins it.`});
    }

    const cancel = (run) => act({title: `Cancel run ${run.number}`, verb: "Cancel the run", danger: true,
        lines: [`${plural(run.compared + run.not_compared, "entity", "entities")} so far.`,
            "What it has mended stays mended."], command: `pgsync jobs cancel ${run.job}`,
        run: ({key}) => post(`jobs/${seg(run.job)}/cancel`, {}, {key}), done: ({data}) => `The run is ${data.state}.`});

    return {compare, dryRun, sync, cancel};
}
