// Settings: grouped, an input of their kind, checked as typed, reset, and no overwriting of others.

import {get, put, seg} from "./api.js";
import {act, modal, problemNote} from "./dialog.js";
import {fill, h} from "./dom.js";
import {createFilters} from "./filters.js";
import {NONE, ago, clock, digits, plural, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {part, plainTable, sh} from "./plain.js";
import {complaint, inputOf} from "./setting.js";

export const title = "Configuration";

const GROUPS = [
    ["Posting and retrying", /^(queue|max|retry|poll|post|sync|permanent|worker|enable|backfill)/],
    ["Ledger", /^(books|closed|balance|period|ledger)/],
    ["Verifying and healing", /^(verify|heal|reconcil)/],
    ["Alerts", /^(alert|delivery)/],
    ["Keeping and removing", /(retention|history_days|keep)/],
];
const groupOf = (key) => (/retention|history_days/.test(key) ? GROUPS[4] : GROUPS.find(([,
    test]) => test.test(key)))?.[0]
    ?? "Others";

const grouped = (words) => String(words).replaceAll(/(?<![\d.])\d{5,}/g, digits);

export async function show(ctx) {
    const place = h("div", {class: "stack"});
    const rows = new Map();
    let settings = [];
    let readAt = null;
    const filters = createFilters(ctx, [{name: "find", label: "find a setting", placeholder: "retry, days",
        width: 24},
        {name: "changed", label: "changed from the default", type: "check", words: () => "only"}], draw);
    // Enter goes on to the first setting found.
    filters.el.addEventListener("submit", () => {
        const found = place.querySelector("input, select");
        found?.focus();
        found?.select?.();
    });
    ctx.put(filters.el, filters.chips, place, h("datalist", {id: "zones"},
        (Intl.supportedValuesOf?.("timeZone") ?? []).map((z) => h("option", {value: z}))));

    const load = () => part(ctx, place, () => get("configuration", null, ctx.signal), ({data, as_of: at}) => {
        settings = data;
        readAt = at;
        rows.clear();
        return drawn();
    });

    function draw() {
        if (settings.length) fill(place, drawn());
    }

    function drawn() {
        const {find = "", changed} = filters.values();
        const words = find.toLowerCase().split(/\s+/).filter(Boolean);
        const fits = settings.filter((s) => words.every((w) => `${s.key} ${
            s.description}`.toLowerCase().includes(w))
            && (!changed || s.changed));
        if (!settings.length) return h("div", {class: "panel"}, h("p", "There is no setting. ", h("code",
            "pgsync migrate")));
        if (!fits.length) {
            return h("div", {class: "panel"}, h("p", "No settings match these filters."),
                h("div", {class: "chips"}, filters.chipList()));
        }
        const names = [...new Set([...GROUPS.map(([name]) => name), "Others"])];
        return [...names.map((name) => {
            const own = fits.filter((s) => groupOf(s.key) === name);
            return own.length ? h("section", {class: "panel", "aria-label": name}, h("h2", name),
                h("ul", {class: "two"}, own.map((s) => rowOf(s).el))) : null;
        }), h("p", {class: "muted small"}, `${plural(fits.length,
            "setting")} of ${settings.length}, read at ${clock(readAt)}. `,
            ctx.can("admin") ? "" : "Changing one needs the scope “admin”.")];
    }

    function rowOf(s) {
        if (!rows.has(s.key)) rows.set(s.key, createRow(s));
        return rows.get(s.key);
    }

    function createRow(first) {
        let s = first;
        const id = `setting-${s.key}`;
        const wrong = h("p", {class: "wrong", id: `${id}-wrong`, hidden: true});
        const news = h("div", {role: "status"});
        const tell = (...kids) => {
            fill(news, kids);
            news.hidden = !news.firstChild;
        };
        const facts = h("p", {class: "muted small"});
        const mark = h("span");
        const form = h("form", {class: "line", onsubmit(event) {
            event.preventDefault();
            save();
        }});
        const el = h("li", {class: "stack tight", css: {"align-content": "start"}}, h("div", {class: "line"},
            h("h3", h("label", {for: id},
            h("code", s.key))), mark),
            h("p", s.description), form, wrong, news, facts);
        let input = null;
        let keep = null;
        let reset = null;

        function drawRow() {
            fill(mark, s.changed ? badge("amended", "changed") : null);
            if (ctx.can("admin")) {
                input = inputOf(s, {id, "aria-describedby": `${id}-wrong`, oninput: check, onchange: check});
                keep = h("button", {type: "submit", disabled: true}, "Save…");
                reset = h("button", {type: "button", class: "quiet", hidden: !s.changed,
                    onclick: () => save(null)}, "Reset…");
                fill(form, input, s.unit && h("span", s.unit), keep, reset);
            } else fill(form, h("strong", {class: "mono", id}, s.value), s.unit && h("span", s.unit));
            fill(facts, `Allowed: ${grouped(s.allowed)} · default ${grouped(s.default)}`,
                s.updated_at ? [" · changed ", ago(s.updated_at), ` by ${s.updated_by ?? NONE} `,
                    h("button", {type: "button", class: "quiet", "aria-label": `History of ${s.key}`,
                        onclick: history}, "History")] : "");
            fill(wrong);
            wrong.hidden = true;
        }
        // Who changed it, newest first.
        async function history() {
            const place = h("div", h("p", {class: "muted"}, "Reading…"));
            const box = modal(`History of ${s.key}`, place, h("form", {method: "dialog", class: "acts"},
                h("button", {class: "main"}, "Close")));
            try {
                const {data, next} = await get(`configuration/${seg(s.key)}/history`, {limit: 100}, ctx.signal);
                fill(place, data.length ? plainTable({caption: `Changes of ${s.key}`, rows: data, columns: [
                    {label: "when", cell: (c) => time(c.at)}, {label: "who", cell: (c) => c.by},
                    {label: "from", cell: (c) => h("code", c.from)}, {label: "to", cell: (c) => h("code", c.to)},
                    {label: "why", cell: (c) => c.reason ?? NONE}]})
                    : h("p", "It was changed before this was kept; since then it was not."),
                next && h("p", {class: "muted small"}, "These are the newest 100."));
            } catch (error) {
                if (box.open) fill(place, problemNote(error));
            }
        }
        function check() {
            const value = input.value.trim();
            const bad = complaint(s, value);
            keep.disabled = value === s.value || bad !== null;
            input.setAttribute("aria-invalid", String(bad !== null));
            fill(wrong, bad && grouped(bad));
            wrong.hidden = bad === null;
        }

        // value null resets. If somebody changed it meanwhile, nothing is written and both values are shown.
        async function save(value = input.value.trim(), match = s.value) {
            const to = value ?? s.default;
            if (value !== null && (complaint(s, value) || value === match)) return;
            const answer = await act({title: value === null ? `Reset ${s.key}` : `Change ${s.key}`,
                verb: value === null ? "Reset" : "Save", lines: [h("p", "From ", h("strong",
                    `${match} ${s.unit ?? ""}`), " to ",
                    h("strong", `${to} ${s.unit ?? ""}`), value === null ? ", the default." : "."),
                "All workers use it within seconds; the change is kept in its history."],
                command: value === null ? `pgsync config reset ${s.key}` : `pgsync config set ${s.key} ${
                    sh(to)}`,
                run: async () => {
                    try {
                        return await put(`configuration/${seg(s.key)}`, {value}, {match});
                    } catch (error) {
                        if (error.name !== "changed-meanwhile") throw error;
                        return {conflict: (await get("configuration", null, ctx.signal)).data.find((x) =>
                            x.key === s.key)};
                    }
                },
                done: ({conflict}) => (conflict ? `Nothing was written: ${s.key} was changed meanwhile.`
                    : `${s.key} is now ${to}.`)});
            if (!answer) return;
            if (answer.conflict) clash(answer.conflict, value);
            else take(answer.data);
            input.focus();
        }

        function clash(theirs, mine) {
            take(theirs);
            const name = theirs.updated_by ?? "somebody";
            tell(h("div", {class: "note"}, shape("warn"), h("p", `Changed meanwhile by ${name} to `,
                h("strong",
                theirs.value), "; you wanted ", h("strong", mine ?? `the default ${theirs.default}`), "."),
            h("div", {class: "line"}, h("button", {type: "button", onclick() {
                tell();
                input.focus();
            }}, `Keep ${theirs.value}`), h("button", {type: "button", onclick() {
                tell();
                save(mine, theirs.value);
            }}, `Write ${mine ?? theirs.default}…`))));
        }

        function take(next) {
            s = {...s, ...next};
            settings = settings.map((x) => (x.key === s.key ? s : x));
            tell();
            drawRow();
        }

        // Another person's change: what is being typed here stays, and its save will show both values.
        async function meet(theirs) {
            if (theirs.value === s.value) return;
            const typed = input && input.value.trim() !== s.value ? input.value.trim() : null;
            if (typed === null) take(theirs);
            else clash(theirs, typed);
        }
        drawRow();
        return {el, meet};
    }

    ctx.on("config", async ({key} = {}) => {
        if (!rows.size) return;
        const {data} = await get("configuration", null, ctx.signal).catch(() => ({data: []}));
        for (const theirs of data) if (!key || theirs.key === key) rows.get(theirs.key)?.meet(theirs);
    });
    await load();
}
