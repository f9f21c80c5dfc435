// Posting rules: which version posts which documents, its text and its examples.

import {get, seg} from "./api.js";
import {copy, fill, h, say} from "./dom.js";
import {crumbs} from "./books.js";
import {command, problemNote} from "./dialog.js";
import {NONE, count, idText, plural, time} from "./format.js";
import {badge} from "./icons.js";
import {sh} from "./plain.js";
import {diffView} from "./diff.js";
import {createList} from "./table.js";

export const title = ({rule}) => (rule ? `Rule ${rule}` : "Rules");
export const show = (ctx) => (ctx.params.rule ? showRule(ctx) : showAll(ctx));

const since = (r) => (r.active_from === "-infinity" ? null : r.active_from);
const days = (r) => (!since(r) && !r.active_until ? "of all days"
    : `${since(r) ? `${since(r)} to` : "up to"} ${r.active_until ?? "further notice"}`);

async function showAll(ctx) {
    const list = createList(ctx, {
        caption: "Rules and their versions", name: ["version", "versions"],
            id: (r) => `${r.rule}@${r.version}`,
        columns: [
            {label: "rule", cell: (r) => h("a", {href: `rules/${seg(r.rule)}?version=${r.version}`}, r.rule)},
            {label: "version", num: true, cell: (r) => count(r.version)},
            {label: "state", cell: (r) => (r.in_force ? badge("in_force") : badge("wait", "not in force"))},
            {label: "table", cell: (r) => h("a", {href: `sources?table=${seg(r.table)}`}, r.table)},
            {label: "documents", cell: (r) => h("span", {class: "nowrap"}, days(r))},
            {label: "currency", cell: (r) => r.currency},
            {label: "applied", cell: (r) => [time(r.applied_at), ` by ${r.applied_by}`]},
        ],
        load: ({signal}) => get("rules", null, signal),
        open: (r) => ctx.go(`rules/${seg(r.rule)}?version=${r.version}`),
        empty: () => ["No rule is applied, so nothing can be posted. Apply one:",
            command("pgsync rules apply bills.rules")],
    });
    ctx.put(list.el, h("p", {class: "muted small"}, "Rules are checked and applied on the command line: ",
        h("code", "pgsync rules check rules/"), ", ", h("code", "pgsync rules apply rules/")));
    ctx.on("rules", () => list.probe());
    await list.load();
}

async function showRule(ctx) {
    const {rule} = ctx.params;
    const way = crumbs(ctx, [["rules", "Rules"]], rule);
    const {data: all} = await get("rules", null, ctx.signal);
    const versions = all.filter((r) => r.rule === rule).sort((a, b) => a.version - b.version);
    if (!versions.length) {
        ctx.put(way, h("div", {class: "panel"}, h("p", `No rule is named ${rule}.`),
            all.length ? h("p", {class: "line"}, "There are: ",
                [...new Set(all.map((r) => r.rule))].map((n) =>
                h("a", {href: `rules/${seg(n)}`}, n))) : null));
        return;
    }
    const line = h("nav", {class: "tabs", "aria-label": "Versions"});
    const facts = h("div");
    const views = h("div", {class: "tabs", role: "group", "aria-label": "View"});
    const body = h("div", {class: "panel flush"});
    const VIEWS = {text: "Text", examples: "Examples", diff: "Diff"};
    let one = null;

    const versionOf = () => versions.find((r) => String(r.version) === ctx.query.get("version"))
        ?? versions.findLast((r) => r.in_force) ?? versions.at(-1);
    const viewOf = () => (VIEWS[ctx.query.get("view")] ? ctx.query.get("view") : "text");

    function set(changes) {
        const query = new URLSearchParams(ctx.query);
        for (const [name, value] of Object.entries(changes)) query.set(name, value);
        ctx.setQuery(query);
        draw();
    }

    async function draw() {
        const v = versionOf();
        fill(line, versions.map((r) => h("a",
            {href: `rules/${seg(rule)}?version=${r.version}&view=${viewOf()}`,
            "aria-current": r === v ? "true" : null}, r.in_force && badge("good", ""), `v${r.version}`,
        h("span", {class: "muted small"}, days(r)))));
        fill(views, Object.entries(VIEWS).map(([name, word]) => h("button", {type: "button",
            "aria-current": String(name === viewOf()), onclick: () => set({view: name})}, word)));
        fill(facts, h("p", {class: "line"}, badge(v.in_force ? "in_force" : "wait", v.in_force ? "in force"
            : "not in force"), h("a", {href: `sources?table=${seg(v.table)}`}, v.table),
                h("span", v.currency),
        h("span", "applied ", time(v.applied_at), ` by ${v.applied_by}`),
            h("span", "sha256 ", idText(v.checksum,
            "checksum"))));
        if (one?.version !== v.version) {
            body.setAttribute("aria-busy", "true");
            try {
                one = (await get(`rules/${seg(rule)}/${seg(v.version)}`, null, ctx.signal)).data;
            } catch (error) {
                if (!ctx.signal.aborted) fill(body, h("div", {class: "state"}, problemNote(error, draw)));
                return;
            } finally {
                body.removeAttribute("aria-busy");
            }
        }
        fill(body, VIEW[viewOf()](one));
    }
    const numbered = (text) => h("ol", {class: "code"}, text.replace(/\n$/, "").split("\n").map((l) =>
        h("li", h("code", l || " "))));
    const VIEW = {
        text: (r) => [h("div", {class: "head"}, h("span", {class: "muted small"},
            `columns: ${r.columns?.join(", ")
            ?? NONE}`), h("button", {type: "button", async onclick() {
            say(await copy(r.text) ? "Rule copied" : "Copying failed");
        }}, "Copy")), numbered(r.text)],
        examples: (r) => examples(r),
        diff: (r) => diffView(ctx, r, versions),
    };
    ctx.onQuery = (query) => {
        ctx.query = query;
        draw();
    };
    ctx.keys(Object.fromEntries(Object.keys(VIEWS).map((name, i) => [String(i + 1), [VIEWS[name],
        () => set({view: name})]])));
    ctx.put(way, line, facts, views, body);
    ctx.on("rules", () => { one = null; draw(); });
    await draw();
}

// The examples stand in the text, one a line or block; they passed when the version was applied.
function examples(r) {
    const blocks = r.text.split("\n").reduce((list, l) => {
        if (/^\s*example\b/.test(l)) list.push([l]);
        else if (list.length && /^\s+\S/.test(l)) list.at(-1).push(l);
        return list;
    }, []);
    return h("div", {class: "state"}, h("p", {class: "line"},
        badge("good", `${plural(blocks.length, "example")}`),
        "All passed when this version was applied; a version with a failing example is refused."),
    blocks.length ? blocks.map((b) => h("pre", b.join("\n"))) : h("p", "This version has no example."),
    h("p", {class: "muted small"}, "Run them again: ", h("code", "pgsync rules test rules/")));
}
