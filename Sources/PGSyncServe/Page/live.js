// What the page knows of now: the newest state of each topic, how old it is, and how the connection stands.

import {ROOT} from "./api.js";
import {store} from "./dom.js";

const hearers = new Map();
const newest = new Map();
const waiting = new Map();
let port = null;
let link = {state: "closed"};
let heard = 0;

// rate: 1 or 10 seconds; 0 = off. Paused is for this tab only.
export const live = {paused: false, rate: Number(store("rate") ?? 1), state, age, on, last, link: () => link};

function age() {
    return heard ? (performance.now() - heard) / 1000 : null;
}

// fresh ≤ 2 s, late > 2 s, stale > 10 s, offline, closed (not started), paused.
function state() {
    if (link.state === "closed") return "closed";
    if (link.state === "offline") return "offline";
    if (live.paused || live.rate === 0) return "paused";
    const old = age();
    if (old === null) return "late";
    const slack = live.rate === 10 ? 10 : 0;
    return old <= 2 + slack ? "fresh" : old <= 10.5 + slack ? "late" : "stale";
}

function last(topic) {
    return newest.get(topic)?.data;
}

// Hears a topic from now on, beginning with its newest state. Stops with the signal.
function on(topic, hear, signal) {
    if (!hearers.has(topic)) hearers.set(topic, new Set());
    hearers.get(topic).add(hear);
    signal?.addEventListener("abort", () => hearers.get(topic).delete(hear));
    if (newest.has(topic)) queueMicrotask(() => !signal?.aborted && hear(newest.get(topic).data));
}

function tell(topic, data) {
    for (const hear of hearers.get(topic) ?? []) {
        try { hear(data); } catch (error) { console.error(error); }
    }
}

// Acts, alerts and the session pass at once; figures wait for the rate of this tab.
const AT_ONCE = new Set(["hello", "alert", "session", "bye", "config", "rules", "schedule"]);

function take({topic, data, age: old = 0, ...change}) {
    if (!topic) {
        link = change;
        tell("link", link);
        return;
    }
    if (topic !== "bye") heard = Math.max(heard, performance.now() - old);
    if (AT_ONCE.has(topic) || !newest.has(topic)) {
        newest.set(topic, {data});
        tell(topic, data);
    } else {
        waiting.set(topic, data);
        if (live.rate === 1) flush();
    }
}

function flush() {
    if (live.paused || live.rate === 0) return;
    for (const [topic, data] of waiting) {
        newest.set(topic, {data});
        tell(topic, data);
    }
    waiting.clear();
}
setInterval(() => live.rate === 10 && flush(), 10_000);

export function setPaused(paused) {
    live.paused = paused;
    flush();
    tell("link", link);
}

export function setRate(rate) {
    live.rate = rate;
    store("rate", rate);
    flush();
    tell("link", link);
}

// Trusted Types: the address of a worker must come from a policy.
const policy = window.trustedTypes?.createPolicy("pgsync-worker", {createScriptURL: (url) => url});
const workerURL = new URL("./worker.js", import.meta.url).href;

async function connect() {
    const url = new URL("api/v1/events", ROOT).href;
    if ("SharedWorker" in window) {
        try {
            const worker = new SharedWorker(policy ? policy.createScriptURL(workerURL) : workerURL,
                {type: "module", name: "pgsync"});
            worker.onerror = () => connectAlone(url);
            worker.port.onmessage = ({data}) => take(data);
            port = worker.port;
            port.postMessage({word: "join", url});
            return;
        } catch { /* as below */ }
    }
    await connectAlone(url);
}

async function connectAlone(url) {
    const {Stream} = await import("./worker.js");
    const stream = new Stream();
    const own = {postMessage: take};
    port = {postMessage: (words) => stream.hear(own, words)};
    port.postMessage({word: "join", url});
    // A hidden tab with a stream of its own gives it back after 60 s.
    let timer;
    document.addEventListener("visibilitychange", () => {
        clearTimeout(timer);
        if (document.hidden) timer = setTimeout(() => port.postMessage({word: "leave"}), 60_000);
        else port.postMessage({word: "join", url});
    });
}

export async function start() {
    if (port) port.postMessage({word: "fresh"});
    else await connect();
}
export const again = () => port?.postMessage({word: "again"});
addEventListener("pagehide", (event) => !event.persisted && port?.postMessage({word: "leave"}));
