// The overview: is it well, in one look.

import {get} from "./api.js";
import {chart, sparkline} from "./charts.js";
import {fill, h, store, text} from "./dom.js";
import {NONE, ago, clock, count, digits, learnTime, now, number, plural, share, span} from "./format.js";
import {badge, shape} from "./icons.js";
import {live} from "./live.js";

export const title = "Overview";

// The queue's own size counts the dead letters too.
const waitingOf = (s) => s.sources?.reduce((n, t) => n + t.waiting, 0);

// The share of a minute's attempts that did not fail.
const firstTry = (p) => {
    const all = (p.posted ?? 0) + (p.no_effect ?? 0) + (p.failed ?? 0);
    return all ? 1 - (p.failed ?? 0) / all : null;
};
const ms = (s) => (s === null || s === undefined ? NONE : s >= 1 ? span(s)
    : `${number(s >= 0.01 ? Math.round(s * 1000) : Math.round(s * 1e4) / 10)} ms`);

// name, where, figure, scope, spark, is it wrong → token
//   spark: {of: value of a minute, limit, floor}; the limits are those of the documents' four key metrics.
const OWN = new Map();
const TILES = [
    ["Waiting", "queue", (s) => count(waitingOf(s), {capped: s.sources?.some((t) => t.capped)}),
        () => "changes, now, without the dead", {own: waitingOf, limit: 100}, () => null],
    ["Oldest", "queue?state=ready", (s) => span(s.oldest_seconds),
        (s) => (s.oldest_seconds === null ? "nothing waits" : "not dead, not paused"),
        {of: (p) => p.oldest_seconds},
        (s) => (s.oldest_seconds > 60 ? "bad" : s.oldest_seconds > 10 ? "warn" : null)],
    ["Posted", "ledger/entries", (s) => count(s.posted_last_minute, {capped: s.posted_minute_capped}),
        () => "entries, last 60 s", {of: (p) => p.posted}, () => null],
    ["Delay p50 / p99", "analytics",
        ({delay: d}) => `${ms(d.p50).replace(/ ms$/, d.p99 < 1 ? "" : " ms")} / ${ms(d.p99)}`,
        ({delay: d}) => (d.at ? `from capture, ${clock(d.at).slice(0, -3)}` : "no samples"),
        {of: (p) => p.p99, limit: 1}, (s) => (s.delay.p99 > 1 ? "warn" : null)],
    ["First try ok", "analytics", (s) => share(s.first_try_share), () => "of attempts, last hour",
        {of: firstTry, limit: 0.95, floor: 0.9},
        (s) => (s.first_try_share !== null && s.first_try_share < 0.95 ? "warn" : null)],
    ["Needs a person", "queue?state=dead", (s) => count(s.dead, {capped: s.dead_capped}),
        (s) => (s.dead ? "dead letters, now → by class" : "dead letters, now"),
        {own: (s) => s.dead, limit: 10}, (s) => (s.dead ? "bad" : null)],
];

