import Testing

/// Who may import whom, target by target; SwiftPM does not enforce the layers.
///
/// A module without the `PGSync` prefix could be lifted into another project: it knows only the system,
/// `Locking` and `VisibleText`. What the compiler imports by itself needs no permission.
let allowedImports: [String: Set<String>] = [
    // C, with no logic beyond what Swift cannot say.
    "CLibPQ": [],
    "CLinux": [],
    "CMicroHTTPD": [],
    "CSpawn": [],

    "Locking": ["Glibc"],
    "VisibleText": [],
    "Arguments": system,
    "HTTPServer": system.union(["CMicroHTTPD"]),
    "JSON": system,
    "Postgres": system.union(["CLibPQ", "CLinux"]),
    "Services": system,
    "Subprocesses": system.union(["CSpawn"]),
    "Telemetry": system,

    "PGSyncCore": [],
    "PGSyncCluster": ["Glibc", "Locking", "PGSyncCore", "Subprocesses"],
    "PGSyncLedger": ["JSON", "PGSyncCore", "Postgres", "VisibleText"],
    "PGSyncRules": ["JSON", "PGSyncCore", "VisibleText"],
    "PGSyncSchema": ["PGSyncCore", "Postgres"],
    "PGSyncStore": ["JSON", "PGSyncCore", "PGSyncRules", "Postgres"],
    "PGSyncOperations": ["PGSyncCore", "PGSyncStore", "Postgres", "Services"],
    "PGSyncWorker": ["Locking", "PGSyncCore", "PGSyncStore", "Postgres", "Services", "Telemetry"],
    "PGSyncBench": [
        "Glibc", "Locking", "PGSyncCore", "PGSyncRules", "PGSyncSchema", "PGSyncStore", "PGSyncWorker",
        "Postgres", "Services", "Subprocesses", "Telemetry",
    ],
    "PGSyncDemo": ["PGSyncLedger", "PGSyncRules", "PGSyncStore", "Postgres", "Services", "Telemetry"],
    "PGSyncCLI": system.union([
        "Arguments", "HTTPServer", "JSON", "PGSyncBench", "PGSyncCluster", "PGSyncCore", "PGSyncDemo",
        "PGSyncLedger", "PGSyncOperations", "PGSyncRules", "PGSyncSchema", "PGSyncStore", "PGSyncWorker",
        "Postgres",
        "Services", "Telemetry",
    ]),
    "pgsync": ["PGSyncCLI"],

    "EmbedSQL": ["Foundation", "PackagePlugin"],
    "embed-sql": ["FoundationEssentials", "Glibc"],
    "PostgresBenchmark": ["CLibPQ", "Glibc", "PGSyncCluster", "Postgres"],
]

private let system: Set = ["Dispatch", "Glibc", "Locking", "Synchronization", "VisibleText"]

@Suite("Import fence")
struct ImportFenceTests {
    @Test("each target imports what the table allows", arguments: try SourceFile.all(in: "Sources"))
    func imports(of file: SourceFile) throws {
        let allowed = try #require(allowedImports[file.target], "\(file.path): no row for \(file.target)")
        for statement in ImportStatement.all(in: file.lines) where !allowed.contains(statement.module) {
            Issue.record("\(file.path):\(statement.line): \(file.target) may not import \(statement.module)")
        }
    }

    @Test("each target has its row in the table, and each row its target")
    func rows() throws {
        let (targets, rows) = try (SourceFile.targets(), Set(allowedImports.keys))
        #expect(targets.subtracting(rows) == [], "targets without a row")
        #expect(rows.subtracting(targets) == [], "rows without a target")
    }
}
