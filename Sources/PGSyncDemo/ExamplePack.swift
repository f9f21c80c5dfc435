import PGSyncRules

/// A directory of `sql/examples`, as embedded in this binary.
package struct ExamplePack: Sendable {
    /// A clinic, whose program writes bills.
    package static let clinic = ExamplePack("clinic")
    /// What a node of the clinic needs: its tables, exchanged and not posted, because the master keeps the books.
    package static let clinicOfNode = ExamplePack(
        "clinic",
        scripts: ["tables.sql", "attach.sql", "exchange.sql"]
    )
    /// An agency, which reads its CRM over HTTP.
    package static let crm = ExamplePack("crm")

    /// One thing that the script for psql has done.
    enum Step: Equatable, Sendable {
        case script(EmbeddedFile)
        /// Imports the chart of accounts, which psql reads with a command of its own.
        case chart(EmbeddedFile)
    }

    let name: String
    /// The only scripts that are run, and no rules are applied; nil for everything.
    private let scripts: Set<String>?
    private let files: [String: EmbeddedFile]

    init(
        _ name: String,
        _ files: [EmbeddedFile] = EmbeddedExamples.files,
        scripts: Set<String>? = nil
    ) {
        self.name = name
        self.scripts = scripts
        self.files = Dictionary(files.map { ($0.path, $0) }) { first, _ in first }
    }

    /// The steps of `install.sql`, in order, without those for a psql that was given a role.
    func steps() throws(DemoError) -> [Step] {
        var steps: [Step] = []
        for path in InstallScript.includes(of: try file("install.sql").text)
        where scripts?.contains(path) ?? true {
            steps.append(path == "chart.sql" ? .chart(try file("chart.csv")) : .script(try file(path)))
        }
        return steps
    }

    /// What it creates outside its own schema, and that schema.
    func claims() throws(DemoError) -> [Claim] {
        var claims: [Claim] = []
        for case .script(let file) in try steps() { claims += Claim.all(in: file.text) }
        return claims
    }

    /// Whether what it captures is posted.
    package var isPosted: Bool { scripts == nil }

    var rules: [RuleFile] {
        guard isPosted else { return [] }
        return files.values.filter { $0.path.hasPrefix("\(directory)/") && $0.path.hasSuffix(".rules") }
            .sorted { $0.path < $1.path }
            .map { RuleFile(name: $0.path, text: $0.text) }
    }

    /// The definition of its import; nil where it has none.
    package var importText: String? { files["\(directory)/\(name).import"]?.text }

    private var directory: String { "sql/examples/\(name)" }

    private func file(_ path: String) throws(DemoError) -> EmbeddedFile {
        var components = directory.split(separator: "/")
        for component in path.split(separator: "/") {
            if component == ".." { components.removeLast() } else { components.append(component) }
        }
        let full = components.joined(separator: "/")
        guard let file = files[full] else { throw DemoError.incomplete(file: full) }
        return file
    }
}
