// One captured change: where it stands, each try to post it, and its image.

import {changeActs} from "./acts.js";
import {can, get, seg} from "./api.js";
import {copy, h, save, say} from "./dom.js";
import {crumbs} from "./books.js";
import {problemNote} from "./dialog.js";
import {NONE, count, digits, idText, plural, span, time} from "./format.js";
import {badge} from "./icons.js";
import {imageBox} from "./image.js";
import {nearList, plainTable} from "./plain.js";

export const title = ({change}) => `Change ${digits(change)}`;

export async function show(ctx) {
    const {change} = ctx.params;
    const way = crumbs(ctx, [["queue", "Queue"]], `Change ${change}`);
    const skeleton = setTimeout(() => ctx.put(way, h("div", {class: "panel", "aria-busy": "true"},
        [70, 45, 60].map((w) => h("span", {class: "skeleton", css: {width: `${w}%`}})))), 150);
    let c;
    try {
        c = (await get(`changes/${seg(change)}`, null, ctx.signal)).data;
    } catch (error) {
        if (ctx.signal.aborted) return;
        ctx.put(way, h("div", {class: "panel"}, problemNote(error, ctx.reload),
            nearList(error, (n) => [`changes/${n}`, `Change ${n}`])));
        return;
    } finally {
        clearTimeout(skeleton);
    }
    const record = `records/${seg(c.table)}/${seg(c.record)}`;
    const acts = changeActs(ctx.reload);
    const open = Boolean(c.queued);
    const failed = c.queued?.error_class;
    ctx.tools(can("operate") && failed && h("button", {type: "button", class: "main",
        onclick: () => acts.retry([change])},
        "Retry"), h("a", {href: record, class: "button"}, "Trace the record"),
    h("button", {type: "button", async onclick() {
        say(await copy(location.href) ? "Link copied" : "Copying failed");
    }}, "Copy link"), h("button", {type: "button", onclick: () => save(`change-${change}.json`,
        "application/json",
        JSON.stringify(c, null, 2))}, "JSON"),
    can("operate") && open && h("button", {type: "button", class: "danger",
        onclick: () => acts.resolve([change])},
        "Resolve…"));
    ctx.keys({
        e: ["Retry", () => (failed ? acts.retry([change]) : false)],
        d: ["Resolve", () => (open ? acts.resolve([change]) : false)],
        i: ["Show the image", () => ctx.body.querySelector(".show-image")?.click()],
        r: ["Trace the record", () => ctx.go(record)],
    });
    const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
    const q = c.queued;
    const image = imageBox(ctx, {...c, error_column: q?.error_column ?? c.attempts.at(-1)?.error_column},
        "h2");
    image.className = "panel";
    ctx.put(way, h("p", {class: "line"}, badge(c.state), h("span", `${c.action} of `,
        h("a", {href: record}, `${c.table} ${c.record}`)), entriesOf(c.entries)),
    failed && h("div", {class: "panel"}, h("p", {class: "line"}, badge(q.state === "dead" ? "dead"
        : "retrying"),
        h("strong", q.error_class), q.error_column && h("span", "column ", h("code", q.error_column))),
    h("p", q.error_message ?? NONE), h("p", {class: "muted"}, `${q.retry_count} of ${q.max_retries} tries. `,
        q.state === "dead" ? "It waits for a person." : ["Next try ", time(q.scheduled_at), "."])),
    h("div", {class: "two"}, h("section", {class: "panel"}, h("h2", "Captured"), h("dl", {class: "facts"},
        fact("change", idText(c.change, "change")), fact("captured", time(c.captured_at, {fraction: 3})),
        fact("action", c.action), fact("transaction", c.transaction && idText(c.transaction, "transaction")),
        fact("from", c.origin), fact("correlation id", c.correlation_id && idText(c.correlation_id)),
        fact("by a backfill", c.backfilled ? "yes" : "no"))), image),
    h("section", {class: "panel flush"}, h("div", {class: "head"}, h("h2", "Attempts"),
        h("span", {class: "muted small"}, `${plural(c.attempts.length, "attempt")} in all`)),
    c.attempts.length ? attempts(c) : h("p", "Not tried yet.")));
}

const entriesOf = (ids) => (ids?.length ? h("span", "posted as ", ids.map((id, i) => [i ? ", " : "",
    h("a", {href: `ledger/entries/${id}`}, `entry ${id}`)])) : null);

function attempts(c) {
    return plainTable({caption: `Attempts to post change ${c.change}`, rows: c.attempts, columns: [
        {label: "attempt", num: true, cell: (a) => count(Number(a.attempt))},
        {label: "recorded", cell: (a) => time(a.recorded_at, {fraction: 3})},
        {label: "outcome", cell: (a) => badge(a.outcome)},
        {label: "worker", cell: (a) => a.worker ?? NONE},
        {label: "took", num: true, cell: (a) => span(a.duration_seconds)},
        {label: "class", cell: (a) => a.error_class ?? NONE},
        {label: "message", cell: (a) => [a.error_message ?? NONE, a.error_column && [" (column ",
            h("code", a.error_column), ")"]]},
        {label: "result", cell: (a) => entriesOf(a.entries) ?? (a.superseded_by
            ? h("a", {href: `changes/${a.superseded_by}`}, `superseded by ${a.superseded_by}`) : NONE)}]});
}
