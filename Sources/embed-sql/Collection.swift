import FoundationEssentials

/// What the files make up together.
enum Collection: String {
    /// What a database needs, for `PGSyncSchema`.
    case schema
    /// The examples that a demonstration installs, for `PGSyncDemo`.
    case examples
    /// What browsers load, for `PGSyncServe`.
    case page
}

extension Collection {
    /// The files there are, in the order in which they are embedded.
    func paths(under root: String) throws -> [String] {
        switch self {
        case .schema:
            try ["migrations", "sql"].flatMap { directory in
                try Self.files(in: directory, under: root)
                    .filter { $0.hasSuffix(".sql") && !$0.hasPrefix("admin/") && !$0.hasPrefix("examples/") }
                    .map { "\(directory)/\($0)" }
            }.sorted()
        case .examples:
            try ["sql/examples/clinic", "sql/examples/crm"].flatMap { directory in
                try Self.files(in: directory, under: root)
                    .filter { name in [".sql", ".csv", ".rules", ".import"].contains { name.hasSuffix($0) } }
                    .map { "\(directory)/\($0)" }.sorted()
            } + ["sql/examples/periods.sql"]
        case .page:
            try Self.files(in: "Sources/PGSyncServe/Page", under: root)
                .filter { name in [".html", ".css", ".js", ".svg"].contains { name.hasSuffix($0) } }
                .map { "Sources/PGSyncServe/Page/\($0)" }.sorted()
        }
    }

    private static func files(in directory: String, under root: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(directory)")
    }
}
