// Acts: a dialog that says in numbers what will happen, one idempotency key, a toast after. And toasts.

import {Problem, newKey, post, setSession} from "./api.js";
import {add, copy, fill, h, newID} from "./dom.js";
import {shape} from "./icons.js";
import {clock} from "./format.js";

function toast(words, {kind = "good", action} = {}) {
    const node = h("div", {class: `toast ${kind}`}, h("span", words),
        action && h("button", {type: "button", class: "quiet",
            onclick: () => { node.remove(); action.run(); }},
            action.label),
        h("button", {type: "button", class: "quiet", "aria-label": "Close this message",
            onclick: () => node.remove()},
            "×"));
    const place = document.getElementById("toasts");
    place.append(node);
    while (place.children.length > 3) place.firstChild.remove();
    const leave = () => (node.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : node.remove());
    if (kind !== "bad") setTimeout(leave, action ? 12_000 : 6000);
    return node;
}

// A problem as a block: what, since when, correlation id, and one way on.
export function problemNote(problem, again) {
    const note = h("div", {class: "note", role: "group"}, shape("bad"),
        h("p", h("strong", problem.title ?? "Something failed"), problem.detail ? `: ${problem.detail}`
            : "."));
    for (const {pointer, detail} of problem.errors ?? []) add(note, h("p", h("code", pointer), ` ${detail}`));
    add(note, h("p", {class: "muted small"}, problem.at ? `At ${clock(problem.at)}. ` : "",
        problem.retry_after ? `Try again in ${problem.retry_after} s. ` : "",
        problem.scope ? `Needs the scope “${problem.scope}”. ` : "",
        problem.instance ? h("span", "Correlation id ", h("code", problem.instance)) : null));
    if (again) add(note, h("div", h("button", {type: "button", onclick: again}, "Try again")));
    return note;
}

export function command(line) {
    const button = h("button", {type: "button", class: "quiet", async onclick() {
        button.textContent = await copy(line) ? "Copied" : "Select and copy";
    }}, "Copy");
    return h("div", {class: "command"}, h("code", line), button);
}

// Opens a modal dialog with a heading; closes with Esc; gives focus back.
export function modal(title, ...content) {
    const from = document.activeElement;
    const label = newID("title");
    const inner = h("div", {class: "inner"}, h("h2", {id: label}, title), content);
    const box = h("dialog", {"aria-labelledby": label}, inner);
    box.addEventListener("close", () => {
        box.remove();
        if (from?.isConnected) from.focus();
    });
    document.body.append(box);
    box.showModal();
    return box;
}

function input(field) {
    const {name, label, type = "text", options, value, help, required} = field;
    const props = {name, required, "aria-describedby": help ? newID("help") : null};
    let control;
    if (options) {
        control = h("select", {...props, value}, options.map((o) => (typeof o === "string"
            ? h("option", {value: o}, o) : h("option", {value: o.value}, o.label))));
    } else if (type === "textarea") control = h("textarea", {...props, value});
    else if (type === "checkbox") {
        return h("label", {class: "check"}, h("input", {type, name, checked: Boolean(value)}),
            h("span", label));
    } else control = h("input", {...props, type, value, autocomplete: "off"});
    return h("label", {class: "field"}, h("span", label), control,
        help && h("span", {class: "muted small", id: props["aria-describedby"]}, help));
}

// act({title, lines, fields, reason: "required" | "optional", command, verb, danger, run, done})
//   lines: strings or nodes, or a function of the typed values. command: the same act as a line, or such a
// function.
//   run({key, ...typed values}) does it; done(answer) → text of the toast, or {words, action, kind};
//   the kind is "warn" when nothing was done.
// Resolves to the answer, or null when nobody acted.
export function act(what) {
    const key = newKey();
    const fields = [...what.fields ?? []];
    if (what.reason) {
        fields.push({name: "reason", type: "textarea", required: what.reason === "required",
            label: what.reason === "required" ? "Reason (kept in the audit log)" : "Reason (optional)",
            help: "Ctrl+Enter sends"});
    }
    const trouble = h("div", {role: "alert"});
    const says = h("div", {class: "stack tight"});
    const same = h("div");
    const go = h("button", {type: "submit", class: what.danger ? "danger" : "main"}, what.verb);
    const form = h("form", {method: "dialog", novalidate: true, class: "stack"}, says, fields.map(input),
        trouble,
        same, h("div", {class: "acts"}, h("button", {type: "button", onclick: () => box.close()}, "Cancel"),
            go));
    const values = () => {
        const all = Object.fromEntries(new FormData(form));
        for (const f of fields) if (f.type === "checkbox") all[f.name] = form.elements[f.name].checked;
        return all;
    };
    const draw = () => {
        const of = (thing) => (typeof thing === "function" ? thing(values()) : thing);
        fill(says, [of(what.lines) ?? []].flat().filter(Boolean).map((l) => (typeof l === "string" ? h("p", l)
            : l)));
        const line = of(what.command);
        fill(same, line && h("p", {class: "muted small"}, "The same on the command line"),
            line && command(line));
    };
    const box = modal(what.title, form);
    // Enter in a choice and Ctrl+Enter anywhere do what Enter does in a line of text.
    form.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.target.matches("select"))) {
            event.preventDefault();
            form.requestSubmit();
        }
    });
    draw();
    form.addEventListener("change", draw);
    (form.querySelector("input, textarea, select") ?? go).focus();
    return new Promise((resolve) => {
        let answer = null;
        box.addEventListener("close", () => resolve(answer));
        form.addEventListener("submit", async (event) => {
            event.preventDefault();
            if (go.disabled) return;
            const missing = [...form.elements].find((e) => e.required && !e.value.trim());
            for (const e of form.elements) if (e.required) e.setAttribute("aria-invalid",
                String(e === missing));
            if (missing) {
                fill(trouble, h("p", {class: "wrong"}, "Please fill in the marked field."));
                missing.focus();
                return;
            }
            go.disabled = true;
            fill(trouble);
            try {
                answer = await what.run({key, ...values()});
                box.close();
                const words = what.done?.(answer) ?? "Done.";
                toast(words.words ?? words, words);
            } catch (error) {
                if (!(error instanceof Problem)) console.error(error);
                fill(trouble, error.name === "confirmation-needed" ? confirmBox(form, trouble)
                    : problemNote(error));
            } finally {
                go.disabled = false;
            }
        });
    });
}

// Two-person acts: the own token again, or that of a second administrator.
function confirmBox(form, trouble) {
    const token = h("input", {type: "password", autocomplete: "off", onkeydown(event) {
        // Enter confirms; it must not send the form around this box once more.
        if (event.key !== "Enter") return;
        event.preventDefault();
        confirm.click();
    }});
    const wrong = h("p", {class: "wrong"});
    const confirm = h("button", {type: "button", async onclick() {
        try {
            setSession((await post("session/confirm", {token: token.value.trim()})).data);
            fill(trouble);
            form.requestSubmit();
        } catch (error) {
            wrong.textContent = error.detail ?? error.title;
            token.select();
            token.focus();
        }
    }}, "Confirm and go on");
    const ask = h("div", {class: "panel"}, h("p", "This act needs a confirmation, valid for 5 minutes."),
        h("label", {class: "field"}, h("span", "Your token, or that of a second administrator"), token),
            wrong,
        confirm);
    queueMicrotask(() => token.focus());
    return ask;
}
