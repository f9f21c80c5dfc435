import Concurrency
import Testing

@Suite("Locked")
struct LockedTests {
    @Test("loses no update of many concurrent tasks")
    func losesNoUpdate() async {
        let counter = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1_000 { counter.withLock { $0 += 1 } }
                }
            }
        }
        #expect(counter.withLock { $0 } == 8_000)
    }

    @Test("unlocks when the body throws")
    func unlocksWhenTheBodyThrows() {
        struct Refused: Error {}
        let value = Locked(1)
        #expect(throws: Refused.self) {
            try value.withLock { _ throws(Refused) in throw Refused() }
        }
        #expect(value.withLock { $0 } == 1)
    }
}
