import Days
import JSON
import PGSyncRules
import Postgres

extension RuleOutcome {
    /// Reads a row of a compiled rule as JSON; none means that the rule does not apply.
    init(_ row: JSONValue?) throws {
        guard let row, row != .null else {
            self = .nothing
            return
        }
        if let name = row["error_class"]?.string {
            guard let kind = RuleFailure.Kind(rawValue: name) else {
                throw Self.unreadable("\(name) is not a failure class of this pgsync")
            }
            let message = row["error_message"]?.string ?? ""
            self = .failure(RuleFailure(kind, message, column: row["error_column"]?.string))
            return
        }
        guard let date = row["entry_date"]?.string.flatMap({ Day($0) }),
            let currency = row["currency"]?.string, let accounts = row["accounts"]?.array,
            let amounts = row["amounts"]?.array, accounts.count == amounts.count
        else { throw Self.unreadable("an entry lacks its date, currency, accounts or amounts") }
        let (parties, dimensions) = (row["parties"]?.array ?? [], row["dimensions"]?.array ?? [])
        let lines = try accounts.indices.map { index in
            guard let account = accounts[index].string,
                let amount = amounts[index].number?.integer(as: Int64.self)
            else { throw Self.unreadable("a line lacks its account or its amount") }
            let named = index < dimensions.count ? dimensions[index].object : nil
            let pairs = (named ?? JSONObject()).compactMap { key, value in value.string.map { (key, $0) } }
            return RuleEntry.Line(
                account: account,
                amount: amount,
                party: index < parties.count ? parties[index].string : nil,
                dimensions: Dictionary(pairs) { first, _ in first }
            )
        }
        let description = row["description"]?.string ?? ""
        self = .entry(RuleEntry(date: date, currency: currency, description: description, lines: lines))
    }

    private static func unreadable(_ reason: String) -> PostgresError {
        PostgresError(.undecodableValue, "the outcome of a rule cannot be read: \(reason)")
    }
}
