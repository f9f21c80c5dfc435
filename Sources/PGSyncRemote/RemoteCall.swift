package import PGSyncRules
package import PGSyncStore

/// How calls are made: what a definition says, and what the environment says instead.
package struct CallPolicy: Sendable, Equatable {
    /// How often a call that failed for a while is made again before the job leaves its session.
    package var retries = 3
    /// How long to wait before the first of them; each waits twice as long as the one before.
    package var backoff = Duration.seconds(1)
    package var timeout = Duration.seconds(30)
    /// After how many failures in a row nothing is called.
    package var breakerFailures = 5
    package var breakerReset = Duration.seconds(60)
    /// A longer wait is not waited for: the job is left to whoever runs it then.
    package var longestWait = Duration.seconds(60)
    /// How often an answer may ask to wait before the call is left for later.
    package var mostLimited = Int.max

    package init() {}

    package init(_ definition: ImportDefinition) {
        retries = definition.retries
        backoff = definition.backoff
        timeout = definition.timeout
        breakerFailures = definition.breakerFailures
        breakerReset = definition.breakerReset
    }
}

/// Decides what a call does next, without a clock and without a socket.
///
/// It begins by asking for leave. Tell it what happened, do what it answers, until it ends.
package struct RemoteCall: Sendable {
    package enum Step: Sendable, Equatable {
        /// Ask whether it may be made.
        case ask
        /// Make it.
        case call(url: String)
        /// Get a new token, then tell whether there is one.
        case refresh
        case wait(Duration)
        case end(End)
    }

    package enum End: Sendable, Equatable {
        case answered
        /// There is nothing to read.
        case empty
        case gone
        /// Come back after that time; nil after a person has acted.
        case leave(Duration?, String)
        /// The secret was refused: the endpoint is to be paused.
        case unauthorized(String)
        case failed(errorClass: String, String)
    }

    package enum Event: Sendable, Equatable {
        case leave(Leave)
        case waited
        /// There is a new token.
        case refreshed
        /// None was given.
        case refused(String)
        case answer(CallAnswer)
    }

    private static let mostRedirects = 5

    private let policy: CallPolicy
    private let canRefresh: Bool
    private let allows: @Sendable (String) -> Bool
    /// Where it is made, after redirects.
    package private(set) var url: String
    private var failures = 0
    private var limited = 0
    private var hasRefreshed = false
    private var redirects = 0
    private var lastProblem = "it could not be called"

    package init(
        url: String,
        policy: CallPolicy,
        canRefresh: Bool,
        allows: @escaping @Sendable (String) -> Bool
    ) {
        self.url = url
        self.policy = policy
        self.canRefresh = canRefresh
        self.allows = allows
    }

    /// `chance` is from 0 to 1, and spreads the waits.
    package mutating func next(after event: Event, chance: Double) -> Step {
        switch event {
        case .leave(.granted): return .call(url: url)
        case .leave(.refused(let refusal, let wait)):
            guard let wait else {
                return .end(.leave(nil, "the endpoint is paused; pgsync endpoint show says why"))
            }
            guard wait <= policy.longestWait else {
                return .end(.leave(wait, Self.words(of: refusal, lastProblem)))
            }
            // All who wait for the same moment do not come at once.
            return .wait(wait + .milliseconds(Int64(chance * 200)))
        case .waited: return .ask
        case .refreshed:
            hasRefreshed = true
            return .ask
        case .refused(let problem): return .end(.unauthorized(problem))
        case .answer(let answer): return next(after: answer, chance)
        }
    }

    private mutating func next(after answer: CallAnswer, _ chance: Double) -> Step {
        switch answer {
        case .ok: return .end(.answered)
        case .empty: return .end(.empty)
        case .gone: return .end(.gone)
        case .auth(let problem):
            guard canRefresh, !hasRefreshed else { return .end(.unauthorized(problem)) }
            return .refresh
        case .config(let problem): return .end(.failed(errorClass: "call.config", problem))
        case .refused(let problem): return .end(.failed(errorClass: "call.refused", problem))
        case .redirect(let target):
            redirects += 1
            guard redirects <= Self.mostRedirects else {
                return .end(.failed(errorClass: "call.refused", "it redirects in circles"))
            }
            let next = Self.resolve(target, from: url)
            guard allows(next) else {
                return .end(
                    .failed(
                        errorClass: "call.refused",
                        "it redirects to a host that the import does not list"
                    )
                )
            }
            url = next
            return .ask
        case .limited(let problem, _):
            // What was told is kept with the endpoint, so that asking for leave says how long to wait.
            lastProblem = problem
            limited += 1
            return limited > policy.mostLimited ? .end(.leave(policy.breakerReset, problem)) : .ask
        case .transient(let problem):
            lastProblem = problem
            failures += 1
            guard failures <= policy.retries else {
                return .end(.leave(policy.breakerReset, problem))
            }
            let factor = Double(1 << min(failures - 1, 20))
            return .wait(min(policy.backoff * (factor * (0.5 + chance / 2)), policy.longestWait))
        }
    }

    private static func words(of refusal: Leave.Refusal, _ problem: String) -> String {
        switch refusal {
        case .paused: "the endpoint is paused"
        case .limited: "the API asked to wait"
        case .breaker: "the API is down: \(problem)"
        case .budget: "the budget of calls is used up"
        }
    }

    /// A place that an answer names, which may lack what the URL of the call has.
    package static func resolve(_ target: String, from url: String) -> String {
        if target.contains("://") { return target }
        let scheme = url.prefix { $0 != ":" }
        if target.hasPrefix("//") { return "\(scheme):\(target)" }
        let rest = url.dropFirst(scheme.count + 3)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if target.hasPrefix("/") { return "\(scheme)://\(host)\(target)" }
        let path = rest.dropFirst(host.count).prefix { $0 != "?" && $0 != "#" }
        if target.hasPrefix("?") { return "\(scheme)://\(host)\(path)\(target)" }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return "\(scheme)://\(host)\(folder)\(target)"
    }
}
