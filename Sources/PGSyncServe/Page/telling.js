// Who is told of alerts, and of which nobody is: channels and silences.

import {del, get, post, seg} from "./api.js";
import {act} from "./dialog.js";
import {h} from "./dom.js";
import {NONE, ago, count, plural, time} from "./format.js";
import {badge} from "./icons.js";
import {part, plainTable, sh} from "./plain.js";

export function showTelling(ctx, reloadAlerts) {
    const channels = h("section", {class: "panel flush", id: "channels", "aria-label": "Channels"});
    const silences = h("section", {class: "panel flush", "aria-label": "Silences"});
    const run = async (what, then) => {
        const answer = await act(what);
        if (answer) then();
    };

    const loadSilences = () => part(ctx, silences, () => get("silences", null, ctx.signal), ({data}) => [
        h("div", {class: "head"}, h("h2", "Silences")), data.length ? plainTable({caption: "Silences",
            rows: data, columns: [
            {label: "what", cell: (s) => [s.kind, s.table, s.class].filter(Boolean).join(" · ")},
            {label: "ends", cell: (s) => time(s.ends_at)}, {label: "reason", cell: (s) => s.reason ?? NONE},
            {label: "by", cell: (s) => s.created_by ?? NONE},
            {label: "", cell: (s) => (ctx.can("operate") ? h("button", {type: "button", class: "quiet",
                onclick: () => endSilence(s), "aria-label": `End silence ${s.silence}`}, "End…") : "")}]})
            : h("p", {class: "muted"}, "No alert is silenced.")]);

    function endSilence(s) {
        run({title: `End silence ${s.silence}`, verb: "End", lines: `${s.kind ?? "Alerts"} ${
            s.table ?? ""}: news is sent again `
            + "from now on.", command: `pgsync alerts silence --end ${s.silence}`,
        run: ({key}) => del(`silences/${seg(s.silence)}`, {key}), done: () => "The silence is over."}, () => {
            loadSilences();
            reloadAlerts();
        });
    }

    const loadChannels = () => part(ctx, channels, () => get("channels", null, ctx.signal), ({data}) => [
        h("div", {class: "head"}, h("h2", "Channels")), data.length ? plainTable({caption: "Channels",
            rows: data, columns: [
            {label: "channel", cell: (c) => [h("strong", c.channel), c.kind === c.channel ? ""
                : ` ${c.kind}`]},
            {label: "state", cell: (c) => (!c.enabled ? badge("disabled") : c.failures_in_a_row
                ? badge("failing")
                : badge("enabled"))},
            {label: "tells from", cell: (c) => c.min_severity}, {label: "unsent", num: true,
                cell: (c) => count(c.unsent)},
            {label: "last sent", cell: (c) => ago(c.last_ok_at)},
            {label: "last error", cell: (c) => (c.last_error || c.disabled_reason
                ? [c.disabled_reason ?? c.last_error, " ",
                c.last_error_at ? ago(c.last_error_at) : "", c.failures_in_a_row
                    ? `, ${c.failures_in_a_row} in a row` : ""] : NONE)},
            {label: "", cell: (c) => (ctx.can("admin") ? h("button", {type: "button", class: "quiet",
                onclick: () => toggle(c),
                "aria-label": `${c.enabled ? "Disable" : "Enable"} ${c.channel}`}, c.enabled ? "Disable…"
                    : "Enable…") : "")}]})
            : h("p", "No channel is set up, so nobody is told. ", h("code",
                "pgsync channels set NAME --help"))]);

    function toggle(c) {
        const verb = c.enabled ? "Disable" : "Enable";
        run({title: `${verb} ${c.channel}`, verb, lines: c.enabled
            ? `Nothing is sent through it until it is enabled again; ${plural(c.unsent,
                "message")} stay unsent.`
            : `Its failures are forgotten and ${plural(c.unsent, "unsent message goes",
                "unsent messages go")} out.`,
        command: `pgsync channels ${verb.toLowerCase()} ${sh(c.channel)}`,
        run: ({key}) => post(`channels/${seg(c.channel)}/${verb.toLowerCase()}`, {}, {key}),
        done: () => `${c.channel} is ${verb.toLowerCase()}d.`}, loadChannels);
    }
    return {channels, silences, loadSilences, loadChannels};
}
