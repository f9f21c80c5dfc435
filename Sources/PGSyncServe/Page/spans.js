// Days as people type them: 2026, 2026-Q3, 2026-07, 2026-07-15, FY26-27, month-1, A..B, all.

import {now, zone} from "./format.js";

const iso = (y, m, d) => new Date(Date.UTC(y, m, d)).toISOString().slice(0, 10);
const two = (n) => String(n).padStart(2, "0");

// Today, in the zone of the books.
function today() {
    const p = Object.fromEntries(new Intl.DateTimeFormat("en-GB", {timeZone: zone.books, year: "numeric",
        month: "2-digit", day: "2-digit"}).formatToParts(now()).map((part) => [part.type, part.value]));
    return `${p.year}-${p.month}-${p.day}`;
}

const LENGTH = {month: 1, quarter: 3, year: 12, fy: 12};

// start counts months since year 0; the financial year begins in April.
function months(unit, start) {
    const y = Math.floor(start / 12);
    const m = start % 12;
    const name = {month: `${y}-${two(m + 1)}`, quarter: `${y}-Q${m / 3 + 1}`, year: String(y),
        fy: `FY${two(y % 100)}-${two((y + 1) % 100)}`}[unit];
    return {unit, start, name, from: iso(y, m, 1), to: iso(y, m + LENGTH[unit], 0)};
}

function day(at) {
    const [y, m, d] = at.split("-").map(Number);
    const same = iso(y, m - 1, d) === at;
    return same ? {unit: "day", name: at, from: at, to: at} : null;
}

const shiftDay = (at, n) => new Date(Date.parse(at) + n * 86_400_000).toISOString().slice(0, 10);

function relative(unit, n) {
    const at = today();
    if (unit === "day") return day(shiftDay(at, n));
    const [y, m] = at.split("-").map(Number);
    const month = y * 12 + m - 1;
    const start = {month, quarter: month - month % 3, year: y * 12, fy: (m < 4 ? y - 1 : y) * 12 + 3}[unit];
    return months(unit, start + n * LENGTH[unit]);
}

// → {from, to, name, unit?}, or null when it is not a span.
export function parseSpan(words) {
    const w = String(words ?? "").trim().toLowerCase();
    if (!w || w === "all") return {from: null, to: null, name: "all"};
    const ends = w.split(/\s*(?:\.\.|\sto\s)\s*/);
    if (ends.length === 2) {
        const [a, b] = ends.map((end) => (end ? parseSpan(end) : {from: null, to: null}));
        if (!a || !b || (a.from && b.to && a.from > b.to)) return null;
        return {from: a.from, to: b.to, name: `${a.from ?? ""}..${b.to ?? ""}`};
    }
    let m;
    if (/^\d{4}$/.test(w)) return months("year", w * 12);
    if ((m = /^(\d{4})-?q([1-4])$/.exec(w))) return months("quarter", m[1] * 12 + (m[2] - 1) * 3);
    if ((m = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(w))) return months("month", m[1] * 12 + Number(m[2]) - 1);
    if (/^\d{4}-\d{2}-\d{2}$/.test(w)) return day(w);
    if ((m = /^fy ?(\d{2}|\d{4})-(\d{2}|\d{4})$/.exec(w))) {
        const y = m[1] % 100;
        return (y + 1) % 100 === m[2] % 100 ? months("fy", (m[1] > 99 ? Number(m[1]) : 2000 + y) * 12 + 3)
            : null;
    }
    if ((m = /^(today|day|month|quarter|year|fy)(?: ?([+-]) ?(\d{1,3}))?$/.exec(w))) {
        return relative(m[1] === "today" ? "day" : m[1], m[3] ? Number(m[2] + m[3]) : 0);
    }
    return null;
}

// The span of the same length before or after, as words.
export function nextSpan(span, step) {
    if (span.start !== undefined) return months(span.unit, span.start + step * LENGTH[span.unit]).name;
    if (!span.from || !span.to) return null;
    const length = Math.round((Date.parse(span.to) - Date.parse(span.from)) / 86_400_000) + 1;
    const [from, to] = [span.from, span.to].map((at) => shiftDay(at, step * length));
    return from === to ? from : `${from}..${to}`;
}

export const spanFault = (words) => (parseSpan(words) ? null
    : "Not a span. Try 2026, 2026-Q3, 2026-07, FY26-27, month-1 or 2026-04-01..2026-04-30.");
