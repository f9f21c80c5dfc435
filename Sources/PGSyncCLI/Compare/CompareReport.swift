import JSON
import VisibleText

/// The report of a run, as people read it.
struct CompareReport: Sendable {
    let json: JSONValue

    /// What was found of one entity.
    struct Entity {
        let json: JSONValue

        var name: String { json["entity"]?.string ?? "" }
        var verdict: String { json["verdict"]?.string ?? "" }
        var isCompared: Bool { json["state"]?.string == "compared" }
        var isDue: Bool { json["due"]?.bool ?? false }
        var isGuarded: Bool { json["guarded"]?.bool ?? false }
        var isCapped: Bool { json["capped"]?.bool ?? false }
        var problem: String { json["problem"]?.string ?? "" }
        var healProblem: String? { json["heal_problem"]?.string }
        var match: String { json["match"]?.number.map { $0.description } ?? "" }

        func count(_ name: String) -> Int { json[name]?.number?.int ?? 0 }
    }

    var entities: [Entity] { json["entities"]?.array?.map(Entity.init) ?? [] }
    var left: String { text("left_name") }
    var right: String { text("right_name") }
    var number: String { json["run"]?.number?.description ?? "" }
    var health: String { json["health"]?.number?.description ?? "" }
    var match: String { json["match"]?.number?.description ?? "" }
    var isDry: Bool { json["dry_run"]?.bool ?? false }
    var syncs: Bool { json["syncs"]?.bool ?? false }
    var hasFinished: Bool { json["finished_at"]?.string != nil }
    var differences: Int { entities.reduce(0) { $0 + $1.count("differences") } }
    var healed: Int { entities.reduce(0) { $0 + $1.count("healed") } }
    /// To the second, in UTC.
    var startedAt: String {
        String(text("started_at").prefix(19)).split(separator: "T").joined(separator: " ")
    }

    func text(_ name: String) -> String { json[name]?.string ?? "" }

    private static func signed(_ number: Int) -> String { (number < 0 ? "-" : "+") + abs(number).grouped }

    private enum Verdict: String {
        case perfect, good, warning, critical

        var recommendation: String {
            switch self {
            case .perfect: "no sync needed"
            case .good: "sync optional"
            case .warning: "sync recommended"
            case .critical: "immediate sync required"
            }
        }
    }

    // MARK: After a run

    var summary: String {
        var lines = [""]
        if health.isEmpty {
            lines = ["Health Score: none, because nothing was compared", ""]
        } else {
            lines = ["Health Score: \(health)/100 (\(text("label").uppercased()))", ""]
        }
        lines.append("Comparisons:")
        let width = max(entities.map(\.name.count).max() ?? 0, 12)
        for entity in entities { lines.append("  " + line(of: entity, width: width)) }
        let due = entities.filter { $0.isDue && $0.count("differences") > 0 }
        if isDry, syncs {
            lines += ["", "DRY RUN - Would sync:"]
            lines +=
                due.isEmpty ? ["  nothing"] : due.map { "  - \($0.count("differences").grouped) \($0.name)" }
        } else if syncs {
            lines += [""] + results
        } else if !due.isEmpty {
            lines += [
                "",
                "To sync \(due.map(\.name).joined(separator: ", ")): pgsync compare run \(text("comparison")) --sync",
            ]
        }
        for entity in entities {
            if let problem = entity.healProblem { lines.append("\(entity.name): \(problem)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(of entity: Entity, width: Int) -> String {
        let name = entity.name.padded(to: width)
        guard entity.isCompared else { return "\(name)  NOT COMPARED: \(entity.problem)" }
        var line =
            "\(name)  \(left): \(entity.count("left").grouped) | \(right): \(entity.count("right").grouped)"
            + " | Diff: \(Self.signed(entity.count("net")))"
        let differences = entity.count("differences")
        if differences != abs(entity.count("net")) || entity.isCapped {
            line += " | \(entity.isCapped ? "at least " : "")\(differences.grouped) differ"
        }
        if entity.verdict.isEmpty { return line + " | no rows" }
        line += " | \(entity.match)% \(entity.verdict.uppercased())"
        if entity.isDue, entity.verdict != "critical" {
            line += ", sync due: more than \(entity.count("sync_above").grouped)"
        } else if differences > 0, let verdict = Verdict(rawValue: entity.verdict) {
            line += ", \(verdict.recommendation)"
        }
        return line
    }

    private var results: [String] {
        let changed = entities.filter(\.isDue)
        guard !changed.isEmpty else { return ["Sync Results:", "  nothing was due"] }
        return ["Sync Results:"]
            + changed.map { entity in
                var line = "  \(entity.name): \(entity.count("healed").grouped) synced"
                if entity.count("unhealed") > 0 { line += ", \(entity.count("unhealed").grouped) left" }
                return line
            }
    }

    /// The block that is appended to the file of summaries.
    var block: String {
        let rule = String(repeating: "=", count: 80)
        var lines = [rule, "Run #\(number) - \(startedAt)", rule]
        lines.append(
            health.isEmpty ? "Health Score: none" : "Health Score: \(health)/100 (\(text("label")))"
        )
        lines.append(match.isEmpty ? "Overall Match: none" : "Overall Match: \(match)%")
        lines.append("Execution Time: \(json["seconds"]?.number?.description ?? "0")s")
        let issues = entities.filter { !$0.isCompared || $0.count("differences") > 0 }
        if !issues.isEmpty {
            lines += ["", "Issues Found:"]
            lines += issues.map { entity in
                entity.isCompared
                    ? "  - \(entity.name): \(entity.match)% match (\(entity.count("differences").grouped) issues)"
                    : "  - \(entity.name): not compared (\(entity.problem))"
            }
        }
        if syncs, !isDry { lines += [""] + results }
        return lines.joined(separator: "\n") + "\n\n"
    }

    // MARK: Differences

    func line(of difference: JSONValue) -> String {
        func row(_ json: JSONValue?) -> [(name: String, value: String)] {
            json?.object?.map { ($0.key, $0.value.string ?? "null") } ?? []
        }
        let key = row(difference["key"]).map { "\($0.name) \($0.value)" }.joined(separator: ", ")
        var line = "\(difference["entity"]?.string ?? "") \(key.visible): "
        switch difference["kind"]?.string {
        case "missing_left": line += "only in \(right)"
        case "missing_right": line += "only in \(left)"
        case "ambiguous": line += "more than once"
        default:
            let columns = difference["columns"]?.array?.compactMap(\.string) ?? []
            line +=
                columns.map { column in
                    let one = difference["left_row"]?[column]?.string.map { "'\($0)'" } ?? "null"
                    let other = difference["right_row"]?[column]?.string.map { "'\($0)'" } ?? "null"
                    return "\(column) \(one) and \(other)"
                }.joined(separator: "; ").visible
        }
        if let state = difference["state"]?.string, state != "found" {
            line += " (\(state)\(difference["problem"]?.string.map { ": \($0)" } ?? ""))"
        }
        return line
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - count, 0))
    }
}
