// What a setting allows, as the server says it in words, and the input of its kind.

import {h} from "./dom.js";

// {kind: "integer" | "number" | "boolean" | "choice" | "zone" | "text", from, to, options}
function kindOf(setting) {
    const allowed = String(setting.allowed ?? "").replaceAll(/(\d),(?=\d{3})/g, "$1");
    if (/^true or false/.test(allowed)) return {kind: "choice", options: ["true", "false"]};
    if (/time zone|zone name/.test(allowed)) return {kind: "zone"};
    const [, from, to] = /(-?[\d.]+) to (-?[\d.]+)/.exec(allowed) ?? [];
    const [, least] = /from (-?[\d.]+)/.exec(allowed) ?? [];
    const whole = /^-?\d+$/;
    if (/number/.test(allowed) || from !== undefined) {
        const integer = /whole/.test(allowed) || (!/number/.test(allowed) && whole.test(setting.default)
            && whole.test(from) && !/share|percent/.test(setting.unit ?? ""));
        return {kind: integer ? "integer" : "number", from: from ?? least, to};
    }
    if (/^[\w-]+(, [\w-]+)* or [\w-]+$/.test(allowed)) return {kind: "choice",
        options: allowed.split(/, | or /)};
    return {kind: "text"};
}

// Digits as a whole number of billionths: bounds are compared without rounding.
function scaled(digits) {
    const [, sign, whole, rest = ""] = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(digits);
    const n = BigInt(whole + rest.padEnd(9, "0"));
    return sign ? -n : n;
}

// The complaint about a value, or null: the same check as the table's own.
export function complaint(setting, value) {
    const kind = kindOf(setting);
    const says = `Allowed: ${setting.allowed}.`;
    const form = {integer: /^-?(0|[1-9]\d{0,17})$/, number: /^-?(0|[1-9]\d{0,17})(\.\d{1,9})?$/}[kind.kind];
    if (form) {
        if (!form.test(value)) return says;
        if (kind.from !== undefined && scaled(value) < scaled(kind.from)) return says;
        return kind.to !== undefined && scaled(value) > scaled(kind.to) ? says : null;
    }
    if (kind.options) return kind.options.includes(value) ? null : says;
    return value.trim() ? null : says;
}

export function inputOf(setting, props) {
    const kind = kindOf(setting);
    if (kind.options) {
        return h("select", {...props, value: setting.value}, kind.options.map((o) => h("option", {value: o},
            o)));
    }
    const width = {integer: 12, number: 12, zone: 22}[kind.kind] ?? 34;
    return h("input", {...props, type: "text", value: setting.value, autocomplete: "off", spellcheck: "false",
        inputmode: {integer: "numeric", number: "decimal"}[kind.kind], list: kind.kind === "zone" ? "zones"
            : null,
        css: {width: `${width}ch`}});
}
