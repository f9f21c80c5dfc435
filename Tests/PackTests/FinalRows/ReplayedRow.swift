import JSON
import PGSyncRules

/// What the interpreter makes of a row, written as `replay.posted` writes what the ledger says.
struct ReplayedRow: Sendable {
    /// The class of the failure, if it is one.
    private(set) var failure: String?
    /// Each entry with its lines.
    private(set) var standing = ""
    /// What is left on each account, currency, party and set of dimensions.
    private(set) var net = ""
    /// Debits less credits by account and currency.
    private(set) var sums: [String: Int64] = [:]

    /// No row, and so nothing posted.
    init() {}

    init(_ image: String, of table: String, by replay: Replay) throws {
        let row = try JSONValue(parsing: image)
        var entries: [String] = []
        var totals: [Place: Int64] = [:]
        for part in replay.rules(of: table).sorted(by: { $0.label < $1.label }) {
            switch part.evaluator.evaluate(row) {
            case .nothing: continue
            case .failure(let failure):
                self.failure = failure.kind.rawValue
                return
            case .entry(let entry):
                entries.append("\(part.label)|\(entry.date)|\(entry.currency)|\(entry.description)")
                for line in entry.lines {
                    let place = Place(line, in: entry.currency)
                    entries.append(place.written(line.amount))
                    totals[place, default: 0] += line.amount
                    sums["\(line.account) \(entry.currency)", default: 0] += line.amount
                }
            }
        }
        standing = entries.joined(separator: "\n")
        net = totals.filter { $0.value != 0 }.map { $0.key.written($0.value) }.sorted().joined(
            separator: "\n"
        )
    }

    private struct Place: Hashable {
        let account: String
        /// Currency, party and dimensions.
        let rest: String

        init(_ line: RuleEntry.Line, in currency: String) {
            account = line.account
            var words = [currency, line.party ?? "-"]
            if !line.dimensions.isEmpty {
                // As the database writes them: it sorts names by length first.
                let dimensions = line.dimensions.sorted {
                    ($0.key.utf8.count, $0.key) < ($1.key.utf8.count, $1.key)
                }
                .map { "\(JSONValue.string($0.key).text()): \(JSONValue.string($0.value).text())" }
                words.append("{\(dimensions.joined(separator: ", "))}")
            }
            rest = words.joined(separator: "|")
        }

        func written(_ amount: Int64) -> String { "\(account)|\(amount)|\(rest)" }
    }
}
