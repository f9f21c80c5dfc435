// What a run of a comparison found: its entities, the metrics of both sides, and the groups that differ.

import {seg} from "./api.js";
import {percent} from "./compares.js";
import {h} from "./dom.js";
import {NONE, ago, count, money, plural} from "./format.js";
import {badge, shape} from "./icons.js";
import {plainTable} from "./plain.js";

const VERDICTS = {perfect: ["good", "perfect", "no sync needed"], good: ["good", "good", "sync optional"],
    warning: ["warn", "warning", "sync recommended"], critical: ["bad", "critical", "immediate sync required"]};
const signed = (n) => (n === null ? NONE : n === 0 ? "0" : `${n < 0 ? "−" : "+"}${count(Math.abs(n))}`);
const isCompared = (e) => e.state === "compared";

// What kind of difference it is, by the names of the sides.
export const kinds = ({left_name: left, right_name: right}) => ({missing_right: `only in ${left}`,
    missing_left: `only in ${right}`, different: "with other values", ambiguous: "there more than once"});

export function entities(path, report) {
    const all = report.entities;
    if (!all.length) return null;
    const words = kinds(report);
    const of = (e, kind) => e[kind] > 0 && h("a", {href: `${path}/differences?job=${report.job}&entity=${
        seg(e.entity)}&kind=${kind}`}, `${e.capped ? "at least " : ""}${count(e[kind])} ${words[kind]}`);
    const same = all.every((e) => isCompared(e) && !e.differences);
    return h("section", {class: "panel flush", "aria-label": "Entities"}, h("div", {class: "head"}, h("h2", "Entities"),
        report.dry_run && h("span", {class: "muted small"}, "A dry run: nothing was mended.")),
    same && h("p", {class: "note"}, shape("good"), h("span", `Nothing differs: ${plural(all.length, "entity is",
        "entities are")} the same on both sides.`)),
    plainTable({caption: "Entities of the run", rows: all, columns: [
        {label: "entity", cell: (e) => h("strong", e.entity)},
        {label: report.left_name, num: true, cell: (e) => count(e.left)},
        {label: report.right_name, num: true, cell: (e) => count(e.right)},
        {label: "net", num: true, cell: (e) => signed(e.net)},
        {label: "differences", num: true, cell: (e) => (e.differences ? h("a", {href: `${path}/differences?job=${
            report.job}&entity=${seg(e.entity)}`}, `${e.capped ? "at least " : ""}${count(e.differences)}`)
            : count(e.differences))},
        {label: "of these", cell: (e) => (isCompared(e) ? h("span", Object.keys(words).map((k) =>
            of(e, k)).filter(Boolean).flatMap((a, i) => (i ? [", ", a] : [a])), e.moving > 0 && h("span",
            {class: "muted"}, ` ${e.differences ? "· " : ""}${count(e.moving)} kept changing`)) : e.problem)},
        {label: "match", num: true, cell: (e) => percent(e.match)},
        {label: "verdict", cell: (e) => (!isCompared(e) ? badge("bad", "not compared") : e.verdict
            ? badge(...VERDICTS[e.verdict].slice(0, 2)) : h("span", {class: "muted"}, "no rows"))},
        {label: "sync", cell: (e) => (isCompared(e) ? due(e) : NONE)},
        all.some((e) => e.covers) && {label: "coverage", cell: (e) => (e.covers
            ? `${percent(e.coverage)} of ${e.covers}` : "")},
        all.some((e) => e.data_at) && {label: "fetched", cell: (e) => (e.data_at ? ago(e.data_at) : "")},
    ].filter(Boolean)}));
}

// What is to be done, and what was.
function due(e) {
    const mended = e.healed + e.unhealed > 0 && [h("br"), `${count(e.healed)} mended${
        e.unhealed ? `, ${count(e.unhealed)} left` : ""}`];
    return [e.due && e.differences > 0 ? [badge(e.verdict === "critical" ? "bad" : "warn", "due"), h("br"),
        e.verdict === "critical" ? "immediate sync required" : `more than ${count(e.sync_above)} differ`]
        : h("span", {class: "muted"}, VERDICTS[e.verdict]?.[2] ?? "nothing to sync"), mended,
    e.heal_problem && [h("br"), e.heal_problem]];
}

// Figures are texts of any length; their digits never pass through a number.
const figure = (v) => (v === null || v === undefined ? NONE : money(v));

export function figures(report) {
    const rows = report.entities.flatMap((e) => Object.entries(e.metrics ?? {}).map(([name, v]) => ({entity: e.entity,
        name, ...v})));
    if (!rows.length) return null;
    return h("section", {class: "panel flush", "aria-label": "Metrics"}, h("div", {class: "head"}, h("h2", "Metrics")),
        plainTable({caption: "Metrics of both sides", rows, columns: [
            {label: "entity", cell: (r) => r.entity}, {label: "metric", cell: (r) => h("strong", r.name)},
            {label: report.left_name, num: true, cell: (r) => figure(r.left)},
            {label: report.right_name, num: true, cell: (r) => figure(r.right)},
            {label: "compared", cell: (r) => (r.left === r.right ? h("span", {class: "muted"}, "same") : badge("warn",
                "differs"))}]}));
}

export function differing(report) {
    const all = report.entities.flatMap((e) => Object.entries(e.groups ?? {}).map(([column, g]) => ({entity: e.entity,
        column, ...g})));
    if (!all.length) return null;
    const rows = all.flatMap((g) => g.different.map((one) => ({...g, ...one})));
    const capped = all.filter((g) => g.is_capped).map((g) => g.column);
    return h("section", {class: "panel flush", "aria-label": "Groups"}, h("div", {class: "head"}, h("h2",
        "Groups that differ"), h("span", {class: "muted small"}, all.map((g) => `${g.entity} by ${g.column}: ${
        count(g.different.length, {capped: g.is_capped})} of ${count(g.values)}`).join(" · "))),
    rows.length ? plainTable({caption: "Groups that differ", rows, columns: [
        {label: "entity", cell: (r) => r.entity}, {label: "column", cell: (r) => h("code", r.column)},
        {label: "value", cell: (r) => (r.value === null ? h("em", {class: "muted"}, "null") : r.value === ""
            ? h("em", {class: "muted"}, "empty") : h("strong", {class: "wrap"}, r.value))},
        {label: report.left_name, num: true, cell: (r) => count(r.left)},
        {label: report.right_name, num: true, cell: (r) => count(r.right)},
        {label: "net", num: true, cell: (r) => signed(r.left - r.right)}]})
        : h("p", "All groups have the same counts."),
    capped.length > 0 && h("p", {class: "muted small"}, `Of ${capped.join(", ")} the first 50 are shown.`));
}
