import Glibc
import Concurrency
import Synchronization

/// Carries signals from their handler, where hardly anything is allowed, to ordinary code.
///
/// The handler writes the number into a pipe, and one thread reads from it. Merely blocking the signals and
/// waiting for them does not work in a program with an asynchronous `main`: Dispatch parks the main thread in
/// `sigsuspend` with nothing blocked, so it takes every signal. Pipe and thread are made at first use and stay,
/// as a handler may still be running when the last listener leaves.
final class SignalRelay: Sendable {
    private struct Receiver {
        let signals: Set<Signal>
        let receive: @Sendable (Signal) -> Void
    }

    private struct State {
        var receivers: [UInt64: Receiver] = [:]
        var nextID: UInt64 = 0
        /// What each signal did before anyone listened to it.
        var dispositions: [Signal: sigaction] = [:]
    }

    private static let instance = Locked<SignalRelay?>(nil)

    private let readEnd: Int32
    private let state = Locked(State())

    private init(readEnd: Int32) {
        self.readEnd = readEnd
    }

    /// Returns the relay of the process.
    static func shared() throws(ServicesError) -> SignalRelay {
        try instance.withLock { instance throws(ServicesError) in
            if let instance { return instance }
            let relay = try start()
            instance = relay
            return relay
        }
    }

    /// Hands on these signals until the returned identifier is given to ``stopListening(_:)``.
    func listen(to signals: Set<Signal>, receive: @escaping @Sendable (Signal) -> Void) -> UInt64 {
        state.withLock { state in
            state.nextID += 1
            state.receivers[state.nextID] = Receiver(signals: signals, receive: receive)
            for signal in signals where state.dispositions[signal] == nil {
                state.dispositions[signal] = Self.handle(signal)
            }
            return state.nextID
        }
    }

    /// Ends one listener, and gives signals that nobody listens to any more their former effect.
    func stopListening(_ id: UInt64) {
        state.withLock { state in
            guard let receiver = state.receivers.removeValue(forKey: id) else { return }
            let stillWanted = state.receivers.values.reduce(into: Set()) { $0.formUnion($1.signals) }
            for signal in receiver.signals.subtracting(stillWanted) {
                guard var former = state.dispositions.removeValue(forKey: signal) else { continue }
                unsafe sigaction(signal.rawValue, &former, nil)
            }
        }
    }

    private func loop() {
        var number: UInt8 = 0
        while true {
            let count = unsafe read(readEnd, &number, 1)
            guard count == 1 else { continue }
            let signal = Signal(rawValue: Int32(number))
            let receivers = state.withLock { Array($0.receivers.values) }
            for receiver in receivers where receiver.signals.contains(signal) { receiver.receive(signal) }
        }
    }

    private static func start() throws(ServicesError) -> SignalRelay {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw .cannotListenForSignals(errorNumber: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // A handler must not wait, not even for room.
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        let relay = SignalRelay(readEnd: ends[0])
        if let errorNumber = DetachedThread.start({ relay.loop() }) {
            for end in ends { close(end) }
            throw .cannotListenForSignals(errorNumber: errorNumber)
        }
        relayDescriptor.store(ends[1], ordering: .releasing)
        return relay
    }

    /// Installs the handler and returns what was there before.
    private static func handle(_ signal: Signal) -> sigaction {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = { number in
            let interrupted = errno
            var number = UInt8(truncatingIfNeeded: number)
            _ = unsafe write(relayDescriptor.load(ordering: .acquiring), &number, 1)
            errno = interrupted
        }
        action.sa_flags = SA_RESTART
        var former = sigaction()
        unsafe sigaction(signal.rawValue, &action, &former)
        return former
    }
}

/// Where the handler writes; it may touch nothing else.
private let relayDescriptor = Atomic<Int32>(-1)
