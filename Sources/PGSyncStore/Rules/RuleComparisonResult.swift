import JSON
package import PGSyncRules
import Postgres

/// What a comparison of rules has found so far.
package struct RuleComparisonResult: Sendable, Equatable {
    package private(set) var records = 0
    package private(set) var differing = 0
    /// The first differing records, up to a limit.
    package private(set) var differences: [RuleDifference] = []
    package private(set) var failuresBefore = 0
    package private(set) var failuresAfter = 0
    /// A record that could not be compared.
    package struct LeftOut: Sendable, Equatable {
        package let record: String
        package let reason: String
    }

    package private(set) var leftOutCount = 0
    /// The first of them, up to the same limit.
    package private(set) var leftOut: [LeftOut] = []
    private var sumsByKey: [RuleSum.Key: RuleSum] = [:]
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// The sums of the entries on each account, by currency and code.
    package var sums: [RuleSum] {
        sumsByKey.values.sorted { ($0.key.currency, $0.key.account) < ($1.key.currency, $1.key.account) }
    }

    /// Adds the result of a ``RuleComparisonQuery`` for some records.
    mutating func add(_ rows: ResultSet, records: Int) throws {
        self.records += records
        for row in rows {
            switch try row.decode("kind", as: String.self) {
            case "record": try addRecord(row)
            case "sum":
                let key = RuleSum.Key(account: try row.decode("subject"), currency: try row.decode("detail"))
                var sum = sumsByKey[key] ?? RuleSum(key: key, before: 0, after: 0)
                sum.before += try row.integer("before")
                sum.after += try row.integer("after")
                sumsByKey[key] = sum
            default:
                failuresBefore += Int(try row.integer("before"))
                failuresAfter += Int(try row.integer("after"))
            }
        }
    }

    mutating func leaveOut(_ record: LeftOut) {
        leftOutCount += 1
        if leftOut.count < max(limit, 1) { leftOut.append(record) }
    }

    private mutating func addRecord(_ row: Row) throws {
        let before = RuleDifference.Side(
            rule: try row.decode("rule_before"),
            outcome: try RuleOutcome(row.json("before"))
        )
        let after = RuleDifference.Side(
            rule: try row.decode("rule_after"),
            outcome: try RuleOutcome(row.json("after"))
        )
        guard !before.outcome.postsTheSame(as: after.outcome) else { return }
        differing += 1
        guard differences.count < limit else { return }
        differences.append(
            RuleDifference(
                table: try row.decode("subject"),
                recordID: try row.decode("detail"),
                before: before,
                after: after
            )
        )
    }
}

extension RuleOutcome {
    /// Whether the ledger is the same after it; the order of lines makes no difference.
    fileprivate func postsTheSame(as other: RuleOutcome) -> Bool {
        guard case .entry(let one) = self, case .entry(let two) = other else { return self == other }
        return one.date == two.date && one.currency == two.currency && one.description == two.description
            && one.lines.sorted { $0.sortKey < $1.sortKey } == two.lines.sorted { $0.sortKey < $1.sortKey }
    }
}

extension RuleEntry.Line {
    fileprivate var sortKey: String {
        let words = dimensions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return ([account, "\(amount)", party ?? ""] + words).joined(separator: "\u{1F}")
    }
}

extension Row {
    fileprivate func json(_ column: String) throws -> JSONValue? {
        try decode(column, as: JSONText?.self).map { try JSONValue(parsing: $0.text) }
    }

    fileprivate func integer(_ column: String) throws -> Int128 {
        try json(column)?.number?.integer(as: Int128.self) ?? 0
    }
}

/// A record that other rules would post differently.
package struct RuleDifference: Sendable, Equatable {
    package struct Side: Sendable, Equatable {
        /// The version, such as `pharmacy_bill@2`; nil if none applies.
        package let rule: String?
        package let outcome: RuleOutcome
    }

    package let table: String
    package let recordID: String
    package let before: Side
    package let after: Side
}

/// The sum of the entries of many records on one account, by either set of rules.
package struct RuleSum: Sendable, Equatable {
    package struct Key: Sendable, Hashable {
        package let account: String
        package let currency: String
    }

    package let key: Key
    /// In the smallest unit, debits less credits.
    package var before: Int128
    package var after: Int128

    package var change: Int128 { after - before }
}
