import PGSyncCore
import PGSyncStore
import Postgres
import Services

/// Posts changes on its own connection, and reconnects whenever that is lost.
///
/// ``PosterState`` decides what to do next; this does it.
struct Poster: Service {
    let number: Int
    let context: WorkerContext

    /// Where a batch that failed began, and how many changes it took at most.
    struct FailedBatch {
        let start: Int64
        let limit: Int
    }

    /// What a poster remembers from one connection to the next.
    struct Memory {
        var state: PosterState
        var size: BatchSize
        var pacing = PosterPacing()
        /// The batch that isolating searches for the changes that made it fail.
        var failedBatch: FailedBatch?
        /// What the last failure was.
        var error: PostgresError?
        /// Between attempts that failed for reasons that may pass.
        var backoff = Backoff(initial: .milliseconds(20), cap: .seconds(2), jitter: .equal)
        var generator = SystemRandomNumberGenerator()
        /// Whether anything has succeeded on this connection.
        var hasAchieved = false
        /// Failures that have not been logged yet, and from when on they are.
        var unexplained = 0
        var nextExplanation = Duration.zero
        /// How many parts of tables the worker had read when this poster last looked.
        var partsRead = 0
    }

    func run(until shutdown: Shutdown) async throws {
        defer { context.posters.leave(number) }
        let maximum = context.batchMaximum
        var memory = Memory(
            state: PosterState(isUnclean: context.registration.isUnclean, limit: maximum),
            size: BatchSize(maximum: maximum)
        )
        let retry = RetryLoop(Backoff(initial: .milliseconds(20), cap: .seconds(2), jitter: .equal))
        try await retry.run(until: shutdown) { error, _ in
            throw error
        } turn: { backoff -> RetryLoop.Turn<Void> in
            context.posters.leave(number)
            guard let connection = try await context.gate.connect(until: shutdown) else { return .done(()) }
            memory.hasAchieved = false
            let goesOn = try await connection.closing {
                try await work(connection, &memory, until: shutdown)
            }
            guard goesOn else { return .done(()) }
            // A server that accepts connections and then refuses everything must not be called without pause.
            if memory.hasAchieved { backoff.reset() }
            return .again(atOnce: memory.hasAchieved)
        }
    }

    /// Works until the connection is no longer usable (true), or there is nothing more to do (false).
    private func work(
        _ connection: PostgresConnection,
        _ memory: inout Memory,
        until shutdown: Shutdown
    ) async throws -> Bool {
        var session = PostingSession(connection: connection, context: context)
        var action = memory.state.handle(.connected)
        while true {
            switch action {
            case .step(let step):
                if shutdown.isRequested, !step.isOwed { return false }
                context.posters.begin(number)
                action = memory.state.handle(try await session.perform(step, &memory))
            case .connect:
                return true
            case .backOff:
                let pause = memory.backoff.next(using: &memory.generator)
                if try await shutdown.sleep(for: pause) { return false }
                action = memory.state.handle(.rested)
            case .rest(let duration):
                if try await shutdown.sleep(for: duration) { return false }
                action = memory.state.handle(.rested)
            case .park where context.options.goal == .onePass:
                // What was in a part still has to be posted, and parts are read one after the other.
                let count = try await context.parts.countWhenIdle(until: shutdown)
                guard count > memory.partsRead else { return false }
                memory.partsRead = count
                if try await shutdown.sleep(for: PartList.turn) { return false }
                action = memory.state.handle(.rested)
            case .park:
                guard await context.posters.park(number) else { return false }
                action = memory.state.handle(.rested)
            }
        }
    }
}
