import Testing

@testable import PGSyncRules

/// The examples of `Rules.md`: whole files as they stand, the others inside a rule that has what they lack.
@Suite("The reference of the rule language")
struct ReferenceTests {
    private static let page = try? ClinicRules.read("Sources/PGSync.docc/Rules.md")

    private static let blocks: [String] =
        page?.split(separator: "```rules\n").dropFirst()
        .compactMap { $0.split(separator: "```\n", omittingEmptySubsequences: false).first.map(String.init) }
        ?? []

    private static let columns = [
        "number text", "patient_id integer", "counter integer", "day date", "paid_on date", "total money",
        "tax money",
        "discount money", "rate number", "exempt boolean", "mode text", "state text",
        "payments list (mode text, amount money)", "paid_at timestamp", "sent_at timestamp",
        "tenant_account text",
    ]

    @Test("has examples that are right", arguments: blocks)
    func right(block: String) throws {
        let text = Self.completed(block)
        var chart = [Chart.Account(code: "CASH-1", name: "Till", type: "asset")]
        chart += ["1000", "1150", "1200", "1900", "2100", "2101", "4000", "4100", "4300", "4310"].map {
            Chart.Account(code: $0, name: $0, type: "asset", requiresParty: false)
        }
        var context = RuleContext(chart: Chart(chart))
        context.timeZones["Asia/Kolkata"] = TimeZoneOffsets(first: 19_800, changes: [])
        let report = RuleChecker.report(on: [RuleFile(name: "Rules.md", text: text)], in: context)
        let problems = report.allProblems.filter { !$0.message.contains("has no example that posts") }
        #expect(problems.isEmpty, "\(problems.map(\.description).joined(separator: "\n"))\n\(text)")
        if block.contains("example") {
            #expect(report.examples.count >= 3 && report.allProblems.isEmpty, "\(report.allProblems)")
        }
    }

    @Test("names every kind of failure, and no other")
    func failures() throws {
        let page = try #require(Self.page)
        let named = page.matches(of: /\n\| `((?:data|rule)\.[a-z_]+)` \|/).map { String($0.output.1) }
        #expect(Set(named) == Set(RuleFailure.Kind.allCases.map(\.rawValue)))
        #expect(Self.blocks.count >= 15)
    }

    @Test("shows every word of the language")
    func words() {
        let shown = Self.blocks.joined(separator: "\n")
        for word in Parser.reserved { #expect(shown.contains(word), "\(word)") }
        let others = [
            "coalesce", "abs", "upper", "lower", "trim", "left", "right", "substring", "replace",
            "half up to",
            "half down to", "half even to", "else ->", "let", "account(", "in time zone", "minor money",
            "timestamp",
            "object (",
        ]
        for word in others {
            #expect(shown.replacing(#/ +/#, with: " ").contains(word), "\(word)")
        }
    }

    /// A block with what it lacks to be a rule file: maps, a head, columns, and lines.
    private static func completed(_ block: String) -> String {
        let lines = block.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        func has(_ opening: String) -> Bool {
            lines.contains { $0.drop { $0 == " " }.hasPrefix(opening + " ") || $0.hasPrefix(opening + " ") }
        }
        guard !(has("rule") && has("describe")) else { return block }
        var parts: [String] = has("map") ? [] : ["map road\n  'cash' -> 1000\n"]
        if has("map") { parts.append(block + "\n") }
        if has("together with") { parts.append(whole("sale", "  when state = 'x'\n")) }
        parts.append(has("rule") ? block : has("map") ? whole("other", "") : whole("sale", block))
        if has("rule") { parts.append(body("")) }
        return parts.joined()
    }

    private static func whole(_ name: String, _ content: String) -> String {
        "rule \(name) version 1 on public.sales\n" + body(content)
    }

    private static func body(_ content: String) -> String {
        let declared = columns.filter { !content.contains("column \($0.prefix { $0 != " " })") }
        var text = declared.map { "  column \($0)\n" }.joined()
        for line in ["date day", "currency 'INR'", "describe 'x'"] {
            let word = line.prefix { $0 != " " }
            if !content.contains("\n  \(word) "), !content.hasPrefix("  \(word) ") { text += "  \(line)\n" }
        }
        text += content
        if content.contains("example") {
            text +=
                "  debit 1000 total dimension mode mode\n  credit 4000 total\n  when state <> 'void' or state is null\n"
        } else if !content.contains("debit") {
            text += "  debit 1000 total\n"
        }
        return text
    }
}
