// Alerts: what is wrong, since when, who knows; acknowledge, silence. A silent checker comes first.

import {get, post, seg} from "./api.js";
import {SETTINGS, causeOf} from "./causes.js";
import {act} from "./dialog.js";
import {fill, h} from "./dom.js";
import {createFilters} from "./filters.js";
import {NONE, ago, clock, count, now, number, plural, share, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {sh} from "./plain.js";
import {createList} from "./table.js";
import {showTelling} from "./telling.js";

export const title = "Alerts";
const TABS = [["firing", "Firing"], ["acknowledged", "Acknowledged"], ["silenced", "Silenced"], ["pending",
    "Pending"],
    ["resolved", "History"]];
const SILENT_AFTER = 120;
const RANK = ["critical", "high", "medium", "low"];
const about = (a) => [a.table, a.class].filter(Boolean).join(" · ");
const HOURS = [["1", "1 hour"], ["4", "4 hours"], ["24", "1 day"], ["168", "7 days"]].map(([value,
    label]) => ({value, label}));

function measure(n, unit) {
    if (n === null || n === undefined) return NONE;
    if (unit === "share") return share(n);
    if (unit === "s" || unit === "seconds") return span(n);
    return `${number(n)}${unit ? ` ${n === 1 ? unit.replace(/s$/, "") : unit}` : ""}`;
}

export async function show(ctx) {
    const checker = h("div", {class: "panel"}, h("p", {class: "muted"}, "The last check is not known yet."));
    const tabs = h("div", {class: "tabs", role: "group", "aria-label": "Alerts"});
    const summary = h("p", {class: "muted", hidden: true});
    let page = null;
    let check = null;
    let asked = now();
    let counts = {};
    const state = () => (TABS.some(([name]) => name === filters.values().state) ? filters.values().state
        : "firing");
    const filters = createFilters(ctx, [{name: "state", label: "state", type: "hidden", quiet: true}], () => {
        list.state.rows = [];
        drawTabs();
        list.load();
    });
    const list = createList(ctx, {
        caption: "Alerts", name: ["alert", "alerts"], id: (a) => a.alert ?? `${a.kind} ${about(a)}`,
        columns: [
            {label: "severity", cell: (a) => badge(a.severity === "low" ? "wait" : a.severity, a.severity)},
            {label: "alert", cell: (a) => h("span", h("strong", {class: "mono"}, a.kind), " ", about(a),
                h("br"),
                a.message)},
            {label: "state", cell: (a) => stateOf(a)},
            {label: "since", cell: (a) => sinceOf(a)},
            {label: "measured", num: true, cell: (a) => measure(a.measured, a.unit)},
            {label: "limit", num: true, cell: (a) => measure(a.limit, a.unit)},
            {label: "told", cell: (a) => toldOf(a)},
        ],
        tooSlow: "Reading the alerts was cut at the statement timeout; the database is busy.",
        load: read, drawn: drawSummary, inside: (a) => details(a),
        empty: () => (state() === "firing" ? [h("span", "Nothing is wrong", check?.checked_at
            ? [". Last check ", ago(check.checked_at), check.checked_by ? ` by ${check.checked_by}.` : "."]
            : " that was told so far."),
        h("a", {href: "./"}, "To the overview")] : [`No alert is ${state() === "resolved" ? "in the history"
            : state()}.`, h("button", {type: "button", onclick: () => filters.set({state: ""})},
                "Show what fires")]),
    });
    const telling = showTelling(ctx, () => list.reload());
    ctx.put(checker, tabs, summary, list.el, telling.silences, telling.channels);
    ctx.keys({
        a: ["Acknowledge the alert", () => { acknowledge(list.at()); }],
        m: ["Silence the alert", () => { silence(list.at()); }],
        o: ["Open the cause", () => list.at() && ctx.go(causeOf(list.at()))],
    });

    async function read({cursor, limit, signal}) {
        if (state() === "resolved") return get("alerts/history", {cursor, limit}, signal);
        const answer = await get("alerts", null, signal);
        page = answer;
        counts = {};
        for (const a of answer.data) counts[a.state] = (counts[a.state] ?? 0) + 1;
        drawTabs();
        const held = new Map(answer.data.filter((a) => a.inhibited_by).map((a) => [a, a.inhibited_by]));
        const data = answer.data.filter((a) => a.state === state())
            .map((a) => ({...a, holds: [...held].filter(([, kind]) => kind === a.kind).map(([other]) =>
                other)}))
            .sort((a, b) => RANK.indexOf(a.severity) - RANK.indexOf(b.severity));
        return {...answer, data};
    }

    function drawTabs() {
        const focus = [...tabs.children].indexOf(document.activeElement);
        fill(tabs, TABS.map(([name, word]) => h("button", {type: "button",
            "aria-current": String(state() === name),
            onclick: () => filters.set({state: name === "firing" ? "" : name})}, word, name !== "resolved"
            && h("span", {class: "muted"}, page ? count(name in counts ? counts[name] : 0) : NONE))));
        if (focus >= 0) tabs.children[focus].focus();
    }

    // The history in one sentence: how fast, and what comes back again and again.
    function drawSummary(rows) {
        summary.hidden = state() !== "resolved" || !rows.length;
        if (summary.hidden) return;
        const often = new Map();
        for (const a of rows) often.set(a.kind, (often.get(a.kind) ?? 0) + 1);
        const flaps = [...often].filter(([, n]) => n > 2).sort((a, b) => b[1] - a[1]).map(([kind,
            n]) => `${kind} ${n}×`);
        fill(summary, `Of the ${rows.length} shown, half were acknowledged within ${median(rows,
            "acknowledged_at")} and `
            + `resolved within ${median(rows, "resolved_at")}.`, flaps.length ? ` Raised often: ${
                flaps.join(", ")}.` : "");
    }

    // The checker tells nothing when it is dead; so its silence is told here, on the clock of this page.
    function drawChecker() {
        if (!check) return;
        const age = check.checked_at ? (now() - Date.parse(check.checked_at)) / 1000 : null;
        const old = now() - asked > 30_000;
        const quiet = !old && (age === null || age > SILENT_AFTER);
        const mark = `${quiet} ${old} ${check.checked_at}`;
        if (checker.dataset.mark === mark) return;
        checker.dataset.mark = mark;
        const last = check.checked_at
            ? [ago(check.checked_at), check.checked_by ? ` by ${check.checked_by}` : ""] : "never";
        fill(checker, h("div", {class: "note"}, shape(quiet ? "bad" : old ? "unknown" : "good"), h("p",
            quiet ? [h("strong", {class: "bad"}, "The checker is silent: "), "its last check was ", last,
                ". What follows may be out of date. Start a worker, or check by hand: ",
                h("code", "pgsync alerts check")] : [old ? "Last known check " : "Last check ", last,
                old ? `; the server has not answered since ${clock(asked)}.` : "."]),
        check.unobserved?.length ? h("p", {class: "muted"}, "Not observed: ", check.unobserved.map((u) =>
            (u.reason ? `${u.kind} (${u.reason})` : u.kind)).join("; "), ".") : null));
    }

    const run = async (what, then) => {
        const answer = await act(what);
        if (answer) then();
    };

    function unacknowledge(a) {
        run({title: `Take back: ${a.kind} ${about(a)}`, verb: "Take it back",
            lines: "It fires again, and news of it is repeated.", command: `pgsync alerts ack ${a.alert} --end`,
            run: ({key}) => post(`alerts/${seg(a.alert)}/unacknowledge`, {}, {key}),
            done: () => `${a.kind} is not acknowledged any more.`}, list.reload);
    }

    function acknowledge(a) {
        if (!a?.alert || !ctx.can("operate") || !["firing", "acknowledged"].includes(a.state)) return;
        run({title: `Acknowledge ${a.kind}`, verb: "Acknowledge", lines: [`${about(a) || "The system"}: ${
            a.message}`,
            "It stays visible. Repeats stop until it becomes worse or the time is over."],
        fields: [{name: "hours", label: "For", value: "4", options: [...HOURS, {value: "",
            label: "until it ends"}]},
            {name: "note", label: "Note for others (optional)"}],
        command: ({hours, note}) => `pgsync alerts ack ${a.alert}${hours ? ` --for ${hours}h` : ""}${
            note ? ` --note ${sh(note)}` : ""}`,
        run: ({key, hours, note}) => post(`alerts/${seg(a.alert)}/acknowledge`, {until: hours ? inHours(hours)
            : undefined,
            note: note || undefined}, {key}), done: () => `${a.kind} is acknowledged.`}, list.reload);
    }

    function silence(a) {
        if (!a || !ctx.can("operate") || a.state === "resolved") return;
        const parts = [{value: "kind", label: `every ${a.kind}`}];
        if (a.table) parts.unshift({value: "kind table", label: `${a.kind} of ${a.table}`});
        if (a.class) parts.unshift({value: "kind table class", label: `${a.kind} of ${about(a)}`});
        if (a.table) parts.push({value: "table", label: `everything of ${a.table}`});
        const match = (which) => Object.fromEntries((which ?? parts[0].value).split(" ").map((k) => [k,
            a[k]]));
        const hit = (m) => (page?.data ?? []).filter((x) => Object.entries(m).every(([k,
            v]) => x[k] === v)).length;
        run({title: `Silence ${a.kind}`, verb: "Silence", reason: "required",
            fields: [{name: "which", label: "What", options: parts}, {name: "hours", label: "For",
                options: HOURS}],
            lines: ({which}) => [`${plural(hit(match(which)),
                "open alert")} match now; nobody is told of these, or of new `
                + "ones that match, until it ends. They stay visible here.", a.kind === "CHAIN_BROKEN"
                ? "A broken chain needs a second confirmation." : null].filter(Boolean),
            command: ({which, hours, reason}) => {
                const m = match(which);
                return `pgsync alerts silence${m.kind ? ` --kind ${m.kind}` : ""}${m.table ? ` --source ${
                    sh(m.table)}` : ""}${
                    m.class ? ` --class ${sh(m.class)}` : ""} --for ${hours ?? 1}h --reason ${sh(reason
                        || "REASON")}`;
            },
            run: ({key, which, hours, reason}) => post("silences", {...match(which), ends_at: inHours(hours),
                reason}, {key}),
            done: () => `${a.kind} is silenced.`}, () => {
            list.reload();
            telling.loadSilences();
        });
    }

    function details(a) {
        const fact = (name, value) => [h("dt", name), h("dd", value ?? NONE)];
        const admin = ctx.can("admin") && SETTINGS[a.kind];
        return h("div", {class: "stack"}, h("p", a.meaning), a.remedy && h("p", h("strong", "What to do: "),
            a.remedy),
            a.inhibited_by && h("p", {class: "note"}, shape("wait"), h("span",
                `Held back: ${a.inhibited_by} explains it, so `
                + "nobody is told of this one.")),
            a.holds?.length ? h("p", {class: "note"}, shape("wait"), h("span",
                `Holds back: ${a.holds.map((x) =>
                `${x.kind} ${about(x)}`).join("; ")}.`)) : null,
            h("div", {class: "two"}, h("dl", {class: "facts"}, fact("began", time(a.began_at)), fact("raised",
                time(a.raised_at)),
                fact("seen", `by ${plural(a.seen, "check")}`), fact("last seen", ago(a.last_seen_at)),
                a.resolved_at && fact("resolved", [time(a.resolved_at), ` after ${took(a.raised_at,
                    a.resolved_at)}`]),
                a.acknowledged_at && fact("acknowledged", [time(a.acknowledged_at),
                    ` by ${a.acknowledged_by ?? NONE}, ${
                    took(a.raised_at, a.acknowledged_at)} after it was raised`, a.note ? ` “${a.note}”`
                        : ""]),
                fact("wrong now", a.wrong_now ? "yes" : "no")),
            h("div", h("h3", "Deliveries"), a.deliveries?.length ? h("ul", {class: "stack tight"},
                a.deliveries.map((d) =>
                h("li", {class: "line"}, badge(d.state), `${d.channel}, ${plural(d.attempts, "attempt")}`,
                    d.ended_at
                    ? time(d.ended_at) : null, d.last_error && h("span", {class: "muted"},
                        d.last_error))))
                : h("p", {class: "muted"}, "Nobody was told."))),
            h("div", {class: "line"}, h("a", {class: "button", href: causeOf(a)}, "Open the cause"),
                ctx.can("operate") && a.alert && ["firing", "acknowledged"].includes(a.state)
                    && h("button", {type: "button", onclick: () => acknowledge(a)},
                        a.state === "acknowledged" ? "Acknowledge anew…" : "Acknowledge…"),
                ctx.can("operate") && a.alert && a.state === "acknowledged"
                    && h("button", {type: "button", onclick: () => unacknowledge(a)}, "Take it back…"),
                ctx.can("operate") && a.state !== "resolved" && h("button", {type: "button", onclick: () =>
                    silence(a)},
                    "Silence…"), admin && h("a", {class: "button quiet", href: `configuration?find=${
                        SETTINGS[a.kind]}`},
                    "Change the limit")));
    }

    drawTabs();
    ctx.every(1, drawChecker);
    ctx.on("alert", () => list.probe());
    ctx.on("status", (s) => {
        if (s.alerts && state() === "resolved" && s.alerts.firing !== counts.firing) {
            counts = {...s.alerts, pending: null};
            drawTabs();
        }
        if (s.alerts && page && state() !== "resolved" && (s.alerts.firing !== (counts.firing ?? 0)
            || s.alerts.acknowledged !== (counts.acknowledged ?? 0))) list.probe();
    });
    // The time of the last check is a counter: it lives, while the rows stay.
    async function readCheck() {
        const answer = await get("alerts/check", null, ctx.signal).catch(() => null);
        if (!answer || ctx.signal.aborted) return;
        asked = now();
        check = answer.data;
        drawChecker();
    }
    ctx.every(10, readCheck);
    await Promise.all([readCheck(), list.load(), telling.loadSilences(), telling.loadChannels()]);
    if (location.hash === "#channels") telling.channels.scrollIntoView();
}

const inHours = (hours) => new Date(now() + hours * 3_600_000).toISOString();
const took = (from, to) => (from && to ? span(Math.max(0,
    Math.round((Date.parse(to) - Date.parse(from)) / 1000))) : NONE);

function median(rows, key) {
    const all = rows.filter((a) => a[key] && a.raised_at).map((a) =>
        (Date.parse(a[key]) - Date.parse(a.raised_at)) / 1000)
        .sort((a, b) => a - b);
    return all.length ? span(Math.max(0, Math.round(all[Math.floor(all.length / 2)]))) : NONE;
}

function stateOf(a) {
    const kids = [badge(a.state === "firing" ? "bad" : a.state, a.state)];
    if (a.state === "acknowledged") kids.push(h("br"), `by ${a.acknowledged_by ?? NONE}`,
        a.acknowledgement_ends_at
        ? [" until ", time(a.acknowledgement_ends_at)] : "", a.note ? ` “${a.note}”` : "");
    if (a.inhibited_by) kids.push(h("br"), h("span", {class: "muted"}, `held back by ${a.inhibited_by}`));
    return h("span", kids);
}

function sinceOf(a) {
    return h("span", ago(a.began_at ?? a.raised_at), h("br"), h("span", {class: "muted"},
        a.state === "resolved"
        ? `lasted ${took(a.raised_at, a.resolved_at)}` : `seen ${count(a.seen)}×`));
}

function toldOf(a) {
    if (!a.deliveries?.length) return NONE;
    return h("span", a.deliveries.map((d, i) => [i ? h("br") : null, badge(d.state,
        `${d.channel} ${d.state}`)]));
}
