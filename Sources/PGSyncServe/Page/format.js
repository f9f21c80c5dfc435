// Times, numbers, money and spans as text. Unknown is "–", never 0.

import {copy, h, store, text} from "./dom.js";
import {icon} from "./icons.js";

export const NONE = "–";

// The one zone switch: utc, browser or books (the zone of the database).
export const zone = {choice: store("zone") ?? "browser", books: "UTC"};

export function zoneName(choice = zone.choice) {
    if (choice === "utc") return "UTC";
    return choice === "books" ? zone.books : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const shapes = new Map();
function parts(date, fraction) {
    const name = zoneName();
    const id = `${name}${fraction}`;
    if (!shapes.has(id)) {
        shapes.set(id, new Intl.DateTimeFormat("en-GB", {timeZone: name, year: "numeric", month: "2-digit",
            day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
            fractionalSecondDigits: fraction || undefined}));
    }
    return Object.fromEntries(shapes.get(id).formatToParts(date).map((p) => [p.type, p.value]));
}

// Server time, counted on the monotonic clock since the newest as_of: a wrong client clock changes nothing.
let mark = {server: Date.now(), own: performance.now()};
export function learnTime(at) {
    const server = Date.parse(at);
    if (Number.isNaN(server)) return;
    if (!learnTime.known || server > now()) mark = {server, own: performance.now()};
    learnTime.known = true;
}
export const now = () => mark.server + performance.now() - mark.own;

export function clock(at, {date = "auto", fraction = 0} = {}) {
    const when = new Date(at);
    if (at === null || at === undefined || Number.isNaN(+when)) return NONE;
    const p = parts(when, fraction);
    const day = `${p.year}-${p.month}-${p.day}`;
    const today = parts(new Date(now()), 0);
    const same = day === `${today.year}-${today.month}-${today.day}`;
    const hour = `${p.hour}:${p.minute}:${p.second}${fraction ? `.${p.fractionalSecond}` : ""}`;
    return date === true || (date === "auto" && !same) ? `${day} ${hour}` : hour;
}

// An absolute time that follows the zone switch.
export function time(at, options = {}) {
    if (!at) return h("span", {class: "none"}, NONE);
    const moment = String(at).replace(/(\.\d{3})\d+/, "$1");
    const node = h("time", {datetime: moment, title: `${clock(at, {date: true, fraction: 3})} ${zoneName()}`},
        clock(at, options));
    node.options = options;
    return node;
}

// "4 s ago" under an hour, absolute above; the absolute time in the title. It ticks by itself.
export function ago(at) {
    const node = time(at);
    if (at) {
        node.relative = true;
        tick(node);
    }
    return node;
}

function tick(node) {
    const age = (now() - Date.parse(node.dateTime)) / 1000;
    if (age < -2) text(node, age < -3600 ? clock(node.dateTime) : `in ${span(-age)}`);
    else text(node, age < 3600 ? `${span(Math.max(0, Math.floor(age)))} ago` : clock(node.dateTime));
}

export function tickAll() {
    for (const node of document.querySelectorAll("time")) if (node.relative) tick(node);
}

export function setZone(choice) {
    zone.choice = choice;
    store("zone", choice);
    for (const node of document.querySelectorAll("time")) {
        if (node.relative) tick(node);
        else if (node.options) node.textContent = clock(node.dateTime, node.options);
        node.title = `${clock(node.dateTime, {date: true, fraction: 3})} ${zoneName()}`;
    }
    dispatchEvent(new Event("pgsync:zone"));
}

const plain = new Intl.NumberFormat("en", {maximumFractionDigits: 3});
export const number = (n) => (n === null || n === undefined ? NONE : plain.format(n));

// A kept count: "10,001+" when capped, "about 12,000" when estimated.
export function count(n, {capped = false, estimated = false} = {}) {
    if (n === null || n === undefined) return NONE;
    return (estimated ? "about " : "") + plain.format(n) + (capped ? "+" : "");
}

export function plural(n, one, many = `${one}s`, options) {
    return `${count(n, options)} ${n === 1 && !options?.capped ? one : many}`;
}

// An id is a string of digits and stays one.
export const digits = (id) => (id === null || id === undefined ? NONE : String(id).replace(/\B(?=(\d{3})+$)/g,
    ","));

export const share = (part, places = 1) => (part === null || part === undefined ? NONE
    : `${(Math.floor(part * 100 * 10 ** places) / 10 ** places).toFixed(places)} %`);

// Seconds as a span: "6 ms", "0.4 s", "41 s", "3 min", "2 h 5 min", "2 d".
export function span(seconds) {
    if (seconds === null || seconds === undefined) return NONE;
    const s = Math.max(0, seconds);
    if (s === 0) return "0 s";
    if (s < 0.1) return `${s < 0.01 ? (s * 1000).toFixed(1) : Math.round(s * 1000)} ms`;
    if (s < 10) return Number.isInteger(s) ? `${s} s` : `${s.toFixed(1)} s`;
    if (s < 120) return `${Math.floor(s)} s`;
    if (s < 7200) return `${Math.floor(s / 60)} min`;
    if (s < 172_800) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60) || ""}${
        Math.floor(s % 3600 / 60) ? " min" : ""}`.trim();
    return `${Math.floor(s / 86_400)} d`;
}

// Money is a string. Grouping is the custom of the currency; the digits never pass through Number.
const LAKH = new Set(["INR", "PKR", "BDT", "NPR", "LKR", "BTN"]);
export function money(amount, currency) {
    if (amount === null || amount === undefined) return NONE;
    const found = /^(-?)(\d+)(\.\d+)?$/.exec(amount);
    if (!found) return String(amount);
    const [, sign, whole, rest = ""] = found;
    return (sign ? "−" : "")
        + new Intl.NumberFormat(LAKH.has(currency) ? "en-IN" : "en").format(BigInt(whole)) + rest;
}

// An id in monospace with a copy button.
export function idText(id, label = "id") {
    if (id === null || id === undefined) return h("span", {class: "none"}, NONE);
    const button = h("button", {type: "button", class: "copy", "aria-label": `Copy ${label} ${id}`,
        title: "Copy",
        async onclick(event) {
            event.stopPropagation();
            button.classList.toggle("done", await copy(String(id)));
            setTimeout(() => button.classList.remove("done"), 1200);
        }}, icon("copy"));
    return h("span", {class: "id"}, String(id), button);
}
