// The find box (/ and Ctrl-K) and the help on keys (?).

import {get} from "./api.js";
import {fill, h, newID, store} from "./dom.js";
import {modal} from "./dialog.js";

export function palette({go, GO}) {
    if (document.querySelector("dialog.palette")) return;
    const list = h("ul", {id: newID("list"), role: "listbox", "aria-label": "Found"});
    const note = h("p", {class: "muted small", role: "status"});
    const box = modal("Find", h("div", {class: "stack tight"}));
    let found = [];
    let at = 0;
    let timer;
    let asked = new AbortController();
    const input = h("input", {type: "text", role: "combobox", "aria-expanded": "true",
        "aria-controls": list.id,
        "aria-label": "Bill key, change id, entry id, account or screen", "aria-autocomplete": "list",
        placeholder: "Bill key, change id, entry id, account or screen", autocomplete: "off",
            spellcheck: "false",
        oninput: () => {
            draw(screens());
            clearTimeout(timer);
            timer = setTimeout(ask, 150);
        },
        onkeydown(event) {
            const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
            if (step && found.length) choose((at + step + found.length) % found.length);
            else if (event.key === "Enter" && found[at]) open(found[at]);
            else return;
            event.preventDefault();
        }});
    box.classList.add("palette");
    box.querySelector("h2").classList.add("unseen");
    fill(box.querySelector(".stack"), input, list, note);
    box.addEventListener("close", () => asked.abort());
    box.addEventListener("click", (event) => event.target === box && box.close());

    const words = () => input.value.trim();
    function screens() {
        const typed = words().toLowerCase();
        return Object.entries(GO).filter(([, [, name]]) => !typed || name.toLowerCase().startsWith(typed))
            .map(([key, [path, name]]) => ({kind: "screen", label: name, path, key: `g ${key}`}));
    }
    async function ask() {
        asked.abort();
        asked = new AbortController();
        const {signal} = asked;
        if (!words()) return;
        try {
            const {data} = await get("find", {q: words()}, signal);
            if (signal.aborted) return;
            draw([...data, ...screens()]);
            note.textContent = data.length ? `${data.length} found` : `Nothing found for “${words()}”.`;
        } catch (error) {
            if (!signal.aborted) note.textContent = `${error.title}. Screens can still be chosen.`;
        }
    }
    function draw(all) {
        found = all;
        fill(list, found.map((one, i) => h("li", {role: "option", id: `${list.id}-${i}`,
            onclick: () => open(one)},
            h("span", {class: "wrap"}, one.label), h("span", {class: "muted small nowrap"},
                one.key ?? one.kind))));
        choose(0);
    }
    function choose(n) {
        at = n;
        [...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === n)));
        if (list.children[n]) {
            input.setAttribute("aria-activedescendant", list.children[n].id);
            list.children[n].scrollIntoView({block: "nearest"});
        } else input.removeAttribute("aria-activedescendant");
    }
    function open(one) {
        box.close();
        go(one.path);
    }
    draw(screens());
    input.focus();
}

const NAMES = {" ": "Space", ArrowLeft: "←", ArrowRight: "→"};

export function help({screen, page, GO, title}) {
    const line = (key, words) => [h("dt", key.split(" ").map((k) => [h("kbd", NAMES[k] ?? k), " "])),
        h("dd", words)];
    const lines = (map) => Object.entries(map ?? {}).filter(([, [words]]) => words)
        .map(([key, [words]]) => line(key === " " ? "Space" : key, words));
    const own = lines(screen);
    modal("Keys", own.length ? [h("h3", title), h("dl", {class: "facts"}, own)] : null,
        h("h3", "Everywhere"), h("dl", {class: "facts"}, lines(page), line("Ctrl+K", "Find anything"),
            Object.entries(GO).map(([key, [, name]]) => line(`g ${key}`, name))),
        h("label", {class: "check"}, h("input", {type: "checkbox", checked: store("keys") !== "off",
            onchange: (e) => store("keys", e.target.checked ? null : "off")}), "Keys act on this browser"),
        h("label", {class: "check"}, h("input", {type: "checkbox", checked: store("dense") === "on",
            onchange(e) {
            store("dense", e.target.checked ? "on" : null);
            document.documentElement.toggleAttribute("data-dense", e.target.checked);
        }}), "Dense tables"),
        h("form", {method: "dialog", class: "acts"}, h("button", {class: "main"}, "Close")));
}
