import JSON
import PGSyncCore
import Postgres

/// Every kind of change of one table, each committed by itself, and how many of them capture must see.
struct ChangeTrial {
    /// What came of the changes of a table.
    struct Findings: Sendable {
        var problems: [String] = []
        var notTried: [String] = []
    }

    /// The server has refused values that are made up, so that the next changes make no sense.
    private struct Refused: Error {}

    private let samples: SampleRows
    private let copy: TableCopy
    private let session: Session
    private var findings = Findings()

    init(_ samples: SampleRows, _ session: Session) {
        self.samples = samples
        self.session = session
        copy = TableCopy(samples.shape, session)
    }

    /// Inserts the rows that the copy begins with.
    static func insertSamples(_ samples: SampleRows, _ session: Session) throws -> Findings {
        var trial = ChangeTrial(samples, session)
        let read = Array(samples.images.prefix(samples.read))
        let madeUp = Array(samples.images.dropFirst(samples.read))
        if !read.isEmpty {
            try trial.change("insert of the rows", [.create: read.count], ofMadeUp: false) {
                try $0.insert(read)
            }
        }
        return try trial.found { trial in
            guard !madeUp.isEmpty else { return }
            try trial.change("insert of made-up rows", [.create: madeUp.count]) { try $0.insert(madeUp) }
        }
    }

    /// Empties the table and fills it again.
    static func truncate(_ samples: SampleRows, _ session: Session) throws -> Findings {
        guard samples.shape.captures(.truncate) else { return Findings() }
        var trial = ChangeTrial(samples, session)
        try trial.change("truncate", [.truncate: 1], ofMadeUp: false) { try $0.truncate() }
        var findings = try insertSamples(samples, session)
        findings.problems = trial.findings.problems + findings.problems
        // Each kind of fault needs a row that is posted.
        if let fresh = samples.fresh(4) { try trial.copy.insert(fresh) }
        return findings
    }

    /// Changes rows of its own in every way.
    ///
    /// Changes that are not captured would only make the ledger differ, so they are left out.
    static func all(of samples: SampleRows, _ session: Session) throws -> Findings {
        guard let fresh = samples.fresh(8) else {
            return Findings(notTried: ["no changes: no new key can be made up"])
        }
        var trial = ChangeTrial(samples, session)
        return try trial.found { trial in
            try trial.write(fresh)
            if samples.shape.captures(.update) {
                try trial.update(fresh[0], fresh[2], inserting: fresh[6])
            }
            if samples.shape.captures(.create, .update, .delete) {
                try trial.change("update of the key", [.create: 1, .delete: 1]) {
                    try $0.move(fresh[1], to: fresh[5])
                }
            }
            if samples.shape.captures(.delete) { try trial.delete(fresh[3], again: fresh[4]) }
            try trial.rollBack(fresh[7])
        }
    }

    /// What comes of these changes, up to one with values that the server refuses.
    private mutating func found(by changes: (inout ChangeTrial) throws -> Void) throws -> Findings {
        do { try changes(&self) } catch is Refused {}
        return findings
    }

    // MARK: Changes

    private mutating func write(_ fresh: [JSONObject]) throws {
        try change("insert of one row", [.create: 1]) { try $0.insert([fresh[0]]) }
        try change("insert of two rows", [.create: 2]) { try $0.insert([fresh[1], fresh[2]]) }
        try change("copy of two rows", [.create: 2]) { try $0.copy([fresh[3], fresh[4]]) }
    }

    private mutating func update(_ row: JSONObject, _ known: JSONObject, inserting new: JSONObject) throws {
        try change("update that changes nothing", [:]) { try $0.touch([row]) }
        guard samples.shape.contents.contains(where: \.isCaptured) else { return }
        guard let changed = try self.changed(row), let changedKnown = try self.changed(known) else {
            findings.notTried.append("no update or upsert: nothing else can be made up for its rows")
            return
        }
        try change("update", [.update: 1]) { try $0.update([changed]) }
        try change("upsert of a known and a new row", [.create: 1, .update: 1]) {
            try $0.upsert([changedKnown, new])
        }
    }

    private mutating func delete(_ row: JSONObject, again other: JSONObject) throws {
        try change("delete", [.delete: 1]) { try $0.delete([row]) }
        try change("delete and insert again", [.create: 1, .delete: 1]) { [session] copy in
            try session.transaction {
                try copy.delete([other])
                try copy.insert([other])
            }
        }
    }

    private mutating func rollBack(_ row: JSONObject) throws {
        struct RolledBack: Error {}
        try change("insert that is rolled back", [:]) { [session] copy in
            do {
                try session.transaction {
                    try copy.insert([row])
                    throw RolledBack()
                }
            } catch is RolledBack {}
        }
    }

    /// The same record with what another row has; nil where that is all the same.
    private func changed(_ row: JSONObject) throws -> JSONObject? {
        try samples.variants(of: row).first { try copy.differ(row, $0) }
    }

    /// Makes a change and counts what was captured.
    private mutating func change(
        _ name: String,
        _ expected: [ChangeAction: Int],
        ofMadeUp: Bool = true,
        _ body: (TableCopy) throws -> Void
    ) throws {
        let before = try copy.captured()
        do {
            try body(copy)
        } catch let error as PostgresError where ofMadeUp && error.refusesValues {
            findings.notTried.append("no \(name), nor what follows: \(error.message)")
            throw Refused()
        }
        let found = try copy.captured() - before
        let wanted = expected.filter { samples.shape.captures($0.key) }.values.reduce(0, +)
        guard found != wanted else { return }
        findings.problems.append(
            "\(samples.shape.table): \(name): \(found) changes were captured, not \(wanted)"
        )
    }
}

extension PostgresError {
    /// Whether values do not fit, and it is not the code of a trigger that says so.
    var refusesValues: Bool {
        ["22", "23"].contains(sqlState?.conditionClass) && context?.contains("PL/pgSQL") != true
    }
}
