import Days
import PGSyncRules
import Testing

/// What rule files must be to the versions that are in the database.
@Suite("Rules beside applied ones")
struct RuleSetTests {
    private static let sale = RuleCheckerTests.sale

    private func rules(_ text: String) throws -> [Rule] {
        try RuleChecker.check([RuleFile(name: "x", text: text)], in: RuleContext(chart: .clinic)).get()
    }

    private func applied(
        _ text: String,
        from: String? = nil,
        until: String? = nil
    ) throws -> [AppliedRule] {
        try rules(text).map {
            AppliedRule(
                name: $0.name,
                version: $0.version,
                content: $0.content,
                activeFrom: from.flatMap(Day.init(_:)),
                activeUntil: until.flatMap(Day.init(_:))
            )
        }
    }

    private func problems(_ text: String, beside applied: [AppliedRule], from: String? = nil) -> String {
        var context = RuleContext(chart: .clinic)
        context.applied = applied
        context.today = Day("2026-05-01")
        let terms = RuleTerms(from: from.flatMap(Day.init(_:)))
        let files = [RuleFile(name: "sale.rules", text: text, terms: terms)]
        guard case .failure(let problems) = RuleChecker.check(files, in: context) else { return "" }
        return problems.description
    }

    private func version(_ number: Int, of name: String = "sale", state: String = "final") -> String {
        Self.sale.replacing("rule sale version 1", with: "rule \(name) version \(number)")
            .replacing("'final'", with: "'\(state)'").replacing("\"final\"", with: "\"\(state)\"")
    }

    @Test("are the text as written after the maps used, and read alone as the same rule")
    func content() throws {
        let unused = "# A chart of roads.\nmap unused\n  'x' -> 1000\n\n"
        let text =
            unused + Self.sale.replacing("'INR'", with: "'INR'   \r") + "   # the end\n\n# not its own\n"
        let rule = try #require(try rules(text).first)
        let (map, body) = try #require(Self.sale.range(of: "\n\nrule")).halves(of: Self.sale)
        #expect(rule.content == "\(map)\n\nrule\(body)   # the end\n")
        let again = try rules(rule.content)
        #expect(again == [rule])
        #expect(again[0].checksum == rule.checksum && rule.checksum.count == 64)
    }

    @Test("end where the next begins, also on the same line")
    func extents() throws {
        let text =
            "\(Self.sale) rule other version 1 on shop.others\(Self.sale.components(after: "on shop.sales"))"
        let found = try rules(text)
        #expect(found.map(\.name) == ["sale", "other"])
        #expect(found[0].content == Self.sale + "\n")
        #expect(try rules(found[1].content) == [found[1]])
    }

    @Test("may be what is applied already")
    func unchanged() throws {
        #expect(problems(Self.sale, beside: try applied(Self.sale)) == "")
        #expect(problems("# more\n\(Self.sale)\n# and more", beside: try applied(Self.sale)) == "")
    }

    @Test("keep the content of their version")
    func otherContent() throws {
        let changed = Self.sale.replacing("describe  'Sale'", with: "describe  'Sold'")
        #expect(
            problems(changed, beside: try applied(Self.sale)).hasPrefix(
                """
                sale.rules:5:19: error: version 1 of sale is already applied, with other content
                 5 | rule sale version 1 on shop.sales
                   |                   ^
                  help: a version never changes: give this one version 2
                """
            )
        )
        let map = Self.sale.replacing("'card' -> 1150", with: "'card' -> 1100")
        #expect(
            problems(map, beside: try applied(Self.sale)).contains(
                "is already applied, with other content of the map road\n"
            )
        )
    }

    @Test("come in the order of their versions")
    func order() throws {
        let known = try applied(Self.sale) + applied(version(3))
        #expect(
            problems(version(2), beside: known).contains(
                "version 3 of sale is already applied, so 2 is too late\n"
            )
        )
        #expect(problems(version(2), beside: known).contains("help: give it version 4"))
        #expect(problems(version(4), beside: known) == "")
    }

    @Test("do not begin two versions of one on the same day")
    func sameDay() throws {
        let two = version(1) + "\n" + version(2).components(after: "\n\n")
        #expect(problems(two, beside: []) == "")
        #expect(
            problems(two, beside: [], from: "2026-06-01").contains(
                "version 1 of sale would cover no day: a later one begins on 2026-06-01, too\n"
            )
        )
    }

    @Test("claim no row that an applied one claims on the same days")
    func overlap() throws {
        let message = "error: a row of shop.sales may be posted by both sale and other\n"
        let other = version(1, of: "other")
        #expect(problems(other, beside: try applied(Self.sale)).contains(message))
        #expect(
            problems(version(1, of: "other", state: "paid"), beside: try applied(Self.sale)) == ""
        )
        #expect(problems(other, beside: try applied(Self.sale, until: "2026-04-01")).contains(message))
        #expect(
            problems(other, beside: try applied(Self.sale, until: "2026-04-01"), from: "2026-04-01") == ""
        )
        let narrower = version(2, state: "paid")
        let known = try applied(Self.sale) + applied(narrower, from: "2026-04-01")
        #expect(problems(other, beside: known).contains(message))
        #expect(problems(other, beside: known, from: "2026-04-01") == "")
        let together = other.replacing("on shop.sales", with: "on shop.sales together with sale")
        #expect(problems(together, beside: try applied(Self.sale)) == "")
        #expect(problems(together, beside: []).contains("unknown rule sale\n"))
    }

    @Test("know the currencies of a new database")
    func currencies() throws {
        let migration = try ClinicRules.read("migrations/0004_ledger.sql")
        let rows = migration.matches(of: /\('([A-Z]{3})', '[^']+', (\d)\)/)
        let known = Dictionary(
            uniqueKeysWithValues: rows.map { (String($0.output.1), Int($0.output.2) ?? -1) }
        )
        #expect(known == RuleContext.usualCurrencies)
    }
}

extension String {
    fileprivate func components(after separator: String) -> String {
        guard let range = firstRange(of: separator) else { return "" }
        return String(self[range.upperBound...])
    }

    fileprivate func range(of part: String) -> Range<Index>? { firstRange(of: part) }
}

extension Range<String.Index> {
    fileprivate func halves(of text: String) -> (String, String) {
        (String(text[..<lowerBound]), String(text[upperBound...]))
    }
}
