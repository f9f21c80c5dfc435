import Glibc
import Subprocesses
import TestSupport
import Testing

/// The shipped program is killed at the first, second, third … message it sends to or receives from the server.
@Suite("A worker killed at each network call", .books, .timeLimit(.minutes(20)))
struct CrashPointTests {
    @Test("loses nothing and doubles nothing", arguments: ["sendto", "recvfrom"])
    func eachCall(_ call: String) async throws {
        let books = Books(database: TestDatabase.current)
        var (kills, number) = (0, 1)
        var ended = false
        while !ended {
            // Each attempt has something of everything to do.
            try await books.database.run(Self.work)
            let status = try await Self.run(try books.worker("--once"), killedAt: call, number).status
            switch status {
            case .signaled(SIGKILL): kills += 1
            case .exited(0): ended = true
            default: Issue.record("call \(number) of \(call): \(status)")
            }
            // Whatever the kill interrupted is either done or not begun.
            let broken = try await books.broken()
            #expect(broken.isEmpty, "call \(number) of \(call): \(broken)")
            number += 1
            guard number < 1_000 else { break }
        }
        #expect(ended, "the worker never got to its end within \(number) calls")
        #expect(kills >= 2, "the fault has to have happened")
        // What ended its worker three times waits for a person, who tries it again.
        try await books.database.run(
            """
            update pgsync.sync_queue set retry_count = 0, scheduled_at = now()
            where sync_status = 'failed' and error_class = 'crash'
            """
        )
        try await books.drain()
        #expect(try await books.broken().isEmpty)
        #expect(try await books.count("select count(*) from pgsync.sync_queue") == 0)
        print("\(call): killed at \(kills) points")
    }

    /// As much each time, or there would always be more calls to be killed at.
    private static let work = """
        insert into public.bills (total) values (118), (236);
        update public.bills set total = total + 1
        where id % 3 = 0 and id > (select max(bill.id) - 8 from public.bills as bill);
        delete from public.bills
        where id % 7 = 0 and id > (select max(bill.id) - 8 from public.bills as bill);
        """

    /// Runs a program under strace, which kills it as it enters the given call for the given time.
    private static func run(
        _ invocation: Invocation,
        killedAt call: String,
        _ number: Int
    ) async throws -> ProcessOutput {
        var traced = Invocation(
            "strace",
            [
                "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)", "-e",
                "inject=\(call):signal=SIGKILL:when=\(number)", invocation.executable,
            ] + invocation.arguments
        )
        traced.environment = invocation.environment
        return try await ChildProcess.run(traced, timeout: .seconds(60))
    }
}
