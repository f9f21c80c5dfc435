// The selected rows of a list, keyed by id, and the bar of acts on them.

import {fill, h, say} from "./dom.js";
import {plural} from "./format.js";

export function createSelection(state, what, rowNode) {
    const [one, many] = what.name;
    const all = what.select && h("input", {type: "checkbox", "aria-label": `Select all ${many} shown`,
        onchange: () => chooseAll(all.checked)});
    const bulk = h("div", {class: "bulk line", hidden: true});

    function choose(row, on = !state.chosen.has(what.id(row))) {
        const id = what.id(row);
        if (on) state.chosen.set(id, row);
        else state.chosen.delete(id);
        state.last = id;
        const tr = rowNode(id);
        if (tr) {
            tr.querySelector(".pick input").checked = on;
            if (on) tr.setAttribute("aria-selected", "true");
            else tr.removeAttribute("aria-selected");
        }
        draw();
    }

    function range(row) {
        const ids = state.rows.map(what.id);
        const from = Math.max(0, ids.indexOf(state.last));
        const to = ids.indexOf(what.id(row));
        for (let i = Math.min(from, to); i <= Math.max(from, to); i++) choose(state.rows[i], true);
    }

    function chooseAll(on) {
        for (const row of state.rows) choose(row, on);
        say(on ? `${plural(state.rows.length, one, many)} selected` : "Nothing selected");
    }

    function draw() {
        if (!what.select) return;
        const n = state.chosen.size;
        all.checked = n > 0 && state.rows.every((row) => state.chosen.has(what.id(row)));
        all.indeterminate = n > 0 && !all.checked;
        bulk.hidden = n === 0;
        if (!n) return;
        fill(bulk, h("strong", `${plural(n, one, many)} selected`),
            what.bulk([...state.chosen.keys()], [...state.chosen.values()]),
            h("button", {type: "button", class: "quiet", onclick: clear}, "Clear"));
    }

    function clear() {
        for (const row of state.chosen.values()) choose(row, false);
        state.chosen.clear();
        draw();
    }

    const box = (row) => h("input", {type: "checkbox", "aria-label": `Select ${one} ${what.id(row)}`,
        checked: state.chosen.has(what.id(row)),
        onclick: (event) => (event.shiftKey ? range(row) : choose(row, event.target.checked))});

    return {all, bulk, box, choose, range, draw, clear};
}
