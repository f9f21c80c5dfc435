import PGSyncStore
import Testing

@testable import PGSyncRemote

@Suite("A call to an endpoint, decided")
struct RemoteCallTests {
    private func call(canRefresh: Bool = false, longestWait: Duration = .seconds(60)) -> RemoteCall {
        var policy = CallPolicy()
        policy.longestWait = longestWait
        return RemoteCall(
            url: "https://a.example/x?y=1",
            policy: policy,
            canRefresh: canRefresh,
            allows: { $0.hasPrefix("https://a.example/") }
        )
    }

    private let granted = RemoteCall.Event.leave(.granted(1, isProbe: false))

    @Test("asks for leave, calls, and ends with the answer")
    func ok() {
        var call = call()
        #expect(call.next(after: granted, chance: 0.5) == .call(url: "https://a.example/x?y=1"))
        #expect(call.next(after: .answer(.ok), chance: 0.5) == .end(.answered))
        #expect(call.next(after: .answer(.empty), chance: 0.5) == .end(.empty))
        #expect(call.next(after: .answer(.gone), chance: 0.5) == .end(.gone))
    }

    @Test("waits twice as long each time, with jitter, and leaves after the retries")
    func transient() {
        for (chance, share) in [(0.0, 0.5), (1.0, 1.0)] {
            var call = call()
            for wait in [1.0, 2, 4] {
                #expect(
                    call.next(after: .answer(.transient("down")), chance: chance)
                        == .wait(.seconds(wait * share))
                )
                #expect(call.next(after: .waited, chance: chance) == .ask)
            }
            #expect(
                call.next(after: .answer(.transient("down")), chance: chance)
                    == .end(.leave(.seconds(60), "down"))
            )
        }
    }

    @Test("waits for leave only as long as a session may, and never without an end")
    func leave() {
        var call = call(longestWait: .seconds(5))
        #expect(
            call.next(after: .leave(.refused(.budget, wait: .seconds(5))), chance: 1)
                == .wait(.milliseconds(5_200))
        )
        #expect(
            call.next(after: .leave(.refused(.limited, wait: .seconds(6))), chance: 1)
                == .end(.leave(.seconds(6), "the API asked to wait"))
        )
        #expect(
            call.next(after: .leave(.refused(.budget, wait: .seconds(6))), chance: 1)
                == .end(.leave(.seconds(6), "the budget of calls is used up"))
        )
        #expect(
            call.next(after: .leave(.refused(.paused, wait: nil)), chance: 1)
                == .end(.leave(nil, "the endpoint is paused; pgsync endpoint show says why"))
        )
        _ = call.next(after: .answer(.transient("no route")), chance: 1)
        #expect(
            call.next(after: .leave(.refused(.breaker, wait: .seconds(6))), chance: 1)
                == .end(.leave(.seconds(6), "the API is down: no route"))
        )
    }

    @Test("is limited without an end, since the endpoint says how long to wait")
    func limited() {
        var call = call()
        for _ in 1...20 {
            #expect(call.next(after: .answer(.limited("slow", wait: .seconds(1))), chance: 0) == .ask)
        }
    }

    @Test("gets a new token once")
    func auth() {
        var call = call(canRefresh: true)
        #expect(call.next(after: .answer(.auth("no")), chance: 0) == .refresh)
        #expect(call.next(after: .refreshed, chance: 0) == .ask)
        #expect(call.next(after: .answer(.auth("no")), chance: 0) == .end(.unauthorized("no")))
        var other = self.call(canRefresh: true)
        #expect(other.next(after: .answer(.auth("no")), chance: 0) == .refresh)
        #expect(
            other.next(after: .refused("none"), chance: 0) == .end(.unauthorized("none"))
        )
        // A token that could not be asked for is asked for again.
        var down = self.call(canRefresh: true)
        #expect(down.next(after: .answer(.auth("no")), chance: 0) == .refresh)
        #expect(down.next(after: .answer(.transient("down")), chance: 1) == .wait(.seconds(1)))
        #expect(down.next(after: .waited, chance: 0) == .ask)
        #expect(down.next(after: .answer(.auth("no")), chance: 0) == .refresh)
        #expect(down.next(after: .refreshed, chance: 0) == .ask)
        var plain = self.call()
        #expect(plain.next(after: .answer(.auth("no")), chance: 0) == .end(.unauthorized("no")))
    }

    @Test("follows redirects within its hosts, and not for ever")
    func redirects() {
        var call = call()
        #expect(call.next(after: .answer(.redirect("/z")), chance: 0) == .ask)
        #expect(call.next(after: granted, chance: 0) == .call(url: "https://a.example/z"))
        #expect(
            call.next(after: .answer(.redirect("https://b.example/z")), chance: 0)
                == .end(
                    .failed(
                        errorClass: "call.refused",
                        "it redirects to a host that the import does not list"
                    )
                )
        )
        var circular = self.call()
        for _ in 1...5 { #expect(circular.next(after: .answer(.redirect("/z")), chance: 0) == .ask) }
        #expect(
            circular.next(after: .answer(.redirect("/z")), chance: 0)
                == .end(.failed(errorClass: "call.refused", "it redirects in circles"))
        )
    }

    @Test(
        "resolves what a redirect names",
        arguments: [
            ("https://b.example/q", "https://b.example/q"), ("//b.example/q", "https://b.example/q"),
            ("/q", "https://a.example:8443/q"), ("q", "https://a.example:8443/one/q"),
            ("?q=2", "https://a.example:8443/one/two?q=2"),
        ]
    )
    func resolve(target: String, url: String) {
        #expect(RemoteCall.resolve(target, from: "https://a.example:8443/one/two?x=/1") == url)
    }

    @Test("fails at once where calling again is of no use")
    func config() {
        var call = call()
        #expect(
            call.next(after: .answer(.config("no")), chance: 0)
                == .end(.failed(errorClass: "call.config", "no"))
        )
        #expect(
            call.next(after: .answer(.refused("no")), chance: 0)
                == .end(.failed(errorClass: "call.refused", "no"))
        )
    }
}