export async function show(ctx) {
    const verdict = h("p", {class: "note verdict"});
    const tiles = TILES.map(tile);
    const trouble = h("ul", {class: "stack tight"});
    const troubles = h("section", {class: "panel", hidden: true, "aria-label": "What needs attention"},
        trouble);
    const proof = h("section", {class: "panel", "aria-label": "Proof"});
    const figures = chart({title: "Attempts", unit: "per minute, last 3 hours", kind: "bars", bucket: 60_000,
        least: 1_800_000,
        series: [
        {name: "posted", token: "good", key: "posted_count"}, {name: "no effect", token: "wait",
            key: "no_effect_count"},
        {name: "failed", token: "bad", key: "failed_count"}]});
    const sources = h("section", {class: "panel flush"});
    const workers = h("section", {class: "panel"});
    const durability = h("p", {class: "muted small"});
    ctx.put(verdict, h("div", {class: "tiles six"}, tiles.map((t) => t.el)), troubles, proof,
        h("section", {class: "panel"}, figures.el), h("div", {class: "two"}, sources, workers), durability);
    let history = [];
    const seen = {};

    // A part whose data did not change is left alone, so focus and selection survive.
    function part(name, data, draw) {
        const words = JSON.stringify(data);
        if (seen[name] === words) return;
        seen[name] = words;
        draw();
    }

    let newest = null;

    // Without a connection the newest figures are the last known, since a time.
    const lostAt = () => (live.link().state === "offline" ? new Date(live.link().since).toISOString() : null);

    const verdictOf = (s, at) => part("verdict",
        [at, s.paused, s.dead, s.alerts, s.workers?.map((w) => w.state)], () => drawVerdict(verdict, s, at));

    function take(s, at = lostAt()) {
        newest = s;
        if (s.history) {
            history = s.history.map((p) => ({...p, posted_count: p.posted ?? null,
                no_effect_count: p.no_effect ?? null,
                failed_count: p.failed ?? null}));
            figures.update(history);
        }
        verdictOf(s, at);
        for (const t of tiles) t.update(s, history);
        part("trouble", [s.failures, s.foreign_locks, s.workers?.map((w) => w.failing)], () => {
            const list = troubleOf(s);
            troubles.hidden = !list.length;
            fill(trouble, list.map((t) => h("li", {class: "note"}, t)));
        });
        part("proof", [s.score, s.chain], () => drawProof(proof, s));
        part("sources", s.sources, () => drawSources(sources, s));
        part("workers", s.workers?.map((w) => [w.worker, w.state, w.breaker, w.posters]),
            () => drawWorkers(workers, s));
        text(durability, `Durability: ${s.durability?.sentence ?? NONE}`);
        if (!at) keep(s);
    }

    async function load() {
        try {
            take((await get("status", null, ctx.signal)).data);
            return true;
        } catch (error) {
            if (ctx.signal.aborted) return true;
            const old = recall();
            if (!history.length) figures.update([]);
            if (old) {
                learnTime(old.at);
                take(old.data, old.at);
                ctx.tools(badge("warn", `last known, ${clock(old.at)}`));
            } else if (!seen.verdict) ctx.put(await ctx.problem(error, ctx.reload));
            return Boolean(old);
        }
    }

    ctx.keys(Object.fromEntries(TILES.map(([name, to], i) => [String(i + 1),
        [`Open ${name}`, () => ctx.go(to)]])));
    if (!await load()) {
        // Nothing to show yet: begin when the first figures come.
        if (!ctx.signal.aborted) ctx.on("status", ctx.reload);
        return;
    }
    ctx.on("status", (s) => {
        ctx.tools();
        take(s);
    });
    ctx.on("link", () => newest && verdictOf(newest, lostAt()));
    // History is not in the event: read it once a minute.
    ctx.every(60, load);
}

function tile([name, to, figure, scope, line, wrong]) {
    const label = h("span", {class: "name"});
    const value = h("span", {class: "figure"}, NONE);
    const under = h("span", {class: "scope"});
    const spark = sparkline(name, line);
    // What no sample keeps is drawn since the page was opened, one value a minute.
    const own = OWN.get(name) ?? OWN.set(name, []).get(name);
    const el = h("a", {class: "tile", href: to}, label, value, spark.el, under);
    let was = "";
    fill(label, name);
    return {el, update(s, history) {
        try {
            text(value, figure(s));
            text(under, scope(s));
            const token = wrong(s);
            if (token !== was) {
                was = token;
                el.className = `tile ${token ?? ""}`;
                fill(label, token && h("span", {class: token}, shape(token)), name);
            }
            if (line.own) {
                if (!own.length || now() - own[0].at > 60_000) own.unshift({at: now()});
                own[0].value = line.own(s) ?? null;
                own.length = Math.min(60, own.length);
            }
            spark.update(line.own ? own.map((o) => o.value).reverse()
                : history.slice(-60).map((p) => line.of(p) ?? null));
        } catch (error) {
            // One broken part leaves the others.
            console.error(error);
            text(value, NONE);
        }
    }};
}

function drawVerdict(node, s, at) {
    const running = s.workers?.filter((w) => w.state === "running").length ?? 0;
    const [token, words, to] = s.paused ? ["warn", "Posting is paused; changes are kept and wait."]
        : !running ? ["bad", "No worker is running: nothing is posted until one starts.", null]
        : s.dead ? ["bad",
            `Posting runs, but ${plural(s.dead, "change needs", "changes need", {capped: s.dead_capped})
        } a person.`, ["queue?state=dead", "Open them"]]
        : s.alerts?.firing ? ["warn",
            `Posting runs; ${plural(s.alerts.firing, "alert is", "alerts are")} firing.`,
            ["alerts", "Open alerts"]]
        : ["good", "All is well: posting runs and nothing needs a person."];
    const shown = at ? "unknown" : token;
    fill(node, h("span", {class: shown}, shape(shown)), h("span", at ? `Last known, ${clock(at)}: ${words}`
        : words, to && [" ", h("a", {href: to[0]}, to[1])]));
}

