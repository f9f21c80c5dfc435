import JSON
import PGSyncCore
import PGSyncStore
import Postgres

/// Something that was made wrong where no trigger sees it, and what a verification must call it.
struct PlantedFault: Sendable {
    let name: String
    let table: String
    let record: String
    let kinds: Set<String>

    enum Kind: String {
        case change = "a row changed unseen"
        case deletion = "a row deleted unseen"
        case loss = "a status that is lost"
    }

    func isNamed(by found: [Difference]) -> Bool {
        found.contains { $0.table == table && $0.record == record && kinds.contains($0.kind) }
    }
}

/// Plants faults in one table, each in a record that has entries.
struct FaultTrial {
    private let samples: SampleRows
    private let copy: TableCopy
    private let session: Session
    private let table: String
    private let rows: [String: JSONObject]

    init(_ samples: SampleRows, _ session: Session) throws {
        self.samples = samples
        self.session = session
        copy = TableCopy(samples.shape, session)
        table = try session.query(
            "select pgsync.qualified_name(\(.inferred(samples.shape.name))::regclass)"
        ).onlyRow().decode(0)
        rows = try copy.rows()
    }

    /// As many of the three as there are records for, and what stands in the way of the others.
    func plant() throws -> (planted: [PlantedFault], notTried: [String]) {
        var records = try postedRecords()[...]
        guard !records.isEmpty else { return ([], ["no faults: none of its rows is posted"]) }
        var planted: [PlantedFault] = []
        var missing: [PlantedFault.Kind] = []
        func plant(_ kind: PlantedFault.Kind, _ action: ChangeAction, _ fault: () throws -> PlantedFault?)
            throws
        {
            guard samples.shape.captures(action) else { return }
            if let fault = try fault() { planted.append(fault) } else { missing.append(kind) }
        }
        if samples.shape.contents.contains(where: \.isCaptured) {
            try plant(.change, .update) { try change(&records) }
        }
        try plant(.deletion, .delete) { try records.popFirst().flatMap(delete) }
        try plant(.loss, .create) { try records.popFirst().map(loseStatus) }
        return (planted, missing.map { "not \($0.rawValue): no posted row is fit for it" })
    }

    private func fault(_ kind: PlantedFault.Kind, _ record: String, _ kinds: Set<String>) -> PlantedFault {
        PlantedFault(name: kind.rawValue, table: table, record: record, kinds: kinds)
    }

    private func delete(_ record: String) throws -> PlantedFault? {
        guard let row = rows[record] else { return nil }
        try copy.unseen { try copy.delete([row]) }
        return fault(.deletion, record, ["deleted_record"])
    }

    private func loseStatus(_ record: String) throws -> PlantedFault {
        try session.execute(
            """
            delete from pgsync.sync_master_status
            where source_table = \(.inferred(samples.shape.name))::regclass and record_id = \(record)
            """
        )
        return fault(.loss, record, ["not_captured"])
    }

    /// Changes the first record for which there are contents that post something else; takes it from the records.
    private func change(_ records: inout ArraySlice<String>) throws -> PlantedFault? {
        for (place, record) in zip(records.indices, records) {
            guard let row = rows[record] else { continue }
            let candidates = candidates(for: row)
            let lines = try copy.lines(of: [row] + candidates)
            guard
                let other = zip(candidates, lines.dropFirst()).first(where: { !$1.isEmpty && $1 != lines[0] })
            else { continue }
            do {
                try copy.unseen { try copy.update([other.0]) }
            } catch let error as PostgresError where error.refusesValues {
                continue
            }
            records.remove(at: place)
            return fault(.change, record, ["wrong_entry", "older_rule"])
        }
        return nil
    }

    /// The row with what other rows have, and with other numbers.
    private func candidates(for row: JSONObject) -> [JSONObject] {
        let captured = samples.shape.contents.filter(\.isCaptured)
        let others = rows.sorted { $0.key < $1.key }.map { row.with(captured, of: $0.value) }
        let numbers = captured.filter { $0.category == "N" }.map { column in
            var changed = row
            changed[column.name] = column.madeUp(7) ?? row[column.name]
            return changed
        }
        // Sums stay sums.
        var tenfold = row
        for column in captured where column.category == "N" {
            guard let number = row[column.name]?.number else { continue }
            tenfold[column.name] = JSONNumber("\(number.text)e1").map(JSONValue.number)
        }
        return others + numbers + [tenfold]
    }

    private func postedRecords() throws -> [String] {
        try session.query(
            """
            select record_id from pgsync.sync_master_status
            where source_table = \(.inferred(samples.shape.name))::regclass and entry_ids <> '{}'
            order by record_id
            """
        ).map { try $0.decode(0) }
    }
}
