import JSON
import PGSyncCore
import Postgres

/// Every kind of change of one table, each committed by itself, and how many of them capture must see.
struct ChangeTrial {
    private let samples: SampleRows
    private let copy: TableCopy
    private let session: Session
    private var problems: [String] = []

    init(_ samples: SampleRows, _ session: Session) {
        self.samples = samples
        self.session = session
        copy = TableCopy(samples.shape, session)
    }

    /// Inserts the rows that the copy begins with.
    static func insertSamples(_ samples: SampleRows, _ session: Session) throws -> [String] {
        var trial = ChangeTrial(samples, session)
        try trial.change("insert of the rows", [.create: samples.images.count]) {
            try $0.insert(samples.images)
        }
        return trial.problems
    }

    /// Empties the table and fills it again.
    static func truncate(_ samples: SampleRows, _ session: Session) throws -> [String] {
        guard samples.shape.captures(.truncate) else { return [] }
        var trial = ChangeTrial(samples, session)
        try trial.change("truncate", [.truncate: 1]) { try $0.truncate() }
        return try trial.problems + insertSamples(samples, session)
    }

    /// Changes rows of its own in every way.
    ///
    /// Changes that are not captured would only make the ledger differ, so they are left out.
    static func all(of samples: SampleRows, _ session: Session) throws -> [String] {
        var trial = ChangeTrial(samples, session)
        let fresh = (1...8).compactMap(samples.fresh)
        guard fresh.count == 8 else { return [] }
        try trial.write(fresh)
        if samples.shape.captures(.update) { try trial.update(fresh[0], fresh[2], inserting: fresh[6]) }
        if samples.shape.captures(.create, .update, .delete) {
            try trial.change("update of the key", [.create: 1, .delete: 1]) {
                try $0.move(fresh[1], to: fresh[5])
            }
        }
        if samples.shape.captures(.delete) { try trial.delete(fresh[3], again: fresh[4]) }
        try trial.rollBack(fresh[7])
        return trial.problems
    }

    // MARK: Changes

    private mutating func write(_ fresh: [JSONObject]) throws {
        try change("insert of one row", [.create: 1]) { try $0.insert([fresh[0]]) }
        try change("insert of two rows", [.create: 2]) { try $0.insert([fresh[1], fresh[2]]) }
        try change("copy of two rows", [.create: 2]) { try $0.copy([fresh[3], fresh[4]]) }
    }

    private mutating func update(_ row: JSONObject, _ known: JSONObject, inserting new: JSONObject) throws {
        if let changed = try changed(row) {
            try change("update", [.update: 1]) { try $0.update([changed]) }
        }
        try change("update that changes nothing", [:]) { try $0.touch([row]) }
        if let changed = try changed(known) {
            try change("upsert of a known and a new row", [.create: 1, .update: 1]) {
                try $0.upsert([changed, new])
            }
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
        _ body: (TableCopy) throws -> Void
    ) throws {
        let before = try copy.captured()
        try body(copy)
        let found = try copy.captured() - before
        let wanted = expected.filter { samples.shape.captures($0.key) }.values.reduce(0, +)
        guard found != wanted else { return }
        problems.append("\(samples.shape.table): \(name): \(found) changes were captured, not \(wanted)")
    }
}
