import PGSyncRules
import PGSyncSchema
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
    static let all = [clinic, shop]

    var testDescription: String { "the \(name)" }
    var directory: String { "sql/examples/\(name)" }

    func ruleFiles() throws -> [RuleFile] {
        try Repository.files(in: "\(directory)/rules", endingIn: ".rules").map {
            RuleFile(name: $0, text: try Repository.read($0))
        }
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
        try RuleChecker.check(ruleFiles(), in: RuleContext(chart: chart(), currencies: Self.currencies)).get()
    }

    static let currencies = ["INR": 2, "EUR": 2]
}

extension Trait where Self == DatabaseTrait {
    /// A database with the schema and both packs, installed by their scripts.
    static var packs: DatabaseTrait {
        .database(prepared: "packs") { connection in
            try await Migrator(binaryVersion: "1.0").migrate(on: connection)
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
