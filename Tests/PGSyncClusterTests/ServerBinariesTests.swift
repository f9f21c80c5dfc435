import Subprocesses
import Testing

@testable import PGSyncCluster

@Suite("Server binaries", .timeLimit(.minutes(10)))
struct ServerBinariesTests {
    /// Makes a directory with programs that claim a version.
    private func install(_ version: String, in directory: String, without missing: String? = nil) async throws
    {
        try FileSystem.makeDirectories(at: directory, mode: 0o755)
        for program in ["initdb", "postgres"] where program != missing {
            let script = "#!/bin/sh\necho 'postgres (PostgreSQL) \(version) (Fake)'\n"
            try FileSystem.write(script, to: "\(directory)/\(program)", mode: 0o755)
        }
    }

    @Test("are the newest supported ones of all places")
    func areTheNewest() async throws {
        try await ClusterFixture.with { fixture in
            let root = fixture.directory
            try await install("13.9", in: "\(root)/usr/lib/postgresql/13/bin")
            try await install("14.2", in: "\(root)/usr/lib/postgresql/14/bin")
            try await install("16.4", in: "\(root)/usr/lib/postgresql/16/bin")
            try await install("18beta1", in: "\(root)/usr/lib/postgresql/18/bin", without: "initdb")
            try await install("16.10", in: "\(root)/usr/pgsql-16/bin")
            try await install("19.0", in: "\(root)/usr/local/pgsql/bin")
            try await install("15.1", in: "\(root)/linked")
            try FileSystem.makeDirectories(at: "\(root)/path", mode: 0o755)
            try await run("ln", "-s", "\(root)/linked/postgres", "\(root)/linked/initdb", "\(root)/path")
            let search = BinarySearch(environment: ["PATH": "/nonexistent:\(root)/path"], root: root)
            let newest = try await ServerBinaries.locate(major: nil, in: search)
            #expect(newest.directory == "\(root)/usr/pgsql-16/bin")
            #expect(newest.major == 16 && newest.minor == 10)
            #expect(try await ServerBinaries.locate(major: 15, in: search).directory == "\(root)/linked")
            #expect(try await ServerBinaries.locate(major: 14, in: search).minor == 2)

            let error = await clusterError { _ = try await ServerBinaries.locate(major: 17, in: search) }
            #expect(error == .binariesNotFound(searched: search.places, major: 17))
            #expect(error?.description.contains("apt-get install postgresql-17") == true)
            #expect(error?.description.contains("\(root)/usr/lib/postgresql/*/bin") == true)
        }
    }

    @Test("are found where pg_config says")
    func areFoundThroughPgConfig() async throws {
        try await ClusterFixture.with { fixture in
            let root = fixture.directory
            try await install("17.1", in: "\(root)/elsewhere")
            try FileSystem.makeDirectories(at: "\(root)/path", mode: 0o755)
            let script = "#!/bin/sh\n[ \"$1\" = --bindir ] && echo '\(root)/elsewhere'\n"
            try FileSystem.write(script, to: "\(root)/path/pg_config", mode: 0o755)
            let search = BinarySearch(environment: ["PATH": "\(root)/path"], root: root)
            #expect(try await ServerBinaries.locate(major: nil, in: search).directory == "\(root)/elsewhere")
        }
    }

    @Test("are those of PGSYNC_PG_BINDIR alone where it is set, or none")
    func areTheChosenOnes() async throws {
        try await ClusterFixture.with { fixture in
            let root = fixture.directory
            try await install("14.2", in: "\(root)/chosen")
            try await install("16.2", in: "\(root)/path")
            try await install("12.2", in: "\(root)/old")
            try await install("15.2", in: "\(root)/half", without: "postgres")
            func locate(_ name: String) async throws -> ServerBinaries {
                let environment = ["PATH": "\(root)/path", "PGSYNC_PG_BINDIR": "\(root)/\(name)"]
                return try await ServerBinaries.locate(environment: environment)
            }
            #expect(try await locate("chosen").major == 14)
            for (name, reason) in [
                ("old", "version"), ("half", "postgres not found"), ("none", "initdb, postgres"),
            ] {
                let error = await clusterError { _ = try await locate(name) }
                #expect(error?.description.contains(reason) == true)
                #expect(error?.description.contains("\(root)/\(name)") == true)
            }
        }
    }

    @Test(
        "tell their version in every form there is",
        arguments: [
            ("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n", 15, 14),
            ("postgres (PostgreSQL) 18beta1\n", 18, 0), ("postgres (PostgreSQL) 9.6.24\n", 9, 6),
        ]
    )
    func tellTheirVersion(text: String, major: Int, minor: Int) throws {
        let version = try #require(ServerBinaries.version(in: text))
        #expect(version == (major, minor))
        #expect(ServerBinaries.version(in: "command not found") == nil)
    }
}
