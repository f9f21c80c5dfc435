import Arguments
import JSON
import PGSyncStore
import Postgres

/// What a verification found.
struct VerifyResult: Sendable {
    let job: Int64
    let tables: [VerifiedTable]
    let days: [VerifiedDay]
    let differences: [Difference]
    let totals: FoundDifferences
    let healStopped: String?
    let score: Score
    let report: String
    let digest: String

    /// More are in the report.
    private static let shown = 1000

    init(_ job: Int64, _ session: Session) throws {
        let store = VerifyStore(session)
        self.job = job
        tables = try store.tables(job)
        days = try store.days(job)
        differences = try DifferenceStore(session).list(
            states: [.open, .investigating, .healed, .accepted],
            job: job,
            limit: Self.shown
        )
        totals = try DifferenceStore(session).totals(of: job)
        healStopped = try store.healStopped(job)
        score = try store.score()
        guard let stored = try store.report(job) else { throw StoreError.noSuchJob(job) }
        (report, digest) = stored
    }

    var exitCode: ExitCode {
        if totals.isPartial { return .notVerified }
        if totals.left > 0 || totals.isCapped { return .differencesLeft }
        return totals.counts[.healed] == nil ? .success : .differencesHealed
    }

    // MARK: Text

    func text(_ duration: Duration, width: Int?) -> String {
        let records = tables.reduce(0) { $0 + $1.records }
        let changes = days.reduce(0) { $0 + $1.captured }
        var text = "verified \(records.grouped) records and \(changes.grouped) changes in \(duration.roughly)"
        text += " (job \(job))\n"
        if !tables.isEmpty { text += "\n" + tableText(width) }
        if !days.isEmpty { text += "\n" + dayText(width) }
        if !differences.isEmpty { text += "\n" + Difference.table(differences[...], width: width) }
        text += "\n" + summary + "\n" + score.text + "\n"
        return text
    }

    private var summary: String {
        guard !differences.isEmpty else { return "no differences" }
        let counts = Difference.State.allCases.compactMap { state in
            totals.counts[state].map { "\($0.grouped) \(state.rawValue)" }
        }
        let more =
            totals.isCapped
            ? "; verify_named_differences were recorded, and there are more"
            : differences.count == Self.shown ? "; the report has all" : ""
        let stopped = healStopped.map { "\nhealing stopped: \($0)" } ?? ""
        return "differences: \(counts.joined(separator: ", "))\(more)\(stopped)"
    }

    private func tableText(_ width: Int?) -> String {
        var table = TextTable([
            .init("table"), .init("records", .right), .init("equal", .right), .init("no entry", .right),
            .init("waiting", .right), .init("failed", .right), .init("skipped", .right),
            .init("not watched", .right, isOptional: true), .init("different", .right),
        ])
        for row in tables {
            table.add(
                [row.table]
                    + [
                        row.records, row.equal, row.withoutEntry, row.waiting, row.failed, row.skipped,
                        row.notWatched, row.different,
                    ].map(\.grouped)
            )
        }
        return table.text(width: width)
    }

    /// The days of all tables together; the report has them apart.
    private func dayText(_ width: Int?) -> String {
        let ends = VerifiedDay.ends.filter { end in
            end != "unposted" || days.contains { $0.counts[end] ?? 0 > 0 }
        }
        var table = TextTable(
            [.init("captured on"), .init("changes", .right)]
                + ends.map {
                    .init($0, .right, isOptional: $0 == "unchanged" || $0 == "superseded")
                }
        )
        for (day, rows) in Dictionary(grouping: days, by: \.day).sorted(by: { $0.key < $1.key }) {
            let counts = ends.map { end in rows.reduce(0) { $0 + ($1.counts[end] ?? 0) } }
            table.add(["\(day)"] + ([rows.reduce(0) { $0 + $1.captured }] + counts).map(\.grouped))
        }
        return table.text(width: width)
    }

    // MARK: JSON

    func json(_ duration: Duration, isResumed: Bool) -> JSONValue {
        [
            "job": JSONValue(job), "resumed": .bool(isResumed), "seconds": duration.seconds,
            "tables": .array(tables.map(\.json)), "days": .array(days.map(\.json)),
            "differences": .array(differences.map(\.json)),
            "heal_stopped": healStopped.map(JSONValue.string) ?? .null,
            "score": score.json, "digest": .string(digest),
        ]
    }
}

extension VerifiedTable {
    fileprivate var json: JSONValue {
        [
            "table": .string(table), "records": JSONValue(records), "equal": JSONValue(equal),
            "no_entry": JSONValue(withoutEntry), "waiting": JSONValue(waiting), "failed": JSONValue(failed),
            "skipped": JSONValue(skipped), "not_watched": JSONValue(notWatched),
            "different": JSONValue(different),
        ]
    }
}

extension VerifiedDay {
    fileprivate var json: JSONValue {
        func count(_ end: String) -> JSONValue { JSONValue(counts[end] ?? 0) }
        return [
            "table": .string(table), "day": .string("\(day)"), "captured": JSONValue(captured),
            "posted": count("posted"), "amended": count("amended"), "reversed": count("reversed"),
            "unchanged": count("unchanged"), "superseded": count("superseded"), "skipped": count("skipped"),
            "unposted": count("unposted"), "failed": count("failed"), "waiting": count("waiting"),
            "lost": count("lost"),
        ]
    }
}

extension Score {
    /// One line, and what to do.
    var text: String {
        guard let value else { return "score unknown; \(recommendation)" }
        let cap = cappedBy.map { ", capped by \($0)" } ?? ""
        return "score \(value) \(verdict)\(cap); \(recommendation)"
    }

    var json: JSONValue {
        func number(_ value: Numeric?) -> JSONValue {
            value.flatMap { JSONNumber("\($0)") }.map(JSONValue.number) ?? .null
        }
        return [
            "points": number(value), "verdict": .string(verdict), "freshness": number(freshness),
            "proven": number(proven), "failure_free": number(failures), "sweep": number(sweep),
            "cap": number(cap), "capped_by": cappedBy.map(JSONValue.string) ?? .null,
            "recommendation": .string(recommendation),
            "verified_at": verifiedAt.map { .string($0.description) } ?? .null,
        ]
    }
}
