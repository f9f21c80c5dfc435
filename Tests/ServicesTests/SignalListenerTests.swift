import Glibc
import Concurrency
import Services
import TestSupport
import Testing

@Suite("Signal listener", .timeLimit(.minutes(10)))
struct SignalListenerTests {
    private let shutdown = Shutdown()

    // Tests run at the same time in one process, so each has signals of its own: real-time ones, which are free.

    @Test("requests the shutdown at the first signal")
    func requestsShutdown() async throws {
        let signal = Signal(rawValue: 40)
        let listener = SignalListener(stopSignals: [signal], eventSignals: [])
        let result = try await listener.listen(requesting: shutdown) { [shutdown] in
            #expect(listener.stopSignal == nil)
            kill(getpid(), signal.rawValue)
            try await shutdown.wait()
            return "finished"
        }
        #expect(result == "finished")
        #expect(listener.stopSignal == signal)
    }

    @Test("cancels the operation at the second signal")
    func cancels() async {
        let signals = [Signal(rawValue: 41), Signal(rawValue: 42)]
        let listener = SignalListener(stopSignals: Set(signals), eventSignals: [])
        await #expect(throws: CancellationError.self) {
            try await listener.listen(requesting: shutdown) { [shutdown] in
                kill(getpid(), signals[0].rawValue)
                try await shutdown.wait()
                kill(getpid(), signals[1].rawValue)
                try await Shutdown().wait()
            }
        }
        #expect(listener.stopSignal == signals[0])
    }

    @Test("reports other signals as events, which stop nothing")
    func reportsEvents() async throws {
        let signal = Signal(rawValue: 43)
        let listener = SignalListener(stopSignals: [], eventSignals: [signal])
        let events = Locked<[Signal]>([])
        try await listener.listen(
            requesting: shutdown,
            onEvent: { signal in events.withLock { $0.append(signal) } },
            during: {
                for count in 1...3 {
                    kill(getpid(), signal.rawValue)
                    try await eventually { events.withLock { $0.count } == count }
                }
            }
        )
        #expect(events.withLock { $0 } == [signal, signal, signal])
        #expect(!shutdown.isRequested)
        #expect(listener.stopSignal == nil)
    }

    @Test("hands on the error of the operation and can listen again")
    func listensAgain() async throws {
        let listener = SignalListener(stopSignals: [Signal(rawValue: 44)], eventSignals: [])
        await #expect(throws: Refused.self) {
            try await listener.listen(requesting: shutdown) { throw Refused() }
        }
        #expect(try await listener.listen(requesting: shutdown) { 7 } == 7)
    }

    @Test("ends a process gracefully at the first signal", arguments: [Signal.interrupt, .terminate])
    func endsAProcessGracefully(_ signal: Signal) async throws {
        let probe = try SignalProbe()
        try await eventually { probe.lines == ["ready"] }
        probe.send(signal)
        try await eventually { probe.exitCode != nil }
        #expect(probe.lines == ["ready", "graceful"])
        #expect(probe.exitCode == signal.exitCode)
    }

    @Test("ends a process at once at the second signal, with the exit code of the first")
    func endsAProcessAtOnce() async throws {
        let probe = try SignalProbe(arguments: ["--stubborn"])
        try await eventually { probe.lines == ["ready"] }
        probe.send(.hangUp)
        try await eventually { probe.lines == ["ready", "event"] }
        probe.send(.terminate)
        try await eventually { probe.lines.last == "graceful" }
        probe.send(.interrupt)
        try await eventually { probe.exitCode != nil }
        #expect(probe.lines == ["ready", "event", "graceful", "cancelled", "stopped"])
        #expect(probe.exitCode == Signal.terminate.exitCode)
    }
}
