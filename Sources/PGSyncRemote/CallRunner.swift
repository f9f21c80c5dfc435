import Concurrency
import Glibc
package import HTTPClient
import PGSyncDelivery
import PGSyncStore
package import Postgres
package import Services

/// Makes calls to an endpoint: asks for leave, calls, reads what the answer means, and waits where that helps.
///
/// Leave and the breaker are rows of the database, so that all processes share them.
package struct CallRunner: Sendable {
    /// A call that ended without an answer to use.
    package enum Failure: Error, Sendable, Equatable {
        /// Come back after that time; nil after a person has acted.
        case leave(Duration?, String)
        case gone
        case failed(errorClass: String, String)
        case unauthorized(String)
        /// The process stops.
        case interrupted
    }

    /// What an endpoint has answered, and where, after redirects.
    package struct Answer: Sendable {
        package let reply: HTTPReply
        package let url: String
    }

    private let target: CallTarget
    private let policy: CallPolicy
    private let client: HTTPClient
    /// For tokens that run out.
    private let authentication: Authentication?
    private let shutdown: Shutdown
    private let clock: any Clock<Duration>
    private let reports = CallReports()
    /// Whether a secret that is refused stops all calls until somebody resumes the endpoint.
    private let pauses: Bool
    /// Its answers may be as long as this.
    private static let mostBytes = 32 << 20

    package init(
        _ target: CallTarget,
        policy: CallPolicy,
        client: HTTPClient,
        authentication: Authentication? = nil,
        until shutdown: Shutdown,
        pausing pauses: Bool = true,
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.target = target
        self.policy = policy
        self.client = client
        self.authentication = authentication
        self.shutdown = shutdown
        self.pauses = pauses
        self.clock = clock
    }

    /// Gets an answer; nil if there is nothing to read.
    ///
    /// - Throws: ``Failure``; errors of the database pass through.
    package func get(_ url: String, on connection: PostgresConnection) async throws -> Answer? {
        try await send(HTTPRequest("GET", url), on: connection)
    }

    /// The same for any request, which may be sent more than once.
    package func send(_ request: HTTPRequest, on connection: PostgresConnection) async throws -> Answer? {
        let canRefresh = authentication?.canRefresh ?? false
        var call = RemoteCall(
            url: request.url,
            policy: policy,
            canRefresh: canRefresh,
            allows: target.allows
        )
        var step = RemoteCall.Step.ask
        var reply: HTTPReply?
        var isProbe = false
        var used: String?
        while true {
            guard !shutdown.isRequested else { throw Failure.interrupted }
            let event: RemoteCall.Event
            switch step {
            case .ask:
                let (name, reset) = (target.name, policy.breakerReset)
                let leave = try await connection.withSession { session in
                    try EndpointStore(session).takeBudget(name, calls: 1, probesAfter: reset)
                }
                if case .granted(_, isProbe: true) = leave { isProbe = true } else { isProbe = false }
                event = .leave(leave)
            case .call where canRefresh && authentication?.token == nil:
                event = try await refresh(replacing: nil, on: connection) ?? .waited
            case .call(let url):
                used = authentication?.token
                var request = request
                request.url = url
                let (answer, latest) = try await make(request, isProbe: isProbe, on: connection)
                reply = latest
                event = .answer(answer)
            case .refresh:
                event = try await refresh(replacing: used, on: connection) ?? .refreshed
            case .wait(let duration):
                guard try await !shutdown.sleep(for: duration, clock: clock) else {
                    throw Failure.interrupted
                }
                event = .waited
            case .end(let end):
                switch end {
                case .answered: return reply.map { Answer(reply: $0, url: call.url) }
                case .empty: return nil
                case .gone: throw Failure.gone
                case .leave(let wait, let problem): throw Failure.leave(wait, problem)
                case .failed(let errorClass, let problem):
                    throw Failure.failed(errorClass: errorClass, problem)
                case .unauthorized(let problem):
                    guard pauses else { throw Failure.unauthorized(problem) }
                    // Others call with another secret.
                    guard authentication?.isGiven != true else {
                        throw Failure.failed(
                            errorClass: "call.auth",
                            "the key that came with the request was refused: \(problem)"
                        )
                    }
                    let (name, reason) = (
                        target.name,
                        target.showsSecret
                            ? "the secret was refused: \(problem)"
                            : "it wants to know who calls, and the import has no auth: \(problem)"
                    )
                    _ = try await connection.withTransaction {
                        try $0.execute("select pgsync.pause_endpoint(\(name), \(reason))")
                    }
                    throw Failure.unauthorized(problem)
                }
            }
            step = call.next(after: event, chance: .random(in: 0...1))
        }
    }

    /// What a call has to be told of asking for a token; nil if there is one.
    private func refresh(
        replacing used: String?,
        on connection: PostgresConnection
    ) async throws -> RemoteCall.Event? {
        do {
            guard let authentication else { return .refused("there is nothing to renew") }
            switch try await authentication.refresh(replacing: used, with: client, on: connection) {
            case .given: return nil
            case .refused(let problem):
                try await note(.auth(problem), nil, on: connection)
                return .refused(problem)
            case .failed(let answer):
                try await note(answer, nil, on: connection)
                return .answer(answer)
            }
        } catch let failure as DeliveryFailure {
            throw Failure.failed(errorClass: "call.auth", failure.message)
        }
    }

    private func make(
        _ template: HTTPRequest,
        isProbe: Bool,
        on connection: PostgresConnection
    ) async throws -> (CallAnswer, HTTPReply?) {
        var request = template
        request.headers += target.headers
        if let failure = target.sign(&request) {
            // Somebody has to put the secret where the definition says it is.
            throw Failure.failed(errorClass: "call.auth", failure.message)
        }
        if !request.headers.contains(where: { $0.name.lowercased() == "accept" }) {
            request.headers.append(("Accept", "application/json"))
        }
        request.headers.append(("User-Agent", "pgsync"))
        request.limits.total = policy.timeout
        request.limits.connect = min(policy.timeout, .seconds(10))
        request.limits.body = Self.mostBytes
        let answer: CallAnswer
        var reply: HTTPReply?
        do throws(TransferError) {
            let latest = try target.open(try await client.send(request))
            reply = latest
            answer =
                target.answers.contains(latest.status)
                ? .ok : CallAnswer(latest, conditions: target.conditions)
        } catch {
            if error == .cancelled { throw CancellationError() }
            answer = CallAnswer(error)
        }
        try await note(answer, reply, isProbe: isProbe, on: connection)
        return (answer, reply)
    }

    private func note(
        _ answer: CallAnswer,
        _ reply: HTTPReply?,
        isProbe: Bool = false,
        on connection: PostgresConnection
    ) async throws {
        let outcome: EndpointStore.CallOutcome
        var (message, retryAfter): (String?, Duration?) = (nil, nil)
        switch answer {
        case .ok, .empty, .redirect: outcome = .ok
        case .gone: outcome = .config
        case .auth(let problem): (outcome, message) = (.auth, problem)
        case .config(let problem): (outcome, message) = (.config, problem)
        case .refused(let problem): (outcome, message) = (.refused, problem)
        case .transient(let problem): (outcome, message) = (.transient, problem)
        case .limited(let problem, let wait):
            (outcome, message) = (.limited, problem)
            // At least until its own count may have moved on.
            retryAfter = max(wait ?? target.leastWait, .seconds(1))
        }
        // What a probe brings closes the breaker, so it is always recorded.
        guard reports.isDue(after: outcome) || isProbe else { return }
        let skew = reply?["Date"].flatMap(HTTPDate.seconds).map { Duration.seconds($0) - .sinceEpoch }
        let (name, policy) = (target.name, policy)
        try await connection.withSession { [message, retryAfter] session in
            try EndpointStore(session).noteCall(
                name,
                outcome,
                message: message,
                retryAfter: retryAfter,
                // A second or two say nothing.
                clockSkew: skew.map { abs($0.milliseconds) < 2_000 ? .zero : $0 },
                failures: policy.breakerFailures,
                resetAfter: policy.breakerReset
            )
        }
    }
}

/// Which calls are recorded: all that say something new, and of many good ones, one every few seconds.
private final class CallReports: Sendable {
    private let last = Locked<(outcome: EndpointStore.CallOutcome, at: Int)?>(nil)

    func isDue(after outcome: EndpointStore.CallOutcome) -> Bool {
        let now = time(nil)
        return last.withLock { last in
            if outcome == .ok, let last, last.outcome == .ok, now - last.at < 5 { return false }
            last = (outcome, now)
            return true
        }
    }
}
