import JSON
import Testing

@testable import PGSyncRules

@Suite("Amounts, days, names and paths in rules")
struct NewLanguageTests {
    private static let rule = """
        map road
          'cash' -> 1000

        rule sale version 1 on shop.sales
          column total minor money
          column code text
          column place text
          column paid_at timestamp
          column made_at timestamp
          column day date
          column details object (country text, tax object (share number))
          let net = total - 1
          date      paid_at in time zone 'Europe/Berlin'
          currency  code
          describe  'Sale ' || place || ' ' || total || ' ' || day
          debit   account(place)  total
          credit  4300            total
          example 'a sale'
            given { "total": 11800, "code": "EUR", "place": "1000", "paid_at": "2026-03-28T23:30:00+00:00",
                    "day": "2026-01-05" }
            posts debit 1000 118.00  credit 4300 118.00

        """

    private static func context() -> RuleContext {
        var context = RuleContext(chart: .clinic)
        context.timeZones["Europe/Berlin"] = TimeZoneOffsets(
            first: 3_600,
            changes: [
                .init(moment: 1_774_746_000, offset: 7_200), .init(moment: 1_792_890_000, offset: 3_600),
            ]
        )
        context.timeZoneNames = ["Asia/Kolkata", "Europe/Berlin", "UTC"]
        return context
    }

    private static func report(_ text: String, _ context: RuleContext = context()) -> RuleReport {
        RuleChecker.report(on: [RuleFile(name: "sale.rules", text: text)], in: context)
    }

    private static func outcome(_ row: String, _ text: String = rule) throws -> RuleOutcome {
        let context = context()
        let rule = try #require(report(text, context).verdict.get().first)
        return RuleEvaluator(rule, in: context).evaluate(try JSONValue(parsing: row))
    }

    @Test("are right in the rule that the others are made of")
    func right() {
        #expect(Self.report(Self.rule).allProblems.map(\.description) == [])
        #expect(Self.report(Self.rule).warnings == [])
    }

