import Glibc
import PGSyncCluster
import Postgres
import Subprocesses
import TestSupport
import Testing

/// Workers, their sessions and the server are killed at random moments while bills are written and three workers post.
@Suite("Three workers, killed at random", .timeLimit(.minutes(60)))
struct RandomKillTests {
    private enum Victim: CaseIterable {
        case worker, session, server
    }

    @Test("lose nothing and double nothing")
    func kills() async throws {
        let wanted = Profile.size(12, full: 200)
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix(seed: seed)
        try await OwnCluster.with(settings: ["synchronous_commit": "on"]) { cluster in
            try await TestDatabase.with(on: cluster) { database in
                let books = try await Books.open(in: database)
                var fired: [Victim: Int] = [:]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let crew = Crew(books: books, size: 3)
                    group.addTask { try await crew.work() }
                    group.addTask { try await Self.write(books) }
                    for number in 0..<wanted {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 50...600, using: &generator)))
                        // The server last in each ten: it takes the others down with it.
                        let victim: Victim =
                            number % 10 == 9 ? .server : Bool.random(using: &generator) ? .worker : .session
                        if try await Self.kill(victim, crew, cluster, books) {
                            fired[victim, default: 0] += 1
                        }
                    }
                    group.cancelAll()
                    while let result = await group.nextResult() {
                        if case .failure(let error) = result, !(error is CancellationError) { throw error }
                    }
                }
                #expect(
                    fired.values.reduce(0, +) > wanted / 2,
                    "seed \(seed): the faults have to have happened: \(fired)"
                )
                try await books.drain()
                let broken = try await books.broken()
                #expect(broken.isEmpty, "seed \(seed): \(broken.prefix(5))")
                let waiting = try await books.count("select count(*) from pgsync.sync_queue")
                #expect(waiting == 0, "seed \(seed): \(waiting)")
                print(
                    "killed: \(fired), bills: \(try await books.count("select count(*) from public.bills"))"
                )
            }
        }
    }

    private static func kill(_ victim: Victim, _ crew: Crew, _ cluster: PrivateCluster, _ books: Books)
        async throws -> Bool
    {
        switch victim {
        case .worker: return await crew.killOne()
        case .session:
            let ended = try? await books.database.run(
                """
                select pg_terminate_backend(pid)::text from pg_stat_activity
                where application_name like 'pgsync worker%' and pid <> pg_backend_pid()
                order by random() limit 1
                """
            )
            return ended?.first == "true"
        case .server:
            try await cluster.crash()
            try await cluster.start()
            return true
        }
    }

    /// Bills, edits, cancellations and deletions, as long as the server takes them.
    private static func write(_ books: Books) async throws {
        while !Task.isCancelled {
            _ = try? await books.database.run(
                """
                insert into public.bills (total) select 18 + n from generate_series(100, 119) as n;
                update public.bills set total = total + 1 where id % 11 = (random() * 10)::integer;
                update public.bills set status = 'cancelled' where id % 97 = (random() * 96)::integer;
                delete from public.bills where id % 101 = (random() * 100)::integer;
                """
            )
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// Workers that are replaced as soon as they are gone.
private actor Crew {
    private let books: Books
    private let size: Int
    private var running: [Int32: ChildProcess] = [:]

    init(books: Books, size: Int) {
        self.books = books
        self.size = size
    }

    func work() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<size {
                group.addTask {
                    while !Task.isCancelled {
                        try await ChildProcess.withRunning(try self.books.worker()) { child in
                            await self.note(child)
                            _ = try await child.wait()
                            await self.forget(child)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func note(_ child: ChildProcess) { running[child.processIdentifier] = child }
    private func forget(_ child: ChildProcess) { running[child.processIdentifier] = nil }

    func killOne() -> Bool { running.values.randomElement()?.send(signal: SIGKILL) ?? false }
}

struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
