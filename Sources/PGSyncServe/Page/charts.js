// Charts by hand: sparkline, step area, lines and stacked bars. Missing samples are gaps, never 0, never
// bridged.

import {fill, h, newID, svg, text} from "./dom.js";
import {NONE, clock, now, number} from "./format.js";

// values: numbers or null, oldest first. The last point is dotted.
// limit is drawn as a faint line; floor is the value of the lower edge.
export function sparkline(label, {limit, floor = 0} = {}) {
    const path = svg("path", {"vector-effect": "non-scaling-stroke"});
    const dot = svg("circle", {r: 2});
    const line = limit !== undefined && svg("path", {class: "limit", "vector-effect": "non-scaling-stroke"});
    const el = svg("svg", {class: "spark", viewBox: "0 0 120 24", preserveAspectRatio: "none",
        "aria-hidden": "true",
        "data-label": label}, line, path, dot);
    return {el, update(values) {
        const top = Math.max(...values.filter((v) => v !== null), limit ?? 0, floor + 1e-9);
        const x = (i) => (values.length < 2 ? 120 : i * 118 / (values.length - 1));
        const y = (v) => 22 - Math.max(0, v - floor) / (top - floor) * 20;
        if (line) line.setAttribute("d", `M0 ${y(limit).toFixed(1)}H120`);
        let pen = "M";
        let d = "";
        values.forEach((v, i) => {
            if (v === null || v === undefined) pen = "M";
            else {
                d += `${pen}${x(i).toFixed(1)} ${y(v).toFixed(1)}`;
                pen = "L";
            }
        });
        path.setAttribute("d", d || "M0 0");
        const last = values.at(-1);
        dot.setAttribute("visibility", last === null || last === undefined ? "hidden" : "visible");
        dot.setAttribute("cx", 118);
        dot.setAttribute("cy", y(last ?? 0).toFixed(1));
    }};
}

// 4 to 5 ticks on 1-2-5 × 10^n, from 0.
function ticks(top) {
    const raw = top / 4;
    const size = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].find((n) => n * size >= raw) * size;
    return Array.from({length: Math.ceil(top / step - 1e-9) + 1}, (_, i) => i * step);
}

// One listener and one observer for all charts: a chart that left the page is let go.
addEventListener("pgsync:zone", () => {
    for (const el of document.querySelectorAll("figure.chart")) el.redraw?.();
});
const resized = new ResizeObserver((seen) => {
    for (const {target} of seen) {
        if (target.isConnected) target.redraw();
        else {
            target.watched = false;
            resized.unobserve(target);
        }
    }
});

const MINUTE = 60_000;
const STEPS = [1, 5, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080, 20_160, 43_200, 131_040]
    .map((m) => m * MINUTE);
const DAY = 1440 * MINUTE;
const pad = {left: 48, right: 96, top: 8, bottom: 22};

