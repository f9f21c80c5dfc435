// The one event stream of all tabs (as SharedWorker), or of this tab alone (imported by live.js).
// A port gets {topic, data, age} and {state, since, again}. It keeps the newest state of each topic.

const TOPICS = ["hello", "status", "sources", "alert", "jobs", "proof", "config", "rules", "schedule",
    "session",
    "bye"];

export class Stream {
    constructor() {
        this.ports = new Set();
        this.kept = new Map();
        this.wait = 1000;
        this.link = {state: "closed"};
    }

    join(port, url) {
        this.ports.add(port);
        this.url ??= url;
        port.postMessage(this.link);
        for (const [topic, {data, at}] of this.kept) {
            if (topic !== "bye" && topic !== "session") port.postMessage({topic, data,
                age: performance.now() - at});
        }
        if (!this.source) this.open();
    }

    leave(port) {
        this.ports.delete(port);
        if (this.ports.size === 0) this.close("closed");
    }

    tell(message) {
        for (const port of this.ports) port.postMessage(message);
    }

    setLink(state, again) {
        if (state !== this.link.state) this.link = {state, since: Date.now()};
        this.link = {...this.link, again};
        this.tell(this.link);
    }

    open() {
        this.close();
        if (!this.ports.size) return;
        const source = this.source = new EventSource(this.url);
        for (const topic of TOPICS) source.addEventListener(topic, (event) => this.take(topic, event));
        // A 502 on reconnect ends an EventSource for good, so every error makes a new one, with jitter.
        source.onerror = () => this.retry();
    }

    take(topic, event) {
        let data;
        try { data = JSON.parse(event.data); } catch { return; }
        this.wait = 1000;
        this.setLink("open");
        if (topic === "hello" && data.epoch !== this.epoch) {
            this.epoch = data.epoch;
            this.kept.clear();
        }
        this.kept.set(topic, {data, at: performance.now()});
        this.tell({topic, data, age: 0});
        if (topic === "bye") this.retry(data.retry_ms);
    }

    retry(after) {
        this.close();
        const wait = after ?? this.wait * (0.5 + Math.random() * 0.75);
        this.setLink("offline", Date.now() + wait);
        // Often in the first minute: most stops are a restart.
        this.wait = Math.min(Date.now() - this.link.since < 60_000 ? 3000 : 30_000, this.wait * 2);
        this.timer = setTimeout(() => this.open(), wait);
    }

    close(state) {
        clearTimeout(this.timer);
        this.source?.close();
        this.source = null;
        if (state) this.link = {state};
    }

    // Words from a tab: join, leave, again (try now), fresh (after a new log-in).
    hear(port, {word, url}) {
        if (word === "join") this.join(port, url);
        if (word === "leave") this.leave(port);
        if (word === "again" && this.link.state !== "open") this.open();
        if (word === "fresh") {
            this.kept.clear();
            this.open();
        }
    }
}

if (typeof SharedWorkerGlobalScope === "function") {
    const stream = new Stream();
    self.onconnect = ({ports: [port]}) => {
        port.onmessage = ({data}) => stream.hear(port, data);
    };
}
