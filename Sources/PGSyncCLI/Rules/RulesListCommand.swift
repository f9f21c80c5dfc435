import Arguments
import Days
import JSON
import PGSyncRules
import PGSyncStore
import Postgres

/// The command `pgsync rules list`.
struct RulesListCommand: Command {
    static let signature = Signature(
        "list",
        "Show every version of every rule, and the documents it covers.",
        discussion: "The date of a document decides which version posts it.",
        examples: [.init("pgsync rules list", "Show which version covers which documents.")]
    )
    static let parameters: [Parameter<Self>] = []

    func run(_ globals: GlobalOptions, in context: CommandContext) async throws -> ExitCode {
        let rules = try await RuleAccess(globals, in: context).reading { try $0.list() }
        guard !globals.json else {
            try context.print(.array(rules.map(\.json)))
            return .success
        }
        guard !rules.isEmpty else {
            if !globals.quiet { context.say("there are no rules; apply some with pgsync rules apply FILE") }
            return .success
        }
        var table = TextTable([
            .init("rule"), .init("table"), .init("documents"), .init("today"), .init("attached"),
            .init("function"),
            .init("applied", isOptional: true), .init("by", isOptional: true),
        ])
        for rule in rules {
            table.add([
                rule.label, rule.tableInSQL == nil ? "\(rule.table) (gone)" : rule.table, rule.documents,
                rule.isInForce ? "in force" : "", rule.isAttached ? "yes" : "no", rule.functionState.rawValue,
                rule.appliedAt.toTheMinute, rule.appliedBy,
            ])
        }
        try context.output.write(table.text(width: context.output.terminal.tableWidth))
        let isSound = rules.allSatisfy { [.intact, .incomparable].contains($0.functionState) }
        if !isSound, !globals.quiet { context.say("run pgsync doctor to see how to restore the functions") }
        return .success
    }
}

extension StoredRule {
    /// Which documents it covers, in words.
    var documents: String {
        guard let days else { return activeUntil == nil ? "none: superseded" : "none: retired" }
        switch (days.from, days.until) {
        case (nil, nil): return "all"
        case (let from?, nil): return "from \(from)"
        case (nil, let until?): return "before \(until)"
        case (let from?, let until?): return "from \(from), before \(until)"
        }
    }

    var json: JSONValue {
        [
            "rule": .string(name),
            "version": JSONValue(version),
            "table": .string(table),
            "currency": .string(currency),
            "columns": columns.json,
            "active_from": activeFrom.map { .string($0.description) } ?? .null,
            "active_until": activeUntil.map { .string($0.description) } ?? .null,
            "days": days.map { days in
                [
                    "from": days.from.map { .string($0.description) } ?? .null,
                    "before": days.until.map { .string($0.description) } ?? .null,
                ]
            } ?? .null,
            "in_force": .bool(isInForce),
            "attached": .bool(isAttached),
            "function": .string(functionName),
            "function_state": .string(functionState.rawValue),
            "checksum": .string(checksum),
            "applied_at": .string(appliedAt.description),
            "applied_by": .string(appliedBy),
        ]
    }
}
