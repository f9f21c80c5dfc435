// The image of a change: hidden until asked for, each look is audited.

import {can, get, seg} from "./api.js";
import {add, fill, h} from "./dom.js";
import {problemNote} from "./dialog.js";
import {shape} from "./icons.js";

// change: {change, error_column?}
export function imageBox(ctx, change, heading = "h3") {
    const box = h("div", {class: "stack tight"}, h(heading, "Image"));
    const trouble = h("div");
    if (!can("images")) {
        return add(box, h("p", {class: "muted"}, "Seeing images needs the scope “images”."));
    }
    const shown = h("button", {type: "button", class: "show-image", async onclick() {
        shown.disabled = true;
        try {
            const {data} = await get(`changes/${seg(change.change)}/image`, null, ctx.signal);
            fill(trouble, imageTable(data, change.error_column));
            shown.remove();
        } catch (error) {
            shown.disabled = false;
            fill(trouble, error.name === "gone" ? h("p", error.detail ?? "Dropped by retention.")
                : problemNote(error));
        }
    }}, "Show the image");
    return add(box, [h("p", {class: "muted small"}, "Hidden until asked for; each look is audited."),
        h("div", shown), trouble]);
}

const words = (v) => (v === null || v === undefined ? h("em", {class: "muted"}, "null")
    : typeof v === "object" ? JSON.stringify(v) : String(v));

// All columns; what changed as old → new, the column at fault marked.
function imageTable({data, old_data: old}, marked) {
    const differs = (name) => old && data && JSON.stringify(old[name]) !== JSON.stringify(data[name]);
    return h("dl", {class: "facts"}, Object.keys(data ?? old ?? {}).map((name) => [
        h("dt", h("code", name), name === marked && h("span", {class: "bad"}, " ", shape("bad"),
            " at fault")),
        h("dd", differs(name) && [words(old[name]), " → "], words((data ?? old)[name]))]));
}
