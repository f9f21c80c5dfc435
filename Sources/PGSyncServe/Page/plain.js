// Tables without a cursor, parts of screens and their troubles, and lines for other tools.

import {Problem} from "./api.js";
import {h, save} from "./dom.js";
import {problemNote} from "./dialog.js";
import {badge, shape} from "./icons.js";

// A cell that says nothing is left out where cells stand below each other.
const cellOf = (c, inner) => h("td", {"data-label": c.label,
    class: `${c.num ? "num" : ""}${inner.textContent ? "" : " void"}`.trim() || null}, inner);

// A plain table without selection: columns as above, rows as given, sums as an array of cells.
export function plainTable({caption, columns, rows, sums, cards = true}) {
    // Without links a wide table is reached by keys, so that it can be scrolled.
    const node = h("div", {class: "scroll"}, h("table", {class: cards ? "cards" : null},
        h("caption", {class: "unseen"}, caption),
        h("thead", h("tr", columns.map((c) =>
            h("th", {class: c.num ? "num" : null, scope: "col"}, c.label)))),
        h("tbody", rows.map((row) => h("tr", columns.map((c) =>
            cellOf(c, h("span", c.cell(row))))))),
        sums && h("tfoot", sums.map((line) => h("tr", line.map((cell, i) =>
            h("td", {class: columns[i].num ? "num" : null, "data-label": columns[i].label},
                cell)))))));
    if (!node.querySelector("a, button")) {
        for (const [name, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", caption]]) {
            node.setAttribute(name, value);
        }
    }
    return node;
}

// One row of sums: cells by column; a column without a sum is left empty.
export function sumRow(cells, columns, before = 0) {
    return h("tr", before > 0 && h("td", {class: "pick"}), cells.map((cell, i) =>
        h("td", {class: `${columns[i].num ? "num" : ""}${cell === null ? " void" : ""}`.trim() || null,
            "data-label": columns[i].label}, h("span", cell))));
}

// Said on each sheet of paper: the head of a table is repeated by the printer.
export const paperRow = (nodes, wide) => h("tr", {class: "print-only paper"},
    h("th", {colspan: wide, scope: "colgroup"}, nodes));

export const skeletonRows = (wide) => [70, 45, 60, 40, 55].map((w) => h("tr",
    {"aria-hidden": "true"},
    Array.from({length: wide}, () => h("td",
        h("span", {class: "skeleton", css: {width: `${w}%`}})))));

const scopeNote = (error, what) => h("p",
    `Seeing ${what} needs the scope “${error.scope ?? "read"}”, which your token lacks.`);

// Why a list has no rows.
export function listTrouble(error, many, tooSlow, again) {
    if (error.name === "forbidden") return scopeNote(error, many);
    if (error.name !== "too-slow") return problemNote(error, again);
    return h("div", {class: "note"}, shape("warn"),
        h("p", tooSlow ?? `Reading the ${many} was cut at the statement timeout. `
            + "Narrow the filters, for example to a table or a class."),
        h("div", h("button", {type: "button", onclick: again}, "Try again")));
}

// A column that says nothing of these rows is not shown; units stand in the head.
export function hideSpare(table, columns, before, rows) {
    const heads = table.tHead.querySelector("tr:last-child").cells;
    columns.forEach((c, i) => {
        if (c.unit) heads[i + before].lastChild.textContent = ` ${c.unit(rows)}`;
        if (!c.spare) return;
        const spare = c.spare(rows);
        for (const tr of table.rows) if (!tr.matches(".inside, .paper")) tr.cells[i + before].hidden = spare;
    });
}

// What lies near an unknown id.
export function nearList(error, link) {
    if (!error.near?.length) return null;
    return h("p", {class: "line"}, "Near it: ", error.near.map((n) => {
        const [href, word] = link(n);
        return h("a", {href}, word);
    }));
}

export const sql = (words) => `'${String(words ?? "").replaceAll("'", "''")}'`;

export const sh = (words) => (/^[\w./:@%+-]+$/.test(words ?? "") ? words
    : `'${String(words ?? "").replaceAll("'", "'\\''")}'`);

// A leading = + - @ is quoted, but numbers stay numbers.
function cell(value) {
    const words = value === null || value === undefined ? ""
        : typeof value === "object" ? JSON.stringify(value) : String(value);
    const risky = /^[=+\-@\t\r]/.test(words) && !/^-?\d+(\.\d+)?$/.test(words);
    return `"${(risky ? `'${words}` : words).replaceAll('"', '""')}"`;
}

export function saveCSV(name, columns, rows) {
    save(name, "text/csv", [columns.join(","), ...rows.map((row) => columns.map((c) =>
        cell(row[c])).join(","))]
        .join("\r\n"));
}

// Skeleton lines after 150 ms, none before and none over old content; stop() keeps them away.
export function waiting(node, lines = 4) {
    const timer = setTimeout(() => node.firstChild || node.replaceChildren(h("div", {class: "state",
        "aria-hidden": "true"},
        Array.from({length: lines}, (_, i) => h("span", {class: "skeleton",
            css: {width: `${80 - i * 13}%`}})))), 150);
    return () => clearTimeout(timer);
}

// A part of a screen that loads by itself: skeleton, content or problem; its failure leaves the others.
export async function part(ctx, node, load, draw) {
    const stop = waiting(node);
    node.setAttribute("aria-busy", "true");
    try {
        const page = await load();
        stop();
        if (!ctx.signal.aborted) node.replaceChildren(...[draw(page)].flat(3).filter(Boolean));
        return page;
    } catch (error) {
        stop();
        if (ctx.signal.aborted) return null;
        if (!(error instanceof Problem)) console.error(error);
        const kind = node.classList;
        node.replaceChildren(h("div", {class: kind.contains("flush") ? "state" : kind.contains("panel") ? null
            : "panel"}, error.name === "forbidden" ? scopeNote(error, "this")
            : problemNote(error, () => part(ctx, node, load, draw))));
        return null;
    } finally {
        node.removeAttribute("aria-busy");
    }
}

const CHAIN = {verified: "good", ok: "good", running: "work", broken: "bad", unanchored: "warn"};
export const chainState = (chain) => badge(CHAIN[chain.state] ?? "unknown", `chain ${chain.state}`);
