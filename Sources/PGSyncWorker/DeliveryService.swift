import Concurrency
import PGSyncDelivery
import PGSyncStore
import Postgres
import Services
import Telemetry

/// For which channels the leader found something to send.
final class DeliveryBoard: Sendable {
    private struct State {
        var due: Set<String> = []
        var busy: Set<String> = []
    }

    private let state = Locked(State())
    private let latch = Latch<Void, Never>()

    func note(due names: [String]) {
        let isNews = state.withLock { state in
            state.due.formUnion(names)
            return !state.due.subtracting(state.busy).isEmpty
        }
        if isNews { latch.open() }
    }

    /// Waits for channels that are due and that nobody works on; from then on they are worked on.
    func next() async throws -> Set<String> {
        while true {
            try await latch.wait()
            latch.close()
            let free = state.withLock { state in
                let free = state.due.subtracting(state.busy)
                state.due.subtract(free)
                state.busy.formUnion(free)
                return free
            }
            if !free.isEmpty { return free }
        }
    }

    func end(_ name: String) { state.withLock { _ = $0.busy.remove(name) } }
}

/// Sends news of alerts.
///
/// Channels do not wait for one another. It needs no lead: a message is taken by one worker
/// alone, whoever leads meanwhile.
struct DeliveryService: Service {
    let context: WorkerContext
    let runner: DeliveryRunner

    /// How long a message under way is waited for once the worker stops; a cancelled one is sent again later.
    private static let gracePeriod = Duration.seconds(5)

    func run(until shutdown: Shutdown) async throws {
        do {
            try await shutdown.withGracePeriod(Self.gracePeriod) {
                try await withThrowingDiscardingTaskGroup { group in
                    while let names = try await next(until: shutdown) {
                        for name in names {
                            group.addTask {
                                defer { context.deliveries.end(name) }
                                try await send(name, until: shutdown)
                            }
                        }
                    }
                }
            }
        } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
            context.logger.notice("A message was cut off; it will be sent again")
        }
        try await shutdown.wait()
    }

    private func next(until shutdown: Shutdown) async throws -> Set<String>? {
        do {
            return try await shutdown.withGracePeriod(.zero) { [context] in
                try await context.deliveries.next()
            }
        } catch is CancellationError where shutdown.isRequested && !Task.isCancelled {
            return nil
        }
    }

    private func send(_ name: String, until shutdown: Shutdown) async throws {
        do {
            guard let connection = try await context.gate.connect(until: shutdown) else { return }
            try await connection.closing {
                if context.options.ownsSessions {
                    try await connection.withSession { [limits = context.limits] in
                        try PostingStore.limit($0, to: limits)
                    }
                }
                try await runner.run(name, on: connection) {
                    !shutdown.isRequested
                } onReport: { [logger = context.logger] report in
                    Self.log(report, logger)
                }
            }
        } catch let error as PostgresError {
            context.logger.warning(
                "Sending news of alerts was interrupted; it will be tried again",
                ["channel.name": .string(name), "error": .string("\(error)")]
            )
        } catch let error as StoreError {
            // It was removed meanwhile.
            context.logger.debug(
                "A channel cannot be used",
                ["channel.name": .string(name), "error": .string("\(error)")]
            )
        }
    }

    private static func log(_ report: DeliveryRunner.Report, _ logger: Logger) {
        let logger = logger.with([
            "channel.name": .string(report.channel), "channel.messages": .int(report.messages),
        ])
        guard let failure = report.failure else {
            logger.debug("News of an alert was delivered")
            return
        }
        logger.warning(
            "News of an alert was not delivered",
            ["error.class": .string(failure.errorClass), "error": .string(failure.message)]
        )
    }
}
