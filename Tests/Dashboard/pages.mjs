// Many open pages without a browser: the page's own stream, as the server serves it, on an EventSource of Node's HTTP.
//
// node pages.mjs ADDRESS TOKEN COUNT writes a line for each connection that is made and for each that becomes live:
// the time in ms, "connected" or "live", and which page it is.

import http from "node:http";

const [address, token, count] = process.argv.slice(2);
function tell(what, number) {
    process.stdout.write(`${Date.now()} ${what} ${number}\n`);
}

// What the page uses of an EventSource: it makes a new one after each error, so this one never tries again itself.
globalThis.EventSource = class extends EventTarget {
    constructor(url) {
        super();
        const number = current;
        const fail = () => {
            if (!this.closed) this.onerror?.();
        };
        const headers = {Authorization: `Bearer ${token}`, Accept: "text/event-stream"};
        this.request = http.get(url, {headers, agent: false}, (answer) => {
            if (answer.statusCode !== 200) return fail();
            let rest = "";
            let isLive = false;
            answer.setEncoding("utf8");
            answer.on("data", (text) => {
                if (!isLive) tell("live", number);
                isLive = true;
                const blocks = (rest + text).split("\n\n");
                rest = blocks.pop();
                for (const block of blocks) this.read(block);
            });
            answer.on("error", () => null);
            return answer.on("close", fail);
        });
        this.request.on("socket", (socket) => socket.on("connect", () => tell("connected", number)));
        this.request.on("error", fail);
    }

    read(block) {
        const fields = Object.fromEntries(block.split("\n").map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? []));
        if (fields.event && !this.closed) this.dispatchEvent(new MessageEvent(fields.event, {data: fields.data}));
    }

    close() {
        this.closed = true;
        this.request.destroy();
    }
};

const read = async (path) => (await fetch(`${address}/${path}`)).text();
const text = await read(`${/assets\/[^/"]+/.exec(await read(""))[0]}/worker.js`);
const {Stream} = await import(`data:text/javascript,${encodeURIComponent(text)}`);
let current = null;

for (let number = 0; number < Number(count); number++) {
    const stream = new Stream();
    const open = stream.open.bind(stream);
    stream.open = () => {
        current = number;
        open();
    };
    stream.join({postMessage() { /* nobody looks */ }}, `${address}/api/v1/events`);
}
