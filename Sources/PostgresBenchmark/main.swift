import Glibc
import Postgres

/// Times the client beside C-style blocking calls into the same libpq, on the same server, in turn.
///
///     swift run -c release PostgresBenchmark [CONNINFO] [ROUNDS]
///
/// Without a connection string, or with an empty one, it starts a private server and removes it afterwards. The ratios
/// are medians over the rounds of figures taken right after one another, so that a busy machine slows both sides;
/// still, only a quiet one tells the truth. It ends with 1 when a bar is missed, with 0 when all hold.
let arguments = CommandLine.arguments.dropFirst()
let conninfo = arguments.first.flatMap { $0.isEmpty ? nil : $0 }
let rounds = arguments.dropFirst().first.flatMap { Int($0) } ?? 15

do {
    let holds = try await BenchmarkServer.with(conninfo) { conninfo in
        let options = try ConnectionOptions(conninfo)
        var report = Report()
        try await PostgresConnection.withConnection(to: options) { connection in
            print(try await BenchmarkServer.description(of: connection))
            let plain = try PlainConnection(conninfo)
            for _ in 0..<rounds { try await report.takeRound(plain, connection, options) }
        }
        print(report.text)
        return report.holds
    }
    exit(holds ? 0 : 1)
} catch {
    print("the benchmark failed: \(error)")
    exit(1)
}
