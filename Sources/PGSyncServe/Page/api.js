// The HTTP API: one way to ask, errors as typed problems, one idempotency key per act.

import {learnTime} from "./format.js";

// The root of the page: fixed here, because a pushState must not move a relative <base href>.
export const ROOT = new URL(".", document.baseURI).href;
document.querySelector("base").href = ROOT;

// GET /session as it was last answered.
export const session = {logged_in: false, scopes: [], loaded: false};
export const can = (scope) => session.scopes.includes(scope);

export class Problem extends Error {
    constructor(status, body, at) {
        super(body.title ?? "The server answered in an unknown way");
        Object.assign(this, body, {status, at});
        this.name = String(body.type ?? "").split("/").pop() || "unknown";
    }
}

const tell = (name, detail) => dispatchEvent(new CustomEvent(`pgsync:${name}`, {detail}));

// Keys with null, undefined and "" are left out.
export function address(path, params) {
    const url = new URL(`api/v1/${path}`, ROOT);
    for (const [key, value] of Object.entries(params ?? {})) {
        if (value !== null && value !== undefined && value !== "" && value !== false) url.searchParams.set(
            key, value);
    }
    return url.href;
}

export const seg = encodeURIComponent;

async function ask(method, path, {params, body, key, match, signal} = {}) {
    const headers = {Accept: "application/json, application/problem+json"};
    if (method !== "GET") {
        headers["X-CSRF-Token"] = session.csrf ?? "";
        if (method === "POST") headers["Idempotency-Key"] = key ?? newKey();
        if (body !== undefined) headers["Content-Type"] = "application/json";
        if (match !== undefined) headers["If-Match"] = `"${match}"`;
    }
    const stop = new AbortController();
    const giveUp = setTimeout(() => stop.abort(new DOMException("15 s", "TimeoutError")), 15_000);
    const leave = () => stop.abort(signal.reason);
    signal?.addEventListener("abort", leave);
    if (signal?.aborted) leave();
    try {
        const answer = await fetch(address(path, params), {method, headers, signal: stop.signal,
            cache: "no-store",
            credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body)});
        if (answer.status === 204) return {data: null};
        const words = await answer.json().catch(() => null);
        if (!answer.ok || words === null) throw problemOf(answer, words);
        if (words.as_of) learnTime(words.as_of);
        if (answer.status === 202) words.location = answer.headers.get("Location");
        words.etag = answer.headers.get("ETag");
        if (path !== "session") tell("reached");
        return words;
    } catch (error) {
        if (error instanceof Problem || signal?.aborted) throw error;
        throw new Problem(0, {type: "/problems/offline", title: "The server does not answer",
            detail: error.name === "TimeoutError" ? "No answer within 15 s." : "The connection failed."},
        new Date());
    } finally {
        clearTimeout(giveUp);
        signal?.removeEventListener("abort", leave);
    }
}

function problemOf(answer, words) {
    const problem = new Problem(answer.status,
        words ?? {title: `The server answered ${answer.status} without text`,
        instance: answer.headers.get("X-Correlation-Id")}, new Date());
    if (problem.name === "log-in-needed" && session.loaded) tell("login", problem);
    if (problem.name === "database-away") tell("away", problem);
    return problem;
}

export const get = (path, params, signal) => ask("GET", path, {params, signal});
export const post = (path, body = {}, options = {}) => ask("POST", path, {body, ...options});

// A file, once it is known that there is one: what refuses it is told like any problem.
export async function download(path, params) {
    const answer = await fetch(address(path, params), {method: "HEAD", cache: "no-store"}).catch(() => null);
    if (!answer?.ok) await get(path, params);
    location.assign(address(path, params));
}

export const put = (path, body, options = {}) => ask("PUT", path, {body, ...options});
export const del = (path, options = {}) => ask("DELETE", path, options);

// crypto.randomUUID is missing on plain HTTP.
export function newKey() {
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export function setSession(data) {
    for (const name of Object.keys(session)) delete session[name];
    Object.assign(session, {scopes: []}, data, {loaded: true});
    tell("session");
}

export const loadSession = async () => setSession((await get("session")).data);
