// Access: tokens, their scopes, making one (its secret is shown once) and revoking one; this session.

import {del, get, post, seg} from "./api.js";
import {act, modal} from "./dialog.js";
import {copy, h, say} from "./dom.js";
import {NONE, ago, clock, now, plural, time} from "./format.js";
import {badge, shape} from "./icons.js";
import {createList} from "./table.js";

export const title = "Access";

const SCOPES = [["read", "Read", "figures, lists, ledger, proof; no images"],
    ["images", "Images", "rows as they were captured; each look is audited"],
    ["operate", "Operate", "retry, resolve, pause, run, acknowledge"],
    ["admin", "Administer", "settings, periods, tokens, channels"], ["audit", "Audit", "who did what"]];
const DAYS = [["30", "in 30 days"], ["90", "in 90 days"], ["365", "in a year"], ["", "never"]];

const stateOf = (t) => (t.revoked_at ? "revoked" : t.expires_at && Date.parse(t.expires_at) < now()
    ? "expired" : "active");
const drawState = (t) => ({revoked: badge("bad", "revoked"), expired: badge("wait", "expired"),
    active: badge("good", "active")}[stateOf(t)]);

export async function show(ctx) {
    const {session} = ctx;
    const own = h("section", {class: "panel", "aria-label": "This session"}, h("h2", "This session"), h("p",
        session.anonymous
        ? "You read without logging in." : ["You are logged in as ", h("strong", session.name ?? "unnamed"),
            session.site
            ? `, for the site ${session.site}` : "", session.expires_at ? [", until ",
                time(session.expires_at)] : "", "."]),
    h("p", "Scopes: ", session.scopes.join(", ") || "none", session.confirmed_until
        && Date.parse(session.confirmed_until) > now()
        ? `. Two-person acts are confirmed until ${clock(session.confirmed_until)}.` : "."),
    h("p", {class: "muted"}, "A session ends by itself; every act is kept in the ", h("a", {href: "audit"},
        "audit log"), "."));
    const list = createList(ctx, {
        caption: "Tokens", name: ["token", "tokens"], id: (t) => t.token,
        columns: [
            {label: "token", cell: (t) => h("code", `${t.prefix}…`)}, {label: "name",
                cell: (t) => [h("strong", t.name),
                t.token === session.token ? " (this session)" : ""]},
            {label: "state", cell: (t) => drawState(t)}, {label: "scopes", cell: (t) => t.scopes.join(", ")},
            {label: "site", cell: (t) => t.site ?? "all"},
            {label: "made", cell: (t) => [time(t.created_at), ` by ${t.created_by ?? NONE}`]},
            {label: "expires", cell: (t) => (t.expires_at ? time(t.expires_at)
                : stateOf(t) === "active" ? badge("warn", "never") : "never")},
            {label: "last used", cell: (t) => [t.last_used_at ? ago(t.last_used_at) : "never", t.last_address
                ? ` ${t.last_address}` : ""]},
            {label: "", cell: (t) => (ctx.can("admin") && !t.revoked_at ? h("button", {type: "button",
                class: "quiet",
                onclick: () => revoke(t), "aria-label": `Revoke ${t.name}`}, "Revoke…") : "")},
        ],
        load: ({cursor, limit, signal}) => get("tokens", {cursor, limit}, signal),
        tooSlow: "Reading the tokens was cut at the statement timeout; the database is busy.",
        empty: () => ["There is no token.", ctx.can("admin") && h("button", {type: "button", onclick: create},
            "Make a token…")],
        open: (t) => revoke(t), drawn: (rows) => drawWarnings(rows),
    });
    const warnings = h("div", {class: "stack tight", hidden: true});
    ctx.put(own, warnings, list.el);
    if (ctx.can("admin")) ctx.tools(h("button", {type: "button", class: "main", onclick: create},
        "Make a token…"));
    ctx.keys({b: ["Make a token", () => { create(); }], r: ["Revoke the token of the row",
        () => { revoke(list.at()); }]});

    // Open tokens that nobody uses, or that never end, are said in words.
    function drawWarnings(rows) {
        const idle = rows.filter((t) => stateOf(t) === "active" && (!t.last_used_at
            || now() - Date.parse(t.last_used_at) > 90 * 86_400_000)
                && now() - Date.parse(t.created_at) > 90 * 86_400_000);
        warnings.hidden = !idle.length;
        warnings.replaceChildren(...idle.length ? [h("p", {class: "note panel"}, shape("warn"), h("span",
            `${plural(idle.length, "active token was", "active tokens were")} not used for 90 days: ${
                idle.map((t) => t.name).join(", ")}.`))] : []);
    }

    async function create() {
        if (!ctx.can("admin")) return;
        const answer = await act({title: "Make a token", verb: "Make the token", fields: [
            {name: "name", label: "Name: who or what will use it", required: true},
            ...SCOPES.map(([name, label, says]) => ({name, label: `${label}: ${says}`, type: "checkbox",
                value: name === "read"})),
            {name: "site", label: "Only this site (Read and Operate; empty for all)"},
            {name: "days", label: "It expires", options: DAYS.map(([value, label]) => ({value, label}))}],
        lines: (v) => [`It may ${SCOPES.filter(([name]) => v[name] ?? name === "read").map(([name]) =>
            name).join(", ")
            || "do nothing yet"}. Its secret is shown once, after it is made.`, v.days === ""
            ? "A token that never expires must be revoked by hand." : null].filter(Boolean),
        run: ({key, name, days, site, ...v}) => post("tokens", {name: name.trim(), site: site?.trim() || undefined,
            scopes: SCOPES.map(([n]) =>
            n)
            .filter((n) => v[n]), expires_at: days
            ? new Date(now() + days * 86_400_000).toISOString() : undefined}, {key}),
        done: ({data}) => `The token ${data.name} is made.`});
        if (!answer) return;
        list.reload();
        showSecret(answer.data);
    }

    // The only time the secret is on the page; closing takes it away.
    function showSecret(token) {
        const field = h("input", {type: "text", readonly: true, value: token.secret,
            "aria-label": "Secret of the token",
            class: "mono", onfocus: () => field.select()});
        const told = h("span", {class: "muted"});
        const box = modal(`The token ${token.name}`, h("p", {class: "note"}, shape("warn"), h("span",
            h("strong",
            "This secret is shown only now."),
                " It is kept nowhere; if it is lost, revoke the token and make another.")),
        field, h("div", {class: "acts"}, told, h("button", {type: "button", class: "main", async onclick() {
            const done = await copy(token.secret);
            told.textContent = done ? "Copied." : "Select it and copy.";
            say(told.textContent);
        }}, "Copy"), h("button", {type: "button", onclick: () => box.close()}, "I have kept it")));
        box.addEventListener("cancel", (event) => {
            if (!told.textContent) event.preventDefault();
        });
        box.addEventListener("close", () => { field.value = ""; });
        field.focus();
    }

    async function revoke(t) {
        if (!t || !ctx.can("admin") || t.revoked_at) return;
        const self = t.token === session.token;
        const answer = await act({title: `Revoke ${t.name}`, verb: "Revoke", danger: true,
            lines: [`Whoever uses ${t.prefix}… is refused from now on, and its sessions end. `
                + "This cannot be taken back.",
                self ? "It is the token of this session: you will be logged out."
                    : t.last_used_at ? `It was last used at ${clock(t.last_used_at,
                        {date: true})}${t.last_address
                        ? ` from ${t.last_address}` : ""}.` : "It was never used."],
            command: `SELECT pgsync.revoke_token(${t.token});`, run: ({key}) => del(`tokens/${seg(t.token)}`,
                {key}),
            done: () => `The token ${t.name} is revoked.`});
        if (answer) list.reload();
    }
    await list.load();
}
