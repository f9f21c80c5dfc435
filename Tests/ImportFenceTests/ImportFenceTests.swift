import Testing

/// What a target may import of the system beside what it declares in Package.swift.
///
/// A module without the `PGSync` prefix talks to the system; those that know the product do so only where this says so.
private let systemImports: [String: Set<String>] = [
    "PGSyncBench": ["Glibc"],
    "PGSyncCLI": ["Glibc"],
    "PGSyncCluster": ["Glibc"],
    "PGSyncDelivery": ["Glibc"],
    "PGSyncDemo": ["Glibc"],
    "PGSyncRemote": ["Glibc"],
    "PostgresBenchmark": ["Glibc"],
    "EmbedSQL": ["Foundation", "PackagePlugin"],
    "embed-sql": ["FoundationEssentials", "Glibc"],
]

private let system: Set = ["Dispatch", "Glibc", "Synchronization"]

/// What modules without the `PGSync` prefix share.
private let shared: Set = ["Concurrency", "Days", "Files", "VisibleText"]

@Suite("Import fence")
struct ImportFenceTests {
    /// What each target declares in Package.swift, which SwiftPM does not hold it to.
    private let declared: [String: Set<String>]

    init() throws {
        declared = try PackageManifest().dependencies
    }

    /// What is run and not imported: the programs, and the plugin with its tool.
    private static let programs: Set = ["EmbedSQL", "PostgresBenchmark", "embed-sql"]

    private func isOfTheProduct(_ target: String) -> Bool {
        target.lowercased().hasPrefix("pgsync") || Self.programs.contains(target)
    }

    @Test(
        "each target imports what it declares, and of the system what it may",
        arguments: try SourceFile.all(in: "Sources")
    )
    func imports(of file: SourceFile) throws {
        let dependencies = try #require(declared[file.target], "\(file.path): no target \(file.target)")
        let ofSystem = systemImports[file.target] ?? (isOfTheProduct(file.target) ? [] : system)
        let allowed = dependencies.union(ofSystem)
        for statement in ImportStatement.all(in: file.lines) where !allowed.contains(statement.module) {
            Issue.record("\(file.path):\(statement.line): \(file.target) may not import \(statement.module)")
        }
    }

    @Test("a target declares nothing that it does not import")
    func declarations() throws {
        var imported: [String: Set<String>] = [:]
        for file in try SourceFile.all(in: "Sources") {
            imported[file.target, default: []].formUnion(ImportStatement.all(in: file.lines).map(\.module))
        }
        for target in try SourceFile.targets().sorted() where imported[target] != nil && target != "EmbedSQL"
        {
            let unused = try #require(declared[target]).subtracting(imported[target] ?? [])
            #expect(unused == [], "\(target) declares what it does not import")
        }
        // Nothing imports the tool that the plugin runs.
        #expect(declared["EmbedSQL"] == ["embed-sql"])
        #expect(Set(systemImports.keys).subtracting(imported.keys) == [], "permissions without a target")
    }

    @Test("a module without the prefix knows no other but what they share, and its own C")
    func layers() throws {
        for target in try SourceFile.targets() where !isOfTheProduct(target) {
            let others = try #require(declared[target]).subtracting(shared)
            #expect(others.allSatisfy { $0.hasPrefix("C") }, "\(target) knows \(others.sorted())")
        }
    }

    @Test("nothing the product decides knows a connection, and no store knows a worker")
    func decisions() throws {
        #expect(declared["PGSyncCore"] == ["CCrypto"])
        for target in ["PGSyncRules", "PGSyncCore"] {
            #expect(try #require(declared[target]).isDisjoint(with: ["Postgres", "Services"]))
        }
        for target in ["PGSyncSchema", "PGSyncStore", "PGSyncLedger"] {
            let dependencies = try #require(declared[target])
            #expect(dependencies.isDisjoint(with: ["PGSyncWorker", "Services", "Telemetry"]))
        }
    }
}
