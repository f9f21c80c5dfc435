// swift-tools-version: 6.2
import PackageDescription

/// One list for every target, so that none can forget a check.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "pgsync",
    products: [
        // Preloaded into a worker under test.
        .library(name: "SteppedClock", type: .dynamic, targets: ["SteppedClock"])
    ],
    targets: [
        // Modules without the prefix know nothing of the product.
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CMicroHTTPD",
            pkgConfig: "libmicrohttpd",
            providers: [.apt(["libgnutls28-dev", "libmicrohttpd-dev"])]
        ),
        .target(name: "CSpawn"),
        .target(name: "Arguments", dependencies: ["Concurrency", "VisibleText"]),
        .target(name: "HTTPClient", dependencies: ["CCurl", "Concurrency"]),
        .target(name: "HTTPServer", dependencies: ["CMicroHTTPD", "Concurrency"]),
        .target(name: "JSON", dependencies: ["VisibleText"]),
        .target(name: "CSV"),
        .target(name: "Compression", dependencies: ["CZlib"]),
        .target(name: "Concurrency"),
        .target(name: "Days"),
        .target(name: "Files", dependencies: ["Concurrency"]),
        .target(name: "Postgres", dependencies: ["CLibPQ", "CLinux", "Concurrency", "Days"]),
        .target(name: "Services", dependencies: ["Concurrency"]),
        .target(name: "Signing", dependencies: ["CCrypto"]),
        .target(name: "Subprocesses", dependencies: ["CSpawn", "Concurrency"]),
        .target(name: "Telemetry", dependencies: ["Concurrency", "Days", "VisibleText"]),
        .target(name: "VisibleText"),

        // PGSync… knows the product.
        .target(
            name: "PGSyncCLI",
            dependencies: [
                "Arguments", "Concurrency", "Days", "Files", "HTTPServer", "JSON", "PGSyncBench",
                "PGSyncCluster", "PGSyncCompare", "PGSyncCore", "PGSyncDelivery", "PGSyncDemo",
                "PGSyncImport",
                "PGSyncLedger", "PGSyncNodes", "PGSyncOperations",
                "PGSyncRules", "PGSyncSchema", "PGSyncSelfTest", "PGSyncServe", "PGSyncStore", "PGSyncWorker",
                "Postgres", "Services", "Telemetry", "VisibleText",
            ]
        ),
        .target(
            name: "PGSyncBench",
            dependencies: [
                "Compression", "Concurrency", "Files", "HTTPClient", "HTTPServer", "JSON", "PGSyncCore",
                "PGSyncDelivery", "PGSyncDemo", "PGSyncImport", "PGSyncOperations", "PGSyncRules",
                "PGSyncSchema", "PGSyncStore", "PGSyncWorker", "Postgres", "Services", "Subprocesses",
                "Telemetry",
            ]
        ),
        .target(name: "PGSyncCore", dependencies: ["CCrypto"]),
        .target(name: "PGSyncCluster", dependencies: ["Concurrency", "Files", "Subprocesses"]),
        .target(
            name: "PGSyncDelivery",
            dependencies: [
                "Files", "HTTPClient", "JSON", "PGSyncStore", "Postgres", "Signing", "Subprocesses",
            ]
        ),
        .target(
            name: "PGSyncDemo",
            dependencies: [
                "Compression", "Concurrency", "Days", "HTTPServer", "JSON", "PGSyncLedger", "PGSyncRules",
                "PGSyncStore", "Postgres", "Services", "Telemetry",
            ],
            plugins: ["EmbedSQL"]
        ),
        .target(name: "PGSyncLedger", dependencies: ["CSV", "Days", "JSON", "Postgres", "VisibleText"]),
        .target(name: "PGSyncRules", dependencies: ["CSV", "Days", "JSON", "PGSyncCore", "VisibleText"]),
        .target(name: "PGSyncSchema", dependencies: ["PGSyncCore", "Postgres"], plugins: ["EmbedSQL"]),
        .target(
            name: "PGSyncOperations",
            dependencies: [
                "Concurrency", "Files", "PGSyncCore", "PGSyncStore", "Postgres", "Services", "Subprocesses",
            ]
        ),
        .target(
            name: "PGSyncSelfTest",
            dependencies: [
                "Days", "JSON", "PGSyncCore", "PGSyncLedger", "PGSyncOperations",
                "PGSyncRules",
                "PGSyncSchema",
                "PGSyncStore", "PGSyncWorker", "Postgres", "Services", "Telemetry",
            ]
        ),
        .target(
            name: "PGSyncServe",
            dependencies: [
                "Compression", "Concurrency", "Days", "HTTPServer", "JSON", "PGSyncCore", "PGSyncLedger",
                "Postgres", "Signing", "Telemetry",
            ],
            exclude: ["Page"],
            plugins: ["EmbedSQL"]
        ),
        .target(
            name: "PGSyncImport",
            dependencies: [
                "Concurrency", "Days", "HTTPClient", "JSON", "PGSyncDelivery", "PGSyncOperations",
                "PGSyncRemote", "PGSyncRules", "PGSyncStore", "Postgres", "Services",
            ]
        ),
        .target(
            name: "PGSyncCompare",
            dependencies: [
                "Files", "HTTPClient", "JSON", "PGSyncCore", "PGSyncDelivery", "PGSyncOperations",
                "PGSyncRules", "PGSyncStore", "Postgres",
            ]
        ),
        .target(
            name: "PGSyncNodes",
            dependencies: [
                "Compression", "Concurrency", "HTTPClient", "JSON", "PGSyncDelivery", "PGSyncOperations",
                "PGSyncRemote", "PGSyncStore", "Postgres", "Services", "Signing",
            ]
        ),
        .target(
            name: "PGSyncRemote",
            dependencies: [
                "Concurrency", "Days", "Files", "HTTPClient", "JSON", "PGSyncDelivery", "PGSyncRules",
                "PGSyncStore", "Postgres", "Services", "Signing",
            ]
        ),
        .target(
            name: "PGSyncStore",
            dependencies: ["Days", "JSON", "PGSyncCore", "PGSyncRules", "Postgres"]
        ),
        .target(
            name: "PGSyncWorker",
            dependencies: [
                "Concurrency", "PGSyncCore", "PGSyncDelivery", "PGSyncOperations", "PGSyncStore", "Postgres",
                "Services", "Telemetry",
            ]
        ),
        .executableTarget(name: "pgsync", dependencies: ["PGSyncCLI"]),
        .executableTarget(name: "PostgresBenchmark", dependencies: ["CLibPQ", "PGSyncCluster", "Postgres"]),

        // migrations/ and sql/ become Swift constants of PGSyncSchema, an example those of PGSyncDemo. The plugin's
        // directory links to both, because SwiftPM asks a plugin anew only when a file comes or goes in the directory
        // of a target.
        .plugin(
            name: "EmbedSQL",
            capability: .buildTool(),
            dependencies: ["embed-sql"],
            path: "Sources/EmbedSQL"
        ),
        .executableTarget(name: "embed-sql"),

        .target(
            name: "TestSupport",
            dependencies: [
                "Concurrency", "Files", "PGSyncCluster", "PGSyncSchema", "Postgres", "Subprocesses",
            ],
            path: "Tests/TestSupport",
            exclude: ["Keys", "Referees"]
        ),
        .executableTarget(name: "SignalProbe", dependencies: ["Services"], path: "Tests/SignalProbe"),
        .target(name: "SteppedClock", path: "Tests/SteppedClock"),
        .testTarget(name: "ArgumentsTests", dependencies: ["Arguments"]),
        .testTarget(name: "CSVTests", dependencies: ["CSV"]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression", "Subprocesses", "TestSupport"]),
        .testTarget(
            name: "CaptureTests",
            dependencies: [
                "JSON", "PGSyncCluster", "PGSyncSchema", "Postgres", "Subprocesses", "TestSupport",
            ],
            exclude: ["Snapshots"]
        ),
        .testTarget(name: "DaysTests", dependencies: ["Days"]),
        .testTarget(name: "EmbedSQLTests", dependencies: ["embed-sql"]),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "JSON", "PGSyncBench", "PGSyncCluster", "PGSyncDemo", "PGSyncSchema", "Postgres",
                "Subprocesses",
                "TestSupport", "pgsync",
            ],
            exclude: ["Landed"]
        ),
        .testTarget(name: "FilesTests", dependencies: ["Files"]),
        .testTarget(
            name: "HTTPClientTests",
            dependencies: [
                "Concurrency", "Files", "HTTPClient", "HTTPServer", "Subprocesses", "TestSupport",
            ]
        ),
        .testTarget(
            name: "HTTPServerTests",
            dependencies: ["HTTPServer", "Concurrency", "Subprocesses", "TestSupport"]
        ),
        .testTarget(name: "ImportFenceTests"),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "LedgerTests", dependencies: ["Postgres", "TestSupport"]),
        .testTarget(name: "ConcurrencyTests", dependencies: ["Concurrency"]),
        .testTarget(name: "PGSyncBenchTests", dependencies: ["PGSyncBench"]),
        .testTarget(
            name: "PGSyncCLITests",
            dependencies: [
                "Arguments", "Concurrency", "HTTPServer", "JSON", "PGSyncCLI", "PGSyncCluster", "PGSyncCore",
                "PGSyncLedger", "PGSyncOperations", "PGSyncStore",
                "PGSyncSchema", "PGSyncSelfTest", "PGSyncWorker", "Postgres", "Services", "Subprocesses",
                "Telemetry",
                "TestSupport",
            ]
        ),
        .testTarget(
            name: "PGSyncCompareTests",
            dependencies: [
                "Concurrency", "Files", "JSON", "PGSyncCluster", "PGSyncCompare", "PGSyncDelivery",
                "PGSyncOperations",
                "PGSyncRules", "PGSyncStore", "Postgres", "Services", "TestSupport",
            ]
        ),
        .testTarget(name: "PGSyncCoreTests", dependencies: ["PGSyncCore"]),
        .testTarget(
            name: "PGSyncClusterTests",
            dependencies: ["PGSyncCluster", "Subprocesses", "TestSupport"]
        ),
        .testTarget(
            name: "PGSyncDeliveryTests",
            dependencies: ["Concurrency", "JSON", "PGSyncDelivery", "PGSyncStore", "Postgres", "TestSupport"]
        ),
        .testTarget(name: "PGSyncDemoTests", dependencies: ["Days", "PGSyncDemo", "PGSyncRules"]),
        .testTarget(
            name: "PGSyncImportTests",
            dependencies: [
                "Concurrency", "Days", "HTTPClient", "JSON", "PGSyncDelivery", "PGSyncDemo", "PGSyncImport",
                "PGSyncOperations", "PGSyncRemote", "PGSyncRules", "PGSyncStore", "Postgres", "Services",
                "TestSupport",
            ]
        ),
        .testTarget(name: "PGSyncNodesTests", dependencies: ["HTTPClient", "PGSyncNodes", "Signing"]),
        .testTarget(
            name: "PGSyncLedgerTests",
            dependencies: ["Days", "JSON", "PGSyncLedger", "Postgres", "Subprocesses", "TestSupport"]
        ),
        .testTarget(
            name: "PGSyncOperationsTests",
            dependencies: [
                "Concurrency", "PGSyncOperations", "PGSyncStore", "Postgres", "Services",
                "TestSupport",
            ],
            exclude: ["Schedules"]
        ),
        .testTarget(
            name: "PGSyncWorkerTests",
            dependencies: [
                "Concurrency", "PGSyncCore", "PGSyncDelivery", "PGSyncOperations", "PGSyncRules",
                "PGSyncStore",
                "PGSyncWorker", "Postgres", "Services", "Subprocesses", "Telemetry", "TestSupport",
            ]
        ),
        .testTarget(
            name: "PGSyncRulesTests",
            dependencies: [
                "Days", "JSON", "PGSyncRules", "PGSyncSchema", "PGSyncStore", "Postgres", "TestSupport",
            ],
            exclude: ["Snapshots"]
        ),
        .testTarget(
            name: "PGSyncSchemaTests",
            dependencies: ["PGSyncSchema", "Postgres", "Subprocesses", "TestSupport"],
            exclude: ["Snapshots"]
        ),
        .testTarget(
            name: "PGSyncServeTests",
            dependencies: [
                "Concurrency", "HTTPServer", "JSON", "PGSyncServe", "Postgres", "Telemetry", "TestSupport",
            ]
        ),
        .testTarget(
            name: "PGSyncStoreTests",
            dependencies: [
                "Days", "JSON", "PGSyncCluster", "PGSyncCore", "PGSyncRules", "PGSyncStore",
                "Postgres", "TestSupport",
            ]
        ),
        .testTarget(
            name: "PackTests",
            dependencies: [
                "JSON", "PGSyncRules", "PGSyncSchema", "PGSyncStore", "Postgres", "Subprocesses",
                "TestSupport",
            ]
        ),
        .testTarget(
            name: "PostingTests",
            dependencies: ["JSON", "PGSyncSchema", "Postgres", "Subprocesses", "TestSupport"],
            exclude: ["Chain/columns.sql", "Chain/recompute.py"]
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Concurrency", "PGSyncCluster", "Postgres", "Subprocesses", "TestSupport"]
        ),
        .testTarget(
            name: "ServicesTests",
            dependencies: ["Concurrency", "Services", "SignalProbe", "TestSupport"]
        ),
        .testTarget(name: "SigningTests", dependencies: ["Signing"]),
        .testTarget(name: "SubprocessesTests", dependencies: ["Concurrency", "Subprocesses"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Concurrency", "Telemetry"]),
        .testTarget(name: "VisibleTextTests", dependencies: ["VisibleText"]),
        .testTarget(
            name: "TestSupportTests",
            dependencies: ["Concurrency", "Postgres", "Subprocesses", "TestSupport"]
        ),
    ]
)

for target in package.targets where ![.system, .plugin].contains(target.type) {
    target.swiftSettings = (target.swiftSettings ?? []) + settings
}
