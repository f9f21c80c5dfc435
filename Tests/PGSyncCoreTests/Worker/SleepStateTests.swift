import PGSyncCore
import Testing

@Suite("SleepState")
struct SleepStateTests {
    private var state = SleepState(usesDoorbell: true, pollInterval: .seconds(1))

    @Test("arms, looks once more, sleeps, and lets the bell go when it has rung")
    mutating func bell() {
        #expect(state.handle(.nothingToDo) == .arm)
        #expect(state.handle(.armed(true)) == .look)
        #expect(state.handle(.looked(somethingWaits: false)) == .sleep(.seconds(1)))
        #expect(state.handle(.rang) == .wake(.doorbell, disarming: true))
        #expect(state.handle(.nothingToDo) == .arm)
    }

    @Test("does not sleep on what came before the bell was armed")
    mutating func looksAgain() {
        _ = state.handle(.nothingToDo)
        _ = state.handle(.armed(true))
        #expect(state.handle(.looked(somethingWaits: true)) == .wake(.lookedAgain, disarming: true))
    }

    @Test("tells a change the bell missed from a quiet interval")
    mutating func fallback() {
        for (waits, wake) in [(true, SleepState.Wake.fallback), (false, .interval)] {
            _ = state.handle(.nothingToDo)
            _ = state.handle(.armed(true))
            _ = state.handle(.looked(somethingWaits: false))
            #expect(state.handle(.timePassed) == .look)
            #expect(state.handle(.looked(somethingWaits: waits)) == .wake(wake, disarming: true))
        }
    }

    @Test("sleeps no longer than until the next change is due, armed or not", arguments: [true, false])
    mutating func due(isArmed: Bool) {
        _ = state.handle(.nothingToDo)
        var action = state.handle(.armed(isArmed))
        if !isArmed {
            // Its pauses grow: one of them would be longer.
            for _ in 1...5 {
                #expect(state.handle(.timePassed) == .look)
                #expect(state.handle(.looked(somethingWaits: false, dueIn: .seconds(9))) == .arm)
                _ = state.handle(.armed(false))
            }
            #expect(state.handle(.timePassed) == .look)
        }
        action = state.handle(.looked(somethingWaits: false, dueIn: .milliseconds(70)))
        if !isArmed { action = state.handle(.armed(false)) }
        #expect(action == .sleep(.milliseconds(70)))
        #expect(state.handle(.timePassed) == .look)
        #expect(state.handle(.looked(somethingWaits: true)) == .wake(.due, disarming: isArmed))
    }

    @Test("goes on sleeping when what fell due is not for it, and looks no faster however much does")
    mutating func dueForOthers() {
        _ = state.handle(.nothingToDo)
        _ = state.handle(.armed(true))
        #expect(
            state.handle(.looked(somethingWaits: false, dueIn: .milliseconds(300)))
                == .sleep(.milliseconds(300))
        )
        #expect(state.handle(.timePassed) == .look)
        #expect(
            state.handle(.looked(somethingWaits: false, dueIn: .microseconds(1))) == .sleep(.milliseconds(20))
        )
        #expect(state.handle(.timePassed) == .look)
        #expect(state.handle(.looked(somethingWaits: false)) == .sleep(.milliseconds(680)))
        #expect(state.handle(.timePassed) == .look)
        #expect(state.handle(.looked(somethingWaits: false)) == .wake(.interval, disarming: true))
    }

    @Test(
        "looks at growing intervals while it cannot arm, at least twice a second, and tries to arm each time"
    )
    mutating func backsOff() {
        var state = SleepState(usesDoorbell: true, pollInterval: .seconds(10))
        #expect(state.handle(.nothingToDo) == .arm)
        for milliseconds in [5, 10, 20, 40, 80, 160, 320, 500, 500] {
            #expect(state.handle(.armed(false)) == .sleep(.milliseconds(milliseconds)))
            #expect(state.handle(.timePassed) == .look)
            #expect(state.handle(.looked(somethingWaits: false)) == .arm)
        }
        _ = state.handle(.armed(false))
        _ = state.handle(.timePassed)
        #expect(state.handle(.looked(somethingWaits: true)) == .wake(.poll, disarming: false))
        // The next sleep begins with short looks again.
        _ = state.handle(.nothingToDo)
        #expect(state.handle(.armed(false)) == .sleep(.milliseconds(5)))
    }

    @Test("ends a sleep after the poll interval, armed or not")
    mutating func intervalUnarmed() {
        #expect(state.handle(.nothingToDo) == .arm)
        var action = state.handle(.armed(false))
        var slept = Duration.zero
        while case .sleep(let duration) = action {
            slept += duration
            #expect(state.handle(.timePassed) == .look)
            action = state.handle(.looked(somethingWaits: false))
            if action == .arm { action = state.handle(.armed(false)) }
        }
        #expect(action == .wake(.interval, disarming: false))
        #expect(slept >= .seconds(1) && slept < .seconds(2))
    }

    @Test("never arms where the doorbell cannot be used")
    func pollsOnly() {
        var state = SleepState(usesDoorbell: false, pollInterval: .milliseconds(80))
        #expect(state.handle(.nothingToDo) == .sleep(.milliseconds(5)))
        _ = state.handle(.timePassed)
        #expect(state.handle(.looked(somethingWaits: false)) == .sleep(.milliseconds(10)))
        #expect(state.handle(.shutdown) == .wake(.shutdown, disarming: false))
        // Quiet intervals do not begin with short looks; the sleep after a find does.
        var action = state.handle(.nothingToDo)
        #expect(action == .sleep(.milliseconds(5)))
        while case .sleep = action {
            _ = state.handle(.timePassed)
            action = state.handle(.looked(somethingWaits: false))
        }
        #expect(action == .wake(.interval, disarming: false))
        #expect(state.handle(.nothingToDo) == .sleep(.milliseconds(80)))
        _ = state.handle(.timePassed)
        #expect(state.handle(.looked(somethingWaits: true)) == .wake(.poll, disarming: false))
        #expect(state.handle(.nothingToDo) == .sleep(.milliseconds(5)))
    }
}
