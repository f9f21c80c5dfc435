import JSON
import PGSyncDelivery
import PGSyncOperations
import PGSyncRules
import PGSyncStore
import Postgres

/// Compares the entities of one run, one after the other.
struct CompareRun: Sendable {
    let job: RunningJob
    let task: CompareTask
    let comparison: Comparison
    let options: ConnectionOptions
    let site: DeliverySite
    let ignoresGuard: Bool

    private static let mostGroups = 50
    private static let mostValues = 1_000

    func compare(_ entity: ComparisonEntity, place: Int) async throws {
        let start = ContinuousClock.now
        try await job.note(entity.name, "begins")
        do {
            try await places(of: entity).withPlan(of: entity) { plan, left, right, dataAt in
                try await compare(plan, place, start, dataAt, left, right)
            }
        } catch let failure as JobFailure {
            try await noteProblem(entity, place, failure.description)
        } catch let error as PostgresError where error.kind == .cannotConnect {
            try await noteProblem(entity, place, error.message)
        } catch let error as PostgresError where !error.isConnectionLost && !error.isPassing {
            try await noteProblem(entity, place, Self.words(error))
        }
    }

    private func places(of entity: ComparisonEntity) -> SidePlaces {
        SidePlaces(comparison: comparison, options: options, site: site) { [job] name, stream in
            let id = job.id
            let fetched = try await job.step { try CompareStore($0).fetched(name, stream: stream, for: id) }
            guard let fetched else {
                throw JobFailure("compare.config", "there is no stream \(stream) of an import \(name)")
            }
            if let problem = fetched.problem {
                throw JobFailure("compare.import", "\(name) did not bring everything: \(problem)")
            }
            if fetched.isPartial, entity.heal == .copy(deletes: true) {
                throw JobFailure(
                    "compare.import",
                    "items of \(name) failed, so that nobody knows what is to be deleted; see pgsync jobs list"
                )
            }
            return (TableName(schema: fetched.schema, name: fetched.table), fetched.endedAt)
        }
    }

    private func noteProblem(_ entity: ComparisonEntity, _ place: Int, _ problem: String) async throws {
        let id = job.id
        try await job.step { session in
            _ = try CompareStore(session).note(
                id,
                entity.name,
                result: [
                    "place": JSONValue(place), "state": "not_compared", "problem": .string(problem),
                    "weight": JSONValue(entity.weight), "sync_above": JSONValue(entity.syncAbove),
                ],
                differences: []
            )
        }
    }

    // MARK: An entity

    private func compare(
        _ plan: EntityPlan,
        _ place: Int,
        _ start: ContinuousClock.Instant,
        _ dataAt: Timestamp?,
        _ leftReader: SideReader,
        _ rightReader: SideReader
    ) async throws {
        let entity = plan.entity
        let outcome = try await EntityComparison(
            plan: plan,
            left: leftReader,
            right: rightReader,
            settle: comparison.settle,
            rest: { try await job.rest(for: $0) },
            tell: { try await job.note(entity.name, $0, done: $1, expected: $2) }
        ).run()
        try await job.note(entity.name, "counts by groups and metrics")
        let groups = try await groups(plan, leftReader, rightReader)
        let metrics = try await metrics(plan, leftReader, rightReader)
        let result: JSONValue = .object(
            JSONObject([
                ("place", JSONValue(place)), ("state", "compared"),
                ("left_count", JSONValue(outcome.leftCount)), ("right_count", JSONValue(outcome.rightCount)),
                ("missing_left", JSONValue(outcome.count(.missingLeft))),
                ("missing_right", JSONValue(outcome.count(.missingRight))),
                ("different", JSONValue(outcome.count(.different))),
                ("ambiguous", JSONValue(outcome.count(.ambiguous))),
                ("moving", JSONValue(outcome.moving)), ("matched", JSONValue(outcome.matched)),
                ("beyond", JSONValue(outcome.beyond)),
                ("weight", JSONValue(entity.weight)),
                ("sync_above", JSONValue(entity.syncAbove)),
                ("covers", entity.coverage.map { .string($0) } ?? .null), ("groups", groups),
                ("metrics", metrics),
                ("data_at", dataAt.map { .string($0.description) } ?? .null),
                (
                    "duration",
                    .string("\((ContinuousClock.now - start) / .milliseconds(1)) ms")
                ),
            ])
        )
        let differences = outcome.differences.map { plan.json($0) }
        let id = job.id
        let isDue = try await job.step { session in
            try CompareStore(session).note(id, entity.name, result: result, differences: differences)
        }
        guard task.heals, isDue, !outcome.differences.isEmpty, entity.heal != nil else { return }
        do {
            try await EntityHeal(
                run: self,
                plan: plan,
                outcome: outcome,
                left: leftReader,
                isHere: entity.right.isHere
            ).run()
        } catch let failure as JobFailure {
            try await noteHeal(entity, failure.description)
        } catch let error as PostgresError where !error.isConnectionLost && !error.isPassing {
            try await noteHeal(entity, Self.words(error))
        }
    }

