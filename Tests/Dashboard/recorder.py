"""Notes what a page shows in every frame, so that a wrong figure of one frame is seen."""

# Each text is noted once, with how long it was shown since it came first; frames tells that it ran.
START = """
    window.recorded = {frames: 0, seen: {}};
    const selectors = arguments[0];
    const frame = () => {
        window.recorded.frames++;
        for (const [name, selector] of Object.entries(selectors)) {
            const node = document.querySelector(selector);
            const words = node ? node.textContent : "(gone)";
            (window.recorded.seen[name] ??= []).includes(words) || window.recorded.seen[name].push(words);
        }
        if (window.recorded.on) requestAnimationFrame(frame);
    };
    window.recorded.on = true;
    requestAnimationFrame(frame);
"""
STOP = "window.recorded.on = false; return window.recorded"


def start(browser, selectors):
    """Notes the texts of some elements, by name, from now on."""
    browser.js(START, selectors)


def stop(browser):
    """The number of frames, and for each name all texts that were ever shown."""
    recorded = browser.js(STOP)
    return recorded["frames"], recorded["seen"]
