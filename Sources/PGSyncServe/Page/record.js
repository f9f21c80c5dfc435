// The life of one record, from the source row to the ledger: one list, oldest first, grows at its end.

import {can, get, post, seg} from "./api.js";
import {add, copy, fill, h, save, say} from "./dom.js";
import {accountNames, cash, crumbs} from "./books.js";
import {act, problemNote} from "./dialog.js";
import {NONE, plural, span, time} from "./format.js";
import {badge, shape, tokenOf} from "./icons.js";
import {imageBox} from "./image.js";
import {sh, sql} from "./plain.js";

const IS_NOW = new Set(["standing", "waiting"]);
export const title = ({table, key}) => `${table} ${key}`;

export async function show(ctx) {
    const {table, key} = ctx.params;
    const path = `records/${seg(table)}/${seg(key)}`;
    const way = crumbs(ctx, [["queue", "Queue"], [`sources?table=${seg(table)}`, table]], key);
    const list = h("ol", {class: "trace"});
    const present = h("ol", {class: "trace", "aria-label": "Now"});
    const head = h("p", {class: "line"});
    const foot = h("p", {class: "line muted"});
    const known = new Map();
    let answer = null;
    let before = null;

    const read = async () => tidy((await get(path, null, ctx.signal)).data);
    // What an event is, whatever else is told of it later.
    const idOf = (e) => [e.event, e.change, e.entry, e.details?.attempt ?? "", e.at].join(" ");

    function draw(data, announce) {
        answer = data;
        fill(head, data.standing.length ? [badge("posted", plural(data.standing.length, "entry stands",
            "entries stand")), data.standing.map((id) => h("a", {href: `ledger/entries/${id}`}, id))]
            : badge("wait", "no entry stands"), data.waiting ? badge("ready",
                plural(data.waiting, "change waits",
            "changes wait")) : h("span", {class: "muted"}, "nothing waits"));
        // What stands and waits is of now, not of a time: it is drawn anew below the events.
        const current = data.events.filter((e) => IS_NOW.has(e.event));
        fill(present, current.map((e) => eventRow(ctx, e)));
        let added = 0;
        for (const e of data.events) {
            if (IS_NOW.has(e.event) || known.has(idOf(e))) continue;
            known.set(idOf(e), e);
            if (e.at && before && Date.parse(e.at) - before >= 60_000) {
                list.append(h("li", {class: "gap"}, `${span((Date.parse(e.at) - before) / 1000)} later`));
            }
            if (e.at) before = Date.parse(e.at);
            list.append(eventRow(ctx, e));
            added++;
        }
        fill(foot, `${plural(known.size, "event")}, oldest first`);
        if (announce && added) say(`${plural(added, "new event")} at the end: ${data.events.at(-1).summary}`);
    }

    async function poll() {
        try { draw(await read(), true); } catch { /* the shell tells of a lost connection */ }
    }

    async function postNow() {
        const done = await act({title: `Post ${table} ${key} now`, verb: "Post now",
            lines: "The newest change of this record is posted at once, in front of the queue. "
                + "A failure is recorded and left for a retry.",
            command: `select pgsync.post_now(${sql(table)}, ${sql(key)});`,
            run: ({key: once}) => post(`${path}/post`, {}, {key: once}),
            done: ({data}) => (data.entry ? `Posted as entry ${data.entry}.`
                : {words: "Nothing was to be posted.", kind: "warn"})});
        if (done) poll();
    }

    const go = (n) => {
        const all = [...list.querySelectorAll("li[tabindex]")];
        const at = all.indexOf(document.activeElement);
        all[Math.min(all.length - 1, Math.max(0, at < 0 && n < 0 ? all.length - 1 : at + n))]?.focus();
    };
    ctx.keys({n: ["Next event", () => go(1)], p: ["Previous event", () => go(-1)],
        v: ["Show the image of the event", () => {
            const li = document.activeElement.closest(".trace li");
            li?.querySelector("details")?.setAttribute("open", "");
            li?.querySelector(".show-image")?.click();
        }]});
    ctx.tools(can("operate") && !ctx.session.site && h("button", {type: "button", onclick: postNow}, "Post now…"),
        h("button", {type: "button", async onclick() {
            say(await copy(location.href) ? "Link copied" : "Copying failed");
        }}, "Copy link"), h("button", {type: "button", onclick: () => save(`trace-${table}-${key}.json`,
            "application/json", JSON.stringify(answer, null, 2))}, "JSON"));
    const panel = h("div", {class: "panel", "aria-busy": "true"});
    ctx.put(way, head, panel);
    const skeleton = setTimeout(() => fill(panel, [60, 75, 50, 65].map((w) =>
        h("span", {class: "skeleton", css: {width: `${w}%`}}))), 150);
    try {
        let data;
        [data, names] = await Promise.all([read(), accountNames()]);
        clearTimeout(skeleton);
        fill(panel, h("h2", {class: "unseen"}, "Events"), list, present, foot,
            h("p", {class: "muted small"}, "The same on the command line: ",
            h("code", `pgsync trace ${sh(table)} ${sh(key)}`)));
        draw(data, false);
    } catch (error) {
        clearTimeout(skeleton);
        if (ctx.signal.aborted) return;
        fill(panel, problemNote(error, ctx.reload), error.near?.length ? h("div",
            h("p", `Keys near it in ${table}:`),
            h("ul", {class: "line"},
                error.near.map((k) => h("li", h("a", {href: `records/${seg(table)}/${seg(k)}`},
                k))))) : null);
        return;
    } finally {
        panel.removeAttribute("aria-busy");
    }
    let ticks = 0;
    ctx.on("status", () => ++ticks % 5 === 0 && !document.hidden && poll());
}

