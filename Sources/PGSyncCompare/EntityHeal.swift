import JSON
import PGSyncOperations
import PGSyncRules
import PGSyncStore
import Postgres

/// Mends what a run found of one entity.
struct EntityHeal: Sendable {
    let run: CompareRun
    let plan: EntityPlan
    let outcome: EntityComparison.Outcome
    let left: SideReader
    /// Whether the right side is in this database.
    let isHere: Bool

    /// More than this share of the rows are not changed without a person.
    private static let guardedShare = 5
    private static let unguarded = 10
    private static let rowsAtOnce = 50

    private var job: RunningJob { run.job }
    private var entity: ComparisonEntity { plan.entity }

    func run() async throws {
        if let obstacle { return try await note(obstacle) }
        if isGuarded {
            let rows = max(outcome.leftCount, outcome.rightCount)
            let least = outcome.isCapped ? "at least " : ""
            return try await note(
                "\(least)\(differences) of \(rows) rows differ: if all that is meant, "
                    + "pgsync compare run \(run.task.name) --sync --force",
                isGuarded: true
            )
        }
        guard !run.task.isDry else { return }
        switch entity.heal {
        case .copy(let deletes): try await copy(deletes: deletes)
        case .import(let name, let stream): try await bring(name, stream)
        case .fetch(let column, let hosts):
            try await copy(
                deletes: false,
                try FileFetch(column: column, hosts: hosts, plan: plan, site: run.site)
            )
        case nil: break
        }
    }

    private func note(_ problem: String, isGuarded: Bool = false) async throws {
        let (id, name) = (job.id, entity.name)
        try await job.step {
            try CompareStore($0).noteHealProblem(id, name, problem, isGuarded: isGuarded)
        }
    }

    private var differences: Int { outcome.differences.count + outcome.beyond }

    /// Why this cannot be mended.
    private var obstacle: String? {
        if case .import = entity.heal { return nil }
        if !isHere { return "only tables of this database are written" }
        return plan.rightIsTable ? nil : "only tables are written, and no views"
    }

    /// Whether so much differs that a person has to agree.
    ///
    /// Of few rows, one is soon more than a fifth.
    private var isGuarded: Bool {
        guard !run.ignoresGuard else { return false }
        if outcome.leftCount == 0 || outcome.isCapped { return true }
        let rows = max(outcome.leftCount, outcome.rightCount)
        return differences > Self.unguarded && differences * Self.guardedShare > rows
    }

    // MARK: Copying rows

    private func copy(deletes: Bool, _ fetch: FileFetch? = nil) async throws {
        let (id, name, limit) = (job.id, entity.name, run.comparison.healLimit)
        let heal = RowHeal(plan: plan)
        let numbers = try await job.step { try CompareStore($0).differenceNumbers(id, name) }
        let all = zip(numbers, outcome.differences).filter { _, difference in
            switch difference.kind {
            case .missingRight, .different: true
            case .missingLeft: deletes
            case .ambiguous: false
            }
        }
        var rest = all[...]
        var healed = 0
        while !rest.isEmpty, healed < limit {
            let part = Array(rest.prefix(min(Self.rowsAtOnce, limit - healed)))
            rest = rest.dropFirst(part.count)
            let copied = part.filter { $0.1.kind != .missingLeft }.map(\.1.key)
            let images = copied.isEmpty ? [:] : try await heal.images(of: copied, on: left)
            for (number, difference) in part {
                healed += try await mend(number, difference, heal, images[difference.key], fetch) ? 1 : 0
            }
            try await job.note(name, "copies rows", done: all.count - rest.count, expected: all.count)
        }
        if !rest.isEmpty { try await note("a run mends \(limit) rows at most; the next goes on") }
    }

    /// What became of a difference.
    private struct Ending {
        let state: String
        var undo: JSONValue?
        var problem: String?

        func json(_ number: Int64) -> JSONValue {
            [
                "id": JSONValue(Int(number)), "state": .string(state), "undo": undo ?? .null,
                "problem": problem.map { .string($0) } ?? .null,
            ]
        }
    }

    /// Mends a row and notes it, in one transaction; false if it was left.
    private func mend(
        _ number: Int64,
        _ difference: EntityComparison.Difference,
        _ heal: RowHeal,
        _ image: JSONValue?,
        _ fetch: FileFetch?
    ) async throws -> Bool {
        let (id, name, key) = (job.id, entity.name, difference.key)
        var ending: Ending
        do {
            var image = image
            if let fetch, let found = image { image = try await fetch.complete(found) }
            let whole = image
            return try await job.step { session in
                try SideReader.prepare(session)
                let done: RowHeal.Ending =
                    switch (difference.kind, whole, difference.right) {
                    case (.missingRight, let whole?, _): try heal.insert(whole, session)
                    case (.different, let whole?, let was?):
                        try heal.update(key, from: was, to: whole, session)
                    case (.missingLeft, _, let was?): try heal.delete(key, from: was, session)
                    default: .moved("the left side has it no longer")
                    }
                let ending: Ending =
                    switch done {
                    case .healed(let undo): Ending(state: "healed", undo: undo)
                    case .moved(let problem): Ending(state: "moved", problem: problem)
                    }
                try CompareStore(session).noteHeals(id, name, [ending.json(number)])
                return ending.state == "healed"
            }
        } catch let failure as JobFailure {
            ending = Ending(state: "failed", problem: failure.description)
        } catch is RowHeal.Several {
            ending = Ending(state: "failed", problem: "several rows have this key")
        } catch let error as PostgresError where !error.isConnectionLost && !error.isPassing {
            ending = Ending(state: "failed", problem: CompareRun.words(error))
        }
        let failed = ending
        try await job.step { try CompareStore($0).noteHeals(id, name, [failed.json(number)]) }
        return false
    }

    // MARK: Importing

    /// Has an import fetch again what differs; what it brings is compared by the next run.
    private func bring(_ name: String, _ stream: String?) async throws {
        let asked = try await job.step { session -> Int64 in
            var request = ImportStore.Request()
            request.type = "manual"
            request.streams = stream.map { [$0] }
            request.trigger = "heal"
            return try ImportStore(session).request(name, request).job
        }
        try await note("job \(asked) imports it again; the next run tells")
    }
}
