import PGSyncCore

/// A queue in memory with writers that commit out of order, rivals that give back what they took, and posters.
struct QueueMarkModel {
    private struct Writer {
        let transaction: Int64
        var ids: [Int64]
    }

    private struct Batch {
        let look: QueueMark.Look?
        let transaction: Int64
        let ids: [Int64]
        let nextMark: Int64
    }

    private var generator: SplitMix
    private var mark = QueueMark()
    private var now = Duration.zero
    private var nextTransaction: Int64 = 100
    private var lastID: Int64 = 0
    private var writers: [Writer] = []
    private var batches: [Batch] = []
    private var waiting: Set<Int64> = []

    /// What waits although nothing is under way and the posters have done all they would.
    private(set) var lost: Set<Int64> = []

    init(seed: UInt64) {
        generator = SplitMix(state: seed)
    }

    mutating func step() {
        now += .milliseconds(Int64.random(in: 1...80, using: &generator))
        switch Int.random(in: 0..<12, using: &generator) {
        case 0, 1: beginWriter()
        case 2, 3: write()
        case 4: endWriter()
        case 5, 6: beginBatch(isOurs: true)
        case 7: beginBatch(isOurs: false)
        case 8, 9: endBatch()
        default: if now >= mark.nextSurveyTime { survey() }
        }
    }

    /// Lets everybody finish, and the posters work until they find nothing.
    mutating func settle() {
        while !writers.isEmpty { endWriter() }
        while !batches.isEmpty { endBatch(succeeds: false) }
        for _ in 1...50 {
            now += .seconds(1)
            survey()
            beginBatch(isOurs: true)
            while !batches.isEmpty { endBatch(succeeds: true) }
        }
        lost = waiting
    }

    private mutating func takeTransaction() -> Int64 {
        defer { nextTransaction += 1 }
        return nextTransaction
    }

    private mutating func beginWriter() { writers.append(Writer(transaction: takeTransaction(), ids: [])) }

    private mutating func write() {
        guard let index = writers.indices.randomElement(using: &generator) else { return }
        lastID += 1
        writers[index].ids.append(lastID)
    }

    private mutating func endWriter() {
        guard let index = writers.indices.randomElement(using: &generator) else { return }
        waiting.formUnion(writers.remove(at: index).ids)
    }

    private mutating func beginBatch(isOurs: Bool) {
        let look = isOurs ? mark.beginLook() : nil
        let start = look?.start ?? 0
        let taken = Set(batches.flatMap(\.ids))
        let ids = waiting.subtracting(taken).filter { $0 >= start }.sorted().prefix(5)
        batches.append(
            Batch(
                look: look,
                transaction: takeTransaction(),
                ids: Array(ids),
                nextMark: ids.last.map { $0 + 1 } ?? start
            )
        )
    }

    private mutating func endBatch(succeeds: Bool? = nil) {
        guard let index = batches.indices.randomElement(using: &generator) else { return }
        let batch = batches.remove(at: index)
        let succeeds = succeeds ?? Bool.random(using: &generator)
        if succeeds { waiting.subtract(batch.ids) }
        guard let look = batch.look else { return }
        if succeeds { mark.end(look, nextMark: batch.nextMark) } else { mark.abandon(look) }
    }

    private mutating func survey() {
        let survey = mark.beginSurvey(at: now)
        let running = writers.map(\.transaction) + batches.map(\.transaction)
        let found = QueueSurvey(
            oldest: waiting.filter { $0 >= survey.start }.min(),
            lastID: lastID,
            snapshotMinimum: running.min() ?? nextTransaction,
            snapshotMaximum: nextTransaction
        )
        mark.end(survey, found, at: now)
    }
}

/// A small generator whose sequence follows from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
