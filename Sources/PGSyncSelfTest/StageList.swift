import Postgres

/// What is wrong in a stage of a self-test.
struct StageFailure: Error {
    let problems: [String]

    /// Throws if there is any problem.
    static func check(_ problems: [String]) throws {
        if !problems.isEmpty { throw StageFailure(problems: problems) }
    }
}

/// Runs the stages of a self-test and keeps what became of them.
struct StageList {
    typealias Stage = SelfTestReport.Stage

    /// Says that a stage has failed, so that the next ones make no sense.
    struct Ended: Error {}

    private(set) var stages: [Stage] = []
    private let explain: @Sendable (any Error) -> String
    private let onStage: @Sendable (Stage) async throws -> Void

    init(
        explain: @escaping @Sendable (any Error) -> String,
        onStage: @escaping @Sendable (Stage) async throws -> Void
    ) {
        self.explain = explain
        self.onStage = onStage
    }

    /// Runs a stage, which returns what it did, also in words.
    ///
    /// - Throws: ``Ended`` if it fails; what says nothing of pgsync, such as a lost connection, as it is.
    mutating func run<Value>(
        _ name: SelfTestReport.StageName,
        _ body: () async throws -> (Value, String)
    ) async throws -> Value {
        let start = ContinuousClock.now
        do {
            let (value, summary) = try await body()
            try await note(name, in: .now - start, summary)
            return value
        } catch let error where Self.endsAll(error) {
            throw error
        } catch {
            let problems = (error as? StageFailure)?.problems ?? [explain(error)]
            try await add(
                .init(name: name, state: .failed, duration: .now - start, summary: "", problems: problems)
            )
            throw Ended()
        }
    }

    /// Adds a stage that has passed.
    mutating func note(_ name: SelfTestReport.StageName, in duration: Duration, _ summary: String)
        async throws
    {
        try await add(.init(name: name, state: .passed, duration: duration, summary: summary, problems: []))
    }

    func hasPassed(_ name: SelfTestReport.StageName) -> Bool {
        stages.contains { $0.name == name && $0.state == .passed }
    }

    /// Adds those that have not run.
    mutating func finish() async throws {
        for name in SelfTestReport.StageName.allCases.dropFirst(stages.count) {
            try await add(.init(name: name, state: .skipped, duration: .zero, summary: "", problems: []))
        }
    }

    private mutating func add(_ stage: Stage) async throws {
        stages.append(stage)
        try await onStage(stage)
    }

    private static func endsAll(_ error: any Error) -> Bool {
        error is CancellationError || Task.isCancelled || (error as? PostgresError)?.isConnectionLost == true
    }
}
