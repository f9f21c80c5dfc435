import Glibc
import Subprocesses
import Testing

/// The program as it was built, beside the tests.
enum BuiltProgram {
    /// The tests and the programs they belong to are built into one directory.
    static func path(of file: String = "pgsync") throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let length = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        try #require(length > 0)
        let tests = String(decoding: buffer[..<length], as: UTF8.self)
        let directory = try #require(tests.lastIndex(of: "/"))
        return tests[...directory] + file
    }

    /// The program with its arguments, in an environment that knows of no other database.
    static func invocation(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> Invocation {
        var invocation = Invocation(try path(), arguments)
        var variables: [String: String?] = environment.mapValues { $0 }
        for name in ["PGSYNC_DATABASE_URL", "DATABASE_URL", "PGHOST", "PGDATABASE", "PGUSER"]
        where environment[name] == nil { variables.updateValue(nil, forKey: name) }
        invocation.environment = .merging(variables)
        return invocation
    }

    static func run(_ arguments: String..., database: String? = nil) async throws -> ProcessOutput {
        let environment = database.map { ["PGSYNC_DATABASE_URL": $0] } ?? [:]
        var invocation = try invocation(arguments, environment: environment)
        // The printed script has more than a mebibyte.
        invocation.standardOutput = .captured(limit: 8 << 20)
        return try await ChildProcess.run(invocation, timeout: .seconds(200))
    }
}
