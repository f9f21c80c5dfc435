// Builds elements and their texts: the policy of the page forbids making markup of texts.

const SVG = "http://www.w3.org/2000/svg";

function put(node, props) {
    for (const [name, value] of Object.entries(props ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
        else if (name === "css") for (const [key, text] of Object.entries(value)) node.style.setProperty(key,
            text);
        else if (name === "value" && "value" in node) node.value = value;
        else node.setAttribute(name, value === true ? "" : value);
    }
}

function isProps(value) {
    return value !== null && typeof value === "object" && !(value instanceof Node) && !Array.isArray(value);
}

// h("p", {class: "muted"}, "text", node, [nodes]); props may be left out. null and false are left out.
export function h(tag, props, ...kids) {
    const node = document.createElement(tag);
    if (isProps(props)) put(node, props);
    else kids.unshift(props);
    add(node, kids);
    if (tag === "select" && isProps(props) && props.value !== undefined) node.value = props.value;
    return node;
}

// The same for SVG. Attributes keep their case.
export function svg(tag, props, ...kids) {
    const node = document.createElementNS(SVG, tag);
    put(node, props);
    add(node, kids);
    return node;
}

export function add(node, kids) {
    for (const kid of [kids].flat(9)) {
        if (kid === null || kid === undefined || kid === false) continue;
        node.append(kid instanceof Node ? kid : String(kid));
    }
    return node;
}

export function fill(node, ...kids) {
    node.replaceChildren();
    return add(node, kids);
}

// Writes only what changed, so that a screen reader and a selection are left alone.
export function text(node, value) {
    const now = String(value);
    if (node.textContent !== now) node.textContent = now;
}

let serial = 0;
export const newID = (word = "n") => `${word}${++serial}`;

// Says a sentence to screen readers. Only for results, alerts and connection, never for counters.
export function say(sentence) {
    const place = document.getElementById("said");
    place.textContent = "";
    setTimeout(() => { place.textContent = sentence; }, 50);
}

export async function copy(words) {
    try {
        await navigator.clipboard.writeText(words);
        return true;
    } catch {
        // Plain HTTP has no clipboard: select a hidden field instead.
        const field = h("textarea", {class: "unseen", "aria-hidden": "true"}, words);
        (document.querySelector("dialog[open]") ?? document.body).append(field);
        field.select();
        const done = document.execCommand("copy");
        field.remove();
        return done;
    }
}

export function store(name, value) {
    try {
        if (value === undefined) return localStorage.getItem(`pgsync.${name}`);
        if (value === null) localStorage.removeItem(`pgsync.${name}`);
        else localStorage.setItem(`pgsync.${name}`, value);
    } catch { /* a browser without storage keeps nothing */ }
    return null;
}

// Starts a download of text made in the page.
export function save(name, type, words) {
    const url = URL.createObjectURL(new Blob([words], {type}));
    h("a", {href: url, download: name}).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
}