function troubleOf(s) {
    const list = (s.failures ?? []).map((f) => [h("span", {class: f.dead ? "bad" : "warn"},
        shape(f.dead ? "bad" : "warn")),
        h("p", h("a",
            {href: `queue?state=${f.dead ? "dead" : "scheduled"}&class=${encodeURIComponent(f.error_class)}`},
            f.error_class), ` ${[f.failing && `${count(f.failing, f)} failing`,
                f.dead && `${count(f.dead, f)} dead`].filter(Boolean).join(", ")}`,
                f.message ? `: ${f.message}` : "",
        " · last ", ago(f.last_at))]);
    for (const lock of s.foreign_locks ?? []) {
        list.push([h("span", {class: "warn"}, shape("warn")), h("p", lock.sentence),
            lock.remedy && h("p", {class: "muted"}, lock.remedy)]);
    }
    return list;
}

function drawProof(node, s) {
    const {score = {}, chain = {}} = s;
    const token = score.points === null || score.points === undefined ? "unknown" : score.points >= 95
        ? "good"
        : score.points >= 90 ? "warn" : "bad";
    fill(node, h("p", {class: "line"}, h("a", {href: "proof"}, "Proof"), badge(token, score.points === null
        || score.points === undefined ? "unknown" : `${score.points}/100 ${score.verdict}`),
    score.capped_by && h("span", `capped: ${score.capped_by}`),
    h("span", {class: "muted"}, "verified to ", score.verified_at ? ago(score.verified_at) : NONE,
        ` · chain seq ${digits(chain.block)}, anchored `,
        chain.anchored_at ? ago(chain.anchored_at) : NONE)),
    score.recommendation && h("p", h("strong", "Next: "), score.recommendation));
}

function drawSources(node, s) {
    const cell = (label, ...kids) => h("td", {"data-label": label}, h("span", kids));
    const number_ = (label, ...kids) => h("td", {class: "num", "data-label": label},
        h("span", kids));
    fill(node, h("div", {class: "head"}, h("h2", "Sources"), h("a", {href: "sources"}, "All")),
        s.sources?.length ? h("div", {class: "scroll"}, h("table", {class: "cards"},
            h("caption", {class: "unseen"}, "Sources with what waits now"),
            h("thead", h("tr", ["table", "waiting", "oldest", "dead",
                "rules"].map((w, i) =>
                h("th", {scope: "col", class: i > 0 && i < 4 ? "num" : null}, w)))),
            h("tbody", s.sources.map((t) => h("tr",
                cell("table", h("a", {href: `sources?table=${encodeURIComponent(t.table)}`}, t.table), " ",
                    t.paused_at ? badge("paused") : !t.attached ? badge("wait", "detached") : null),
                number_("waiting", count(t.waiting, t)), number_("oldest", span(t.oldest_seconds)),
                number_("dead",
                    t.dead ? h("a", {href: `queue?state=dead&table=${encodeURIComponent(t.table)}`},
                    badge("bad", count(t.dead, t))) : count(t.dead)),
                cell("rules", t.rules?.length ? t.rules.join(", ") : NONE)))))) : firstSteps(s));
}

function firstSteps(s) {
    const step = (done, words, line) => h("li", {class: "note"}, shape(done ? "good" : "wait"),
        h("p", words, done ? " (done)" : ""), !done && h("p", h("code", line)));
    return h("div", {class: "state"}, h("p", "Nothing is captured yet. Three steps:"),
        h("ol", {class: "stack tight"},
        step(s.sources?.length, "Attach a table", "pgsync attach public.bills"),
        step(s.sources?.some((t) => t.rules?.length), "Apply a rule", "pgsync rules apply bills.rules"),
        step(s.workers?.length, "Start a worker", "pgsync worker")));
}

function drawWorkers(node, s) {
    fill(node, h("h2", "Workers"), s.workers?.length ? h("ul", {class: "stack tight"}, s.workers.map((w) =>
        h("li", {class: "line"}, badge(w.state), h("strong", w.worker), h("span", {class: "muted"},
            `${w.host} · ${plural(w.posters, "poster")} · heartbeat ${
                span(w.heartbeat_seconds)} ago · up ${
                span(w.uptime_seconds)} · ${w.version}`), w.breaker && w.breaker !== "closed"
            && badge("warn", `breaker ${w.breaker}`)))) : h("p", "No worker has been seen. Start one: ",
                h("code", "pgsync worker")));
}

// The last figures, for the time when neither database nor server answers. No messages: they could hold data.
function keep(s) {
    const data = {...s, history: undefined, failures: [], foreign_locks: []};
    store("last", JSON.stringify({at: new Date().toISOString(), data}));
}

function recall() {
    try { return JSON.parse(store("last")); } catch { return null; }
}