// chart({title, unit, kind: "bars" | "area" | "lines", bucket (ms), series: [{name, token, key}], limit,
// form, least (ms that the time axis covers at least)})
//   → {el, update(rows)} with rows [{at, KEY: number or null}], oldest first; a missing row is a gap.
//   "bars" and "area" are stacked; "failed" (token bad) is hatched too. form(number) → text of a value.
export function chart(what) {
    const form = what.form ?? number;
    const ids = {title: newID("c"), desc: newID("c"), hatch: newID("hatch")};
    const title = svg("title", {id: ids.title}, `${what.title}, ${what.unit}`);
    const desc = svg("desc", {id: ids.desc});
    const inner = svg("g", {"aria-hidden": "true"});
    const picture = svg("svg", {role: "img", "aria-labelledby": `${ids.title} ${ids.desc}`, tabindex: "0"},
        title, desc,
        svg("defs", svg("pattern", {id: ids.hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse",
            patternTransform: "rotate(45)"}, svg("path", {d: "M0 0V6", class: "hatch"}))), inner);
    const reading = h("p", {class: "small muted", role: "status"});
    const asTable = h("div", {class: "scroll", hidden: true, tabindex: "0"});
    const toggle = h("button", {type: "button", class: "quiet no-print", "aria-pressed": "false", onclick() {
        const on = toggle.getAttribute("aria-pressed") !== "true";
        toggle.setAttribute("aria-pressed", String(on));
        asTable.hidden = !on;
        picture.style.display = on ? "none" : "";
        draw();
    }}, "Table");
    const legend = h("div", {class: "legend", hidden: true},
        what.series.map((s) => h("span", {class: s.token}, s.name)));
    const el = h("figure", {class: "chart"}, h("figcaption", {class: "head"}, h("h2", what.title, h("span",
        {class: "muted small"}, ` ${what.unit}`)), toggle), asTable, legend, picture, reading);
    let rows = [];
    let cursor = null;
    let drawn = 0;
    let later;

    function draw() {
        clearTimeout(later);
        drawn = performance.now();
        if (!asTable.hidden) drawTable();
        else drawPicture();
    }

    function drawTable() {
        fill(asTable, h("table", h("caption", {class: "unseen"}, what.title), h("thead", h("tr",
            h("th", {scope: "col"}, "time"), what.series.map((s) => h("th", {scope: "col", class: "num"},
                s.name)))),
        h("tbody", rows.toReversed().map((row) => h("tr", h("td", clock(row.at)),
            what.series.map((s) => h("td", {class: "num"}, value(row[s.key]))))))));
    }
    const value = (v) => (v === null || v === undefined ? NONE : form(v));
    // Few samples do not fill the width: what is before them is a gap.
    const range = () => {
        if (!rows.length) return [0, 1];
        const to = Date.parse(rows.at(-1).at) + what.bucket;
        return [Math.min(Date.parse(rows[0].at), to - (what.least ?? 0)), to];
    };

    function drawPicture() {
        const box = picture.getBoundingClientRect();
        const width = Math.max(240, box.width || 800);
        const height = 240;
        const right = width < 480 ? 12 : pad.right;
        legend.hidden = right === pad.right;
        const [from, to] = range();
        const x = (t) => pad.left + (t - from) / (to - from || 1) * (width - pad.left - right);
        const sum = (row) => what.series.reduce((s, {key}) => s + (row[key] ?? 0), 0);
        const most = what.kind === "lines"
            ? Math.max(...rows.flatMap((r) => what.series.map((s) => r[s.key] ?? 0)), what.limit ?? 0)
            : Math.max(...rows.map(sum), what.limit ?? 0);
        const marks = ticks(most > 0 ? most : 1);
        const y = (v) => pad.top + (1 - v / marks.at(-1)) * (height - pad.top - pad.bottom);
        picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
        fill(inner, marks.map((m) =>
            [svg("path", {class: "grid", d: `M${pad.left} ${y(m)}H${width - right}`}),
            svg("text", {x: pad.left - 8, y: y(m) + 4, "text-anchor": "end"}, form(m))]),
        timeMarks(from, to, x, width - right).map(([t, words]) => svg("text", {x: x(t), y: height - 6,
            "text-anchor": "middle"}, words)),
        what.kind === "lines" ? lines(x, y) : stacks(x, y),
        what.limit !== undefined && svg("path",
            {class: "limit", d: `M${pad.left} ${y(what.limit)}H${width - right}`}),
        right === pad.right && labels(y, width - right + 8, sum),
        cursor !== null && rows[cursor] && svg("path", {class: "cursor",
            d: `M${x(Date.parse(rows[cursor].at) + what.bucket / 2)} ${pad.top}V${height - pad.bottom}`}));
        const first = what.series[0];
        const all = rows.map((r) => r[first.key]).filter((v) => v !== null && v !== undefined);
        text(desc, all.length
            ? `${first.name}: last ${value(rows.at(-1)[first.key])}, least ${form(Math.min(...all))}, `
            + `most ${form(Math.max(...all))}.` : "No samples.");
        if (!rows.length) text(reading, "No samples in this time.");
    }

    function timeMarks(from, to, x, end) {
        const room = Math.max(2, Math.floor((end - pad.left) / 80));
        const step = STEPS.find((s) => (to - from) / s <= room) ?? STEPS.at(-1);
        const list = [];
        for (let t = Math.ceil(from / step) * step; t < to; t += step) {
            if (x(t) < pad.left + 12 || x(t) > end - 16) continue;
            const words = clock(t, {date: step >= DAY});
            list.push([t, step >= DAY ? words.slice(5, 10) : words.slice(-8, -3)]);
        }
        return list;
    }

    function stacks(x, y) {
        const room = x(what.bucket) - x(0);
        const gap = what.kind === "bars" && room > 3 ? 1 : 0;
        const base = rows.map(() => 0);
        return what.series.map((s) => {
            let d = "";
            let part = "";
            rows.forEach((row, i) => {
                const v = row[s.key];
                if (!v) return;
                const left = x(Date.parse(row.at));
                const wide = Math.max(0.5, room - gap);
                const box = `M${left.toFixed(1)} ${y(base[i]).toFixed(1)}h${wide.toFixed(1)}V${
                    y(base[i] + v).toFixed(1)}h${(-wide).toFixed(1)}z`;
                d += box;
                // A bucket that is not over yet is hatched.
                if (Date.parse(row.at) + what.bucket > now()) part += box;
                base[i] += v;
            });
            return d && svg("g", {class: s.token},
                svg("path", {class: "area", d, css: {"stroke-width": gap ? "0.5px" : "0"}}),
                (s.token === "bad" || part) && svg("path",
                    {d: s.token === "bad" ? d : part, fill: `url(#${ids.hatch})`}));
        });
    }

    function lines(x, y) {
        return what.series.map((s) => {
            let d = "";
            let before = null;
            for (const row of rows) {
                const t = Date.parse(row.at);
                const v = row[s.key];
                if (v === null || v === undefined) before = null;
                else {
                    // A point alone is a dot: a line of no length with round ends.
                    d += `${before !== null && t - before < what.bucket * 1.5 ? "L" : "M"}${
                        x(t + what.bucket / 2).toFixed(1)} ${y(v).toFixed(1)}h.01`;
                    before = t;
                }
            }
            return d && svg("g", {class: s.token},
                svg("path", {class: "edge", d, "stroke-dasharray": s.dash}));
        });
    }

    // Direct labels at the right end, kept 14 px apart.
    function labels(y, left) {
        const last = rows.at(-1);
        if (!last) return null;
        let base = 0;
        const list = what.series.map((s) => {
            const v = last[s.key] ?? 0;
            const middle = what.kind === "lines" ? v : base + v / 2;
            base += v;
            return {s, at: y(middle) + 4};
        }).sort((a, b) => b.at - a.at);
        list.forEach((l, i) => { if (i) l.at = Math.min(l.at, list[i - 1].at - 14); });
        return list.map(({s, at}) => svg("g", {class: s.token}, svg("text", {class: "label", x: left, y: at},
            s.name)));
    }

    function read(index) {
        cursor = Math.min(rows.length - 1, Math.max(0, index));
        const row = rows[cursor];
        if (!row) return;
        drawPicture();
        clearTimeout(read.timer);
        read.timer = setTimeout(() => text(reading, `${clock(row.at)}: ${what.series.map((s) =>
            `${s.name} ${value(row[s.key])}`).join(", ")}`), 60);
    }
    picture.addEventListener("keydown", (event) => {
        const to = {ArrowLeft: (cursor ?? rows.length) - 1, ArrowRight: (cursor ?? -1) + 1, Home: 0,
            End: rows.length - 1}[event.key];
        if (to === undefined) return;
        event.preventDefault();
        read(to);
    });
    picture.addEventListener("pointermove", (event) => {
        if (!rows.length || event.pointerType === "touch") return;
        const box = picture.getBoundingClientRect();
        const right = box.width < 480 ? 12 : pad.right;
        const [from, to] = range();
        const t = from + (event.clientX - box.left - pad.left) / (box.width - pad.left - right) * (to - from);
        const index = rows.findIndex((r) => Date.parse(r.at) + what.bucket > t);
        if (index >= 0 && index !== cursor) read(index);
    });
    el.redraw = () => rows.length && draw();
    return {el, update(next) {
        if (cursor !== null && rows[cursor]) {
            const at = rows[cursor].at;
            cursor = Math.max(0, next.findIndex((r) => r.at === at));
        }
        rows = next;
        if (!el.watched) {
            el.watched = true;
            resized.observe(el);
        }
        clearTimeout(later);
        if (performance.now() - drawn >= 1000) draw();
        else later = setTimeout(draw, 1000);
    }};
}

// A share as a bar.
export function bar(part, label) {
    return h("span", {class: "bar", role: "img", "aria-label": label},
        h("span", {css: {width: `${Math.max(0, Math.min(1, part)) * 100}%`}}));
}
