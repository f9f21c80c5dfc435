import Arguments
import Days
import JSON
import PGSyncRules
import PGSyncStore

/// What other rules would post differently.
struct RuleDiffReport {
    /// What the numbers are about.
    struct Context: Sendable {
        let candidates: [String]
        let basis: RuleComparison.Basis
        let names: RuleStore.LedgerNames
    }

    let result: RuleComparisonResult
    let context: Context

    private var changed: [RuleSum] { result.sums.filter { $0.change != 0 } }

    func write(_ globals: GlobalOptions, in command: CommandContext) throws {
        guard !globals.json else { return try command.print(json) }
        let width = command.output.terminal.tableWidth
        if !result.differences.isEmpty {
            var table = TextTable([
                .init("record"), .init("before", overflow: .wrap), .init("after", overflow: .wrap),
            ])
            for difference in result.differences { add(difference, to: &table) }
            try command.output.write(table.text(width: width))
            let hidden = result.differing - result.differences.count
            if hidden > 0 { try command.print("and \(hidden) more; use --limit to see more") }
            try command.print("")
        }
        if !changed.isEmpty {
            var table = TextTable([
                .init("account"), .init("name"), .init("before", .right), .init("after", .right),
                .init("change", .right), .init("currency"),
            ])
            for sum in changed {
                let amounts = [sum.before, sum.after, sum.change].map { amount($0, sum.key.currency) }
                table.add(
                    [sum.key.account, context.names.accounts[sum.key.account] ?? ""] + amounts + [
                        sum.key.currency
                    ]
                )
            }
            try command.output.write(table.text(width: width))
            try command.output.write("positive = debit, negative = credit\n\n")
        }
        try command.print(summary)
        for record in result.leftOut { command.say("left out: \(record.record): \(record.reason)") }
        let more = result.leftOutCount - result.leftOut.count
        if more > 0 { command.say("and \(more) more could not be compared") }
    }

    private var summary: String {
        let subject = context.candidates.joined(separator: ", ")
        guard result.records > 0 else {
            return switch context.basis {
            case .changes: "no captured change to run \(subject) over; use --rows for the present rows"
            case .rows: "no row to run \(subject) over"
            }
        }
        let failures =
            result.failuresBefore == result.failuresAfter
            ? "" : "; \(result.failuresBefore) failed before, \(result.failuresAfter) after"
        return result.differing == 0
            ? "\(subject) would not change the entries of any of \(result.records) records"
            : "\(subject) would change the entries of \(result.differing) of \(result.records) records"
                + failures
    }

    // MARK: Entries

    /// Adds a record: the results of each side and, of its lines, those that the other side lacks.
    private func add(_ difference: RuleDifference, to table: inout TextTable) {
        var (before, after) = (lines(difference.before), lines(difference.after))
        var alike = 0
        for line in before {
            guard let index = after.firstIndex(of: line) else { continue }
            after.remove(at: index)
            if let own = before.firstIndex(of: line) { before.remove(at: own) }
            alike += 1
        }
        table.add([
            "\(difference.table) \(difference.recordID)", title(difference.before), title(difference.after),
        ])
        for index in 0..<max(before.count, after.count) {
            table.add([
                "", index < before.count ? before[index] : "", index < after.count ? after[index] : "",
            ])
        }
        if alike > 0 { table.add(["", "and \(alike) \(alike == 1 ? "line" : "lines") alike"]) }
    }

    private func title(_ side: RuleDifference.Side) -> String {
        let rule = side.rule.map { "\($0): " } ?? ""
        return switch side.outcome {
        case .nothing: "\(rule)nothing"
        case .failure(let failure): "\(rule)\(failure.message) (\(failure.kind.rawValue))"
        case .entry(let entry): "\(rule)\(entry.date) \(entry.description)"
        }
    }

    private func lines(_ side: RuleDifference.Side) -> [String] {
        guard case .entry(let entry) = side.outcome else { return [] }
        return entry.lines.map { line in
            let dimensions = line.dimensions.sorted { $0.key < $1.key }.map { " \($0.key) \($0.value)" }
            return "\(line.amount > 0 ? "debit" : "credit") \(line.account) "
                + amount(Int128(line.amount.magnitude), entry.currency)
                + (line.party.map { " party \($0)" } ?? "") + dimensions.joined()
        }
    }

    private func amount(_ units: Int128, _ currency: String) -> String {
        let places = context.names.exponents[currency] ?? 0
        return Decimal("\(units)e-\(places)")?.text(places: places) ?? "\(units)"
    }

    // MARK: Programs

    private var json: JSONValue {
        [
            "rules": context.candidates.json,
            "records": JSONValue(result.records),
            "differing": JSONValue(result.differing),
            "left_out": .array(
                result.leftOut.map { ["record": .string($0.record), "reason": .string($0.reason)] }
            ),
            "left_out_count": JSONValue(result.leftOutCount),
            "failures": [
                "before": JSONValue(result.failuresBefore), "after": JSONValue(result.failuresAfter),
            ],
            "differences": .array(
                result.differences.map { difference in
                    [
                        "table": .string(difference.table),
                        "record": .string(difference.recordID),
                        "before": difference.before.json(places: context.names.exponents),
                        "after": difference.after.json(places: context.names.exponents),
                    ]
                }
            ),
            "trial_balance": .array(
                changed.map { sum in
                    [
                        "account": .string(sum.key.account),
                        "name": context.names.accounts[sum.key.account].map(JSONValue.string) ?? .null,
                        "currency": .string(sum.key.currency),
                        "before": .string(amount(sum.before, sum.key.currency)),
                        "after": .string(amount(sum.after, sum.key.currency)),
                        "difference": .string(amount(sum.change, sum.key.currency)),
                    ]
                }
            ),
        ]
    }
}
