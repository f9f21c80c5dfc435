import PGSyncRules
import Postgres
import TestSupport
import Testing

/// One of the examples under sql/examples.
struct Pack: Sendable, CustomTestStringConvertible {
    let name: String
    let cases: [PackCase]
    let stories: [PackStory]

    static let clinic = Pack(name: "clinic", cases: PackCase.clinic, stories: PackStory.clinic)
    static let shop = Pack(name: "shop", cases: [], stories: PackStory.shop)
    static let orders = Pack(name: "orders", cases: [], stories: PackStory.orders)
    static let crm = Pack(name: "crm", cases: [], stories: PackStory.crm)
    static let all = [clinic, shop, orders, crm]

    var testDescription: String { "the \(name)" }
    var directory: String { "sql/examples/\(name)" }

    func ruleFiles() throws -> [RuleFile] {
        let files = try Repository.files(in: "\(directory)/rules", endingIn: ".rules").map {
            RuleFile(name: $0, text: try Repository.read($0))
        }
        // They use no file but those of their directory, which are all here.
        let reader = RuleFile.Reader(
            identity: { $0 },
            text: { _ in .failure(RuleFile.Unreadable("not read here")) }
        )
        return RuleFile.withUses(files, reader)
    }

    /// The chart of chart.csv, read without a database.
    func chart() throws -> Chart {
        let lines = try Repository.read("\(directory)/chart.csv").split(separator: "\n").dropFirst()
        return Chart(
            lines.map { line in
                // Only a name has commas.
                let fields = line.split(separator: ",", omittingEmptySubsequences: false)
                return Chart.Account(
                    code: String(fields[0]),
                    name: fields[1..<(fields.count - 5)].joined(separator: ","),
                    type: String(fields[fields.count - 5]),
                    requiresParty: fields[fields.count - 2] == "true"
                )
            }
        )
    }

    func rules() throws -> [Rule] {
        try RuleChecker.check(ruleFiles(), in: context()).get()
    }

    /// What the rules are checked against, without a database.
    func context() throws -> RuleContext {
        var context = RuleContext(chart: try chart(), currencies: ["INR": 2, "EUR": 2, "USD": 2])
        context.timeZones["Europe/Berlin"] = .berlin
        return context
    }
}

extension TimeZoneOffsets {
    /// Summer time in Berlin, from 01:00 UTC on the last Sunday of March until that of October.
    fileprivate static let berlin = TimeZoneOffsets(
        first: 3_600,
        changes: (2024...2035).flatMap { year in
            [(3, Int64(7_200)), (10, Int64(3_600))].map { month, offset in
                Change(moment: lastSunday(of: month, in: year) * 86_400 + 3_600, offset: offset)
            }
        }
    )

    /// The day of a month with 31 days, counted from the first of January 1970, a Thursday.
    private static func lastSunday(of month: Int, in year: Int) -> Int64 {
        let before = (1970..<year).reduce(0) { $0 + ($1 % 4 == 0 ? 366 : 365) }
        let last = before + (month == 3 ? 89 : 303) + (year % 4 == 0 ? 1 : 0)
        return Int64(last - (last + 4) % 7)
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database with the schema and all packs, installed by their scripts.
    static var packs: DatabaseTrait {
        .database(prepared: "packs", copyOf: .migrated) { connection in
            let database = try await connection.withSession { session in
                try session.query("select current_database()::text").first.map {
                    try $0.decode(0, as: String.self)
                }
            }
            for pack in Pack.all {
                try await Psql.run(file: "\(pack.directory)/install.sql", database: try #require(database))
            }
        }
    }
}
