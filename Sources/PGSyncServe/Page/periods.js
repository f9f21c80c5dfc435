// Accounting periods: when entries can be posted, and what still blocks closing one.

import {can, get, post, seg} from "./api.js";
import {h} from "./dom.js";
import {ledgerTabs} from "./books.js";
import {act} from "./dialog.js";
import {NONE, plural, time} from "./format.js";
import {badge} from "./icons.js";
import {sh} from "./plain.js";
import {createList} from "./table.js";

export const title = "Periods";

export async function show(ctx) {
    const list = createList(ctx, {
        caption: "Accounting periods, newest first", name: ["period", "periods"], id: (p) => p.period,
        columns: [
            {label: "period", cell: (p) => h("a", {href: `ledger?span=${p.from}..${p.until}`,
                class: "nowrap"},
                p.period)},
            ...["from", "until"].map((end) => ({label: end, cell: (p) => h("span", {class: "nowrap"},
                p[end])})),
            {label: "state", cell: (p) => badge(p.state)},
            {label: "closed", cell: (p) => (p.closed_at ? [time(p.closed_at), ` by ${p.closed_by ?? NONE}`]
                : NONE)},
            {label: "reopened because", cell: (p) => p.reopened_because ?? NONE},
            {label: "blocks closing", cell: (p) => (p.blockers?.length ? p.blockers.map((b) => h("span",
                {class: "line"}, badge("warn", `${b.reason}: ${b.count}`))) : p.state === "closed" ? NONE
                    : "nothing")},
            {label: "acts", hidden: !can("admin"), cell: (p) => h("span", {class: "line"}, buttons(p))},
        ],
        load: ({signal}) => get("ledger/periods", null, signal),
        empty: () => ["There is no period yet, so nothing can be posted. Create one:",
            h("code", "pgsync period open 2026-04 --from 2026-04-01 --until 2026-04-30")],
        open: (p) => ctx.go(`ledger?span=${p.from}..${p.until}`),
    });

    function buttons(p) {
        const button = (word, run, kind) => h("button", {type: "button", class: kind, onclick: () => run(p)},
            word);
        if (p.state === "open") return button("Start closing…", startClosing);
        return [p.state === "closing" && button("Close…", close), button("Reopen…", reopen)];
    }
    async function run(p, verb, what) {
        const answer = await act({verb, ...what});
        if (answer) list.reload();
    }
    const path = (p, to) => `ledger/periods/${seg(p.period)}/${to}`;
    const blocked = (p) => p.blockers?.length && `Still in the way: ${p.blockers.map((b) =>
        `${b.reason} (${b.count})`).join(", ")}. The server refuses until they are gone.`;
    const startClosing = (p) => run(p, "Start closing", {title: `Start closing ${p.period}`,
        lines: [`From now on ${p.period} (${p.from} to ${p.until}) takes manual and closing entries only. `
            + "Documents of these days are posted in the next open period.", blocked(p)],
        command: `pgsync period start-closing ${sh(p.period)}`,
        run: ({key}) => post(path(p, "start-closing"), {}, {key}), done: () => `${p.period} is closing.`});
    const close = (p) => run(p, "Close", {title: `Close ${p.period}`, danger: true,
        lines: [`Nothing more can be posted in ${p.period} (${p.from} to ${p.until}).`, blocked(p)],
        command: `pgsync period close ${sh(p.period)}`,
        run: ({key}) => post(path(p, "close"), {}, {key}), done: () => `${p.period} is closed.`});
    const reopen = (p) => run(p, "Reopen", {title: `Reopen ${p.period}`, danger: true, reason: "required",
        lines: `Entries can be posted in ${p.period} again. The books keep who did it and why. `
            + "A second administrator or your own token confirms it.",
        command: ({reason}) => `pgsync period reopen ${sh(p.period)} --reason ${sh(reason || "…")}`,
        run: ({key, reason}) => post(path(p, "reopen"), {reason}, {key}),
            done: () => `${p.period} is open again.`});

    ctx.put(ledgerTabs(ctx, "ledger/periods"), list.el);
    await list.load();
    ctx.tools(h("span", {class: "muted"}, plural(list.state.rows.filter((p) => p.state === "open").length,
        "period open", "periods open")));
}