function eventRow(ctx, e) {
    const d = e.details ?? {};
    const [token, word] = e.event === "attempt" ? [tokenOf(d.outcome), d.outcome ?? "attempt"]
        : e.event === "entry" ? [d.reversed_by ? "undo" : "good", d.reverses ? "reversal" : "entry"]
        : e.event === "waiting" ? [tokenOf(d.state), d.state ?? "waits"]
        : e.event === "change" ? ["work", d.action ?? "change"] : ["good", e.event];
    const rest = (e.summary.startsWith(word) ? e.summary.slice(word.length) : ` ${e.summary}`)
        .replace(": ,", ",");
    const more = e.event === "change" && e.change ? h("details", h("summary", "More and image"), facts(d),
        imageBox(ctx, {change: e.change}))
        : Object.keys(d).length ? h("details", h("summary", "More"), facts(d)) : null;
    const links = h("div", {class: "line small"}, e.change && h("a", {href: `changes/${e.change}`},
        `change ${e.change}`), e.entry && h("a", {href: `ledger/entries/${e.entry}`}, `entry ${e.entry}`),
    d.rule && h("a", {href: `rules/${seg(d.rule.split(/[@ ]/)[0])}`}, `rule ${d.rule}`), more);
    const lines = d.lines?.length && h("span", {class: "lines narrow"}, d.lines.map((l) => [
        h("span", h("a", {href: `ledger/accounts/${seg(l.account)}`}, l.account),
            ` ${names.get(l.account) ?? ""}`),
        h("span", cash(l.debit, d.currency)), h("span", cash(l.credit, d.currency))]));
    return add(h("li", {tabindex: "-1"}), [h("span", {class: token}, shape(token)),
        h("span", {class: "when"}, e.at ? time(e.at, {fraction: 3}) : "now"),
        h("div", h("p", h("strong", {class: token}, word), rest,
            e.user && h("span", {class: "muted"}, ` by ${e.user}`)), lines, links)]);
}

// The entries that stand, as one list.
const tidy = (data) => ({...data, standing: data.standing.flat(2)});
let names = new Map();

// Only what the sentence does not say already; the lines are drawn by themselves.
function facts(details) {
    const said = Object.entries(details).filter(([name, v]) => v !== null && v !== undefined && v !== ""
        && name !== "lines");
    return h("dl", {class: "facts small"}, said.map(([name, v]) => [h("dt", name.replaceAll("_", " ")),
        h("dd", v === true ? "yes" : v === false ? "no" : Array.isArray(v) ? v.join(", ") || NONE
            : typeof v === "object" ? JSON.stringify(v) : String(v))]));
}