    @Test(
        "are explained where they are wrong",
        arguments: [
            ("total minor money", "total minor", "unknown type minor", "did you mean minor money?"),
            (
                "'Europe/Berlin'", "'europe/berlin'", "unknown time zone europe/berlin",
                "did you mean 'Europe/Berlin'?"
            ),
            ("'Europe/Berlin'", "'Berlin'", "unknown time zone Berlin", "did you mean 'Europe/Berlin'?"),
            ("'Europe/Berlin'", "'IST-5'", "unknown time zone IST-5", "pg_timezone_names lists them"),
            (
                "paid_at in time zone", "day in time zone",
                "only a timestamp has a day in a time zone, and this is a date", "leave out 'in time zone'"
            ),
            (
                "paid_at in time zone", "place in time zone",
                "only a timestamp has a day in a time zone, and this is a text",
                "if it holds timestamps, declare it: column place timestamp"
            ),
            (
                "currency  code", "currency  EUR", "shop.sales has no column EUR",
                "write the currency in single quotes: 'EUR'"
            ),
            (
                "currency  code", "currency  'EURO'", "unknown currency EURO", "did you mean EUR?"
            ),
            (
                "currency  code", "currency  if day is null then 'EUR' else 'XTS'",
                "unknown currency XTS",
                "add it to ledger.currencies with the number of its decimals"
            ),
            (
                "currency  code", "currency  if net > 0 then 'EUR' else 'USD'",
                "the currency cannot follow from an amount, whose decimals follow from it", ""
            ),
            ("currency  code", "currency  day", "'currency' must be a text, and this is a date", ""),
            (
                "account(place)", "account(day)",
                "an account is named by a text or a whole number, and this is a date", ""
            ),
            (
                "describe  'Sale '", "describe  account(place)",
                "'account' stands only for the account of a line", ""
            ),
            ("let net", "let total", "there is already a column total", "give the value another name"),
            ("let net = total - 1", "let net = net + 1", "shop.sales has no column net", ""),
            ("total - 1\n", "total - 1\n  let net = total\n", "net is already used for something else", ""),
            (
                "credit  4300            total",
                "let later = 5\n  credit  4300            total\n  when later = 5\n  assert early = 5\n  let early = 5",
                "early is not known yet", "move the line 'let early = …' above this one"
            ),
            (
                "|| place", "|| paid_at",
                "only texts, numbers, money and dates can be joined, and this is a timestamp",
                "say which day it is: in time zone 'UTC'"
            ),
            (
                "let net = total - 1", "when paid_at = made_at",
                "a timestamp can only be compared by its day", "write 'in time zone 'UTC'' after it"
            ),
            ("|| place", "|| details", "details is an object", "name a field of it, such as details.country"),
            ("|| place", "|| details.contry", "details has no field contry", "did you mean details.country?"),
            (
                "|| place", "|| details.tax.rate", "details.tax has no field rate",
                "declare it: column details object (rate money)"
            ),
            ("|| place", "|| details.country.code", "details.country is a text, which has no fields", ""),
            (
                "|| place", "|| place.code", "place is not declared as an object",
                "declare what is read of it: column place object (code text)"
            ),
            ("(country text", "(lines list (a text)", "an object cannot hold lists", ""),
            ("|| place", "|| left(place)", "left takes two values", "write left(text, 3)"),
            (
                "|| place", "|| left(place, total)", "a number of characters is written out, from 0 to 1000",
                ""
            ),
            (
                "|| place", "|| substring(place, 0, 2)",
                "a number of characters is written out, from 1 to 1000", ""
            ),
            ("|| place", "|| replace(place, '', 'x')", "nothing cannot be replaced", ""),
            (
                "|| place", "|| replace(place, place, 'x')",
                "what is replaced, and by what, is written out in quotes", ""
            ),
            ("|| place", "|| left(total, 2)", "left takes a text, and this is money", ""),
            (
                "credit  4300            total", "credit  4300            total round half odd to 2",
                "expected 'round half up to', 'half down to' or 'half even to' and a number of places, found 'odd'",
                ""
            ),
        ]
    )
    func explained(_ part: String, _ other: String, _ message: String, _ help: String) throws {
        let range = try #require(Self.rule.firstRange(of: part))
        let found = Self.report(Self.rule.replacingCharacters(in: range, with: other)).allProblems
        #expect(found.map(\.message) == [message])
        if !help.isEmpty { #expect(found.first?.help == help) }
    }

    @Test("A day is that of the zone, on either side of midnight and of a change of clocks")
    func days() throws {
        for (moment, day) in [
            ("2026-03-28T22:59:59.999999+00:00", "2026-03-28"), ("2026-03-28T23:00:00+00:00", "2026-03-29"),
            ("2026-03-29T21:59:59+00:00", "2026-03-29"), ("2026-03-29T22:00:00Z", "2026-03-30"),
            ("2026-10-25T22:59:59+00:00", "2026-10-25"), ("2026-10-26T04:30:00+05:30", "2026-10-26"),
            ("2026-03-29T23:59:59", "2026-03-29"),
        ] {
            let row =
                #"{ "total": 1, "code": "EUR", "place": "1000", "day": "2026-01-05", "paid_at": "\#(moment)" }"#
            guard case .entry(let entry) = try Self.outcome(row) else {
                Issue.record("\(moment): \(try Self.outcome(row))")
                continue
            }
            #expect("\(entry.date)" == day, "\(moment)")
        }
    }

    @Test("An amount counts in the smallest unit of the row's currency, and is written with its decimals")
    func decimals() throws {
        for (code, description) in [("EUR", "118.00"), ("JPY", "11800"), ("KWD", "11.800")] {
            let row = """
                { "total": 11800, "code": "\(code)", "place": "1000", "day": "2026-01-05", "paid_at": "2026-01-05T00:00:00Z" }
                """
            guard case .entry(let entry) = try Self.outcome(row) else {
                Issue.record("\(code)")
                continue
            }
            #expect(entry.currency == code && entry.lines.map(\.amount) == [11_800, -11_800])
            #expect(entry.description == "Sale 1000 \(description) 2026-01-05")
        }
    }

    @Test("What a row names wrongly is told with the column and the value")
    func unknown() throws {
        let row =
            #"{ "total": 1, "code": "EUR", "place": "1000", "day": "2026-01-05", "paid_at": "2026-01-05T00:00:00Z" }"#
        for (good, bad, kind, message, column) in [
            (#""EUR""#, #""EURO""#, RuleFailure.Kind.noCurrency, "unknown currency 'EURO'", "code"),
            (
                #""1000""#, #""99""#, .noAccount, "the chart has no open account '99' that needs no party",
                "place"
            ),
            (
                #""1000""#, #""1200""#, .noAccount,
                "the chart has no open account '1200' that needs no party", "place"
            ),
            (
                #""1000""#, #""3999""#, .noAccount,
                "the chart has no open account '3999' that needs no party", "place"
            ),
            (
                "\"total\"", #""details": 5, "total""#, .type, "details is not an object", "details"
            ),
            (
                #""total": 1,"#, #""total": 1.5,"#, .type, "total is not a whole number of the smallest unit",
                "total"
            ),
        ] {
            let text =
                bad.contains("details")
                ? Self.rule.replacing("|| place", with: "|| details.tax.share") : Self.rule
            let changed = text.replacing(
                "  example",
                with: "  example 'other' given {} fails data.missing\n  example"
            )
            let source =
                bad.contains("details")
                ? String(changed.split(separator: "  example 'a sale'")[0]) + Self.nothing : changed
            let outcome = try Self.outcome(row.replacing(good, with: bad), source)
            #expect(outcome == .failure(RuleFailure(kind, message, column: column)))
        }
    }

    private static let nothing = """
        example 'with a share'
            given { "total": 11800, "code": "EUR", "place": "1000", "paid_at": "2026-03-28T23:30:00+00:00",
                    "day": "2026-01-05", "details": { "tax": { "share": 0.5 } } }
            posts debit 1000 118.00  credit 4300 118.00
        """

    @Test("Where no server tells of a zone, examples are not run, which is a warning")
    func offline() {
        let report = Self.report(Self.rule, RuleContext(chart: .clinic))
        #expect(report.allProblems == [] && report.examples.isEmpty)
        #expect(
            report.warnings.map(\.message)
                == ["the examples of sale are not run: they need the time zone Europe/Berlin"]
        )
        #expect(report.missingTimeZones == ["Europe/Berlin"])
    }

    @Test("A name costs nothing where nothing uses it")
    func unused() throws {
        let text = RuleCheckerTests.sale
        let named = text.replacing("  when ", with: "  let net = total - tax\n  when ")
        let compiled = try [text, named].map { text in
            RuleCompiler.compile(try #require(try Self.report(text).verdict.get().first))
        }
        #expect(compiled[0] == compiled[1])
    }

    @Test("Names that stand for ever more are refused in time")
    func growing() throws {
        let lets = (1...40).map { "  let n\($0) = n\($0 - 1) + n\($0 - 1)\n" }.joined()
        let text = Self.rule.replacing("  let net = total - 1\n", with: "  let n0 = total\n" + lets)
        let found = Self.report(text).allProblems
        #expect(found.map(\.message) == ["the expression is too long, with its names expanded"])
    }

    @Test("With a table at hand, timestamps need no declaration, and those without a zone no zone")
    func natural() throws {
        var context = Self.context()
        let kinds: [String: (String, StoredType)] = [
            "total": ("bigint", .integer), "code": ("text", .text), "place": ("text", .text),
            "paid_at": ("timestamp with time zone", .timestamp),
            "made_at": ("timestamp without time zone", .timestamp),
            "day": ("date", .date), "details": ("jsonb", .json),
        ]
        context.tables["shop.sales"] = TableShape(
            columns: kinds.mapValues { TableShape.Column(dataType: $0.0, kind: $0.1) }
        )
        let bare = Self.rule.replacing("  column paid_at timestamp\n  column made_at timestamp\n", with: "")
        #expect(Self.report(bare, context).allProblems.map(\.description) == [])
        #expect(
            Self.report(bare.replacing(" in time zone 'Europe/Berlin'", with: ""), context).allProblems == []
        )
        let local = Self.report(bare.replacing("date      paid_at", with: "date      made_at"), context)
        #expect(
            local.allProblems.map(\.message) == [
                "made_at has no time zone: its day is the one that is written"
            ]
        )
        // What was a text stays one where no day is asked for.
        let joined = bare.replacing("'Sale ' ||", with: "'Sale ' || coalesce(paid_at, '') ||")
        #expect(Self.report(joined, context).allProblems == [])
    }
}
