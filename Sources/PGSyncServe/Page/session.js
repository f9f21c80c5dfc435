// The log-in: as a screen, and as a box over a page whose session has ended.

import {get, loadSession, post, session, setSession, del} from "./api.js";
import {fill, h, newID} from "./dom.js";
import {span, clock} from "./format.js";

// One field, one error for every cause.
function loginForm(after) {
    const id = newID("wrong");
    const wrong = h("p", {class: "wrong", id, role: "alert"});
    const token = h("input", {type: "password", name: "token", autocomplete: "current-password",
        required: true,
        spellcheck: "false", "aria-describedby": id});
    const go = h("button", {type: "submit", class: "main"}, "Log in");
    return h("form", {class: "stack", async onsubmit(event) {
        event.preventDefault();
        if (!token.value.trim() || go.disabled) return token.focus();
        go.disabled = true;
        fill(wrong);
        try {
            setSession((await post("session", {token: token.value.trim()})).data);
            token.value = "";
            after();
        } catch (error) {
            fill(wrong, error.name === "too-many"
                ? `Too many attempts. Try again in ${span(error.retry_after ?? 60)}.`
                : error.detail ?? error.title);
            token.setAttribute("aria-invalid", "true");
            token.select();
        } finally {
            go.disabled = false;
        }
    }}, h("label", {class: "field"}, h("span", "Token"), token), wrong, h("div", go),
    h("p", {class: "muted small"}, "On the server's machine, ",
        h("code", "pgsync token create NAME --scopes read,operate"), " makes a token and prints it once."));
}

// The page below stays, muted, with what was typed in it.
let box = null;
export async function loginBox(after, why = "Your session has ended.") {
    if (box) return;
    const {modal} = await import("./dialog.js");
    document.getElementById("main").classList.add("muted-page");
    box = modal("Log in again", h("p", why, " Everything on this page stays as it is."), loginForm(() => {
        box.close();
        after();
    }));
    box.addEventListener("close", () => {
        box = null;
        document.getElementById("main").classList.remove("muted-page");
    });
}

// A link made on the same machine: #login=CODE. The code leaves the address before anything else is done.
export async function loginByCode() {
    const code = /^#login=([\w.-]+)$/.exec(location.hash)?.[1];
    if (!code) return null;
    history.replaceState(history.state, "", location.pathname + location.search);
    try {
        setSession((await post("session", {code})).data);
        return true;
    } catch (error) {
        return error;
    }
}

async function logOut() {
    await del("session").catch(() => null);
    await loadSession().catch(() => setSession({logged_in: false}));
}

// The screen /login.
export const title = "Log in";
export function show(ctx) {
    const next = ctx.query.get("next") ?? "";
    const after = () => ctx.entered(/^[a-z][\w/.%-]*(\?.*)?$/i.test(next) ? next : "");
    if (session.logged_in && !session.anonymous) {
        ctx.put(h("div", {class: "panel login"},
            h("p", "You are logged in as ", h("strong", session.name ?? "unnamed"), ", with the scopes ",
                session.scopes.join(", ") || "none", "."),
            session.expires_at && h("p", {class: "muted"},
                `The session ends at ${clock(session.expires_at)}.`),
            h("div", {class: "line"}, h("a", {href: "./", class: "button"}, "To the overview"),
                h("button", {type: "button", async onclick() {
                    await logOut();
                    ctx.entered("login");
                }}, "Log out"))));
        return;
    }
    const form = loginForm(after);
    ctx.put(h("div", {class: "panel login"}, session.database
        ? h("p", "Dashboard of ", h("strong", session.database), ".")
        : session.loaded && h("p", {class: "muted"}, "The database is away; logging in works all the same."),
            form));
    form.querySelector("input").focus();
    get("session", null, ctx.signal).catch(() => null);
}
