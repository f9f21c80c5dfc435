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
    private static let rowsAtOnce = 50

    private var job: RunningJob { run.job }
    private var entity: ComparisonEntity { plan.entity }

    func run() async throws {
        if let obstacle {
            let (id, name) = (job.id, entity.name)
            return try await job.step { try CompareStore($0).noteHeals(id, name, [], problem: obstacle) }
        }
        guard !run.task.isDry else { return }
        switch entity.heal {
        case .copy(let deletes): try await copy(deletes: deletes)
        case .import(let name, let stream): try await bring(name, stream)
        case .fetch(let column, let hosts):
            do {
                let fetch = try FileFetch(column: column, hosts: hosts, plan: plan, site: run.site)
                try await copy(deletes: false, fetch)
            } catch let failure as JobFailure {
                let (id, name) = (job.id, entity.name)
                try await job.step {
                    try CompareStore($0).noteHeals(id, name, [], problem: failure.description)
                }
            }
        case nil: break
        }
    }

    /// Why nothing is mended.
    private var obstacle: String? {
        let rows = max(outcome.leftCount, outcome.rightCount)
        let differences = outcome.differences.count
        switch entity.heal {
        case .copy, .fetch:
            if !isHere { return "only tables of this database are written" }
        case .import, nil: break
        }
        guard !run.ignoresGuard, differences * Self.guardedShare > rows, differences > 10 else { return nil }
        return "\(differences) of \(rows) rows differ, which is more than a fifth: if that is meant, "
            + "pgsync compare run \(run.task.name) --sync --force"
    }

    // MARK: Copying rows

    private func copy(deletes: Bool, _ fetch: FileFetch? = nil) async throws {
        let (id, name) = (job.id, entity.name)
        let heal = RowHeal(plan: plan)
        let numbers = try await job.step { try CompareStore($0).differenceNumbers(id, name) }
        let all = Array(zip(numbers, outcome.differences))
        var rest = all.prefix(run.comparison.healLimit)[...]
        var done = 0
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.rowsAtOnce))
            rest = rest.dropFirst(part.count)
            let copied = part.filter { [.missingRight, .different].contains($0.1.kind) }.map(\.1.key)
            let images = copied.isEmpty ? [:] : try await heal.images(of: copied, on: left)
            var endings: [JSONValue] = []
            for (number, difference) in part {
                do {
                    var image = images[difference.key]
                    if let fetch, let found = image { image = try await fetch.complete(found) }
                    if let ending = try await mend(difference, heal, image, deletes: deletes) {
                        endings.append(ending.json(number))
                    }
                } catch let failure as JobFailure {
                    endings.append(Ending(state: "failed", problem: failure.description).json(number))
                }
            }
            let noted = endings
            let problem =
                all.count > run.comparison.healLimit && rest.isEmpty
                ? "a run mends \(run.comparison.healLimit) rows at most; the next goes on" : nil
            try await job.step { try CompareStore($0).noteHeals(id, name, noted, problem: problem) }
            done += part.count
            try await job.note(
                name,
                "copies rows",
                done: done,
                expected: min(all.count, run.comparison.healLimit)
            )
        }
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

    /// Nil where it is not for this to mend.
    private func mend(
        _ difference: EntityComparison.Difference,
        _ heal: RowHeal,
        _ image: JSONValue?,
        deletes: Bool
    ) async throws -> Ending? {
        let key = difference.key
        do {
            let ending: RowHeal.Ending
            switch (difference.kind, difference.right) {
            case (.missingRight, _):
                guard let image else {
                    return Ending(state: "moved", problem: "the left side has it no longer")
                }
                ending = try await job.step { try heal.insert(image, $0) }
            case (.different, let was?):
                guard let image else {
                    return Ending(state: "moved", problem: "the left side has it no longer")
                }
                ending = try await job.step { try heal.update(key, from: was, to: image, $0) }
            case (.missingLeft, let was?):
                guard deletes else { return nil }
                ending = try await job.step { try heal.delete(key, from: was, $0) }
            default: return nil
            }
            switch ending {
            case .healed(let was): return Ending(state: "healed", undo: was)
            case .moved: return Ending(state: "moved", problem: "it has changed since it was compared")
            }
        } catch let error as PostgresError where !error.isConnectionLost && !error.isPassing {
            return Ending(state: "failed", problem: error.message)
        }
    }

    // MARK: Importing

    /// Has an import fetch again what differs; what it brings is compared by the next run.
    private func bring(_ name: String, _ stream: String?) async throws {
        let id = job.id
        let asked = try await job.step { session -> Int64 in
            var request = ImportStore.Request()
            request.type = "manual"
            request.streams = stream.map { [$0] }
            request.trigger = "heal"
            return try ImportStore(session).request(name, request).job
        }
        let entityName = entity.name
        try await job.step { session in
            try CompareStore(session).noteHeals(
                id,
                entityName,
                [],
                problem: "job \(asked) imports it again; the next run tells"
            )
        }
    }
}
