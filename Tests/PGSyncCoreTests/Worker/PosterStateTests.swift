import PGSyncCore
import Testing

@Suite("PosterState")
struct PosterStateTests {
    private var state = PosterState()

    private mutating func fail(_ failure: PosterFailure, limit: Int = 100) -> PosterState.Action {
        state.handle(.failed(failure, limit: limit))
    }

    @Test("posts, lets the pacing decide, and sleeps when nothing is left or nothing is to be posted")
    mutating func normal() {
        #expect(state.handle(.connected) == .step(.post(isolating: false)))
        #expect(
            state.handle(.posted(claimed: 5, isPaused: false, pace: .lookAgain))
                == .step(.post(isolating: false))
        )
        #expect(
            state.handle(.posted(claimed: 5, isPaused: false, pace: .rest(.milliseconds(9))))
                == .rest(.milliseconds(9))
        )
        #expect(state.handle(.rested) == .step(.post(isolating: false)))
        #expect(state.handle(.posted(claimed: 5, isPaused: false, pace: .park)) == .park)
        #expect(state.handle(.posted(claimed: 0, isPaused: false, pace: .lookAgain)) == .park)
        #expect(state.handle(.rested) == .step(.post(isolating: false)))
        #expect(state.handle(.posted(claimed: 0, isPaused: true, pace: .lookAgain)) == .park)
    }

    @Test(
        "goes on as the failure asks for",
        arguments: [
            (PosterFailure.contention, PosterState.Action.backOff, PosterState.Mode.normal),
            (.exhaustion, .backOff, .normal), (.timeout, .step(.post(isolating: false)), .normal),
            (.readOnly, .connect, .normal), (.lost, .connect, .careful(remaining: 100)),
            (.lostIdle, .connect, .normal), (.refusal, .step(.post(isolating: true)), .isolating),
        ]
    )
    mutating func failures(failure: PosterFailure, action: PosterState.Action, mode: PosterState.Mode) {
        _ = state.handle(.connected)
        #expect(fail(failure) == action)
        #expect(state.mode == mode)
    }

    @Test("isolates one batch, and then posts as before")
    mutating func isolates() {
        _ = state.handle(.connected)
        #expect(fail(.refusal) == .step(.post(isolating: true)))
        #expect(fail(.contention) == .backOff)
        #expect(state.handle(.rested) == .step(.post(isolating: true)))
        #expect(
            state.handle(.posted(claimed: 9, isPaused: false, pace: .lookAgain))
                == .step(.post(isolating: false))
        )
    }

    @Test("posts one by one what not even isolating gets past")
    mutating func isolationFails() {
        _ = state.handle(.connected)
        _ = fail(.refusal)
        #expect(fail(.refusal) == .step(.announce))
        #expect(state.mode == .careful(remaining: 100))
        #expect(fail(.refusal) == .backOff)
    }

    @Test("posts one by one what takes too long twice, and a batch in between does not count")
    mutating func timeouts() {
        _ = state.handle(.connected)
        #expect(fail(.timeout) == .step(.post(isolating: false)))
        _ = state.handle(.posted(claimed: 1, isPaused: false, pace: .lookAgain))
        #expect(fail(.timeout) == .step(.post(isolating: false)))
        #expect(fail(.timeout, limit: 25) == .step(.announce))
        #expect(state.mode == .careful(remaining: 25))
    }

    @Test("after a lost session announces each change of a batch's worth, then posts as before")
    mutating func careful() {
        _ = state.handle(.connected)
        #expect(fail(.lost, limit: 3) == .connect)
        #expect(state.handle(.connected) == .step(.announce))
        for id in Int64(1)...3 {
            #expect(state.handle(.announced(id)) == .step(.postAnnounced(id)))
            #expect(state.handle(.settled) == (id < 3 ? .step(.announce) : .step(.post(isolating: false))))
        }
        #expect(state.mode == .normal)
    }

    @Test("ends being careful when nothing waits")
    mutating func carefulWithNothing() {
        var state = PosterState(isUnclean: true, limit: 1_000_000)
        #expect(state.mode == .careful(remaining: PosterState.carefulLimit))
        #expect(state.handle(.connected) == .step(.announce))
        #expect(state.handle(.announced(nil)) == .step(.post(isolating: false)))
        #expect(state.mode == .normal)
    }

    @Test(
        "notes what an announced change did, takes it up again when others were to blame, and never leaves it announced",
        arguments: PosterFailure.allCases
    )
    mutating func announced(failure: PosterFailure) {
        _ = state.handle(.connected)
        _ = fail(.lost, limit: 5)
        _ = state.handle(.connected)
        _ = state.handle(.announced(7))
        let action = fail(failure)
        switch failure {
        case .timeout, .refusal:
            #expect(action == .step(.withdraw(7, notingFailure: true)))
            #expect(state.handle(.settled) == .step(.announce))
            #expect(state.mode == .careful(remaining: 4))
        case .contention, .exhaustion:
            #expect(action == .step(.withdraw(7, notingFailure: false)))
            #expect(state.handle(.settled) == .backOff)
            #expect(state.handle(.rested) == .step(.announce))
            #expect(state.mode == .careful(remaining: 5))
        case .lost, .lostIdle, .readOnly:
            #expect(action == .connect)
            #expect(state.handle(.connected) == .step(.announce))
            #expect(state.mode == .careful(remaining: 100))
        }
    }

    @Test("leaves the session when an announcement cannot be taken back", arguments: PosterFailure.allCases)
    mutating func cannotWithdraw(failure: PosterFailure) {
        var state = PosterState(isUnclean: true, limit: 5)
        _ = state.handle(.connected)
        _ = state.handle(.announced(7))
        _ = state.handle(.failed(.refusal, limit: 5))
        #expect(state.handle(.failed(failure, limit: 5)) == .connect)
        #expect(state.handle(.connected) == .step(.announce))
    }

    @Test(
        "whatever happens, it never posts a batch while a change is announced, nor forgets one",
        arguments: 1...100
    )
    func model(seed: UInt64) {
        var generator = SplitMix(state: seed)
        var state = PosterState(isUnclean: seed.isMultiple(of: 2))
        var action = state.handle(.connected)
        var announced: Int64?
        for number in Int64(1)...500 {
            let failure = PosterFailure.allCases.randomElement(using: &generator).map {
                PosterState.Event.failed($0, limit: 10)
            }
            let fails = Int.random(in: 0..<3, using: &generator) == 0
            let event: PosterState.Event
            switch action {
            case .connect:
                announced = nil
                event = .connected
            case .backOff, .rest, .park:
                #expect(announced == nil)
                event = .rested
            case .step(.post):
                #expect(announced == nil)
                event = .posted(
                    claimed: Int.random(in: 0...10, using: &generator),
                    isPaused: false,
                    pace: number.isMultiple(of: 2) ? .rest(.milliseconds(1)) : .lookAgain
                )
            case .step(.announce):
                #expect(announced == nil)
                announced = number.isMultiple(of: 7) || fails ? nil : number
                event = .announced(announced)
            case .step(.postAnnounced(let id)):
                #expect(announced == id)
                if !fails { announced = nil }
                event = .settled
            case .step(.withdraw(let id, _)):
                #expect(announced == nil || announced == id)
                if !fails { announced = nil }
                event = .settled
            }
            switch action {
            case .step:
                action = state.handle(fails ? failure ?? event : event)
            default: action = state.handle(event)
            }
        }
    }

    @Test("backs off each time around when batches are refused and there is no change that could be why")
    mutating func refusedForGood() {
        var action = state.handle(.connected)
        var calls = 0
        for _ in 0..<5 {
            while action != .backOff {
                calls += 1
                switch action {
                case .step(.post): action = fail(.refusal)
                case .step(.announce): action = state.handle(.announced(nil))
                default:
                    Issue.record("\(action)")
                    return
                }
                guard calls < 100 else {
                    Issue.record("it never backs off")
                    return
                }
            }
            #expect(state.isRefused)
            action = state.handle(.rested)
        }
        // A batch, the same isolated, and one announcement.
        #expect(calls == 15)
        #expect(
            state.handle(.posted(claimed: 1, isPaused: false, pace: .lookAgain))
                == .step(.post(isolating: false))
        )
        #expect(!state.isRefused)
    }

    @Test("does not back off while single changes are posted though batches are refused")
    mutating func refusedBatches() {
        _ = state.handle(.connected)
        _ = fail(.refusal, limit: 2)
        #expect(fail(.refusal, limit: 2) == .step(.announce))
        #expect(state.handle(.announced(1)) == .step(.postAnnounced(1)))
        #expect(state.handle(.settled) == .step(.announce))
        #expect(state.handle(.announced(nil)) == .backOff)
    }
}
