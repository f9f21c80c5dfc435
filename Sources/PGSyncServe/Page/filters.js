// One filter object per screen ↔ query string ↔ chips. List, sums, chart, export and print all read it.

import {fill, h, newID} from "./dom.js";

// fields: [{name, label, type: "text" | "date" | "number" | "select" | "check", options, width,
// words(value), needs}]
//   options may be filled later with setOptions. needs: name of a field without which this one is not sent.
export function createFilters(ctx, fields, onChange) {
    const option = (o) => (typeof o === "string" ? h("option", {value: o}, o) : h("option", {value: o.value},
        o.label));
    const get = (name) => ctx.query.get(name) ?? "";
    const known = new Map(fields.map((f) => [f.name, f]));
    const controls = new Map();
    const chips = h("div", {class: "chips no-print"});
    const bar = h("form", {class: "filters", role: "search", "aria-label": "Filters",
        onsubmit: (e) => e.preventDefault()}, fields.filter((f) => f.type !== "hidden").map(control));
    let timer;

    function control(field) {
        const {name, label, type = "text", options = [], width} = field;
        let node;
        // What is wrong stays in the input and is said; the list keeps the last right value.
        const wrong = field.check && h("span", {class: "wrong", id: newID("w"), role: "alert"});
        const send = () => {
            const value = node.type === "checkbox" ? (node.checked ? "1" : "") : node.value.trim();
            const fault = field.check?.(value) ?? null;
            if (wrong) {
                wrong.textContent = fault ?? "";
                node.setAttribute("aria-invalid", String(Boolean(fault)));
            }
            if (!fault) set({[name]: value});
        };
        if (type === "select") {
            node = h("select", {id: newID("f"), onchange: send}, h("option", {value: ""},
                field.none ?? "all"),
                options.map(option));
        } else {
            node = h("input", {id: newID("f"), type: type === "check" ? "checkbox" : type, onchange: send,
                placeholder: field.placeholder, "aria-describedby": wrong?.id,
                autocomplete: type === "check" ? null : "off", css: width && {width: `${width}ch`},
                oninput: () => {
                    clearTimeout(timer);
                    if (type === "text") timer = setTimeout(send, 500);
                }});
        }
        controls.set(name, node);
        return h("label", h("span", label), node, wrong);
    }

    // Only fields with a value, and only those whose needed field is set.
    function values() {
        const all = {};
        for (const [name, field] of known) if (get(name) && (!field.needs || get(field.needs))) all[
            name] = get(name);
        return all;
    }

    function set(changes, {quiet = false} = {}) {
        clearTimeout(timer);
        const query = new URLSearchParams(ctx.query);
        for (const [name, value] of Object.entries(changes)) {
            if (value === "" || value === null) query.delete(name);
            else query.set(name, value);
        }
        if (query.toString() === ctx.query.toString()) return;
        ctx.setQuery(query);
        show();
        if (!quiet) onChange(values());
    }

    // Puts the query into the controls and the chips; an input that has the focus is left alone.
    function show() {
        for (const [name, node] of controls) {
            if (node.type === "checkbox") node.checked = get(name) === "1";
            else if (node !== document.activeElement || node.tagName === "SELECT") {
                if (node.tagName === "SELECT" && get(name) && ![...node.options].some((o) =>
                    o.value === get(name))) {
                    node.append(option(get(name)));
                }
                node.value = get(name);
            }
        }
        fill(chips, chipList());
        chips.hidden = !chips.children.length;
    }

    function chipList() {
        const set_ = Object.keys(values()).filter((name) => !known.get(name).quiet);
        const list = set_.map((name) => {
            const {label, words} = known.get(name);
            const said = words?.(get(name)) ?? get(name);
            return h("button", {type: "button", class: "chip",
                "aria-label": `Remove the filter ${label} ${said}`,
                onclick: () => set({[name]: ""})}, `${label}: ${said}`, h("span", {"aria-hidden": "true"},
                    "×"));
        });
        if (list.length > 1) {
            list.push(h("button", {type: "button", class: "chip quiet", onclick: clear}, "Clear all"));
        }
        return list;
    }

    // The chips as words, for paper.
    const said = () => Object.entries(values()).map(([name, value]) => {
        const {label, type, words} = known.get(name);
        return type === "check" ? label : `${label}: ${words?.(value) ?? value}`;
    });

    function clear() {
        set(Object.fromEntries([...known.keys()].map((name) => [name, ""])));
    }

    function setOptions(name, options) {
        const node = controls.get(name);
        fill(node, h("option", {value: ""}, "all"), options.map(option));
        show();
    }

    const first = [...controls.values()][0];
    if (first) ctx.keys({f: ["To the filters", () => { first.focus(); }]});
    ctx.onQuery = () => {
        show();
        onChange(values());
    };
    show();
    return {el: bar, chips, values, set, clear, said, chipList, setOptions,
        any: () => Object.keys(values()).some((n) => !known.get(n).quiet && !known.get(n).soft)};
}
