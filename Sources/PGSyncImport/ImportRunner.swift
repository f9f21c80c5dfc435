package import Days
import PGSyncOperations
import PGSyncRemote
import PGSyncRules
import PGSyncStore
package import Postgres

/// Runs one job of an import: its streams in their order, each by as many sessions as may call at once.
struct ImportRunner: Sendable {
    let job: RunningJob
    let task: ImportTask
    let definition: ImportDefinition
    let calls: CallRunner
    let options: ConnectionOptions

    /// Why a stream stopped; others that do not need it go on.
    struct StreamFailure: Error, Sendable {
        let errorClass: String
        let message: String
    }

    func run() async throws -> [String: Int] {
        var failures: [(stream: String, failure: StreamFailure)] = []
        var left: (wait: Duration?, errorClass: String, message: String)?
        for stream in definition.streamsInOrder where task.streams?.contains(stream.name) ?? true {
            guard !failures.contains(where: { stream.after.contains($0.stream) }) else {
                failures.append(
                    (stream.name, StreamFailure(errorClass: "call.skipped", message: "needs what failed"))
                )
                continue
            }
            do {
                if task.type == "retry" { try await retry(stream) } else { try await fetch(stream) }
            } catch let failure as StreamFailure {
                failures.append((stream.name, failure))
            } catch let failure as CallRunner.Failure {
                switch failure {
                case .leave(let wait, let problem): left = (wait, "call.wait", problem)
                case .unauthorized(let problem): left = (nil, "call.auth", problem)
                case .interrupted: throw job.interruption
                case .gone:
                    failures.append(
                        (stream.name, .init(errorClass: "call.config", message: "nothing is there"))
                    )
                case .failed(let errorClass, let problem):
                    failures.append((stream.name, .init(errorClass: errorClass, message: problem)))
                }
                if let left { throw job.leave(for: left.wait, errorClass: left.errorClass, left.message) }
            }
        }
        let id = job.id
        if let first = failures.first {
            let all = failures.map { "\($0.stream): \($0.failure.message)" }.joined(separator: "; ")
            throw JobFailure(first.failure.errorClass, all)
        }
        return try await job.step { try ImportStore($0).totals(id) }
    }

    // MARK: A stream

    private func fetch(_ stream: ImportStream) async throws {
        guard let target = try await target(of: stream) else {
            throw StreamFailure(errorClass: "call.config", message: "the table of the stream is not there")
        }
        let (plan, id) = (try await plan(stream), job.id)
        guard !task.isDry else {
            return try await DryRun(runner: self, stream: stream, target: target, plan: plan).run()
        }
        try await job.note(stream.name, plan.message)
        let fetching = StreamFetching(runner: self, stream: stream, target: target, plan: plan)
        try await fetching.run()
        guard plan.sweeps, !job.isJoined, let deletes = stream.deletes else { return }
        var marks: String?
        if case .mark(let column) = deletes.action { marks = column }
        let swept = try await job.step { [marks] in
            try ImportStore($0).sweep(id, stream, target: target, marks: marks, ignoresGuard: false)
        }
        guard !swept.isStopped else {
            throw StreamFailure(
                errorClass: "guard.deletes",
                message: "\(swept.missed) rows are missing at the API, too many to delete without a person"
            )
        }
    }

    func target(of stream: ImportStream) async throws -> Int64? {
        let name = task.name
        return try await job.step { try ImportStore($0).target(of: stream, in: name) }
    }

    private func plan(_ stream: ImportStream) async throws -> ImportPlan {
        let plan = try await newPlan(stream)
        let (id, name) = (job.id, stream.name)
        // What is wanted follows from what is finished, which the job itself changes.
        return try await job.step { try ImportStore($0).keep(plan, of: id, name) }
    }

    private func newPlan(_ stream: ImportStream) async throws -> ImportPlan {
        let (name, task) = (task.name, task)
        let isManual = task.type == "manual"
        let end = task.until ?? task.runStart.moved(by: .zero - definition.settle)
        let (sweptAt, known) = try await job.step { session in
            let store = ImportStore(session)
            return (try store.sweptAt(name, stream.name), try store.finishedUntil(name, stream.name))
        }
        let isSweepDue =
            stream.deletes.map { deletes in
                sweptAt.map { task.runStart.duration(since: $0) >= deletes.sweep.span } ?? true
            } ?? false
        guard let changed = stream.changed else {
            return ImportPlan(wanted: ImportPlan.everything, sweeps: isSweepDue && !isManual)
        }
        // What was never read has nothing to lose.
        if isSweepDue, !isManual, known != nil {
            return ImportPlan(
                wanted: ImportPlan.everything,
                finishedUntil: end,
                sweeps: true,
                message: "walks through everything, to find what is gone"
            )
        }
        if let remembers = stream.remembers, !isManual,
            known.map({ task.runStart.duration(since: $0) > remembers }) ?? true
        {
            return ImportPlan(
                wanted: ImportPlan.everything,
                finishedUntil: end,
                message: "walks through everything, as the API no longer tells all that has changed"
            )
        }
        let since = task.since ?? stream.history.map { Timestamp(beginningOf: $0.from) }
        let wanted = try await job.step { session in
            try ImportStore(session).wanted(
                name,
                stream.name,
                since: since,
                until: end,
                lookback: task.type == "daily" ? changed.lookback : .zero,
                ignoresFinished: isManual
            )
        }
        return ImportPlan(
            wanted: wanted,
            step: changed.before == nil ? nil : stream.history?.step?.rawValue,
            newestFirst: task.type == "daily",
            finishedUntil: !isManual || task.marks ? end : nil
        )
    }
}

extension ImportDeletes.Sweep {
    /// A little less, so that a daily run finds a daily sweep due.
    var span: Duration {
        switch self {
        case .daily: .seconds(86_400 - 7_200)
        case .weekly: .seconds(7 * 86_400 - 7_200)
        case .monthly: .seconds(30 * 86_400 - 7_200)
        }
    }
}

extension Timestamp {
    /// In UTC.
    package init(beginningOf day: Day) {
        self.init(microsecondsSinceEpoch: Int64(day.daysSinceEpoch) * 86_400_000_000)
    }

    func moved(by duration: Duration) -> Timestamp {
        Timestamp(microsecondsSinceEpoch: microsecondsSinceEpoch + duration.milliseconds * 1_000)
    }
}
