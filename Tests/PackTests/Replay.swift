import JSON
import PGSyncRules
import Postgres
import TestSupport

/// Posts rows by the interpreter alone.
struct Replay: Sendable {
    struct Part: Sendable {
        let label: String
        let evaluator: RuleEvaluator
    }

    private let parts: [String: [Part]]

    /// Rules that leave accounts, currencies or time zones to the row need to know which there are.
    init(_ rules: [Rule], in context: RuleContext = RuleContext(chart: Chart([]))) {
        parts = Dictionary(grouping: rules, by: \.table).mapValues { rules in
            rules.map { Part(label: $0.label, evaluator: RuleEvaluator($0, in: context)) }
        }
    }

    /// The rules of a table.
    func rules(of table: String) -> [Part] { parts[table] ?? [] }

    /// What the rules of a table make of a row.
    func outcome(of image: String, in table: String) throws -> PackCase.Outcome {
        let row = try JSONValue(parsing: image)
        var bookings = Bookings()
        for part in rules(of: table) {
            switch part.evaluator.evaluate(row) {
            case .nothing: continue
            case .failure(let failure): return .failure(failure.kind.rawValue)
            case .entry(let entry):
                for line in entry.lines {
                    bookings.add(account: line.account, party: line.party, amount: line.amount)
                }
            }
        }
        return bookings == Bookings() ? .nothing : .entry(bookings)
    }
}

extension TestDatabase {
    /// The last image of each record that was captured and not deleted, with its table.
    func lastImages() async throws -> [(table: String, image: String)] {
        try await session { session in
            let rows = try session.runScript(
                """
                select source.table_name, last.data::text
                from (
                    select distinct on (source_table, record_id) source_table, action, data
                    from pgsync.sync_logs
                    order by source_table, record_id, id desc
                ) as last
                inner join pgsync.sources as source on source.source_table = last.source_table
                where last.action <> 'delete'
                """
            )
            return try rows.map { (try $0.decode(0, as: String.self), try $0.decode(1, as: String.self)) }
        }
    }
}
