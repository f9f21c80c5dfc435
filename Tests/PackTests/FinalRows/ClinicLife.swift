import PGSyncStore
import Postgres
import TestSupport

/// Bills that are written, changed and posted in rounds, by several at once, all by the numbers of a seed.
struct ClinicLife {
    let database: TestDatabase
    /// How many in a round; as many changes are made to them and to those of earlier rounds.
    let bills: Int
    let rounds: Int
    private var generator: SeededGenerator

    init(in database: TestDatabase, bills: Int, rounds: Int, seed: UInt64) {
        (self.database, self.bills, self.rounds) = (database, bills / rounds, rounds)
        generator = SeededGenerator(seed: seed)
    }

    /// Runs all rounds and seals what each has posted; in the end nothing waits but what has failed.
    mutating func run() async throws {
        for round in 1...rounds {
            let writing = writing(in: round)
            // Every other time they post while others write, and now and then they leave something behind.
            let isBusy = round.isMultiple(of: 2)
            let patience = round % 3 == 1 && round < rounds ? Int.random(in: 1...10, using: &generator) : nil
            let finish = Finish()
            if !isBusy {
                for statement in writing { try await database.run(statement) }
                await finish.reach()
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...Int.random(in: isBusy ? 2...4 : 1...3, using: &generator) {
                    let poster = Poster(
                        database: database,
                        name: "poster \(number)",
                        generator: SeededGenerator(seed: generator.next()),
                        patience: patience
                    )
                    group.addTask { try await poster.work(until: finish) }
                }
                if isBusy {
                    group.addTask { [database] in
                        try await database.together(writing)
                        await finish.reach()
                    }
                }
                try await group.waitForAll()
            }
            try await database.run("call replay.seal()")
            // The rest of the entries then comes on top of these sums.
            if round == rounds / 2 { try await database.run("select ledger.take_snapshot()") }
        }
    }

    /// The statements of a round, which may be run one after the other or at once.
    private mutating func writing(in round: Int) -> [String] {
        let seed = Int.random(in: 1...1_000_000, using: &generator)
        let edits = (1...2).map { _ in
            let seed = Double.random(in: -1...1, using: &generator)
            return "call replay.edit(\(seed), \(bills / 2), \(round), \(bills))"
        }
        return ["select clinic.generate(\(bills), \(seed), bad_share => 0.03, change_share => 0.5)"] + edits
    }

    /// Whether those who write are done.
    actor Finish {
        private(set) var isReached = false

        func reach() { isReached = true }
    }

    /// Takes batches of any size like a worker: from where the last one ended, and now and then from the start.
    struct Poster: Sendable {
        let database: TestDatabase
        let name: String
        let generator: SeededGenerator
        /// After how many batches it goes home although more may wait.
        let patience: Int?

        /// Ends when the writers have, and nothing waits.
        func work(until finish: Finish) async throws {
            try await database.connect { connection in
                var generator = generator
                var (mark, batches): (Int64, Int) = (0, 0)
                while true {
                    let isLast = await finish.isReached
                    let limit = Self.limit(using: &generator)
                    batches += 1
                    let (result, isDrained) = try await connection.withSession { [mark] session in
                        let store = PostingStore(session, PostingStore.Task(worker: name))
                        let result = try store.processBatch(limit: limit, mark: mark)
                        return (result, try isLast && result.claimed == 0 && store.waiting().ready == 0)
                    }
                    if isLast, isDrained || batches > patience ?? .max { return }
                    mark = result.claimed == 0 || batches.isMultiple(of: 7) ? 0 : result.nextMark
                    if result.claimed == 0 { try await Task.sleep(for: .milliseconds(3)) }
                }
            }
        }

        /// From 1 to 1000, and small as often as large.
        private static func limit(using generator: inout SeededGenerator) -> Int {
            Int.random(
                in: 1...[3, 30, 300, 1_000, 1_000][Int.random(in: 0..<5, using: &generator)],
                using: &generator
            )
        }
    }
}