    private func noteHeal(_ entity: ComparisonEntity, _ problem: String) async throws {
        let (id, name) = (job.id, entity.name)
        try await job.step { try CompareStore($0).noteHealProblem(id, name, problem) }
    }

    /// What can be told of an error to who may not see rows: other messages quote values.
    static func words(_ error: PostgresError) -> String {
        let code = error.sqlState?.code ?? "without a code"
        return code.hasPrefix("23") || code.hasPrefix("42")
            ? error.message : "the database does not take its values (SQLSTATE \(code))"
    }

    // MARK: Figures

    /// The values for which the sides differ.
    private func groups(_ plan: EntityPlan, _ left: SideReader, _ right: SideReader) async throws -> JSONValue
    {
        var groups = JSONObject()
        for column in plan.entity.groups {
            async let one = left.counts(plan.left, of: column)
            async let other = right.counts(plan.right, of: column)
            let counts = (left: try await one, right: try await other)
            let values = Set(counts.left.keys).union(counts.right.keys)
            // Of more values than were read, one that only one side gave says nothing.
            let isCut = max(counts.left.count, counts.right.count) > Self.mostValues
            let known = isCut ? Set(counts.left.keys).intersection(counts.right.keys) : values
            let unequal = known.filter { counts.left[$0] != counts.right[$0] }
                .sorted { ($0 ?? "") < ($1 ?? "") }
            groups[column] = [
                "values": JSONValue(values.count),
                "different": .array(
                    unequal.prefix(Self.mostGroups).map { value in
                        [
                            "value": value.map { .string($0) } ?? .null,
                            "left": JSONValue(counts.left[value] ?? 0),
                            "right": JSONValue(counts.right[value] ?? 0),
                        ]
                    }
                ),
                "is_capped": .bool(isCut || unequal.count > Self.mostGroups),
            ]
        }
        return .object(groups)
    }

    private func metrics(_ plan: EntityPlan, _ left: SideReader, _ right: SideReader) async throws
        -> JSONValue
    {
        let wanted = plan.entity.metrics
        guard !wanted.isEmpty else { return [:] }
        let columns = plan.entity.readColumns + plan.entity.copied
        let rightNames = Dictionary(columns.map { ($0.name, $0.rightName) }) { first, _ in first }
        async let one = left.metrics(plan.left, wanted, names: [:])
        async let other = right.metrics(plan.right, wanted, names: rightNames)
        let figures = (left: try await one, right: try await other)
        var metrics = JSONObject()
        for (index, metric) in wanted.enumerated() {
            metrics[metric.name] = [
                "left": figures.left[index].map { .string($0) } ?? .null,
                "right": figures.right[index].map { .string($0) } ?? .null,
            ]
        }
        return .object(metrics)
    }
}

extension EntityComparison.Outcome {
    func count(_ kind: EntityComparison.Difference.Kind) -> Int {
        differences.reduce(0) { $0 + ($1.kind == kind ? 1 : 0) }
    }
}

extension EntityPlan {
    /// A difference as it is kept: its key, the columns that differ, and both rows in the form that was compared.
    func json(_ difference: EntityComparison.Difference) -> JSONValue {
        func row(_ content: SideReader.Content?, _ side: SideSQL) -> JSONValue {
            guard let content else { return .null }
            let values = (side.keys + side.near + side.exact).map(\.column.name)
            return .object(
                JSONObject(
                    zip(values, content.values).map { ($0, $1.map { .string($0) } ?? .null) }
                )
            )
        }
        let keys = left.keys.map(\.column.name)
        let unequal: [String] =
            if difference.kind == .different, let one = difference.left, let other = difference.right {
                (left.keys + left.near + left.exact).indices.filter { index in
                    let column = (left.keys + left.near + left.exact)[index].column
                    return !isNear(one.values[index], other.values[index], column.within)
                }.map { (left.keys + left.near + left.exact)[$0].column.name }
            } else {
                []
            }
        return [
            "key": .object(
                JSONObject(zip(keys, difference.key.values).map { ($0, $1.map { .string($0) } ?? .null) })
            ),
            "kind": .string(difference.kind.rawValue), "columns": .array(unequal.map { .string($0) }),
            "left_row": row(difference.left, left), "right_row": row(difference.right, right),
        ]
    }
}
