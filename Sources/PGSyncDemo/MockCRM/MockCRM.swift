internal import Concurrency
internal import Days
import Glibc
package import HTTPServer

/// A CRM for demonstrations and tests: it lists merchants, their transactions and the residuals of them, by every kind
/// of pages, and fails as it is told to.
///
/// Below `/api/v1`, `/page/merchants`, `/offset/…`, `/cursor/…`, `/link/…`, `/next/…` and `/after/…` list rows, by
/// `page`, `offset`, `cursor` or `after` and `per_page` or `limit`, `updated_since` and `updated_before`, and with
/// `order=desc` from the last to the first; `/merchants/7` is one row, and `/oauth/token` gives tokens.
package final class MockCRM: Sendable {
    package struct Options: Sendable {
        package var seed = 1
        package var merchants = 1_000
        package var transactions = 5_000
        package var residuals = 10_000
        /// How many rows have the same time.
        package var ties = 1
        /// How many of a thousand rows cannot be read.
        package var badPerMille = 0
        /// Whether pages say how many rows there are.
        package var tellsTotal = true
        /// The most rows of a page.
        package var mostRows = 200
        /// What callers must show; nil lets everybody in.
        package var key: String?
        /// The client and its secret, who get tokens; nil for none.
        package var client: (name: String, secret: String)?
        /// The first refresh token.
        package var refreshToken = "refresh-0"
        /// Whether a refresh token is good for one use, except for the last before: an answer may be lost.
        package var rotates = true
        package var budgets: [(calls: Int, span: Duration)] = []
        package var latency = Duration.zero

        package init() {}
    }

    /// A call that came.
    package struct Call: Sendable {
        /// From 1 on.
        package let number: Int
        package let at: ContinuousClock.Instant
        package let method: String
        /// Path and query.
        package let target: String
        package internal(set) var status = 0
        /// The fault that was done to it.
        package internal(set) var fault: String?

        package var isToken: Bool { target.hasSuffix("/oauth/token") }

        package func lists(_ entity: MockEntity) -> Bool {
            target.prefix { $0 != "?" }.hasSuffix("/\(entity.rawValue)")
        }
    }

    struct State: Sendable {
        var rows: [MockEntity: MockRows] = [:]
        var calls: [Call] = []
        var arrivals: [ContinuousClock.Instant] = []
        var scripts: [MockScript] = []
        var skew = Duration.zero
        var tokens = MockTokens()
        var (active, mostActive) = (0, 0)
    }

    let options: Options
    let state: Locked<State>

    package init(_ options: Options = Options()) {
        self.options = options
        var state = State()
        for entity in MockEntity.allCases { state.rows[entity] = MockRows(entity, options) }
        state.tokens.refresh = options.refreshToken
        self.state = Locked(state)
    }

    /// Answers for as long as a closure runs, which is given the URL that paths are below.
    package func run<Success>(
        at address: ListenAddress? = nil,
        _ body: (String) async throws -> Success
    ) async throws -> Success {
        var limits = ServerLimits()
        limits.keepsConnections = true
        limits.drainTime = .milliseconds(100)
        guard let address = address ?? ListenAddress("0") else {
            preconditionFailure("0 is a port of the loopback")
        }
        let server = WebServer(at: address, limits: limits) { [self] _ in
            .accept(bodyLimit: 64 << 10) { await self.respond(to: $0) }
        }
        return try await server.run { bound in try await body("http://\(bound)/api/v1") }
    }

    // MARK: What tests look at

    package var calls: [Call] { state.withLock { $0.calls } }

    /// The most calls that were under way at once.
    package var mostAtOnce: Int { state.withLock { $0.mostActive } }

    /// How many calls came that were answered with a status.
    package func count(_ status: Int) -> Int { calls.count { $0.status == status } }

    /// How many calls a fault was done to.
    package func count(fault: String) -> Int { calls.count { $0.fault == fault } }

    /// The rows there are, as JSON, in the order of their numbers.
    package func rows(of entity: MockEntity) -> [String] {
        let rows = state.withLock { $0.rows[entity] }
        guard let rows else { return [] }
        let selection = rows.selection(since: nil, before: nil)
        return (0..<selection.count).map { rows.text(of: selection.number(at: $0)) }
    }

    // MARK: What tests do

    /// Does something to calls: the next, so many of those that match, or if `times` is nil all of them.
    package func inject(
        _ fault: MockFault,
        times: Int? = 1,
        when matches: @escaping @Sendable (Call) -> Bool = { !$0.isToken }
    ) {
        state.withLock { $0.scripts.append(MockScript(fault: fault, matches: matches, times: times)) }
    }

    /// Does something to a share of all calls, the same ones for the same seed.
    package func inject(_ fault: MockFault, share: Double, seed: Int) {
        inject(fault, times: nil) { call in
            var mixed = UInt64(bitPattern: Int64(call.number &* 1_000_003 &+ seed)) &* 0x9e37_79b9_7f4a_7c15
            mixed = (mixed ^ (mixed >> 29)) &* 0xbf58_476d_1ce4_e5b9
            return !call.isToken && Double(mixed >> 11) / Double(1 << 53) < share
        }
    }

    /// Ends all faults.
    package func heal() { state.withLock { $0.scripts = [] } }

    package func edit(_ entity: MockEntity, _ number: Int) { change(entity) { $0.edit(number, at: $1) } }

    package func delete(_ entity: MockEntity, _ number: Int) { change(entity) { $0.delete(number, at: $1) } }

    @discardableResult
    package func add(_ entity: MockEntity) -> Int {
        state.withLock { state in
            let now = Self.now(state)
            return state.rows[entity]?.add(at: now) ?? 0
        }
    }

    private func change(_ entity: MockEntity, _ body: (inout MockRows, Int) -> Void) {
        state.withLock { state in
            let now = Self.now(state)
            guard var rows = state.rows[entity] else { return }
            body(&rows, now)
            state.rows[entity] = rows
        }
    }

    /// Sets the clock that far from the machine's.
    package func setClock(_ skew: Duration) { state.withLock { $0.skew = skew } }

    /// Refuses all tokens given so far.
    package func expireTokens() { state.withLock { $0.tokens.access = [] } }

    /// In microseconds since 1970.
    static func now(_ state: State) -> Int {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        let skew = state.skew.components
        return (now.tv_sec + Int(skew.seconds)) * 1_000_000 + now.tv_nsec / 1_000
            + Int(skew.attoseconds / 1_000_000_000_000)
    }
}

/// The tokens that were given.
struct MockTokens: Sendable {
    var access: Set<String> = []
    var refresh = ""
    /// The one before, as long as nobody has used what came with the present one.
    var previous: String?
    var given = 0
}

extension MockCRM {
    /// A time by its clock, as headers write it.
    package func date(in distance: Duration) -> String {
        let now = state.withLock { Self.now($0) }
        return MockTime.httpDate(now + Int(distance.components.seconds) * 1_000_000)
    }
}
