// Nodes: the systems that call this one and those that it calls, how each stands, and what was exchanged.

import {get, post, seg} from "./api.js";
import {act, command} from "./dialog.js";
import {fill, h} from "./dom.js";
import {NONE, ago, count, plural, span, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {part, sh, sql} from "./plain.js";
import {createList} from "./table.js";

export const title = "Nodes";

const STATUS = {new: ["wait", "new"], success: ["good", "success"], syncing: ["work", "syncing"],
    catching_up: ["work", "catching up"]};
const CALLS = {token: "show the token", signed: "are signed", sealed: "are signed and encrypted"};
const status = (one) => badge(...STATUS[one.status] ?? [one.status]);
const fact = (name, value) => [h("dt", name), h("dd", value || NONE)];
// Each table is counted up to 10,001.
const pending = (one) => count(one.pending_records, {capped: one.pending_records > 10_000});
const job = (id) => h("a", {href: `jobs?job=${id}`}, `job ${id}`);
const conflicts = (n) => (n.open_conflicts ? h("a", {href: `conflicts?node=${seg(n.name)}`},
    badge("warn", count(n.open_conflicts))) : count(n.open_conflicts));

// Its clock against this one; two seconds and more are marked.
function skew(n) {
    const s = n.clock_skew;
    if (s === null || s === undefined) return NONE;
    const words = s === 0 ? "the same" : `${span(Math.abs(s))} ${s > 0 ? "ahead" : "behind"}`;
    return Math.abs(s) >= 2 ? badge("warn", words) : words;
}

const STEPS = [["On both systems, say which tables are exchanged:", "pgsync sync on TABLE"],
    ["On the master, add the node; this prints its token once:", "pgsync node add NAME"],
    ["On the node, join the master by its address:", "pgsync sync join URL"]];

export async function show(ctx) {
    const may = ctx.can("operate");
    const steps = h("section", {class: "panel", "aria-label": "How it begins", hidden: true},
        h("p", "This system exchanges records with no other so far. Three steps:"), h("ol", {class: "stack"},
            STEPS.map(([words, line]) => h("li", {class: "stack tight"}, words, command(line)))));
    const body = h("div", {class: "stack"});
    const cards = new Map();
    let read = false;
    const masters = () => get("masters", null, ctx.signal);
    const exchanges = (cursor, limit, signal) => get("jobs", {kind: "sync", cursor, limit}, signal);
    const keyed = [];
    // The keys act on the list with the focus, else on the first that has rows.
    const apart = {...ctx, keys: (map) => keyed.push(map)};

    const nodes = createList(apart, {
        caption: "Nodes", name: ["node", "nodes"], id: (n) => n.name,
        columns: [
            {label: "node", cell: (n) => h("strong", n.name)},
            {label: "status", cell: (n) => [status(n), n.must_resync && [h("br"),
                badge("warn", "must resync")]]},
            {label: "last synced", cell: (n) => ago(n.last_synced_at)},
            {label: "pending", num: true, cell: pending},
            {label: "conflicts", num: true, cell: conflicts},
            {label: "clock", cell: skew},
            {label: "last error", cell: (n) => [n.last_error ?? NONE, n.retry_count > 0 && h("span",
                {class: "muted"}, ` · ${plural(n.retry_count, "retry", "retries")}`)]},
        ],
        load: async ({signal}) => ({...await get("nodes", null, signal), next: null, prev: null}),
        empty: () => ["No node calls this system. To add one, on this machine:", command("pgsync node add NAME")],
        inside: nodeDetails, drawn: settle,
    });
    const history = createList(apart, {
        caption: "Exchanges with masters, newest first", name: ["exchange", "exchanges"], id: (j) => j.job,
        limit: 10,
        columns: [
            {label: "job", num: true, cell: (j) => job(j.job)},
            {label: "master", cell: (j) => h("strong", j.subject)},
            {label: "state", cell: (j) => badge(j.state)},
            {label: "found", cell: (j) => Object.entries(j.counts ?? {}).map(([k, n]) =>
                `${count(n)} ${k.replaceAll("_", " ")}`).join(", ") || NONE},
            {label: "error", cell: (j) => (j.error_message ? [j.error_class && [h("strong",
                j.error_class), ": "], j.error_message] : NONE)},
            {label: "requested", cell: (j) => [time(j.requested_at), ` by ${j.requested_by}, ${
                j.type ?? j.trigger ?? NONE}`]},
            {label: "took", num: true, cell: (j) => span(j.seconds)},
        ],
        load: ({cursor, limit, signal}) => exchanges(cursor, limit, signal),
        empty: () => ["This system has not called a master so far.", null],
        open: (j) => ctx.go(`jobs?job=${j.job}`), drawn: settle,
    });
    const section = (words, who, ...content) => h("section", {class: "stack tight", "aria-label": words},
        h("div", {class: "line"}, h("h2", words), who && h("span", {class: "muted"}, who)), content);
    const called = section("Masters", "systems that this one calls", body);
    const calling = section("Nodes", "systems that call this one", nodes.el);
    const past = section("History", "exchanges with masters", history.el);
    ctx.put(steps, called, calling, past);

    // Acts; each resolves to an answer, or to nothing when it was not done.
    async function ask(what, node) {
        if (!may || !await act(what)) return;
        await Promise.all([renew(), history.reload()]);
        const row = node && nodes.state.rows.find((n) => n.name === node);
        if (!row || nodes.state.opened !== node) return;
        // Its details are drawn anew, below the row that has the focus.
        nodes.toggle(row);
        nodes.toggle(row);
        nodes.el.querySelector("[data-open]").focus();
    }

    const sync = (m, force = false) => m && ask({
        title: `${force ? "Force an exchange" : "Exchange records"} with ${m.master}`,
        verb: force ? "Force the exchange" : "Sync now", danger: force,
        lines: [m.active_job ? `Job ${m.active_job} is under way and goes on as it was asked for; no other begins.`
            : force ? "A guard stops an exchange that would delete more than 1,000 rows of a table, or a fifth of "
                + "them. This exchange passes over the guard: it deletes as many rows as the master says. It also "
                + "sends again what the master has refused."
            : `A worker sends ${plural(m.pending_records, "pending record")} to ${m.master} and fetches what `
                + "changed there.", force && m.last_error && `Last error: ${m.last_error}`],
        command: `pgsync sync run --master ${sh(m.master)}${force ? " --force" : ""}`,
        run: ({key}) => post(`masters/${seg(m.master)}/sync`, force ? {force} : {}, {key}),
        done: ({data}) => ({words: `Job ${data.job} is requested; a worker begins it.`,
            action: {label: "See the job", run: () => ctx.go(`jobs?job=${data.job}`)}})});

    function reset(one, resync = false) {
        if (!one) return;
        const [kind, name] = one.master ? ["master", one.master] : ["node", one.name];
        ask({title: `${resync ? "Resync" : "Reset"} ${kind} ${name}`, verb: resync ? "Resync" : "Reset",
            danger: resync, reason: kind === "node" && resync ? "optional" : undefined,
            lines: [resync && (kind === "node" ? `${name} loads all records anew at its next exchange. What it `
                + "has not sent yet it keeps and sends." : `All records of ${name} are loaded anew at the next `
                + "exchange. A row here stays until something newer comes."),
            "The status becomes new; last error and retries are cleared.", !resync && "No record changes."],
            command: ({reason}) => (kind === "master" ? `pgsync sync reset --master ${sh(name)}${
                resync ? " --resync" : ""}` : `select pgsync.reset_node(${sql(name)}${resync ? ", true" : ""}${
                reason ? `, ${sql(reason)}` : ""});`),
            run: ({key, reason}) => post(`${kind}s/${seg(name)}/reset`, {resync, ...reason && {reason}}, {key}),
            done: ({data}) => `${name} is ${data.status}${resync ? " and loads everything anew" : ""}.`}, one.name);
    }

    const button = (word, run, danger) => h("button", {type: "button", class: danger ? "danger" : null,
        onclick: run}, word);

    function nodeDetails(n) {
        return h("div", {class: "stack"}, n.must_resync && h("p", {class: "note"}, shape("warn"), h("span",
            "It must load everything anew: ", n.resync_reason ?? "no reason is known", ".")),
        n.last_error && h("p", {class: "note"}, shape("bad"), h("span", h("strong", "Last error: "),
            n.last_error)),
        h("div", {class: "two"}, h("dl", {class: "facts"}, fact("role", "node: it calls this system"),
            fact("tables", n.tables.join(", ")),
            n.row_filter && fact("only rows with", h("code", JSON.stringify(n.row_filter))),
            fact("pending records", `${pending(n)} that it does not have yet`),
            fact("open conflicts", conflicts(n)), fact("retries", count(n.retry_count))),
        h("dl", {class: "facts"}, fact("called last", ago(n.seen_at)), fact("acknowledged",
            ago(n.acknowledged_at)), fact("added", [time(n.created_at), ` by ${n.created_by}`]))),
        h("div", {class: "line"}, may && [button("Reset…", () => reset(n)),
            button("Resync…", () => reset(n, true), true)],
        h("a", {class: "button", href: `conflicts?node=${seg(n.name)}&state=all`}, "Its conflicts")));
    }

    // One master; its buttons stay the same, so that they keep the focus.
    function createCard(name) {
        const [state, words] = [h("span", {class: "line"}), h("div", {class: "two"})];
        const card = {row: null, el: h("section", {class: "panel", "aria-label": `Master ${name}`,
            "data-master": name}, h("div", {class: "line apart"}, h("div", {class: "line"}, h("h3", name), state),
            may && h("span", {class: "line"}, button("Sync now…", () => sync(card.row)),
                button("Reset…", () => reset(card.row)), button("Resync…", () => reset(card.row, true), true),
                button("Force…", () => sync(card.row, true), true))), words), update};
        let shown = "";
        function update(m) {
            const now = JSON.stringify(m);
            card.row = m;
            if (now === shown) return;
            shown = now;
            fill(state, status(m), m.resyncing && badge("work", "loads everything anew"));
            fill(words, h("dl", {class: "facts"}, fact("role", "master: this system calls it"),
                fact("base URL", [m.base_url, ...m.other_urls].map((url) => h("div", h("code", url)))),
                fact("calls", CALLS[m.protection]),
                fact("calls this system", m.node ?? "not known before the first exchange"),
                fact("tables", m.tables.join(", ")), fact("last synced", m.last_synced_at
                    ? ago(m.last_synced_at) : "not so far")),
            h("dl", {class: "facts"}, fact("pending records", `${pending(m)} that it does not have yet`),
                fact("not applied", `${plural(m.not_applied, "record")} from it`),
                fact("retries", count(m.retry_count)),
                fact("last error", m.last_error && h("span", {class: "note"}, shape("bad"), h("span", m.last_error))),
                fact("active job", m.active_job ? job(m.active_job) : "none")));
        }
        return card;
    }

    function draw({data}) {
        for (const [name, card] of cards) if (!data.some((m) => m.master === name)) {
            card.el.remove();
            cards.delete(name);
        }
        for (const m of data) {
            if (!cards.has(m.master)) cards.set(m.master, createCard(m.master));
            cards.get(m.master).update(m);
        }
        read = true;
        settle();
        return data.length ? data.map((m) => cards.get(m.master).el) : h("div", {class: "panel"},
            h("p", "This system calls no master. To join one, on this machine:"),
            command("pgsync sync join URL"));
    }

    // New values into the rows that are shown; new rows wait behind the bar.
    function refresh(list, {data, as_of: at}, id) {
        list.state.page.as_of = at;
        list.renew(data);
        if (!list.state.cursor) list.offer(data.filter((one) => !list.state.rows.some((row) =>
            row[id] === one[id])).length);
    }

    // Reads again in place; a failure leaves what is shown, and the shell tells of it.
    async function renew() {
        if (!read || !nodes.state.page || !history.state.page) return;
        try {
            const [m, n, j] = await Promise.all([masters(), get("nodes", null, ctx.signal),
                exchanges(null, 10, ctx.signal)]);
            // Lists below a card that grows stay where they are while somebody works with them.
            const list = [calling, past].find((one) => one.matches(":hover, :focus-within"));
            const top = list?.getBoundingClientRect().top;
            const same = m.data.length === cards.size && m.data.every((one) => cards.has(one.master));
            const drawn = draw(m);
            if (!same) {
                const held = body.contains(document.activeElement);
                fill(body, drawn);
                if (held && !body.contains(document.activeElement)) ctx.h1.focus();
            }
            if (list) scrollBy(0, list.getBoundingClientRect().top - top);
            refresh(nodes, n, "name");
            refresh(history, j, "job");
            settle();
        } catch { /* it is tried again */ }
    }

    // Whoever exchanges nothing is told how one begins, and nothing else.
    function settle() {
        const none = read && !cards.size && nodes.state.page && !nodes.state.rows.length && !nodes.state.offered;
        steps.hidden = !none;
        called.hidden = calling.hidden = Boolean(none);
        past.hidden = Boolean(none && !history.state.rows.length);
    }

    const card = () => cards.get(document.activeElement?.closest("[data-master]")?.dataset.master);
    const master = () => (card() ?? [...cards.values()][0])?.row;
    const either = () => card()?.row ?? nodes.at() ?? master();
    const lists = [nodes, history];
    for (const key of Object.keys(keyed[0])) {
        ctx.keys({[key]: [keyed[0][key][0], (event) => {
            const focused = lists.findIndex((list) => list.el.contains(document.activeElement));
            const at = focused >= 0 ? focused : lists.findIndex((list) => list.state.rows.length);
            return at >= 0 && keyed[at][key][1](event);
        }]});
    }
    if (may) ctx.keys({
        b: ["Sync now with the master", () => { sync(master()); }],
        e: ["Reset the node or master", () => { reset(either()); }],
        d: ["Resync the node or master", () => { reset(either(), true); }],
    });
    let busy = null;
    ctx.on("jobs", (rows) => {
        const now = rows.filter((r) => r.kind === "sync").map((r) => `${r.job} ${r.state}`).join();
        if (busy !== null && now !== busy) renew();
        busy = now;
    });
    ctx.every(10, renew);
    await Promise.all([part(ctx, body, masters, draw), nodes.load(), history.load()]);
    // What is there comes first.
    if (!cards.size && nodes.state.rows.length) calling.after(called);
}
