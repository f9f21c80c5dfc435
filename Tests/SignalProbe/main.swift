import Glibc
import Services

// A whole process for the tests of SignalListener, with the main thread as asynchronous programs have it.
// It says what happens, a line each, and exits as a program should after a signal.

@Sendable func say(_ line: String) {
    let bytes = Array("\(line)\n".utf8)
    _ = unsafe write(STDOUT_FILENO, bytes, bytes.count)
}

let isStubborn = CommandLine.arguments.contains("--stubborn")
let listener = SignalListener()
let shutdown = Shutdown()
do {
    try await listener.listen(requesting: shutdown, onEvent: { _ in say("event") }) {
        say("ready")
        try await shutdown.wait()
        say("graceful")
        guard isStubborn else { return }
        do {
            try await Task.sleep(for: .seconds(3_600))
        } catch {
            say("cancelled")
            throw error
        }
    }
} catch is CancellationError {
    say("stopped")
}
exit(listener.stopSignal?.exitCode ?? 0)
