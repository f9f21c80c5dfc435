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

    /// As many of the three as there are records for.
    func plant() throws -> [PlantedFault] {
        var records = try postedRecords()[...]
        var planted: [PlantedFault] = []
        if samples.shape.captures(.update), let fault = try change(&records) { planted.append(fault) }
        if samples.shape.captures(.delete), let record = records.popFirst(), let row = rows[record] {
            try copy.unseen { try copy.delete([row]) }
            planted.append(fault("a row deleted unseen", record, ["deleted_record"]))
        }
        if samples.shape.captures(.create), let record = records.popFirst() {
            try session.execute(
                """
                delete from pgsync.sync_master_status
                where source_table = \(.inferred(samples.shape.name))::regclass and record_id = \(record)
                """
            )
            planted.append(fault("a status that is lost", record, ["not_captured"]))
        }
        return planted
    }

    private func fault(_ name: String, _ record: String, _ kinds: Set<String>) -> PlantedFault {
        PlantedFault(name: name, table: table, record: record, kinds: kinds)
    }

    /// Changes the first record for which there are contents that post something else; takes it from the records.
    private func change(_ records: inout ArraySlice<String>) throws -> PlantedFault? {
        for (place, record) in zip(records.indices, records) {
            guard let row = rows[record] else { continue }
            let candidates = candidates(for: row)
            let lines = try lines(of: [row] + candidates)
            guard
                let other = zip(candidates, lines.dropFirst()).first(where: { !$1.isEmpty && $1 != lines[0] })
            else { continue }
            try copy.unseen { try copy.update([other.0]) }
            records.remove(at: place)
            return fault("a row changed unseen", record, ["wrong_entry", "older_rule"])
        }
        return nil
    }

    /// The row with what other rows have, and with other numbers.
    private func candidates(for row: JSONObject) -> [JSONObject] {
        let captured = samples.shape.contents.filter(\.isCaptured)
        let others = rows.sorted { $0.key < $1.key }.map { row.with(captured, of: $0.value) }
        let numbers = captured.filter { $0.category == "N" }.map { column in
            var changed = row
            changed[column.name] = JSONValue(7)
            return changed
        }
        return others + numbers
    }

    /// The lines that the rules make of each image.
    private func lines(of images: [JSONObject]) throws -> [[String]] {
        let texts = images.map { JSONText(JSONValue.object($0).text()) }
        return try session.query(
            """
            select
                array(
                    select concat_ws(' ', line.rule, line.account, line.currency, line.amount)
                    from pgsync.rule_lines(\(.inferred(samples.shape.name))::regclass, given.image) as line
                    order by 1
                ) as lines
            from unnest(\(texts)) with ordinality as given (image, place)
            order by given.place
            """
        ).map { try $0.decode("lines") }
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
