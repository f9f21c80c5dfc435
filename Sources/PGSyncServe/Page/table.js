// A list whose rows are frozen: new rows wait behind a bar. Focus and selection are keyed by id.

import {Problem} from "./api.js";
import {fill, h, say} from "./dom.js";
import {NONE, clock, plural} from "./format.js";
import {hideSpare, listTrouble, paperRow, skeletonRows, sumRow} from "./plain.js";
import {createSelection} from "./selection.js";

// createList(ctx, {
//   caption, name: ["change", "changes"],
//   columns: [{label, num, cell(row) → node or text, hidden, spare(rows) → not needed,
//     unit(rows) → in the head}],
//   id(row), load({cursor, limit, signal}) → page of the API, filters (of filters.js),
//   empty: () => [sentence, next step], open(row), inside(row, place) → node (opens in place),
//   select: bool, bulk(ids, rows) → nodes, drawn(rows, page), limit, tooSlow, rowClass(row),
//   counts(row) for the number shown, sums(rows, page) → rows of cells for the foot,
//   paper() → what each printed sheet says first})
export function createList(ctx, what) {
    const [one, many] = what.name;
    const limit = what.limit ?? 50;
    const state = {rows: [], page: null, chosen: new Map(), current: null, last: null, opened: null};
    const columns = what.columns.filter((c) => !c.hidden);
    const wide = columns.length + (what.select ? 1 : 0);
    const picked = createSelection(state, what, (id) => rowNode(id));
    const body = h("tbody");
    const table = h("table", {class: "cards"},
        h("caption", {class: "unseen"}, what.caption),
        h("thead", h("tr",
            what.select && h("th", {class: "pick", scope: "col"}, picked.all),
            columns.map((c) => h("th", {class: c.num ? "num" : null, scope: "col"},
                c.label, c.unit && h("span"))))),
        body);
    const sums = h("tfoot");
    table.append(sums);
    const scroll = h("div", {class: "scroll"}, table);
    const place = h("div", {class: "state"});
    const fresh = h("button", {type: "button", class: "fresh no-print", hidden: true,
        onclick: () => reload({focus: true})});
    const foot = h("div", {class: "line apart no-print"});
    const el = h("div", {class: "panel flush"}, fresh, scroll, place, picked.bulk, foot);
    let asked = new AbortController();
    ctx.signal.addEventListener("abort", () => asked.abort());

    // Loading shows skeleton rows, after 150 ms; the old rows stay, muted, when there are some.
    async function load(cursor, {focus = false} = {}) {
        asked.abort();
        asked = new AbortController();
        const {signal} = asked;
        const timer = setTimeout(() => skeleton(), 150);
        el.setAttribute("aria-busy", "true");
        try {
            const page = await what.load({cursor, limit, signal});
            page.cursor = cursor;
            if (signal.aborted) return;
            state.cursor = cursor;
            take(page);
            if (focus) focusRow(state.rows[0]);
        } catch (error) {
            if (!signal.aborted && !ctx.signal.aborted) failed(error, cursor);
        } finally {
            clearTimeout(timer);
            if (!signal.aborted) el.removeAttribute("aria-busy");
        }
    }
    const reload = (options) => load(state.cursor, options);

    function skeleton() {
        if (state.rows.length) return;
        place.hidden = true;
        scroll.hidden = false;
        fill(body, skeletonRows(wide));
    }

    function take(page) {
        state.page = page;
        state.rows = Array.isArray(page.data) ? page.data : what.rows(page.data, page);
        offer(0);
        state.opened = null;
        if (!state.rows.some((row) => what.id(row) === state.current)) state.current = null;
        const held = body.contains(document.activeElement);
        drawAll();
        scroll.hidden = state.rows.length === 0;
        place.hidden = state.rows.length > 0;
        if (!state.rows.length) nothing();
        setTab();
        // A link in a row that narrowed the list went with its row.
        if (held) focusRow(state.rows.find((row) => what.id(row) === state.current) ?? state.rows[0]);
        drawFoot();
        picked.draw();
        what.drawn?.(state.rows, page);
    }

    function drawAll() {
        fill(body, state.rows.map(drawRow));
        fill(sums, (what.sums?.(state.rows, state.page) ?? []).map((cells) => sumRow(cells, columns,
            wide - columns.length)));
        hideSpare(table, columns, wide - columns.length, state.rows);
        drawPaper();
    }

    function drawPaper() {
        if (!what.paper || !state.page) return;
        table.tHead.querySelector(".paper")?.remove();
        table.tHead.prepend(paperRow(what.paper(), wide));
    }
    addEventListener("beforeprint", drawPaper, {signal: ctx.signal});

    function nothing() {
        if (what.filters?.any()) {
            fill(place, h("p", `No ${many} match these filters.`), h("div", {class: "chips"},
                what.filters.chipList()));
            return;
        }
        const [sentence, next] = what.empty();
        fill(place, h("p", sentence), next);
    }

    function failed(error, cursor) {
        if (!(error instanceof Problem)) {
            console.error(error);
            error.title = "The list could not be drawn";
        }
        const old = state.rows.length > 0;
        scroll.hidden = !old;
        place.hidden = false;
        const again = () => load(error.name === "cursor-invalid" ? null : cursor);
        fill(place, listTrouble(error, many, what.tooSlow, again),
            old && h("p", `Below is what was read at ${clock(state.page.as_of)}.`));
        if (old) el.insertBefore(place, scroll);
        else scroll.after(place);
    }

    function drawRow(row) {
        const id = what.id(row);
        const tr = h("tr", {tabindex: "-1", "data-id": id, class: what.rowClass?.(row),
            onfocus: () => { state.current = id; setTab(); },
            onclick: (event) => {
                if (event.target.closest("a, button, input, label, select")
                    || getSelection().toString()) return;
                enter(row);
            }},
        what.select && h("td", {class: "pick"}, picked.box(row)),
        columns.map((c) => {
            const inner = h("span", {class: "wrap"}, c.cell(row));
            return h("td",
                {class: `${c.num ? "num" : ""} ${["", NONE].includes(inner.textContent) ? "void" : ""}`.trim()
                || null,
                "data-label": c.label}, inner);
        }));
        if (what.select && state.chosen.has(id)) tr.setAttribute("aria-selected", "true");
        return tr;
    }

    // Writes new values into the cells of rows that are shown; rows neither move, come nor go.
    function renew(rows) {
        for (const row of rows) {
            const old = rowNode(what.id(row));
            if (!old) continue;
            const fresh_ = drawRow(row);
            [...fresh_.cells].forEach((cell, i) => {
                cell.hidden = old.cells[i].hidden;
                if (!sameContent(cell, old.cells[i])) {
                    old.cells[i].className = cell.className;
                    old.cells[i].replaceChildren(...cell.childNodes);
                }
            });
            state.rows[state.rows.findIndex((r) => what.id(r) === what.id(row))] = row;
        }
    }

    // Reads on to the end, for paper; true when all is there.
    async function readAll(most = 2000) {
        if (state.page.prev) await load(null);
        while (state.page.next && state.rows.length < most) {
            const page = await what.load({cursor: state.page.next, limit: 200, signal: ctx.signal});
            state.rows.push(...(Array.isArray(page.data) ? page.data : what.rows(page.data, page)));
            state.page = {...page, prev: null};
        }
        drawAll();
        drawFoot();
        return !state.page.next;
    }

    const rowNode = (id) => body.querySelector(`tr[data-id="${CSS.escape(id)}"]`);

    function enter(row) {
        if (what.inside) toggle(row);
        else what.open?.(row);
    }

    // Opens a row in place; only one is open.
    function toggle(row) {
        const id = what.id(row);
        body.querySelector("tr.inside")?.remove();
        body.querySelector("[data-open]")?.removeAttribute("data-open");
        if (state.opened === id) {
            state.opened = null;
            return;
        }
        state.opened = id;
        const node = h("tr", {class: "inside"}, h("td", {colspan: wide},
            what.inside(row)));
        rowNode(id).after(node);
        rowNode(id).dataset.open = "";
        say(`Details of ${one} ${id} opened below`);
    }

    function setTab() {
        const id = state.current ?? (state.rows[0] && what.id(state.rows[0]));
        for (const tr of body.querySelectorAll("tr[data-id]")) tr.tabIndex = tr.dataset.id === id ? 0 : -1;
    }

    function focusRow(row) {
        if (row) rowNode(what.id(row))?.focus();
    }

    const at = () => state.rows.findIndex((row) => what.id(row) === state.current);
    function move(step) {
        const inside = body.contains(document.activeElement);
        const next = inside ? at() + step : Math.max(0, at());
        focusRow(state.rows[Math.min(state.rows.length - 1, Math.max(0, next))]);
    }

    function drawFoot() {
        const {page} = state;
        foot.hidden = !state.rows.length;
        foot.className = "line apart no-print head";
        fill(foot, h("span", {class: "muted small"},
            `${plural(state.rows.filter(what.counts ?? (() => true)).length, one, many)} shown`,
            page.next || page.prev ? " of more" : "", what.sorted ? ` · ${what.sorted}` : "",
            page.capped ? " · counted up to the limit only" : ""),
        (page.next || page.prev) && h("span", {class: "line"},
            h("button", {type: "button", disabled: !page.prev, onclick: () => load(page.prev, {focus: true})},
                "Previous"),
            h("button", {type: "button", disabled: !page.next, onclick: () => load(page.next, {focus: true})},
                "Next")));
    }

    // Asks, at most every 5 s, whether the first page has rows that are not shown; the rows stay where they
    // are.
    let probed = performance.now();
    async function probe() {
        if (performance.now() - probed < 5000 || document.hidden || !state.page || state.cursor) return;
        probed = performance.now();
        try {
            const page = await what.load({cursor: null, limit, signal: ctx.signal});
            const shown = new Set(state.rows.map(what.id));
            const rows = Array.isArray(page.data) ? page.data : what.rows(page.data, page);
            offer(rows.filter((row) => !shown.has(what.id(row))).length, page.next !== null && limit);
        } catch { /* the shell tells of a lost connection */ }
    }

    function offer(n, cap) {
        // The bar is always there, so that its news never moves a row.
        fresh.hidden = false;
        fresh.classList.toggle("news", n > 0);
        state.offered = n;
        if (!n) fill(fresh, `Read at ${clock(state.page.as_of)} · Read again`);
        else fill(fresh, `${plural(n, `new ${one}`, `new ${many}`, {capped: cap && n >= cap})} · Load`);
    }

    ctx.keys({
        j: ["Next row", () => move(1)], k: ["Previous row", () => move(-1)],
        Enter: ["Open the row", () => (at() < 0 ? false : enter(state.rows[at()]))],
        ...what.select && {x: ["Select the row", () => at() >= 0 && picked.choose(state.rows[at()])],
            X: ["Select up to the row", () => at() >= 0 && picked.range(state.rows[at()])],
            Escape: ["Clear the selection", () => (state.chosen.size ? picked.clear() : false)]},
        n: ["Load new rows", () => (state.offered ? reload({focus: true}) : false)],
    });
    el.addEventListener("keydown", (event) => {
        if (event.target.tagName !== "TR") return;
        const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
        if (step) {
            event.preventDefault();
            move(step);
        }
    });
    // at(): the row under the focus; chosen(): the selected ids, else that row's id.
    return {el, state, load: () => load(null), reload, probe, offer, clear: picked.clear, toggle, renew,
        readAll,
        at: () => state.rows[at()] ?? null,
        chosen: () => (state.chosen.size ? [...state.chosen.keys()] : at() >= 0 ? [state.current] : []),
        drop(ids) {
            for (const id of ids) state.chosen.delete(id);
            picked.draw();
        }};
}

const sameContent = (a, b) => a.childNodes.length === b.childNodes.length
    && [...a.childNodes].every((node, i) => node.isEqualNode(b.childNodes[i]));
