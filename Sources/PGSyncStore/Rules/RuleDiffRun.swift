import Days
import JSON
import PGSyncRules
package import Postgres

/// What a job of the kind `rules_diff` compares: a text of rules with what is in force, over the changes it asks for.
///
/// Made and used in transactions that are rolled back: each compiles the rules for itself.
package struct RuleDiffRun: Sendable {
    /// Why a text cannot be compared.
    package struct Wrong: Error, CustomStringConvertible {
        package let description: String
    }

    /// What one piece has found.
    package struct Piece: Sendable {
        /// The last of its changes, and how many there were.
        package let lastChange: Int64
        package let count: Int
        fileprivate let counts: JSONValue
        fileprivate let sums: JSONValue
        fileprivate let differences: JSONValue
    }

    /// How many changes a piece has.
    package static let size = 5_000
    /// How many differing records a piece keeps; the job keeps the first thousand in all.
    private static let mostKept = 1_000

    private let rules: [Rule]
    private let changes: [Int64]
    private let encrypted: Int
    /// The last change that it may be about.
    private let last: Int64
    /// Whether nothing was found before an interruption.
    private let isFirst: Bool
    /// How many changes a run before an interruption has compared.
    private let done: Int

    /// Reads what a job is about, and which changes it compares.
    ///
    /// - Throws: ``Wrong`` if the text is not one that could be applied.
    package init(_ session: Session, job: Int64) throws {
        let asked = try session.query(
            """
            select rule, content, since::text, until::text, last_change, done_through
            from pgsync.rule_diffs
            where job = \(job)
            """
        ).first
        guard let asked else {
            throw Wrong(
                description: "the job does not say what it compares; ask with pgsync.request_rule_diff"
            )
        }
        let name: String = try asked.decode("rule")
        let file = RuleFile(name: "\(name).rules", text: try asked.decode("content"))
        let report = try RuleStore(session).report(on: [file], requiresTables: true, isTrial: true)
        guard case .success(let found) = report.verdict else {
            let problems = report.allProblems.prefix(3).map { "line \($0.range.line): \($0.message)" }
            throw Wrong(description: problems.joined(separator: "; "))
        }
        guard found.contains(where: { $0.name == name }) else {
            throw Wrong(description: "the text has no rule \(name)")
        }
        let comparison = RuleComparison(session, found)
        rules = comparison.candidates
        last = try asked.decode("last_change")
        let basis = try comparison.changes(
            since: asked.decode("since", as: String?.self).flatMap { Day($0) },
            until: asked.decode("until", as: String?.self).flatMap { Day($0) },
            through: last
        )
        encrypted = basis.encrypted
        let doneThrough: Int64 = try asked.decode("done_through")
        isFirst = doneThrough == 0
        done = basis.plain.count { $0 <= doneThrough }
        changes = Array(basis.plain.dropFirst(done))
    }

    /// How many changes there are, and how many of them are done.
    package var total: Int { done + changes.count }
    package var doneBefore: Int { done }

    /// The pieces that are left; one without changes if there are none, to keep what else was found.
    package var pieces: [Range<Int>] {
        if changes.isEmpty, isFirst { return [0..<0] }
        return stride(from: 0, to: changes.count, by: Self.size).map {
            $0..<min($0 + Self.size, changes.count)
        }
    }

    /// Compares a piece.
    package func compare(_ piece: Range<Int>, in session: Session) throws -> Piece {
        let own = Array(changes[piece])
        let names = try RuleStore(session).ledgerNames()
        let result = try RuleComparison(session, rules).run(over: own, keeping: Self.mostKept)
        return Piece(
            lastChange: own.last ?? last,
            count: own.count,
            counts: [
                "candidates": .array(rules.map { .string($0.label) }),
                "records": JSONValue(result.records),
                "differing": JSONValue(result.differing),
                "failures_before": JSONValue(result.failuresBefore),
                "failures_after": JSONValue(result.failuresAfter),
                // Those that cannot be read are told with the first piece.
                "left_out": JSONValue(
                    result.leftOutCount + (isFirst && piece.lowerBound == 0 ? encrypted : 0)
                ),
            ],
            sums: .array(
                result.sums.map { sum in
                    [
                        "account": .string(sum.key.account), "currency": .string(sum.key.currency),
                        "before": .string("\(sum.before)"), "after": .string("\(sum.after)"),
                    ]
                }
            ),
            differences: .array(
                result.differences.map { difference in
                    [
                        "table": .string(difference.table), "record": .string(difference.recordID),
                        "before": difference.before.json(places: names.exponents),
                        "after": difference.after.json(places: names.exponents),
                    ]
                }
            )
        )
    }

    /// Keeps what a piece has found.
    package static func note(_ piece: Piece, of job: Int64, in session: Session) throws {
        try session.query(
            """
            select pgsync.note_rule_diff(
                \(job), \(piece.lastChange), \(piece.counts.text())::text::jsonb, \(piece.sums.text())::text::jsonb,
                \(piece.differences.text())::text::jsonb
            )
            """
        )
    }
}
